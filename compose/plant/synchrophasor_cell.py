"""A measured bay: pyc37's PMU, its concentrator (pyc37's PDC), and senders and listeners of hand-made frames."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from pyc37.pdc import Pdc  # type: ignore[import-untyped]

from compose.plant.addresses import ip
from compose.plant.lab import Lab

TCP_PORT, UDP_PORT = 4712, 4713
STREAM = 17
_SCRIPT = Path(__file__).with_name("synchrophasor_pmu.py")


@contextlib.contextmanager
def pmu(lab: Lab, host: str = "relay") -> Iterator[None]:
    """Run pyc37's PMU while the block runs."""
    log = lab.folder / f"pmu-{host}.log"
    lab[host].daemon([sys.executable, str(_SCRIPT), ip(host)], log)
    until = time.monotonic() + 20
    while b"serving" not in (log.read_bytes() if log.exists() else b""):
        if time.monotonic() > until:
            raise TimeoutError(f"the PMU does not serve: {log.read_text()}")
        time.sleep(0.1)
    yield


def concentrator(host: str = "relay", stream: int = STREAM) -> Pdc:
    """Connect pyc37's PDC to the PMU; call in a host's thread."""
    pdc = Pdc(pdc_id=stream, pmu_ip=ip(host), pmu_port=TCP_PORT)
    pdc.logger.setLevel(logging.ERROR)
    pdc.run()
    pdc.pmu_socket.settimeout(5)
    return pdc


def collect(frames: int, stop: bool = True) -> None:
    """What a concentrator does: configuration, transmission on, so many frames, and off."""
    pdc = concentrator()
    pdc.get_config()
    pdc.start()
    for _ in range(frames):
        pdc.get()
    if stop:
        pdc.stop()
        time.sleep(0.3)
    pdc.quit()


def send_datagrams(
    host: str, frames: Sequence[bytes], pause: float = 0.1, ports: tuple[int, int] = (TCP_PORT, UDP_PORT)
) -> None:
    """Send frames as datagrams, `pause` seconds apart. ports: from and to."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        link.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        link.bind(("0.0.0.0", ports[0]))
        for frame in frames:
            link.sendto(frame, (ip(host), ports[1]))
            time.sleep(pause)


class Listener:
    """Takes datagrams and answers none, so that nobody says that the port is closed."""

    def __init__(self, lab: Lab, host: str, port: int = UDP_PORT) -> None:
        self._space = lab[host]

        async def listen() -> asyncio.BaseTransport:
            link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            # The host also sends from this port.
            link.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            link.bind((ip(host), port))
            return (await self._space.loop.create_datagram_endpoint(asyncio.DatagramProtocol, sock=link))[0]

        self._transport = self._space.run(listen())

    def stop(self) -> None:
        """Stop listening."""
        self._space.loop.call_soon_threadsafe(self._transport.close)


class Answering:
    """A TCP server that answers the n-th request with the n-th list of frames: made by hand where pyc37 has none."""

    def __init__(self, lab: Lab, host: str, answers: Sequence[Sequence[bytes]], port: int = TCP_PORT) -> None:
        self._answers, self._space = answers, lab[host]
        self._server = self._space.run(asyncio.start_server(self._talk, ip(host), port))

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for frames in self._answers:
            if not await reader.read(4096):
                break
            for frame in frames:
                writer.write(frame)
                await writer.drain()
                await asyncio.sleep(0.05)
        await reader.read(1)
        writer.close()

    def stop(self) -> None:
        """Stop listening."""
        self._space.loop.call_soon_threadsafe(self._server.close)


def ask(host: str, requests: Sequence[bytes], pause: float = 0.4, port: int = TCP_PORT) -> None:
    """Connect, send each request and hear what comes."""
    with socket.create_connection((ip(host), port), timeout=5) as link:
        for request in requests:
            link.sendall(request)
            until = time.monotonic() + pause
            link.settimeout(0.1)
            while time.monotonic() < until:
                with contextlib.suppress(TimeoutError):
                    if not link.recv(65_536):
                        return
