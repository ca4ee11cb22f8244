"""The settings of one provider of single sign-on: a table of its own in settings.toml."""

import json
import re
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    model_validator,
)

from crrubric.domain.people.providers import KINDS, WELL_KNOWN, ProviderName, TwoStepTrust
from crrubric.settings import checks
from crrubric.settings.about import About

CODE = re.compile(r"[a-z][a-z0-9-]{0,29}")
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Microsoft's tenant of everybody's private accounts
CONSUMERS = "9188040d-6c67-4c5b-b112-36a304b66dad"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
TITLE = 40  # characters on a button
Number = Annotated[int, BeforeValidator(checks.check_number)]


def is_safe_address(address: str) -> bool:
    """Whether a secret may go there: by https, or to this machine itself."""
    try:
        parts = urlsplit(address)
        parts.port  # noqa: B018  # raises ValueError if it is none
    except ValueError:
        return False
    if not parts.hostname or parts.username or parts.fragment:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


def check_discovery(value: str) -> str:
    """Where a provider describes itself; empty: it is one that we know."""
    if value and not (is_safe_address(value) and value.endswith(WELL_KNOWN)):
        raise ValueError
    return value


def check_domains(values: tuple[str, ...]) -> tuple[str, ...]:
    """Domains of e-mail addresses."""
    return checks.check_each(values, lambda value: checks.is_host(value) and "." in value[1:-1])


def check_title(value: str) -> str:
    """A name that fits on a button."""
    if len(value) > TITLE or not value.isprintable():
        raise ValueError
    return value.strip()


def require_filled_text(value: str) -> str:
    """A text that is there."""
    if not value.strip():
        raise ValueError
    return value.strip()


def require_secret(value: SecretStr) -> SecretStr:
    """A secret that is there."""
    require_filled_text(value.get_secret_value())
    return value


class Provider(BaseModel):
    """A provider that people sign in with; its name in the settings is part of its addresses."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Annotated[
        ProviderName,
        About(
            means="Which provider it is: for the four named ones addresses and claims are known.",
            expects="google, microsoft, classlink, clever or other",
            example='"google"',
        ),
    ]
    client_id: Annotated[
        str,
        AfterValidator(require_filled_text),
        About(
            means="What the provider calls this site.",
            expects="the client ID that the provider shows",
            example='"123-abc.apps.googleusercontent.com"',
        ),
    ]
    client_secret: Annotated[
        SecretStr,
        AfterValidator(require_secret),
        About(
            means="The site’s password at the provider.",
            expects="the client secret that the provider shows",
            example='"the secret"',
            secret=True,
        ),
    ]
    name: Annotated[
        str,
        AfterValidator(check_title),
        About(
            means="What stands on the button, behind “Sign in with”; needed for `other`.",
            expects=f"a name of at most {TITLE} characters",
            example='"Cedar Bend"',
            default="the provider’s own name",
        ),
    ] = ""
    discovery: Annotated[
        str,
        AfterValidator(check_discovery),
        About(
            means="Where the provider describes itself; for `other` alone.",
            expects=f"an https address that ends in {WELL_KNOWN}",
            example=f'"https://id.district.org{WELL_KNOWN}"',
            default="known",
        ),
    ] = ""
    tenant: Annotated[
        str,
        About(
            means="The organization whose people may sign in. `microsoft`: the directory (tenant)"
            " ID; `classlink`: the tenant ID; `clever`: the district’s ID; needed for those three."
            " `google`: the main domain of the organization, if that is none of `domains`.",
            expects="the ID that the provider shows; for microsoft one like"
            " 0a1b2c3d-0000-4000-8000-0123456789ab, never common, organizations or consumers",
            example='"0a1b2c3d-0000-4000-8000-0123456789ab"',
            default="none",
        ),
    ] = ""
    tenant_claim: Annotated[
        str,
        About(
            means="The claim that names the organization; for `other` alone, with `tenant`.",
            expects="the name of a claim",
            example='"organization"',
            default="known, or none",
        ),
    ] = ""
    domains: Annotated[
        checks.Texts,
        AfterValidator(check_domains),
        About(
            means="Where an e-mail address must be to find an account or an invitation at the"
            " first sign-in; no domain below one is meant. None: nobody new comes in this way.",
            expects="domains without @, such as district.org",
            example='["district.org"]',
            default="none",
        ),
    ] = ()
    trusts_addresses: Annotated[
        bool,
        About(
            means="Every address in `domains` that the provider names is taken for the person’s"
            " own, also where it does not say `email_verified`. Only for a directory in which the"
            " district alone sets addresses.",
        ),
    ] = False
    two_steps: Annotated[
        TwoStepTrust,
        About(
            means="Whether its sign-in counts as both steps: `ask`, no: who has a second step"
            " here, or needs one by `TWO_STEPS_FOR`, is asked for it; `amr`, where the provider"
            " says that several factors were shown; `trust`, always.",
            expects="ask, amr or trust",
            example='"amr"',
        ),
    ] = "ask"
    max_age_minutes: Annotated[
        Number,
        Field(ge=0, le=1440),
        About(
            means="How long ago the person may have shown a password to the provider; 0: however"
            " long. Only for a provider that knows `max_age` and says `auth_time`.",
            expects="a whole number from 0 to 1440",
            example="60",
        ),
    ] = 0

    @model_validator(mode="after")
    def check_whole(self) -> Self:
        """What one value asks of the others."""
        known = KINDS[self.kind]
        if self.kind == "other":
            self._refuse_missing_of_other()
        elif self.discovery or self.tenant_claim:
            raise checks.Refusal(f"discovery and tenant_claim are for other, not for {self.kind}.")
        if known.needs_tenant and not self.tenant:
            raise checks.Refusal(f"{self.kind} needs tenant: many districts use it.")
        if self.kind == "microsoft":
            self._refuse_shared_tenant()
        if self.trusts_addresses and not self.domains:
            raise checks.Refusal("trusts_addresses needs domains.")
        return self

    def _refuse_missing_of_other(self) -> None:
        if not self.discovery or not self.name:
            raise checks.Refusal("other needs name and discovery.")
        if bool(self.tenant) != bool(self.tenant_claim):
            raise checks.Refusal("tenant and tenant_claim belong together.")

    def _refuse_shared_tenant(self) -> None:
        tenant = self.tenant.lower()
        if not GUID.fullmatch(tenant) or tenant == CONSUMERS:
            raise checks.Refusal(
                "tenant of microsoft is the directory’s ID, like"
                " 0a1b2c3d-0000-4000-8000-0123456789ab: with common, organizations or consumers"
                " anybody’s directory could say who somebody is."
            )

    @property
    def title(self) -> str:
        """How people know it."""
        return self.name or KINDS[self.kind].title

    @property
    def address(self) -> str:
        """Where it describes itself."""
        return self.discovery or KINDS[self.kind].discovery.format(tenant=self.tenant.lower())

    @property
    def claim_of_tenant(self) -> str:
        """The claim that names an organization."""
        return self.tenant_claim or KINDS[self.kind].tenant_claim


def parse_providers(value: object) -> object:
    """The tables as they are; in the environment they are one object in JSON."""
    return json.loads(value) if isinstance(value, str) else value


def check_providers(values: dict[str, Provider]) -> dict[str, Provider]:
    """Names that can stand in an address, no provider twice, and what speaks with them is here."""
    for code in values:
        if not CODE.fullmatch(code):
            raise checks.Refusal(
                f"“{code}” can’t name a provider: use small letters, digits and hyphens, at most"
                " 30, as in SSO_PROVIDERS.google."
            )
    addresses = [provider.address for provider in values.values()]
    if len(set(addresses)) < len(addresses):
        raise checks.Refusal("SSO_PROVIDERS names one provider twice: keep one of the two.")
    if values:
        for module in ("authlib", "requests"):
            checks.require_package(module, "SSO_PROVIDERS is set", "crrubric[sso]")
    return values


def show_provider(provider: Provider) -> dict[str, Any]:
    """What is set, without the secret."""
    return provider.model_dump(mode="json", exclude_defaults=True)
