"""A device with passkeys, in software: it makes and uses them as a browser and a phone would."""

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from secrets import token_bytes
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256

ORIGIN = "http://localhost"
PRESENT, VERIFIED, NEW = 0x01, 0x04, 0x40  # flags of what a device says
Json = dict[str, Any]


def write_text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def read_bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class DeviceKey:
    """A passkey with its secret half."""

    id: bytes
    host: str
    handle: str
    secret: EllipticCurvePrivateKey
    uses: int = 0


@dataclass
class Device:
    """Somebody's phone.

    Args: origin: where its browser is; verifies: it asks for a finger or a PIN; counts: it counts
    how often each passkey is used; discoverable: a passkey can be asked for without an address.
    """

    origin: str = ORIGIN
    verifies: bool = True
    counts: bool = True
    discoverable: bool = True
    keys: list[DeviceKey] = field(default_factory=list)

    def make(self, options: Json) -> str:
        """A new passkey for what the page asks, as the page's script would send it."""
        secret = generate_private_key(SECP256R1())
        key = DeviceKey(token_bytes(32), options["rp"]["id"], options["user"]["id"], secret)
        self.keys.append(key)
        public = secret.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: public.x.to_bytes(32), -3: public.y.to_bytes(32)}
        made = bytes(16) + len(key.id).to_bytes(2) + key.id + cbor2.dumps(cose)
        data = self.describe(key, NEW) + made
        attested = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return json.dumps(
            {
                "id": write_text(key.id),
                "rawId": write_text(key.id),
                "type": "public-key",
                "response": {
                    "clientDataJSON": write_text(self.tell("webauthn.create", options)),
                    "attestationObject": write_text(attested),
                    "transports": ["internal", "unheard-of"],
                },
                "clientExtensionResults": {"credProps": {"rk": self.discoverable}},
            }
        )

    def use(self, options: Json, *, key: DeviceKey | None = None) -> str:
        """A passkey signs what the page asks. Args: key: else one that the page asks for."""
        key = key or self.find(options)
        key.uses += self.counts
        data, told = self.describe(key), self.tell("webauthn.get", options)
        signature = key.secret.sign(data + hashlib.sha256(told).digest(), ECDSA(SHA256()))
        return json.dumps(
            {
                "id": write_text(key.id),
                "rawId": write_text(key.id),
                "type": "public-key",
                "response": {
                    "clientDataJSON": write_text(told),
                    "authenticatorData": write_text(data),
                    "signature": write_text(signature),
                    "userHandle": key.handle,
                },
                "clientExtensionResults": {},
            }
        )

    def find(self, options: Json) -> DeviceKey:
        """The passkey that a browser would offer."""
        wanted = {one["id"] for one in options.get("allowCredentials", [])}
        return next(
            key
            for key in self.keys
            if key.host == options["rpId"] and (not wanted or write_text(key.id) in wanted)
        )

    def describe(self, key: DeviceKey, flags: int = 0) -> bytes:
        """What the device says of itself: for which host, who was there, how often it was used."""
        flags |= PRESENT | (VERIFIED if self.verifies else 0)
        return hashlib.sha256(key.host.encode()).digest() + bytes([flags]) + key.uses.to_bytes(4)

    def tell(self, kind: str, options: Json) -> bytes:
        """What the browser says of where it is."""
        told = {"type": kind, "challenge": options["challenge"], "origin": self.origin}
        return json.dumps({**told, "crossOrigin": False}).encode()
