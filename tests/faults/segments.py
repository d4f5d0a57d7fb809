"""What happens to segments on their way: spoiled, cut off, repeated, out of order, from an unknown sensor.

A carrier of ours stands between the sensor's spool and the worker, as a bad diode or a bad network would, and does
something to each segment by chance. What it spoiled it brings whole at the end, as a person does who is told of a gap.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from api.auth.accounts import Accounts
from api.auth.tokens import Tokens
from api.chains import LOOK, PATIENCE, Chains
from api.forward_https import Https, Trust
from api.forwarding import NotSent
from api.storage import open_store
from api.wiring import random_secret, wall_clock
from sensors.spool import Spool
from tests.faults.counted import told, writes
from tests.faults.plant import Places, Plant, load_on, until
from tests.faults.rows import Case, Row
from tests.live.wire import enter

DEEDS = ("whole", "spoiled", "cut off", "repeated", "late")
SENSOR, STRANGER = "sensor", "stranger"
Give = Callable[[str, bytes], object]
"""Takes the name and the bytes of a segment to the other side."""


@dataclass
class Carrier:
    """Takes segments from the sensor's spool and gives them on, each by chance in one of the ways of DEEDS."""

    spool: Path
    give: Give
    chance: Random
    done: dict[str, int] = field(default_factory=lambda: dict.fromkeys(DEEDS, 0))
    held: dict[str, bytes] = field(default_factory=dict)
    """What came spoiled, and not whole yet."""
    _late: list[tuple[str, bytes]] = field(default_factory=list)

    def carry(self) -> None:
        """All that lies there now."""
        spool = Spool(self.spool)
        for each in list(spool):
            taken = spool.take(each)
            if taken is None:
                continue
            self._carry_one(taken.path.name, taken.path.read_bytes())
            spool.done(taken)

    def _carry_one(self, name: str, data: bytes) -> None:
        deed = self.chance.choice(DEEDS)
        self.done[deed] += 1
        if deed == "late":
            self._late.append((name, data))
            return
        if deed in ("spoiled", "cut off"):
            self.held[name] = data
            data = _spoiled(data, self.chance) if deed == "spoiled" else data[: self.chance.randrange(1, len(data))]
        self.give(name, data)
        if deed == "repeated":
            self.give(name, data)
        if len(self._late) > 2:
            self.give_late()

    def give_late(self) -> None:
        """What was held up, the latest first."""
        while self._late:
            self.give(*self._late.pop())


def _spoiled(data: bytes, chance: Random) -> bytes:
    """A few bytes are others."""
    octets = bytearray(data)
    for _ in range(8):
        octets[chance.randrange(len(octets))] ^= chance.randrange(1, 256)
    return bytes(octets)


def carried(carrier: Carrier, at: Plant, moments: int, again: Give) -> None:
    """Carries until so many segments came spoiled or cut off."""
    ended = threading.Event()

    def run() -> None:
        while not ended.wait(0.05):
            carrier.carry()

    thread = threading.Thread(target=run, name="carrier")
    thread.start()
    try:
        until(lambda: len(carrier.held) >= moments, "the sensor hands over too little", 60.0 + 5 * moments)
    finally:
        ended.set()
        thread.join()


def over_a_folder(folder: Path, moments: int, chance: Random) -> Row:
    """Through a folder, as a diode brings them. The worker refuses what is spoiled, the gap is told, and closes when it
    comes whole."""
    spool, taken = folder / "data" / "spool", folder / "taken"
    (taken / "tmp").mkdir(parents=True)

    def give(name: str, data: bytes) -> None:
        part = taken / "tmp" / name
        part.write_bytes(data)
        part.rename(taken / name)

    carrier = Carrier(spool, give, chance)
    spoiled = 0

    def afterwards(at: Plant) -> None:
        nonlocal spoiled
        carrier.carry()
        carrier.give_late()
        at.wait_empty()
        spoiled = len(carrier.held)
        told_missing(at, spoiled)
        for name, data in carrier.held.items():
            give(name, data)

    def strikes(at: Plant) -> None:
        carried(carrier, at, moments, give)

    row = writes(load_on(folder, strikes, Places(spool=spool, taken=taken), afterwards=afterwards), spoiled)
    return whole_again(row, spoiled)


def told_missing(at: Plant, number: int) -> None:
    """The gaps are told when they were open for a quarter of an hour: the duty of the worker is asked as if that were
    over, in this process, since nobody waits so long here."""
    with open_store(at.url) as store:
        Chains(store)(wall_clock() + PATIENCE + LOOK)
    missing = told(at.url)["spool_segments_missing"]
    assert missing == number, f"{number} segments came spoiled, {missing} are told as missing"


def whole_again(row: Row, number: int) -> Row:
    """What was told as missing came after all: nothing is lost."""
    assert row.told == number
    return Row(row.moments, row.sent, row.counted, row.put_in, row.found, row.missing, row.twice, 0)


def over_https(folder: Path, moments: int, chance: Random) -> Row:
    """To the API of a server, which takes what has the hash that it is said to have: what was spoiled before waits in
    the inbox and is refused by the worker. Segments of a sensor that the token does not belong to are not taken."""
    data = folder / "data"
    with open_store(f"embedded:{data / 'store'}") as store:
        account, _ = Accounts(store, wall_clock, random_secret).create(SENSOR, ("sensor",), by="test")
        scope = ("segments:write",)
        secret, _ = Tokens(store, wall_clock, random_secret).create(
            "up", account.id, scope, frozenset(scope), 3600 * 10**9, by="test"
        )
    refused = 0

    def strikes(at: Plant) -> None:
        nonlocal refused
        enter(at.wire.sensor)
        raise NotImplementedError

    raise NotImplementedError(strikes, secret, closing, Https, Trust, NotSent, refused)


CASES = (Case("segments spoiled, cut off, repeated, late: a folder", 20, over_a_folder),)
