"""Answers as the core reads them (`sensors/core/wire/src/protocol/dissector/answer.rs` has the table)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from struct import pack
from typing import Any

from sensors.dissector.facts import Fact, Flag, Identity, Item, Publication, Reply, Request, Session
from sensors.dissector.protocol import Bad, Framing, Guess, Mine, Need, Oversize

TEXT = 512
DETAILS = 8192
ITEMS, NUMBERS, FACTS = 256, 4096, 255
ABSENT = b"\xff\xff"
OUTCOMES = {"unknown": b"\x00", "success": b"\x01", "failure": b"\x02"}
SENDERS = {"client": b"\x00", "server": b"\x01", None: b"\x02"}
EXACT = 1 << 53
"""Above it a double does not hold every whole number."""


class Nonsense(Exception):
    """A dissector said what cannot be."""


class Encoder:
    """Encodes what a dissector says; `flags` and `details` are the words it declares."""

    def __init__(self, flags: Sequence[str], details: Sequence[str], operations: Sequence[str]) -> None:
        self._flags, self._details, self._operations = frozenset(flags), frozenset(details), frozenset(operations)

    def guess(self, guess: Guess) -> bytes:
        match guess:
            case None:
                return b"\x00"
            case Need():
                return b"\x01"
            case Mine(confidence, sender) if 0 <= confidence <= 1:
                return pack("<Bf", 2, confidence) + _known(SENDERS, sender)
        raise Nonsense(f"probe: {guess!r:.100}")

    def tail(self, framing: Framing) -> bytes:
        match framing:
            case Need(count):
                return pack("<BI", 1, _size(count))
            case int() if not isinstance(framing, bool):
                return pack("<BI", 2, _size(framing))
            case Oversize(count):
                return pack("<BI", 3, _size(count))
            case Bad(flag):
                return b"\x04" + self._flag(flag)
        raise Nonsense(f"framing: {framing!r:.100}")

    def facts(self, facts: Sequence[Fact]) -> bytes:
        if len(facts) > FACTS:
            raise Nonsense(f"{len(facts)} facts in one message")
        return pack("<B", len(facts)) + b"".join(map(self._fact, facts))

    def failure(self, why: str) -> bytes:
        """The one fact of a message on which the dissector's code failed."""
        return b"\x01\x07" + _text(json.dumps({"error": why[:200]}, ensure_ascii=False), DETAILS)

    def _fact(self, fact: Fact) -> bytes:
        match fact:
            case Request():
                return b"\x01" + self._heading(fact) + self._items(fact.items)
            case Reply():
                return b"\x02" + self._heading(fact) + _ending(fact) + self._items(fact.items)
            case Publication():
                return b"\x03" + self._heading(fact) + _ending(fact) + self._items(fact.items)
            case Flag(name, offset, details):
                return b"\x04" + self._flag(name) + _number(offset) + self._json(details)
            case Identity(attribute, value, confidence, about):
                sender = {"sender": b"\x00", "receiver": b"\x01"}
                words = _known(sender, about) + _word(attribute) + _text(value)
                return b"\x05" + words + pack("<f", min(max(float(confidence), 0.0), 1.0))
            case Session():
                return b"\x06" + self._session(fact)
        raise Nonsense(f"fact: {fact!r:.100}")

    def _heading(self, fact: Request | Reply | Publication) -> bytes:
        key = None if isinstance(fact, Publication) else fact.key
        unit = fact.unit if fact.unit is None else str(fact.unit)
        return b"".join((
            _key(key),
            _number(fact.function_code), _text(fact.function),
            _number(fact.subfunction_code), _text(fact.subfunction),
            _text(unit), _text(fact.client_name), _text(fact.user),
        ))  # fmt: skip

    def _items(self, items: Sequence[Item]) -> bytes:
        if len(items) > ITEMS:
            raise Nonsense(f"{len(items)} items in one message")
        return pack("<H", len(items)) + b"".join(map(self._item, items))

    def _item(self, item: Item) -> bytes:
        start = b"\x00" if item.start is None else pack("<Bq", 1, item.start)
        outcome = b"\xff" if item.outcome is None else _known(OUTCOMES, item.outcome)
        return b"".join((
            self._operation(item.operation), _text(item.kind), _text(item.address), start, pack("<I", item.count),
            _values(item), outcome, _status(item.status), self._json(item.details),
        ))  # fmt: skip

    def _session(self, fact: Session) -> bytes:
        return b"".join((
            _word(fact.kind), self._operation(fact.operation), _ending(fact), _text(fact.user),
            _text(fact.secret_kind), _text(fact.client_name), _text(fact.server_name), self._json(fact.details),
        ))  # fmt: skip

    def _operation(self, operation: str | None) -> bytes:
        if operation is not None and operation not in self._operations:
            raise Nonsense(f"operation: {operation!r:.100}")
        return _text(operation)

    def _flag(self, name: str) -> bytes:
        if name not in self._flags:
            raise Nonsense(f"flag that is not declared: {name!r:.100}")
        return _text(name)

    def _json(self, details: Mapping[str, Any] | None) -> bytes:
        if details is None:
            return ABSENT
        for key, value in details.items():
            if key not in self._details or not isinstance(value, int | float | str):
                raise Nonsense(f"detail that is not declared: {key!r:.100}")
        cut = {key: value[:TEXT] if isinstance(value, str) else value for key, value in details.items()}
        text = json.dumps(cut, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")
        if len(text) > DETAILS:
            raise Nonsense("details too long")
        return pack("<H", len(text)) + text


def _known(table: Mapping[Any, bytes], word: object) -> bytes:
    if word not in table:
        raise Nonsense(f"{word!r:.100} is none of {', '.join(map(str, table))}")
    return table[word]


def _size(count: int) -> int:
    if not 0 <= count < 1 << 32:
        raise Nonsense(f"length {count}")
    return count


def _number(number: int | None) -> bytes:
    return b"\x00" if number is None else pack("<BI", 1, number)


def _text(text: str | None, limit: int = TEXT) -> bytes:
    """A text of at most so many bytes; what an encoding cannot hold and NUL become replacement characters."""
    if text is None:
        return ABSENT
    raw = text.replace("\0", "\ufffd").encode("utf-8", "replace")
    if len(raw) > limit:
        raw = raw[:limit].decode("utf-8", "ignore").encode()
    return pack("<H", len(raw)) + raw


def _word(text: str) -> bytes:
    if not text:
        raise Nonsense(f"no word: {text!r:.100}")
    return _text(text)


def _key(key: bytes | int | None) -> bytes:
    if key is None:
        return b"\x00"
    raw = key.to_bytes(8, "big", signed=True) if isinstance(key, int) else bytes(key)
    if len(raw) > 255:
        raise Nonsense(f"key of {len(raw)} bytes")
    return pack("<BB", 1, len(raw)) + raw


def _status(status: tuple[int, str] | None) -> bytes:
    return b"\x00" if status is None else pack("<BI", 1, status[0]) + _text(status[1])


def _ending(fact: Reply | Publication | Session) -> bytes:
    return _known(OUTCOMES, fact.outcome) + _status(fact.status)


def _values(item: Item) -> bytes:
    values = item.values
    if values is None:
        return b"\x00"
    if isinstance(values, str):
        return b"\x02" + _text(item.type or "text") + _text(values)
    if len(values) > NUMBERS:
        raise Nonsense(f"{len(values)} values in one item")
    numbers = [float(value) for value in values]
    large = any(isinstance(value, int) and abs(value) > EXACT for value in values)
    exact = _text(", ".join(map(str, values))) if large else ABSENT
    head = b"\x01" + _text(item.type or "number")
    return head + pack(f"<H{len(numbers)}d", len(numbers), *numbers) + exact
