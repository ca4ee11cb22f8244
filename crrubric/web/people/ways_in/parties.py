"""Where passkeys work on this site, and what to say where they do not."""

from flask_babel import gettext as _

from crrubric.domain.errors import Invalid
from crrubric.domain.people.passkeys import (
    RelyingParty,
    find_local_name,
    find_relying_party,
    is_numeric_address,
)
from crrubric.domain.translation import N_
from crrubric.web.shared.page import find_site_address


def find_own_party() -> RelyingParty | None:
    """This site, as passkeys know it; None where they can't work."""
    return find_relying_party(find_site_address())


def require_own_party() -> RelyingParty:
    """The same. Raises: Invalid where they can't work."""
    party = find_own_party()
    if party is None:
        raise Invalid(N_("Passkeys do not work at the address by which you reach this site."))
    return party


def explain_missing_party() -> str:
    """Why passkeys do not work here, and what to do; empty where they do."""
    address = find_site_address()
    if find_relying_party(address) is not None:
        return ""
    if local := find_local_name(address):
        words = _(
            "A passkey belongs to the name of a site, and you opened this one by a number: open it"
            " as %(address)s.",
            address=local,
        )
    elif is_numeric_address(address):
        words = _(
            "A passkey belongs to the name of a site, and you opened this one by a number: ask the"
            " people who run it by which name to open it."
        )
    else:
        words = _(
            "Passkeys need an encrypted connection (https), which this site does not have: ask the"
            " people who run it."
        )
    return str(words)
