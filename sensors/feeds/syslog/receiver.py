"""Receives syslog by UDP (RFC 5426), TCP (RFC 6587: octet counting and lines) and TLS (RFC 5425)."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from sensors.capture import EventBatch
from sensors.feed.complete import Origin
from sensors.feed.logfile import Lines, Mark
from sensors.feed.merging import Merging, Reading
from sensors.feed.tally import Tally
from sensors.feeds.syslog.framing import LONGEST, Frames
from sensors.feeds.syslog.listener import BadListener, Listener, bound_to, context_of, name_of
from sensors.feeds.syslog.parser import SyslogParser, framed

SPAN = 0.25
"""Seconds between two batches."""
MOST_WAITING = 50_000
"""Messages that wait for detection; beyond that TCP waits, and UDP's are dropped and counted."""
MOST_CONNECTIONS = 500
HANDSHAKE = 10.0
"""Seconds for TLS to be agreed on: who connects and says nothing may not hold a place for long."""
IDLE = 600.0
"""Seconds after which a connection that says nothing is closed."""


class Queue:
    """Messages on their way to detection: what `Reading` reads instead of a file."""

    broken = False

    def __init__(self) -> None:
        self._lines: deque[bytes] = deque()
        self._room = threading.Condition()
        self._count = 0
        self.counts: Counter[str] = Counter()
        """Messages `dropped`, `malformed_too_long`, `malformed_cut_off`, connections `refused_connections`."""

    def put(self, line: bytes, *, wait: bool) -> None:
        with self._room:
            if len(self._lines) >= MOST_WAITING:
                if not wait:
                    self.counts["dropped"] += 1
                    return
                self._room.wait_for(lambda: len(self._lines) < MOST_WAITING)
            self._lines.append(line)

    def count(self, counter: str, number: int = 1) -> None:
        """Many threads count."""
        with self._room:
            self.counts[counter] += number

    def read(self, most: int) -> Lines:
        with self._room:
            taken = [self._lines.popleft() for _ in range(min(most, len(self._lines)))]
            self._room.notify_all()
            ended = not self._lines
        first = self._count
        self._count += len(taken)
        return Lines(taken, range(first, self._count), self._count, ended)

    def close(self) -> None:
        """Nothing is open."""


class Receiver:
    """Listens until `finish`; iterating gives `EventBatch`es. Raises BadListener when it begins.

    `certificate` and `key` are PEM files for TLS; with `clients` (PEM of their authority) a client must show its own.
    `now` gives ns since the epoch: when a message came.
    """

    def __init__(
        self,
        listeners: Sequence[Listener],
        *,
        sensor: str,
        certificate: Path | None = None,
        key: Path | None = None,
        clients: Path | None = None,
        now: Callable[[], int] = time.time_ns,
    ) -> None:
        self._now, self._end = now, threading.Event()
        self._queue = Queue()
        self.tally = Tally(Origin(sensor, sensor))
        self._merging = Merging(Origin(sensor, sensor), self.tally)
        # Ids are those of when it began and of the number of the message: no two messages share one.
        self._reading = Reading("syslog", Mark(f"received {now()}"), self._queue, SyslogParser(now))
        self._slots = threading.Semaphore(MOST_CONNECTIONS)
        self._sockets: list[tuple[Listener, socket.socket]] = []
        self._tls = context_of(listeners, certificate, key, clients)
        try:
            for listener in listeners:
                self._sockets.append((listener, bound_to(listener)))
        except BadListener:
            self.close()
            raise
        self.addresses = tuple(f"{each.scheme}://{name_of(bound)}" for each, bound in self._sockets)

    def __iter__(self) -> Iterator[EventBatch]:
        for listener, bound in self._sockets:
            work = self._datagrams if listener.scheme == "udp" else self._connections
            threading.Thread(target=work, args=(listener, bound), name=listener.url, daemon=True).start()
        while True:
            ends = self._end.wait(SPAN)
            yield from self._merging.batches([self._reading])
            self._lost()
            if ends:
                break
            yield self._merging.quiet(self._now() - 1_000_000_000)
        yield self._merging.last()

    def finish(self) -> None:
        """Ends after what came by now. May be called by a signal handler, and twice."""
        self._end.set()

    def close(self) -> None:
        for _, bound in self._sockets:
            bound.close()

    def _lost(self) -> None:
        clock = self._merging.clock or self._now()
        for counter, count in sorted(self._queue.counts.items()):
            known = self.tally.totals.get(counter, 0)
            if count > known:
                self.tally.add(clock, "syslog", counter, 0, count - known)

    def _datagrams(self, _: Listener, bound: socket.socket) -> None:
        while not self._end.is_set():
            try:
                message, peer = bound.recvfrom(LONGEST)
            except TimeoutError:
                continue
            except OSError:
                return
            self._put(peer[0], message, wait=False)

    def _connections(self, listener: Listener, bound: socket.socket) -> None:
        while not self._end.is_set():
            try:
                connection, peer = bound.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            if not self._slots.acquire(blocking=False):
                self._queue.count("refused_connections")
                connection.close()
                continue
            threading.Thread(target=self._serve, args=(listener, connection, peer[0]), daemon=True).start()

    def _serve(self, listener: Listener, connection: socket.socket, peer: str) -> None:
        try:
            connection.settimeout(HANDSHAKE)
            if listener.scheme == "tls" and self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
            connection.settimeout(IDLE)
            self._read(connection, peer)
        except (OSError, ssl.SSLError):
            return  # who sends begins again
        finally:
            connection.close()
            self._slots.release()

    def _read(self, connection: socket.socket, peer: str) -> None:
        stream = Frames()
        try:
            while not self._end.is_set() and (received := connection.recv(LONGEST)):
                for message in stream.take(received):
                    self._put(peer, message, wait=True)
        finally:
            rest, is_cut = stream.finish()
            if rest:
                self._put(peer, rest, wait=True)
            if is_cut:
                self._queue.count("malformed_cut_off")
            if cut := stream.taken_cut():
                self._queue.count("malformed_too_long", cut)

    def _put(self, peer: str, message: bytes, *, wait: bool) -> None:
        self._queue.put(framed(peer.partition("%")[0], self._now(), message), wait=wait)
