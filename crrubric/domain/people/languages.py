"""The languages that crrubric can speak, and which of them somebody is spoken to in."""

from crrubric.domain.translation import N_

# each under its own name, as its readers look for it
NAMES = {"en": "English", "es": "Español"}
# as a part of a sentence in any of them
SPOKEN = {"en": N_("English"), "es": N_("Spanish")}
SOURCE = "en"  # the language of the texts in the code, and of the rubric as it is written
# How numbers and dates are written: Spanish as in the United States, where the readers live.
# Plain "es" would be that of Spain: 85,5 for what every other paper of the district calls 85.5.
FORMATS = {"es": "es_US"}


def choose_mail_language(user_language: str | None, evaluation_language: str) -> str:
    """The language of a mail: what the person chose, else that of the evaluation."""
    return user_language or evaluation_language


def formats_of(language: str) -> str:
    """The CLDR locale by whose rules numbers and dates are written in a language."""
    return FORMATS.get(language, language)
