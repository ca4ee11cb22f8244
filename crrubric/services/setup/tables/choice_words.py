"""What people may write in a table for the choices of a list, in every language."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import cache

from crrubric.catalogue import load_translations
from crrubric.domain.errors import ChoiceLabels, Invalid
from crrubric.domain.people.languages import NAMES
from crrubric.domain.setup.seats import SEAT_NAMES
from crrubric.domain.setup.table_words import (
    MEMBER_TABLE,
    PAID_WORDS,
    PRICE_KIND_WORDS,
    PRICE_UNIT_WORDS,
    SEAT_WORDS,
    STAKEHOLDER_WORDS,
    Words,
    to_choice_word,
)
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import LabelledEnum, PriceKind, PriceUnit, Stakeholder


def list_labels(kind: type[LabelledEnum], empty: str = "") -> dict[str, str]:
    """value -> label of an enum. Args: empty: what is said where nothing is chosen."""
    first = {"": empty} if empty else {}
    return first | {member.value: member.label for member in kind}


ONCE = "once"
REVIEWER = "reviewer"  # as in `SEATS`
# field -> value -> label; of a vendor, of a further price (unit, kind, paid), of a person
CHOICES: Mapping[str, Mapping[str, str]] = {
    "price_unit": list_labels(PriceUnit, N_("not known yet")),
    "unit": list_labels(PriceUnit, N_("for each one")),
    "kind": list_labels(PriceKind),
    "paid": {"": N_("each year"), ONCE: N_("once")},
    "roles": SEAT_NAMES,
    "stakeholder": list_labels(Stakeholder),
}
_OTHER_WORDS: Mapping[str, Words] = {
    "roles": SEAT_WORDS,
    "stakeholder": STAKEHOLDER_WORDS,
    "price_unit": PRICE_UNIT_WORDS,
    "unit": PRICE_UNIT_WORDS,
    "kind": PRICE_KIND_WORDS,
    "paid": PAID_WORDS,
}


@cache
def list_choice_words(field: str) -> Words:
    """What may be written for each choice of a field: its value, its label in any language, whole
    or as far as a colon, and what people call it besides. A field without choices has none."""
    words: dict[str, str] = {}
    for language in NAMES:
        translate = load_translations(language).gettext
        for value, label in CHOICES.get(field, {}).items():
            name = translate(label)
            for word in (value, name, name.partition(":")[0]):
                words.setdefault(to_choice_word(word), value)
    others = _OTHER_WORDS.get(field, {}).items()
    return words | {to_choice_word(word): value for word, value in others}


def settle_member_cells(cells: Mapping[str, str], fields: Collection[str]) -> Mapping[str, str]:
    """What people write of a person: under “Role” what they are at school, and no role for who
    scores. Args: fields: those that have a column.
    """
    if "roles" not in fields:
        return {**cells, "roles": REVIEWER}
    role = to_choice_word(cells.get("roles", ""))
    known = role in list_choice_words("roles") or cells.get("stakeholder", "").strip()
    if known or role not in list_choice_words("stakeholder"):
        return cells
    return {**cells, "roles": REVIEWER, "stakeholder": cells["roles"]}


PEOPLE_TABLE = replace(MEMBER_TABLE, settled=settle_member_cells)


def find_choice(field: str, text: str) -> str:
    """The value of the choice that a text is; "" for none. Raises: Invalid (field) naming all."""
    value = list_choice_words(field).get(to_choice_word(text))
    if value is None and text.strip():
        raise Invalid(
            N_("“%(word)s” is none of the choices: %(all)s."),
            word=text.strip()[:60],
            all=ChoiceLabels(tuple(label for key, label in CHOICES[field].items() if key)),
            field=field,
        )
    return value or ""
