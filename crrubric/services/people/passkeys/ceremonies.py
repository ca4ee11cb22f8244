"""What is asked of a passkey and what it answers, by the library that knows the format.

The library is loaded when the first person needs it. What a browser sends is a stranger's: whatever
the library stumbles over is refused.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crrubric.domain import limits
from crrubric.domain.people.passkeys import RelyingParty
from crrubric.models import Passkey

if TYPE_CHECKING:
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

ENCODED = re.compile(r"[A-Za-z0-9_-]*={0,2}")  # bytes as text (base64url)
MILLISECONDS = limits.PASSKEY_MINUTES * 60_000
Options = dict[str, Any]  # as JSON: what a browser's script is given


class KeyRefused(Exception):
    """A passkey's answer is none, or shows nothing; its text is for the log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyOwner:
    """Whom a passkey is made for. Args: handle: the number by which their devices know them."""

    name: str
    email: str
    handle: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeKey:
    """A new passkey, as it is kept."""

    credential_id: str
    handle: str
    public_key: bytes
    uses: int
    transports: str
    stands_alone: bool


@dataclass(frozen=True, slots=True)
class UsedKey:
    """What a passkey has shown. Args: verified: it knows who used it, by a PIN or a finger."""

    uses: int
    verified: bool


@contextmanager
def refuse_whatever_is_wrong() -> Iterator[None]:
    """Raise KeyRefused for anything that goes wrong in reading what a browser has sent."""
    try:
        yield
    except KeyRefused:
        raise
    except Exception as error:
        raise KeyRefused(f"{type(error).__name__}: {error}") from error


def make_creation_options(
    party: RelyingParty, *, challenge: str, site: str, owner: KeyOwner, present: Iterable[Passkey]
) -> Options:
    """What a browser is asked for a new passkey. Args: present: those that the person has."""
    from webauthn import base64url_to_bytes, generate_registration_options
    from webauthn.helpers import options_to_json_dict
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    options = generate_registration_options(
        rp_id=party.host,
        rp_name=site,
        user_id=base64url_to_bytes(owner.handle),
        user_name=owner.email,
        user_display_name=owner.name,
        challenge=base64url_to_bytes(challenge),
        timeout=MILLISECONDS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
        exclude_credentials=describe_keys(present),
    )
    return {**options_to_json_dict(options), "extensions": {"credProps": True}}


def make_request_options(
    party: RelyingParty, *, challenge: str, present: Iterable[Passkey] = (), alone: bool
) -> Options:
    """What a browser is asked when a passkey is used.

    Args: present: those of the person who is asked; without any the passkey tells who they are;
    alone: it has to know who uses it, as nothing else is asked.
    """
    from webauthn import base64url_to_bytes, generate_authentication_options
    from webauthn.helpers import options_to_json_dict
    from webauthn.helpers.structs import UserVerificationRequirement

    verification = UserVerificationRequirement
    options = generate_authentication_options(
        rp_id=party.host,
        challenge=base64url_to_bytes(challenge),
        timeout=MILLISECONDS,
        allow_credentials=describe_keys(present),
        user_verification=verification.REQUIRED if alone else verification.DISCOURAGED,
    )
    return options_to_json_dict(options)


def describe_keys(present: Iterable[Passkey]) -> "list[PublicKeyCredentialDescriptor]":
    """Passkeys as a browser looks for them."""
    from webauthn import base64url_to_bytes
    from webauthn.helpers.structs import AuthenticatorTransport, PublicKeyCredentialDescriptor

    return [
        PublicKeyCredentialDescriptor(
            id=base64url_to_bytes(key.credential_id),
            transports=[AuthenticatorTransport(one) for one in key.transports.split()] or None,
        )
        for key in present
    ]


@dataclass(frozen=True, slots=True)
class KeyAnswer:
    """What a browser sent, as far as it can be read before anything is verified."""

    sent: Mapping[str, Any]
    challenge: str
    credential_id: str
    handle: str  # empty if the passkey does not say

    @property
    def stands_alone(self) -> bool:
        """Whether the browser says that the new passkey can be asked for without an address."""
        found = self.sent.get("clientExtensionResults")
        properties = found.get("credProps") if isinstance(found, dict) else None
        return isinstance(properties, dict) and properties.get("rk") is True


def read_key_answer(text: str) -> KeyAnswer:
    """What a browser sent for a passkey. Raises: KeyRefused if it is nothing of the kind."""
    from webauthn import base64url_to_bytes

    if len(text) > limits.PASSKEY_ANSWER:
        raise KeyRefused("it is too long")
    with refuse_whatever_is_wrong():
        sent = json.loads(text)
        response = sent["response"]
        said = json.loads(base64url_to_bytes(response["clientDataJSON"]))
        challenge, credential_id = said["challenge"], sent["id"]
        handle = response.get("userHandle") or ""
        for one in (challenge, credential_id, handle):
            if not (isinstance(one, str) and ENCODED.fullmatch(one)):
                raise KeyRefused("what should be encoded bytes is not")
        return KeyAnswer(sent, challenge, credential_id, handle.rstrip("="))


def verify_made_key(party: RelyingParty, answer: KeyAnswer, *, handle: str) -> MadeKey:
    """The new passkey that answers; its challenge must have been found to be ours.

    Args: handle: what it was told of whom it is for.
    Raises: KeyRefused if it was made for another site, or is none.
    """
    from webauthn import base64url_to_bytes, verify_registration_response
    from webauthn.helpers import bytes_to_base64url, parse_registration_credential_json

    with refuse_whatever_is_wrong():
        credential = parse_registration_credential_json(dict(answer.sent))
        found = verify_registration_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(answer.challenge),
            expected_rp_id=party.host,
            expected_origin=party.origin,
        )
        transports = credential.response.transports or ()
        credential_id = bytes_to_base64url(found.credential_id)
        if len(credential_id) > limits.CREDENTIAL_ID or credential_id != answer.credential_id:
            raise KeyRefused("the number of the passkey is another one, or too long")
        return MadeKey(
            credential_id=credential_id,
            handle=handle,
            public_key=found.credential_public_key,
            uses=found.sign_count,
            transports=" ".join(sorted({one.value for one in transports})),
            stands_alone=answer.stands_alone and found.user_verified,
        )


def verify_used_key(
    party: RelyingParty, answer: KeyAnswer, *, public_key: bytes, uses: int, alone: bool
) -> UsedKey:
    """What a passkey that is kept has shown; its challenge must have been found to be ours.

    Args: uses: how often it was used, by its own count, when it was seen last; alone: it has to
    know who uses it.
    Raises: KeyRefused if it was asked by another site, if somebody else's key has signed, or if it
    counts fewer uses than before: then there is a copy of it.
    """
    from webauthn import base64url_to_bytes, verify_authentication_response

    with refuse_whatever_is_wrong():
        found = verify_authentication_response(
            credential=dict(answer.sent),
            expected_challenge=base64url_to_bytes(answer.challenge),
            expected_rp_id=party.host,
            expected_origin=party.origin,
            credential_public_key=public_key,
            credential_current_sign_count=uses,
            require_user_verification=alone,
        )
        return UsedKey(found.new_sign_count, found.user_verified)
