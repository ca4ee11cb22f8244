"""What people write for the choices of a list, and what is said where they write something else."""

from collections.abc import Mapping

from flask_babel import force_locale, gettext

from crrubric.domain.people.languages import NAMES, formats_of
from crrubric.domain.setup.pasted import (
    PAID_WORDS,
    PRICE_KIND_WORDS,
    PRICE_UNIT_WORDS,
    SEAT_WORDS,
    STAKEHOLDER_WORDS,
    Words,
    to_choice_word,
)
from crrubric.web.shared.forms import Form, ListChoiceField

OTHER_WORDS: Mapping[str, Words] = {
    "roles": SEAT_WORDS,
    "stakeholder": STAKEHOLDER_WORDS,
    "price_unit": PRICE_UNIT_WORDS,
    # of a further price
    "unit": PRICE_UNIT_WORDS,
    "kind": PRICE_KIND_WORDS,
    "paid": PAID_WORDS,
}


def list_choice_words(form: Form) -> dict[str, Words]:
    """What people may write for the choices of each list: its label in any language, whole or as
    far as a colon, and the value that is stored."""
    found: dict[str, dict[str, str]] = {}
    for language in NAMES:
        with force_locale(formats_of(language)):
            for field in form:
                if isinstance(field, ListChoiceField):
                    words = found.setdefault(field.short_name, {})
                    for choice in field.iter_choices():
                        label, value = str(choice.label), str(choice.value)
                        for word in (value, label, label.partition(":")[0]):
                            words.setdefault(to_choice_word(word), value)
    for name, words in found.items():
        words.update({to_choice_word(word): to for word, to in OTHER_WORDS.get(name, {}).items()})
    return {**found}


def list_allowed_words(form: Form) -> list[tuple[str, list[str]]]:
    """(label, choices) of each list of a line: what can be written there."""
    return [
        (str(field.label.text), [str(row.label) for row in field.iter_choices() if row.value])
        for field in form
        if isinstance(field, ListChoiceField)
    ]


def name_unknown_choices(form: Form) -> None:
    """Say of each list what was written there instead of one of its choices."""
    for field in form:
        if field.errors and isinstance(field, ListChoiceField) and any(field.raw_data or ()):
            words = gettext(
                "“%(word)s” is none of the choices: choose one.", word=field.raw_data[0]
            )
            field.errors = [str(words)]
