"""Speaking OpenID Connect with a provider: where to send somebody, and who has come back.

The authorization code flow with PKCE. The provider sends people back to SITE_URL, whatever host a
request names.
"""

import logging
import time
from dataclasses import dataclass
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any

from crrubric.config import current_settings
from crrubric.domain import limits
from crrubric.domain.errors import NotLetIn
from crrubric.domain.people.providers import KINDS
from crrubric.domain.translation import N_
from crrubric.services.mail.outbox import site_url
from crrubric.services.people.sign_on.calls import (
    TIMEOUT,
    ProviderUnavailable,
    explain_failure,
    fetch_object,
    prepare_session,
    take_call_turn,
)
from crrubric.services.people.sign_on.facts import Metadata, fetch_metadata
from crrubric.services.people.sign_on.id_tokens import SKEW, TokenRefused, verify_id_token
from crrubric.services.people.ways_in import NO_SUCH_WAY
from crrubric.settings.providers import Provider

if TYPE_CHECKING:
    from authlib.integrations.requests_client import OAuth2Session

ADDRESS_CLAIMS: tuple[str, ...] = ("email", "email_verified")
SCOPE = "openid email profile"
# What a token endpoint says of a code that was used, is too old, or is not ours.
OF_THE_CODE = frozenset({"invalid_grant", "invalid_request", "access_denied"})
log = logging.getLogger("crrubric")


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One sign-in by a provider that is under way in a browser.

    Args: state: comes back with the person; nonce: comes back in the token; verifier: shows the
    provider that who asks for the token is who began; next: the page that was wanted; confirms: the
    account of who is signed in already and shows that it is still them, else 0.
    """

    provider: str
    state: str
    nonce: str
    verifier: str
    next: str
    confirms: int = 0


class CodeRefused(Exception):
    """The provider gives no token for this code; its text is for the log."""


def begin_flow(code: str, *, next: str, confirms: int = 0) -> Flow:
    """A sign-in that begins now. Args: code: the name of the provider in the settings."""
    return Flow(
        provider=code,
        state=token_urlsafe(24),
        nonce=token_urlsafe(24),
        verifier=token_urlsafe(48),
        next=next,
        confirms=confirms,
    )


def find_provider(code: str) -> Provider:
    """The provider of this name. Raises: NotFound in words."""
    found = current_settings().SSO_PROVIDERS.get(code)
    if found is None:
        raise NO_SUCH_WAY.anew()
    return found


def make_way_back(code: str) -> str:
    """The address to which the provider sends people back; it has to be told at the provider."""
    return f"{site_url()}/sign-in/with/{code}/back"


def open_session(code: str, provider: Provider, metadata: Metadata) -> "OAuth2Session":
    """What speaks with a provider's endpoints."""
    from authlib.integrations.requests_client import OAuth2Session

    session = OAuth2Session(
        provider.client_id,
        provider.client_secret.get_secret_value(),
        token_endpoint_auth_method=(
            "client_secret_post" if metadata.by_post else "client_secret_basic"
        ),
        scope=SCOPE,
        redirect_uri=make_way_back(code),
        code_challenge_method="S256",
    )
    prepare_session(session)
    return session


def make_provider_address(flow: Flow) -> str:
    """Where the browser goes to sign in. Raises: ProviderUnavailable; Busy; NotFound."""
    provider = find_provider(flow.provider)
    with take_call_turn():
        metadata = fetch_metadata(provider)
    options: dict[str, str] = {"nonce": flow.nonce}
    if prompt := "login" if flow.confirms else KINDS[provider.kind].prompt:
        options["prompt"] = prompt
    if provider.max_age_minutes:
        options["max_age"] = str(provider.max_age_minutes * 60)
    if provider.kind == "google" and len(provider.domains) == 1:
        options["hd"] = provider.tenant or provider.domains[0]
    with open_session(flow.provider, provider, metadata) as session:
        address, _state = session.create_authorization_url(
            metadata.authorization, state=flow.state, code_verifier=flow.verifier, **options
        )
    return str(address)


def fetch_claims(flow: Flow, code: str, *, issuer: str = "") -> dict[str, Any]:
    """Who has come back with this code, in claims that are verified.

    Args: issuer: who sent them, where the provider says so beside the code (RFC 9207).
    Raises: CodeRefused, TokenRefused, ProviderUnavailable; Busy; NotFound; NotLetIn for who was to
    sign in there once more, and has not.
    """
    provider = find_provider(flow.provider)
    with take_call_turn():
        metadata = fetch_metadata(provider)
        if issuer and issuer != metadata.issuer:
            raise TokenRefused(f"the answer is of {issuer!r}")
        token = exchange_code(flow, provider, metadata, code)
        access = token.get("access_token")
        access = access if isinstance(access, str) else ""
        id_token = token.get("id_token")
        if not isinstance(id_token, str):
            raise TokenRefused("there is no ID token")
        claims = verify_id_token(
            provider, metadata, id_token, nonce=flow.nonce, access_token=access
        )
        if flow.confirms:
            refuse_earlier_sign_in(provider, claims)
        return complete_claims(metadata, claims, access)


def refuse_earlier_sign_in(provider: Provider, claims: dict[str, Any]) -> None:
    """Raise NotLetIn if somebody has signed in there before they were asked to confirm.

    `prompt=login` stands in an address that whoever sits at the browser can change. A provider that
    does not say when somebody signed in leaves nothing to look at.
    """
    now, since = time.time(), claims.get("auth_time")
    if since is None:
        return
    said = isinstance(since, int | float) and not isinstance(since, bool)
    if not said or not now - limits.FLOW_MINUTES * 60 - SKEW <= since <= now + SKEW:
        raise NotLetIn(
            N_(
                "%(provider)s did not ask you to sign in once more. Sign out there and confirm"
                " again, or confirm in another way."
            ),
            provider=provider.title,
        )


def exchange_code(flow: Flow, provider: Provider, metadata: Metadata, code: str) -> dict[str, Any]:
    """What the token endpoint gives for a code. Raises: CodeRefused; ProviderUnavailable."""
    from authlib.integrations.base_client import OAuthError

    with (
        explain_failure(metadata.token),
        open_session(flow.provider, provider, metadata) as session,
    ):
        try:
            found = session.fetch_token(
                metadata.token,
                grant_type="authorization_code",
                code=code,
                code_verifier=flow.verifier,
                redirect_uri=make_way_back(flow.provider),
                timeout=TIMEOUT,
                allow_redirects=False,
                stream=True,
            )
        except OAuthError as error:
            if str(error.error) in OF_THE_CODE:
                raise CodeRefused(str(error)) from error
            raise ProviderUnavailable(f"{metadata.token} refuses this site: {error}") from error
        except (ArithmeticError, AttributeError, RecursionError, TypeError, ValueError) as error:
            # what it sent is no JSON, or none that the library reads as a token
            raise ProviderUnavailable(f"{metadata.token} answers no token") from error
    if not isinstance(found, dict):
        raise ProviderUnavailable(f"{metadata.token} answers no token")
    return dict(found)


def complete_claims(metadata: Metadata, claims: dict[str, Any], access: str) -> dict[str, Any]:
    """The claims, with the address that a provider tells only where it is asked for it.

    What another person's token would show there is left out.
    """
    if claims.get("email") or not metadata.userinfo or not access:
        return claims
    told = fetch_object(metadata.userinfo, bearer=access)
    if told.get("sub") != claims["sub"]:
        raise TokenRefused("the userinfo is of somebody else")
    return {**claims, **{name: told[name] for name in ADDRESS_CLAIMS if name in told}}
