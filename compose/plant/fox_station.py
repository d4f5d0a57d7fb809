"""A Niagara Fox station and its workbench, by hand: no stack is to be had. Frames as they stand on the wire."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from compose.plant.addresses import FOX_PORT, ip
from compose.plant.lab import Lab

Body = dict[str, str | bytes]
USERS = {"operator": "k1ln-9", "engineer": "f0x-hill"}


def frame(kind: str, sequence: int, reply: int, channel: str, command: str, body: Body | None = None) -> bytes:
    """A frame; values are written with their type: `s:text`, `i:1`, bytes as `b`."""
    out = f"fox {kind} {sequence} {reply} {channel} {command}\n{{\n".encode()
    for name, value in (body or {}).items():
        if isinstance(value, bytes):
            out += f"{name}=b:{len(value)}[".encode() + value + b"]\n"
        else:
            out += f"{name}={value}\n".encode()
    return out + b"};;\n"


async def read(reader: asyncio.StreamReader) -> tuple[str, int, str, str, dict[str, str]] | None:
    """Type, reply number, channel, command and texts of the next frame."""
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        line = (await reader.readuntil(b"\n")).decode("latin-1").split()
        end = b"]\n};;\n" if line[5] == "stream" else b"};;\n"
        body = (await reader.readuntil(end)).decode("latin-1")
        pairs = (entry.split("=", 1) for entry in body.splitlines() if "=" in entry)
        return line[1], int(line[3]), line[4], line[5], {name: value.partition(":")[2] for name, value in pairs}
    return None


@dataclass
class Station:
    """What a station answers. `log`: who did what, for scripts to look at."""

    host: str
    log: list[str] = field(default_factory=list)
    _next: int = 0

    def send(self, kind: str, reply: int, channel: str, command: str, body: Body | None = None) -> bytes:
        """The station's next frame."""
        self._next += 1
        return frame(kind, self._next - 1, reply, channel, command, body)

    def hello(self) -> bytes:
        """What it says of itself."""
        return self.send("a", -1, "fox", "hello", {
            "fox.version": "s:1.0.1", "id": "i:122", "hostName": f"s:{ip(self.host)}",
            "hostAddress": f"s:{ip(self.host)}", "app.name": "s:Station", "app.version": "s:3.8.213",
            "vm.name": "s:Java HotSpot(TM) Client VM", "os.name": "s:QNX", "os.version": "s:6.4.1",
            "station.name": "s:Boiler_House", "lang": "s:en", "hostId": "s:Qnx-NPM6-0000-16A3-8210",
            "brandId": "s:vykon", "sysInfo": "o:bog 14[<bog>};;</bog>]",
        })  # fmt: skip

    def answer(self, kind: str, reply: int, channel: str, command: str, body: dict[str, str]) -> list[bytes]:
        """Answers to a frame."""
        if channel == "fox" and kind == "a":
            return self._own(command, body)
        if kind != "s":
            return []
        self.log.append(f"{channel}.{command}")
        if (channel, command) == ("sys", "summary"):
            told: Body = {"stationName": "s:Boiler_House", "hostModel": "s:NPM6", "niagaraVersion": "s:3.8.213"}
            return [self.send("r", reply, channel, command, told)]
        if (channel, command) == ("file", "list"):
            return [self.send("r", reply, channel, command, {"size": "i:2"})]
        if (channel, command) == ("station", "load"):
            return [self.send("r", reply, channel, command, {"value": b"<bog>};;</bog>"})]
        if body.get("path", "").startswith("!"):
            return [self.send("e", reply, channel, command, {"message": "s:Permission denied"})]
        return [self.send("n", reply, channel, command)]

    def _own(self, command: str, body: dict[str, str]) -> list[bytes]:
        if command == "hello":
            return [self.hello()]
        if command == "username":
            self._user = body.get("username", "")
            return [self.send("a", -1, "fox", "challenge", {"method": "s:digest", "nonce": "s:5f3a"})]
        if command == "authMessage1":
            good = body.get("digest") == digest(self._user, USERS.get(self._user, ""))
            told: Body = {} if good else {"authfail_reason": "s:Invalid username or password"}
            return [self.send("a", -1, "fox", "welcome" if good else "rejected", told)]
        return []

    _user: str = ""


def digest(user: str, password: str) -> str:
    """A stand-in for the proof: never the password, and nothing that a parser reads."""
    return f"{sum((user + password).encode()):08x}"


async def _converse(station: Station, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    station._next = 0
    while (told := await read(reader)) is not None:
        kind, reply, channel, command, body = told
        for answer in station.answer(kind, reply, channel, command, body):
            writer.write(answer)
        await writer.drain()
        if kind == "c":
            break
    writer.close()


@contextlib.contextmanager
def station(lab: Lab, host: str = "jace") -> Iterator[Station]:
    """A running station on a host of the lab."""
    device = Station(host)

    async def serve() -> asyncio.Server:
        return await asyncio.start_server(lambda r, w: _converse(device, r, w), ip(host), FOX_PORT)

    async def stop() -> None:
        server.close()

    server = lab[host].run(serve())
    try:
        yield device
    finally:
        lab[host].run(stop())


class Workbench:
    """A workbench on one connection."""

    def __init__(self, end: socket.socket, host: str) -> None:
        self._end = end
        self._host = host
        self._next = 1
        self._reply = 0

    def say(self, channel: str, command: str, body: Body | None = None, kind: str = "a", reply: int = -1) -> None:
        """A frame that nobody has to answer."""
        sequence = -1 if kind == "k" else self._next
        self._end.sendall(frame(kind, sequence, reply, channel, command, body))
        self._next += kind != "k"

    def skip(self, count: int) -> None:
        """Leave sequence numbers out."""
        self._next += count

    def raw(self, data: bytes) -> None:
        """What is given."""
        self._end.sendall(data)

    def hear(self) -> bytes:
        """The next frame."""
        heard = b""
        while not heard.endswith(b"};;\n") or heard.count(b"[") != heard.count(b"]"):
            part = self._end.recv(4096)
            if not part:
                break
            heard += part
        return heard

    def ask(self, channel: str, command: str, body: Body | None = None) -> bytes:
        """A question and its answer."""
        self._reply += 1
        self.say(channel, command, body, kind="s", reply=self._reply)
        return self.hear()

    def greet(self) -> None:
        """Both say who they are."""
        self.say("fox", "hello", {
            "fox.version": "s:1.0.1", "id": "i:7", "hostName": f"s:{self._host}", "app.name": "s:Workbench",
            "app.version": "s:3.8.213", "os.name": "s:Windows 10",
        })  # fmt: skip
        self.hear()

    def log_in(self, user: str, password: str) -> bool:
        """Prove who it is; whether that was accepted."""
        self.say("fox", "username", {"username": f"s:{user}"})
        self.hear()
        self.say("fox", "authMessage1", {"digest": f"s:{digest(user, password)}"})
        return b" welcome\n" in self.hear()

    def open(self, channel: str, command: str, body: Body | None = None) -> None:
        """Open a circuit for a command."""
        self.say("circuit", "open", {"id": "i:1", "channel": f"s:{channel}", "command": f"s:{command}", **(body or {})})
        self.say("circuit", "stream", {"id": "i:1", "data": b"path=s:/x\n};;\nfox a 1"})
        self.say("circuit", "close", {"id": "i:1"})

    def leave(self) -> None:
        """Close the session."""
        self.say("fox", "close", kind="c")


Work = Callable[[Workbench], None]


def work_as(lab: Lab, host: str, work: Work, server: str = "jace") -> None:
    """Do the work from `host`."""

    def talk() -> None:
        with socket.create_connection((ip(server), FOX_PORT), timeout=5) as end:
            work(Workbench(end, host))

    lab[host].call(talk)
