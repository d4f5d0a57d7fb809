"""From a packet on the wire to an alert that the API gives: `python -m tests.bench.latency` (needs root).

`bittern run` listens at one end of a wire. From the other come, beside cyclic polling at a rate, single attacks, each
of another host and so each an alert of its own; a client asks the API for that alert again and again.
"""

from __future__ import annotations

import argparse
import http.client
import json
import socket
import statistics
import struct
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from api.analysis import load_rules
from api.storage import open_store
from api.wiring import Settings, Wiring
from tests.bench.captures import generated
from tests.bench.live import flood
from tests.live.running import everything
from tests.live.wire import Wire, enter, frames, wire
from tests.needs import PROJECT

ATTACK = PROJECT / "rules" / "proofs" / "bacnet" / "router-injection.pcap"
"""Two datagrams; the same of another host is another alert."""
SOURCE = slice(26, 30)
"""Address of the sender in a frame of IPv4 on Ethernet."""
CHECKSUM = slice(24, 26)
HOUR = 3_600_000_000_000
PATIENCE = 30.0
PAUSE = 0.01
"""Seconds between two questions to the API."""
SESSIONS = 200


def attack(number: int) -> list[bytes]:
    """The frames of the attack, sent by host 10.77.x.y."""
    found = []
    for _, frame in frames(ATTACK):
        changed = bytearray(frame)
        changed[SOURCE] = bytes([10, 77, number >> 8, number & 255])
        changed[CHECKSUM] = b"\0\0"
        words = struct.unpack_from(">10H", changed, 14)
        total = sum(words)
        total = (total & 0xFFFF) + (total >> 16)
        struct.pack_into(">H", changed, 24, ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF)
        found.append(bytes(changed))
    return found


class Client:
    """Asks the API, from a thread that is in the sensor's namespace."""

    def __init__(self, namespace: str, token: str) -> None:
        enter(namespace)
        self._connection = http.client.HTTPConnection("127.0.0.1", 8080, timeout=PATIENCE)
        self._headers = {"Authorization": f"Bearer {token}"}

    def alerts_from(self, address: str) -> int:
        """Alerts whose source is this address."""
        self._connection.request("GET", f"/api/v1/alerts?limit=5&text={address}", headers=self._headers)
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{answer.status}: {body[:200]!r}")
        return len(json.loads(body)["items"])

    def seconds_until_told(self, address: str, sent: float) -> float:
        """Seconds from `sent` until an alert of this address is there."""
        while not self.alerts_from(address):
            if time.monotonic() - sent > PATIENCE:
                raise TimeoutError(address)
            time.sleep(PAUSE)
        return time.monotonic() - sent


def measured(plant: Wire, data: Path, attacks: int, rate: int) -> list[float]:
    """Seconds from wire to API of each attack."""
    with everything(plant, data) as running, plant.sender_socket() as sender, ThreadPoolExecutor(1) as asking:
        running.wait_for("one-time")
        running.wait_for("listens to")
        client = asking.submit(Client, plant.sensor, token(data)).result()
        stop = threading.Event()
        noise = threading.Thread(target=polling, args=(sender, rate, stop))
        noise.start()
        try:
            found = []
            for number in range(1, attacks + 1):
                time.sleep(0.37)  # no divisor of the spans in which batches are made
                for frame in attack(number):
                    sender.send(frame)
                address = f"10.77.{number >> 8}.{number & 255}"
                found.append(asking.submit(client.seconds_until_told, address, time.monotonic()).result())
            return found
        finally:
            stop.set()
            noise.join()


def polling(sender: socket.socket, rate: int, stop: threading.Event) -> None:
    """Cyclic Modbus at so many packets a second, until told to stop."""
    cyclic = [frame for _, frame in frames(generated("cyclic.pcap", 1_000_000, SESSIONS))]
    second = max(rate, 1)
    place = 0
    while rate and not stop.is_set():
        flood(sender, cyclic[place : place + second], rate)
        place = (place + second) % (len(cyclic) - second)


def token(data: Path) -> str:
    """A token that may read alerts."""
    url = f"embedded:{data / 'store'}"
    with open_store(url) as store:
        wiring = Wiring(store, load_rules(()), Settings(data=data))
        account, _ = wiring.accounts.create("bench", ("analyst",), by="bench", must_choose=False)
        reads = ("alerts:read",)
        return wiring.tokens.create("bench", account.id, reads, frozenset(reads), HOUR, by="bench")[0]


def main() -> int:
    """Print the figures as JSON."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--attacks", type=int, default=60)
    reader.add_argument("--rate", type=int, default=20_000, help="packets a second of polling beside them")
    asked = reader.parse_args()
    with tempfile.TemporaryDirectory() as folder, wire() as plant:
        plant.ip("link", "set", "lo", "up")
        seconds = measured(plant, Path(folder) / "data", asked.attacks, asked.rate)
    print(json.dumps({"attacks": len(seconds), "rate": asked.rate} | spread(seconds)))
    return 0


def spread(seconds: Sequence[float]) -> dict[str, float]:
    """Median, 99th percentile and greatest."""
    ordered = sorted(seconds)
    p99 = ordered[min(len(ordered) - 1, round(0.99 * len(ordered)))]
    return {"p50_s": round(statistics.median(ordered), 2), "p99_s": round(p99, 2), "most_s": round(ordered[-1], 2)}


if __name__ == "__main__":
    sys.exit(main())
