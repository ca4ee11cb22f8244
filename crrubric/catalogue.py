"""The catalogues of translated texts: read from their .po file when a language is first spoken.

Nothing compiled is kept: a catalogue is compiled in memory, once per process. Entries that are
marked fuzzy are not used.
"""

import io
from functools import cache
from importlib import resources

from babel.support import NullTranslations, Translations

from crrubric.domain.people.languages import SOURCE


@cache
def load_translations(language: str) -> NullTranslations:
    """The texts of a language; for the language of the source they are the source."""
    return NullTranslations() if language == SOURCE else _read_catalogue(language)


def _read_catalogue(language: str) -> Translations:
    # a process that speaks English only never needs these
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    file = resources.files("crrubric") / "translations" / language / "LC_MESSAGES" / "messages.po"
    compiled = io.BytesIO()
    with file.open("rb") as source:
        write_mo(compiled, read_po(source, locale=language, abort_invalid=True))
    compiled.seek(0)
    return Translations(compiled)
