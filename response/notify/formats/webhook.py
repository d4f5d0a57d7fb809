"""A letter as a Standard Webhook (specification 1.0.0): body, and headers signed with HMAC-SHA256."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Sequence
from typing import Any

from response.notify.sender import Letter
from response.times import time_text

PREFIX = "whsec_"
SHORTEST, LONGEST = 24, 64
"""Bytes of a secret (specification, section on symmetric signatures)."""


def body_of(letter: Letter) -> bytes:
    """`{"type", "timestamp", "data"}`: names of the vocabulary, the sentence in the channel's language."""
    data: dict[str, Any] = {
        "id": letter.about.id,
        "kind": letter.about.kind,
        "severity": letter.severity,
        "drill": letter.drill,
        "lang": letter.lang,
        "subject": letter.subject,
        "text": letter.text,
        "link": letter.link or None,
        "facts": dict(letter.facts),
    }
    whole = {"type": f"bittern.{letter.kind}", "timestamp": time_text(letter.at), "data": data}
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def key_of(secret: str) -> bytes | None:
    """The key in `whsec_` + base64 of 24 to 64 bytes; None when the text is no such secret."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return None
    return key if secret.startswith(PREFIX) and SHORTEST <= len(key) <= LONGEST else None


def signature(key: bytes, message: str, second: int, body: bytes) -> str:
    """`v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`; `second` since the epoch."""
    signed = b".".join((message.encode(), str(second).encode(), body))
    return f"v1,{base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()}"


def headers(keys: Sequence[bytes], message: str, second: int, body: bytes) -> dict[str, str]:
    """The three headers; one signature for each key, so that a receiver can change to a new one at leisure."""
    return {
        "webhook-id": message,
        "webhook-timestamp": str(second),
        "webhook-signature": " ".join(signature(key, message, second, body) for key in keys),
    }
