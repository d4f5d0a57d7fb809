"""What happens to segments on their way: spoiled, cut off, repeated, out of order, from an unknown sensor.

A carrier of ours stands between the sensor's spool and the worker, as a bad diode or a bad network would, and does
something to each segment by chance. What it spoiled it brings whole at the end, as a person does who is told of a gap.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
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
from tests.authorities import Authority
from tests.faults.counted import pages, told, writes
from tests.faults.plant import Places, Plant, load_on, until
from tests.faults.rows import Case, Row
from tests.integration.test_intake import spooled
from tests.live.wire import enter

DEEDS = ("whole", "spoiled", "cut off", "repeated", "late")
SENSOR, STRANGER = "sensor", "stranger"
MOST_LATE = 3
Give = Callable[[str, bytes], object]
"""Takes the name and the bytes of a segment to the other side."""


@dataclass
class Carrier:
    """Takes segments from the sensor's spool and gives them on, each by chance in one of the ways of DEEDS."""

    spool: Path
    give: Give
    chance: Random
    held: dict[str, bytes] = field(default_factory=dict)
    """What came spoiled or cut off, whole."""
    deeds: Sequence[str] = DEEDS
    _late: list[tuple[str, bytes]] = field(default_factory=list)

    def carry(self) -> None:
        """All that lies there now."""
        spool = Spool(self.spool)
        for each in list(spool):
            taken = spool.take(each)
            if taken is not None:
                self._carry_one(taken.path.name, taken.path.read_bytes())
                spool.done(taken)

    def finish(self) -> None:
        """The rest as it should be, and what was held up: nobody could know that the last of a chain is missing."""
        self.deeds = ("whole",)
        self.carry()
        self._give_late()

    def _carry_one(self, name: str, data: bytes) -> None:
        deed = self.chance.choice(self.deeds)
        if deed in ("repeated", "late"):
            self._late.append((name, data))
        if deed in ("spoiled", "cut off"):
            self.held[name] = data
            data = _spoiled(data, self.chance) if deed == "spoiled" else data[: self.chance.randrange(1, len(data))]
        if deed != "late":
            self.give(name, data)
        if len(self._late) >= MOST_LATE:
            self._give_late()

    def _give_late(self) -> None:
        """The latest first."""
        while self._late:
            self.give(*self._late.pop())


def _spoiled(data: bytes, chance: Random) -> bytes:
    """A few bytes are others."""
    octets = bytearray(data)
    for _ in range(8):
        octets[chance.randrange(len(octets))] ^= chance.randrange(1, 256)
    return bytes(octets)


def tried(folder: Path, give: Give, places: Places, moments: int, chance: Random) -> Row:
    """Lets the carrier carry until so many segments came spoiled or cut off; then they are told as missing, come whole,
    and are told as late."""
    carrier = Carrier(folder / "data" / "spool", give, chance)
    number = 0

    def strikes(at: Plant) -> None:
        def enough() -> bool:
            carrier.carry()
            return len(carrier.held) >= moments

        until(enough, "the sensor hands over too little", 120.0 + 5 * moments)

    def afterwards(at: Plant) -> None:
        nonlocal number
        carrier.finish()
        at.wait_empty()
        number = net_missing(at, 1)
        for each in carrier.held.items():
            give(*each)

    at = load_on(folder, strikes, places, afterwards=afterwards)
    if number != len(carrier.held):
        raise RuntimeError(f"{len(carrier.held)} segments came spoiled, {number} were told as missing")
    net = net_missing(at, 2)
    row = writes(at, number)
    return replace(row, told=net)


def net_missing(at: Plant, look: int) -> int:
    """Segments that are told as missing, less those told as late. A gap is told when it was open for a quarter of an
    hour: the duty of the worker is done here as if that were over, for nobody waits so long."""
    with open_store(at.url) as store:
        Chains(store)(wall_clock() + PATIENCE + look * LOOK)
    found = told(at.url)
    return found["spool_segments_missing"] - found["spool_segments_late"]


def through_a_folder(folder: Path, moments: int, chance: Random) -> Row:
    """As a diode brings them."""
    taken = folder / "taken"
    (taken / "tmp").mkdir(parents=True)

    def give(name: str, data: bytes) -> None:
        part = taken / "tmp" / name
        part.write_bytes(data)
        part.rename(taken / name)

    return tried(folder, give, Places(taken=taken), moments, chance)


def over_https(folder: Path, moments: int, chance: Random) -> Row:
    """To a server. With each comes one of a sensor that nobody knows, under its own name, which the server does not
    take, and under the name of this one, which the worker refuses."""
    ours = Authority(folder / "ours", "ours")
    server, secret = ours.signed("server"), token(folder / "data")
    stranger = next(iter(Spool(spooled(folder / "theirs", 1, STRANGER)))).path
    namespaces: list[str] = []
    places = Places(
        taken=folder / "data" / "inbox" / SENSOR,
        serving=("--tls-cert", str(server.certificate), "--tls-key", str(server.key)),
        told=namespaces.append,
    )
    with closing(Https("https://127.0.0.1:8080", lambda: secret, Trust(ours.certificate))) as target, pool() as inside:

        def give(name: str, data: bytes) -> None:
            inside(namespaces[0], target.send, SENSOR, name, data)
            inside(namespaces[0], target.send, SENSOR, stranger.name.replace("0", "9", 1), stranger.read_bytes())
            try:
                inside(namespaces[0], target.send, STRANGER, stranger.name, stranger.read_bytes())
            except NotSent as error:
                if error.code != "not_allowed":
                    raise
            else:
                raise RuntimeError("the server takes segments of a sensor that the token does not belong to")

        row = tried(folder, give, places, moments, chance)
    with open_store(f"embedded:{folder / 'data' / 'store'}") as store:
        if any(STRANGER in frame["observer.name"].to_list() for frame in pages(store, "transaction")):
            raise RuntimeError("events of a sensor that nobody knows are in the store")
    return row


def token(data: Path) -> str:
    """The secret of an account for the sensor."""
    scope = ("segments:write",)
    with open_store(f"embedded:{data / 'store'}") as store:
        account, _ = Accounts(store, wall_clock, random_secret).create(SENSOR, ("sensor",), by="test")
        made = Tokens(store, wall_clock, random_secret)
        return made.create("up", account.id, scope, frozenset(scope), 3600 * 10**9, by="test")[0]


@contextmanager
def pool() -> Iterator[Callable[..., object]]:
    """Calls in a thread of its own, which goes into a namespace for good."""
    entered: list[str] = []

    def there(namespace: str, deed: Callable[..., object], *given: object) -> object:
        if not entered:
            enter(namespace)
            entered.append(namespace)
        return deed(*given)

    with ThreadPoolExecutor(1) as threads:
        yield lambda *given: threads.submit(there, *given).result()


CASES = (
    Case("segments spoiled, cut off, repeated, late: a folder", 20, through_a_folder),
    Case("segments spoiled, cut off, repeated, late, of a stranger: HTTPS", 20, over_https),
)
