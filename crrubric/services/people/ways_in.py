"""Which ways to sign in the settings leave open."""

from crrubric.config import current_settings
from crrubric.domain.errors import Invalid, NotFound
from crrubric.domain.translation import N_

NO_SUCH_WAY = NotFound(
    N_("Nobody signs in to this site that way. Begin on the page for signing in.")
)


def takes_passwords() -> bool:
    """Whether people sign in with passwords of this site."""
    return current_settings().PASSWORD_SIGN_IN


def takes_links() -> bool:
    """Whether people sign in with links that are sent to their address."""
    return current_settings().SIGN_IN_LINKS


def name_providers() -> str:
    """The providers that people sign in with, as a sentence names them."""
    return " / ".join(one.title for one in current_settings().SSO_PROVIDERS.values())


def name_only_ways_in() -> str:
    """The same, where there is no other way in; else empty."""
    return "" if takes_passwords() else name_providers()


def refuse_passwords_if_off(field: str | None = None) -> None:
    """Raise Invalid where nobody signs in with a password of this site."""
    if not takes_passwords():
        raise Invalid(
            N_("Nobody signs in with a password here: sign in with %(providers)s."),
            providers=name_providers(),
            field=field,
        )
