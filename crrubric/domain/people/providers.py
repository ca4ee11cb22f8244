"""Providers of single sign-on: what is known of the four named ones, and whom a sign-in shows.

A provider says who somebody is in claims. Whose account that is, its own number for the person
decides (`sub`, of one issuer). An e-mail address finds an account only the first time, and only
where the provider vouches for it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from crrubric.domain import limits
from crrubric.domain.errors import Invalid, NotLetIn
from crrubric.domain.text import clean_line, email_key
from crrubric.domain.translation import N_

ProviderName = Literal["google", "microsoft", "classlink", "clever", "other"]
TwoStepTrust = Literal["ask", "amr", "trust"]

WELL_KNOWN = "/.well-known/openid-configuration"
MANY_FACTORS = "mfa"  # what `amr` says of several factors (RFC 8176)
TRUE = (True, 1, "1", "true")  # how `xms_edov` may say so


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderKind:
    """What is the same for everybody who uses a named provider.

    Args: discovery: with {tenant} where the address depends on it; issuer: another spelling of the
    issuer in its tokens; tenant_claim: which claim names the organization; vouches: a claim beside
    `email_verified` by which it vouches for an address; prompt: asks whose account to take, as
    several people may use a browser.
    """

    title: str
    discovery: str = ""
    issuer: str = ""
    tenant_claim: str = ""
    needs_tenant: bool = False
    vouches: str = ""
    prompt: str = ""


KINDS: Mapping[str, ProviderKind] = {
    "google": ProviderKind(
        title="Google",
        discovery=f"https://accounts.google.com{WELL_KNOWN}",
        issuer="accounts.google.com",
        tenant_claim="hd",
        prompt="select_account",
    ),
    "microsoft": ProviderKind(
        title="Microsoft",
        discovery=f"https://login.microsoftonline.com/{{tenant}}/v2.0{WELL_KNOWN}",
        tenant_claim="tid",
        needs_tenant=True,
        vouches="xms_edov",
        prompt="select_account",
    ),
    "classlink": ProviderKind(
        title="ClassLink",
        discovery=f"https://launchpad.classlink.com{WELL_KNOWN}",
        tenant_claim="classLink_tenant_id",
        needs_tenant=True,
    ),
    "clever": ProviderKind(
        title="Clever",
        discovery=f"https://clever.com{WELL_KNOWN}",
        tenant_claim="district",
        needs_tenant=True,
    ),
    "other": ProviderKind(title=""),
}


class ProviderRules(Protocol):
    """What the settings say of a provider, as far as it decides whom a sign-in shows."""

    @property
    def kind(self) -> ProviderName:
        """Which of the known ones it is."""

    @property
    def title(self) -> str:
        """How people know it."""

    @property
    def tenant(self) -> str:
        """The organization that its people must be of; empty: it has no others."""

    @property
    def claim_of_tenant(self) -> str:
        """The claim that names it."""

    @property
    def domains(self) -> Sequence[str]:
        """Where addresses must be that find an account."""

    @property
    def trusts_addresses(self) -> bool:
        """Whether every address that it names in these domains is the person's."""

    @property
    def two_steps(self) -> TwoStepTrust:
        """When its own sign-in counts as both steps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Somebody whom a provider has sent, in words that it has signed.

    Args: provider: the name of the setting; email: the address that it names, or empty; vouched:
    whether that may find an account; both_steps: whether its sign-in counts as two steps.
    """

    provider: str
    title: str
    issuer: str
    subject: str
    email: str
    vouched: bool
    both_steps: bool


def read_arrival(code: str, provider: ProviderRules, claims: Mapping[str, Any]) -> Arrival:
    """Who has come, by the claims of a token whose signature is good.

    Raises: NotLetIn for somebody of another organization.
    """
    refuse_other_tenant(provider, claims)
    email = read_address(claims)
    return Arrival(
        provider=code,
        title=provider.title,
        issuer=str(claims["iss"]),
        subject=str(claims["sub"]),
        email=email,
        vouched=is_vouched_for(provider, claims, email),
        both_steps=counts_as_both_steps(provider, claims),
    )


def refuse_other_tenant(provider: ProviderRules, claims: Mapping[str, Any]) -> None:
    """Raise NotLetIn for somebody of another organization than the settings name.

    ClassLink and Clever have one issuer for all districts. Google names the organization of an
    account of Google Workspace; without `tenant` it must be one of the domains.
    """
    named = str(claims.get(provider.claim_of_tenant, "")) if provider.claim_of_tenant else ""
    if provider.tenant:
        fits = key_of_tenant(named) == key_of_tenant(provider.tenant)
    else:
        fits = provider.kind != "google" or not provider.domains or is_among(named, provider)
    if not fits:
        raise NotLetIn(
            N_(
                "This account of %(provider)s does not belong to the district of this site. Choose"
                " the account that your district gave you."
            ),
            provider=provider.title,
        )


def key_of_tenant(name: str) -> str:
    """A name of an organization for comparing."""
    return name.strip().casefold()


def read_address(claims: Mapping[str, Any]) -> str:
    """The address that the claims name; empty if there is none, or none that can be."""
    named = claims.get("email")
    if not isinstance(named, str):
        return ""
    try:
        return clean_line(named, limit=limits.EMAIL, field="email")
    except Invalid:
        return ""


def is_vouched_for(provider: ProviderRules, claims: Mapping[str, Any], email: str) -> bool:
    """Whether an address may find an account: it is verified, in a domain that is allowed."""
    name, _at, domain = email_key(email).rpartition("@")
    if not name or not is_among(domain, provider):
        return False
    also = KINDS[provider.kind].vouches
    verified = claims.get("email_verified") is True
    return verified or provider.trusts_addresses or bool(also and claims.get(also) in TRUE)


def is_among(domain: str, provider: ProviderRules) -> bool:
    """Whether a domain is allowed: exactly it, and none below it."""
    return email_key(f"a@{domain}") in {email_key(f"a@{one}") for one in provider.domains}


def counts_as_both_steps(provider: ProviderRules, claims: Mapping[str, Any]) -> bool:
    """Whether the provider's sign-in counts as both steps."""
    if provider.two_steps == "amr":
        methods = claims.get("amr")
        return isinstance(methods, list) and MANY_FACTORS in methods
    return provider.two_steps == "trust"
