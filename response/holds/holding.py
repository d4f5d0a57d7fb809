"""The worker's duty that makes what is held on disk what people decided. Restartable at any instruction.

Order: the record says that a hold was seen; packets are copied, each run of frames whole or not at all; the list of
hashes grows; the record counts, with a line of the audit log in the same write. At the end of a hold the packets go
back, then the record says so. Who dies between is taken up by the next round, which copies only what is missing.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from response.alerts import Alert
from response.holds.record import CHANGED, GOING_ON, KEPT, KIND, SUMS, Found, begun, kept, released
from response.ports import Store
from response.records import Deed, Put, RecordQuery, Stored
from response.store_errors import Conflict, NotFound
from response.times import SECOND, time_ns
from sensors._core import NoPacketsKey
from sensors.carried_packets import runs_of
from sensors.held_packets import NOTHING
from sensors.kept_packets import CARRIED, KeptPackets

WHO = "bittern"
EVERY, AGAIN, PATIENCE = 2 * SECOND, 30 * SECOND, 900 * SECOND
"""How often holds are looked at; how often what was gone is looked for once more, for packets follow their alert
with a later segment; and for how long after the last of them came."""
MOST_PACKETS = 100_000
"""Of one incident."""
AT_ONCE = 100
Frames = Mapping[tuple[str, str], Sequence[tuple[int, int]]]
"""Spans that share no frame, ascending, by sensor and capture."""


class Holding:
    """The duty; `data` is the folder of rings, captures and what is held; `keys` open what is encrypted there, and the
    first one encrypts what is held. A disk that refuses is an error of this round, told by the worker, and tried again.
    """

    def __init__(self, store: Store, data: Path, keys: Sequence[bytes] = ()) -> None:
        self._store, self._packets, self._carried = store, KeptPackets(data, keys), data / CARRIED
        self._due = 0
        self._looked: dict[str, int] = {}

    def __call__(self, now: int) -> bool:
        """A round when it is time; whether anything changed."""
        if now < self._due:
            return False
        self._due = now + EVERY
        changed, refused = False, None
        incidents = {each.id: each for each in _every(self._store, "incident", held=True)}
        records = {each.id: each for each in _every(self._store, KIND, state=GOING_ON)}
        for name, incident in incidents.items():
            try:
                changed |= bool(incident.body["alerts"]) and self._kept(incident, records.get(name), now)
            except OSError as error:  # the next incident may be on a disk that works
                refused = error
        for name, record in records.items():
            if name not in incidents or not incidents[name].body["alerts"]:
                self._release(record, now)
                changed = True
        if refused is not None:
            raise refused
        return changed

    def _kept(self, incident: Stored, known: Stored | None, now: int) -> bool:
        if not self._is_due(incident, known, now):
            return False
        self._looked[incident.id] = now
        record = known or self._begin(incident, now)
        if record is None or record.body["state"] == CHANGED:
            return False
        found = self._copied(incident, record)
        body = kept(record.body, found, incident, now) if found else {**record.body, "state": CHANGED}
        is_news = found is None or any(body[name] != record.body[name] for name in ("state", *SUMS))
        told = {name: body[name] for name in (*SUMS, "sha256")} if found else {"changed": True}
        deed = Deed(now, WHO, "evidence.hold", "incident", incident.id, told) if is_news else None
        if body != dict(record.body):
            self._store.commit([Put(KIND, incident.id, body, record.etag)], deed)
        return is_news

    def _is_due(self, incident: Stored, known: Stored | None, now: int) -> bool:
        """Whether there may be more to copy than there was."""
        if known is None or known.body["state"] != KEPT or known.body["etag"] != incident.etag:
            return True
        lately = now - max(time_ns(known.body["at"]), time_ns(incident.body["last_seen"])) < PATIENCE
        return bool(known.body["gone"]) and lately and now - self._looked.get(incident.id, 0) >= AGAIN

    def _begin(self, incident: Stored, now: int) -> Stored | None:
        """A hold that begins, or begins once more."""
        try:
            etag = self._store.record(KIND, incident.id).etag
        except NotFound:
            etag = None
        try:
            [stored] = self._store.commit([Put(KIND, incident.id, begun(incident.body, now, NOTHING), etag)])
        except Conflict:
            return None  # another worker was quicker
        assert isinstance(stored, Stored)
        return stored

    def _copied(self, incident: Stored, record: Stored) -> Found | None:
        """Copies what is missing; None when the list is not what it was."""
        held, packets, gone, left_out = self._packets.held, 0, 0, 0
        for (sensor, capture), named in wanted(self._alerts(incident)).items():
            spans, beyond = within(named, MOST_PACKETS - packets - gone)
            left_out += beyond
            try:
                there = held.numbers(incident.id, sensor, capture, spans)
            except NoPacketsKey:
                raise _locked(capture) from None
            missing = without(spans, there)
            asked = sum(last - first + 1 for first, last in missing)
            cut = self._packets.cut(sensor, capture, missing, asked) if missing else None
            if cut and cut.kept.state == "locked":
                raise _locked(capture)
            numbers = cut.numbers if cut else ()
            if cut and numbers:
                held.keep(incident.id, sensor, tuple(runs_of(capture, cut.data, numbers)))
            packets += len(there) + len(numbers)
            gone += asked - len(numbers)
        listed = held.listed(incident.id, record.body["sha256"], record.body["listed"])
        if listed is None:
            return None
        return Found(packets, listed.octets, listed.files, gone, left_out, listed.sha256, listed.listed)

    def _alerts(self, incident: Stored) -> Iterator[Alert]:
        for name in incident.body["alerts"]:
            try:
                yield self._store.alert(name)
            except NotFound:
                continue

    def _release(self, record: Stored, now: int) -> None:
        self._packets.held.release(record.id, self._carried)
        body = released(record.body, self._store.record("incident", record.id).body, now)
        told = {name: record.body[name] for name in ("packets", "bytes", "files", "sha256")}
        deed = Deed(now, WHO, "evidence.release", "incident", record.id, told)
        self._store.commit([Put(KIND, record.id, body, record.etag)], deed)


def _locked(capture: str) -> PermissionError:
    return PermissionError(errno.EACCES, "encrypted with a key that is not there", capture)


def wanted(alerts: Iterator[Alert]) -> Frames:
    """All frames that alerts name, each once."""
    named: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for alert in alerts:
        for each in alert.packets:
            named.setdefault((alert.sensor, each.capture), []).append((each.first, each.last))
    return {where: _joined(spans) for where, spans in sorted(named.items())}


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return found


def within(spans: Sequence[tuple[int, int]], most: int) -> tuple[list[tuple[int, int]], int]:
    """The first so many frames of spans, and how many are left out."""
    found: list[tuple[int, int]] = []
    beyond = 0
    for first, last in spans:
        size = last - first + 1
        fits = max(0, min(size, most))
        if fits:
            found.append((first, first + fits - 1))
        most -= fits
        beyond += size - fits
    return found, beyond


def without(spans: Sequence[tuple[int, int]], numbers: frozenset[int]) -> list[tuple[int, int]]:
    """Spans without some of their frames."""
    left = [n for first, last in spans for n in range(first, last + 1) if n not in numbers]
    return _joined([(n, n) for n in left])


def _every(store: Store, kind: str, **equals: bool | Sequence[str]) -> Iterator[Stored]:
    cursor: str | None = None
    while True:
        page = store.records(RecordQuery(kind, equals, limit=AT_ONCE, cursor=cursor))
        yield from page.items
        cursor = page.cursor
        if cursor is None:
            return
