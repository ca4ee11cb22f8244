"""Which passwords are accepted, after NIST SP 800-63B-4: long, not common, not about the person."""

import unicodedata

from crrubric.domain.errors import Invalid
from crrubric.domain.limits import PASSWORD_MAX, PASSWORD_MIN
from crrubric.domain.translation import N_

# Long passwords that people reach for when a form asks for fifteen characters.
_COMMON = (
    "123456789012345",
    "passwordpassword",
    "password12345678",
    "qwertyuiopasdfgh",
    "correcthorsebatterystaple",
    "iloveyouiloveyou",
    "letmeinletmeinletmein",
    "adminadminadmin",
    "creditrecovery",
    "changemechangeme",
)


def check_password(password: str, *, about: tuple[str, ...] = ()) -> None:
    """Accept or refuse a new password.

    Args: about: what a guesser knows of the person: name, address, name of the site.
    Raises: Invalid (field "password") with the reason.
    """
    length = len(password)
    if length < PASSWORD_MIN:
        raise Invalid(
            N_("Use at least %(least)s characters; several words in a row work well."),
            least=PASSWORD_MIN,
            field="password",
        )
    if length > PASSWORD_MAX:
        raise Invalid(N_("Use at most %(most)s characters."), most=PASSWORD_MAX, field="password")
    folded = "".join(unicodedata.normalize("NFKC", password).casefold().split())
    if len(set(folded)) < 5 or any(word in folded for word in _COMMON):
        raise Invalid(
            N_("This is one of the passwords that are guessed first; choose another."),
            field="password",
        )
    if any(
        len(word) >= 4 and folded.replace(word, "").strip("0123456789!.-_") == ""
        for word in ("".join(text.casefold().split()) for text in about)
    ):
        raise Invalid(
            N_("Your name or address alone is easy to guess; add words to it."), field="password"
        )
