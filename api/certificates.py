"""Until when certificates hold: the server's own and those that sensors show it, as records for whoever watches."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from response.ports import Store
from response.records import Put, RecordQuery, Stored
from response.store_errors import Conflict, NotFound
from response.times import SECOND, time_ns, time_text

KIND = "certificate"
SERVER, SENSOR = "server", "sensor"
"""Whose it is."""
MOST = 1000
DAY = 86_400 * SECOND
AGAIN = DAY // 2
"""After which one that is still shown is noted anew."""
FORGOTTEN = {SERVER: 3 * DAY, SENSOR: 90 * DAY}
"""After which one that is shown no more is left aside."""
LONGEST = 200
"""Letters of a subject: whoever makes a certificate chooses it."""


@dataclass(frozen=True)
class Certificate:
    """What a certificate says: `until` in ns."""

    subject: str
    until: int
    sha256: str


def read(data: bytes) -> Certificate:
    """A certificate in PEM. Raises ValueError for what is none."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    found = x509.load_pem_x509_certificate(data)
    return Certificate(
        found.subject.rfc4514_string()[:LONGEST],
        int(found.not_valid_after_utc.timestamp()) * SECOND,
        hashlib.sha256(found.public_bytes(Encoding.DER)).hexdigest(),
    )


def note(store: Store, of: str, name: str, certificate: Certificate, now: int) -> None:
    """Keeps what a server or sensor shows; that of the same name before is forgotten. Raises StoreError."""
    known = _known(store, f"{of}:{name}")
    is_same = known is not None and known.body["sha256"] == certificate.sha256
    if known is not None and is_same and now - time_ns(known.body["at"]) < AGAIN:
        return
    body = {
        "at": time_text(now), "of": of, "name": name, "subject": certificate.subject,
        "until": time_text(certificate.until), "sha256": certificate.sha256,
    }  # fmt: skip
    with suppress(Conflict):  # another process noted the same
        store.commit([Put(KIND, f"{of}:{name}", body, known.etag if known else None)])


def known(store: Store, now: int) -> tuple[Stored, ...]:
    """All that are shown, the latest first: a server that has not shown its own for so long is gone, a sensor may be
    silent just because it ended. Raises StoreError."""
    found = store.records(RecordQuery(KIND, start=max(0, now - FORGOTTEN[SENSOR]), limit=MOST)).items
    return tuple(each for each in found if now - time_ns(each.body["at"]) <= FORGOTTEN[each.body["of"]])


def days_left(body: Mapping[str, Any], now: int) -> int:
    """Whole days until it ends; below 0 once it has."""
    return int((time_ns(str(body["until"])) - now) // DAY)


def _known(store: Store, record_id: str) -> Stored | None:
    try:
        return store.record(KIND, record_id)
    except NotFound:
        return None
