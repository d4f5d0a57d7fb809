"""The certificate of a drill: canonical JSON (RFC 8785), signed with Ed25519, checked anywhere without a network."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from response.reports.canonical import canonical, plain
from response.reports.signing import KeyTrouble, PublicKey, SigningKey, read_public

FORM = "bittern.drill/v1"
ALGORITHM = "Ed25519"
FINE, UNKNOWN, FORGED, UNSIGNED = "fine", "unknown", "forged", "unsigned"
"""What a signature is: of a key that is vouched for; whole, but anybody's; not of these bytes; none."""


def certificate(data: Mapping[str, Any], key: SigningKey | None) -> dict[str, Any]:
    """The certificate that says `data`; without a key it is one that nobody vouches for."""
    body = plain(data)
    if key is None:
        return {"schema": FORM, "data": body, "signature": None}
    signature = {
        "algorithm": ALGORITHM,
        "fingerprint": key.public.fingerprint,
        "public_key": key.public.pem.decode(),
        "value": base64.b64encode(key.sign(canonical(body))).decode(),
    }
    return {"schema": FORM, "data": body, "signature": signature}


class NoCertificate(ValueError):
    """Bytes that are no certificate of a drill."""


@dataclass(frozen=True)
class Checked:
    """What a certificate says and whether it holds; `key` is the one that signed it, None where none did."""

    data: Mapping[str, Any]
    signature: str
    key: PublicKey | None = None

    @property
    def holds(self) -> bool:
        return self.signature == FINE


def check(text: bytes, known: Sequence[PublicKey], fingerprints: Sequence[str] = ()) -> Checked:
    """Compares a certificate with its signature; `known` keys and `fingerprints` are vouched for. Raises
    NoCertificate."""
    try:
        whole = json.loads(text)
        data, signature = whole["data"], whole["signature"]
        if whole["schema"] != FORM or not {"state", "trials", "id"} <= data.keys():
            raise NoCertificate
        if signature is None:
            return Checked(data, UNSIGNED)
        return _compared(data, signature, known, fingerprints)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, binascii.Error, KeyTrouble):
        raise NoCertificate from None


def _compared(
    data: Mapping[str, Any], signature: Mapping[str, Any], known: Sequence[PublicKey], fingerprints: Sequence[str]
) -> Checked:
    signer = read_public(signature["public_key"].encode(), "certificate")
    named = next((key for key in known if key.fingerprint == signer.fingerprint), None)
    whole = signer.signed(canonical(data), base64.b64decode(signature["value"], validate=True))
    if not whole or signature["algorithm"] != ALGORITHM or signature["fingerprint"] != signer.fingerprint:
        return Checked(data, FORGED, named or signer)
    vouched = named is not None or signer.fingerprint in fingerprints
    return Checked(data, FINE if vouched else UNKNOWN, named or signer)
