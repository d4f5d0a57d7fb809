"""A world for runs of playbooks that can be cut off at any moment: a store and ports that count what reaches them.

PYTEST_DONT_REWRITE: a test module imports this file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from response.alerts import Alert
from response.playbooks.desk import Desk
from response.playbooks.load import Playbooks
from response.playbooks.ports import Call, Ports, Reply
from response.playbooks.schema import Schemas
from response.playbooks.stored import StoredAlerts, StoredInventory, StoredTickets
from response.playbooks.stored_evidence import EvidenceFolder
from response.ports import Store
from response.records import Deed, Stored, Write
from tests.contract.store_cases import START
from tests.needs import PROJECT


class Killed(BaseException):
    """What `kill -9` is to the process: nothing in it may catch this."""


@dataclass
class Fuse:
    """Blows at the `limit`-th point that is passed; None never does."""

    limit: int | None = None
    passed: int = 0

    def point(self) -> None:
        self.passed += 1
        if self.passed == self.limit:
            raise Killed


class CuttingStore:
    """A store whose commits may be the last thing that happens, done or not."""

    def __init__(self, store: Store, fuse: Fuse) -> None:
        self._store = store
        self._fuse = fuse

    def commit(self, writes: Sequence[Write], deed: Deed | None = None) -> tuple[Stored | Alert, ...]:
        self._fuse.point()
        done = self._store.commit(writes, deed)
        self._fuse.point()
        return done

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


@dataclass
class Outside:
    """The world outside, which outlives every crash: what reached it, by key."""

    messages: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)


@dataclass
class Messages:
    """A way to people that hands each message on at once."""

    outside: Outside
    fuse: Fuse

    def send(self, to: str, subject: str, text: str, key: str, drill: bool) -> str:
        self.fuse.point()
        self.outside.messages[key] += 1
        self.fuse.point()
        return f"m-{key}"


@dataclass
class Calls:
    """Another program that counts what it is asked."""

    outside: Outside
    fuse: Fuse

    def call(self, call: Call) -> Reply:
        self.fuse.point()
        self.outside.calls[call.key] += 1
        self.fuse.point()
        return Reply(202, "accepted")


class Clock:
    """Time that goes on by a second with every look at it."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> int:
        self.now += 1_000_000_000
        return self.now


def shipped_playbooks() -> Playbooks:
    return loaded(PROJECT / "rules" / "playbooks")


def loaded(folder: Path) -> Playbooks:
    found = Playbooks.load([folder], Schemas.read(PROJECT / "rules" / "cacao"))
    assert found.issues == ()
    return found


def desk_of(
    store: Store,
    folder: Path,
    playbooks: Playbooks | None = None,
    *,
    clock: Clock | None = None,
    fuse: Fuse | None = None,
    outside: Outside | None = None,
    **ports: Any,
) -> Desk:
    """A desk as a fresh process has it, over a world that was there before."""
    fuse, outside = fuse or Fuse(), outside or Outside()
    cutting: Any = CuttingStore(store, fuse)
    given: Mapping[str, Any] = {
        "alerts": StoredAlerts(cutting),
        "inventory": StoredInventory(cutting),
        "evidence": EvidenceFolder(cutting, folder),
        "tickets": StoredTickets(cutting),
        "messenger": Messages(outside, fuse),
        "http": Calls(outside, fuse),
        **ports,
    }
    return Desk(cutting, playbooks or shipped_playbooks(), Ports(**given), clock or Clock())
