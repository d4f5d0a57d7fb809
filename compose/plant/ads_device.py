"""The plant's TwinCAT controller: the test server of pyads in front of a machine, and its discovery on UDP."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator

from pyads.testserver import AdsTestServer  # type: ignore[import-untyped]  # a stack without types
from pyads.testserver.handler import AbstractHandler, AmsPacket, AmsResponseData  # type: ignore[import-untyped]

from compose.plant.addresses import ip
from compose.plant.ads_machine import INVALID_SIZE, NC, RUN, RUNTIME, SYSTEM_SERVICE, Machine, Refused, system, table
from compose.plant.lab import Lab

ADS_PORT, DISCOVERY_PORT = 48898, 48899
USER, PASSWORD = "Administrator", "palletiser-7"

PORT_NOT_FOUND, UNKNOWN_COMMAND = 0x0006, 0x0008
WRONG_PASSWORD = 0x0704

_NAMES = {SYSTEM_SERVICE: b"TwinCAT System", RUNTIME: b"Plc30 App", NC: b"TwinCAT NC"}


class Handler(AbstractHandler):  # type: ignore[misc]  # a stack without types
    """Answers for every port of the controller."""

    def __init__(self) -> None:
        self.machine = Machine()
        self.server: AdsTestServer | None = None

    def handle_request(self, request: AmsPacket) -> AmsResponseData:
        """Answer one request."""
        header = request.ams_header
        port = struct.unpack("<H", header.target_port)[0]
        command = struct.unpack("<H", header.command_id)[0]
        flags = struct.pack("<H", struct.unpack("<H", header.state_flags)[0] | 1)
        if not 1 <= command <= 9:
            return AmsResponseData(flags, struct.pack("<I", UNKNOWN_COMMAND), b"")
        if port not in self.machine.state:
            return AmsResponseData(flags, struct.pack("<I", PORT_NOT_FOUND), b"")
        try:
            code, body = 0, self._serve(port, command, header.data)
        except Refused as refused:
            code, body = refused.code, b"\0\0\0\0" if command in (2, 9) else b""
        except struct.error:
            code, body = INVALID_SIZE, b""
        if command == 6 and code == 0:
            self._push(request)
        return AmsResponseData(flags, bytes(4), struct.pack("<I", code) + body)

    def _serve(self, port: int, command: int, data: bytes) -> bytes:
        machine = self.machine
        if command == 1:
            return struct.pack("<BBH16s", 3, 1, 4024, _NAMES.get(port, b"I/O Server"))
        if command == 4:
            return struct.pack("<HH", machine.state[port], 0)
        if command == 5:
            state = struct.unpack_from("<H", data)[0]
            machine.state[port] = {2: RUN, 4: RUN, 16: 15}.get(state, state)
            return b""
        if command == 7:
            machine.unwatch(struct.unpack("<I", data)[0])
            return b""
        group, offset, size = struct.unpack_from("<III", data)
        if port == SYSTEM_SERVICE:
            body = system(machine, command, group, offset, size, data)
            return body if command == 3 else struct.pack("<I", len(body)) + body
        if command == 2:
            body = table(group) or machine.read(group, offset, size)
            return struct.pack("<I", len(body)) + body
        if command == 3:
            machine.write(group, offset, data[12:])
            return b""
        if command == 6:
            return struct.pack("<I", machine.watch(group, offset, size))
        body = machine.exchange(group, offset, size, data[16:])
        return struct.pack("<I", len(body)) + body

    def _push(self, request: AmsPacket) -> None:
        """Send what is watched three times over, to the client that asked."""
        threading.Timer(0.2, self._notify, (request, 3)).start()

    def _notify(self, request: AmsPacket, times: int) -> None:
        header, machine = request.ams_header, self.machine
        samples = b""
        for handle, place in machine.watched.items():
            value = machine.read(*place)
            samples += struct.pack("<II", handle, len(value)) + value
        level = struct.unpack_from("<f", machine.memory[0x4040])[0]
        struct.pack_into("<f", machine.memory[0x4040], 0, level + 0.5)
        body = struct.pack("<IQI", 1, 134_000_000_000_000_000 + times, len(machine.watched)) + samples
        body = struct.pack("<I", len(body)) + body
        ams = header.source_net_id + header.source_port + header.target_net_id + header.target_port
        ams += struct.pack("<HHIII", 8, 4, len(body), 0, 0) + body
        clients = self.server.clients if self.server else []
        if machine.watched and clients:
            with contextlib.suppress(OSError):
                clients[-1].client.send(struct.pack("<HI", 0, len(ams)) + ams)
        if times > 1:
            threading.Timer(0.2, self._notify, (request, times - 1)).start()


class Discovery(threading.Thread):
    """Answers searches and routes on UDP. Start it in the host's namespace."""

    def __init__(self, host: str) -> None:
        super().__init__(daemon=True)
        self._net_id = net_id(host)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("", DISCOVERY_PORT))

    def run(self) -> None:
        """Answer until the socket is closed."""
        with contextlib.suppress(OSError):
            while True:
                data, sender = self._socket.recvfrom(2048)
                service = struct.unpack_from("<I", data, 8)[0]
                tags = _identity() if service == 1 else [(1, struct.pack("<I", _route(data)))]
                head = data[:8] + struct.pack("<I", service | 0x80000000) + self._net_id
                head += struct.pack("<HI", SYSTEM_SERVICE, len(tags))
                body = b"".join(struct.pack("<HH", tag, len(value)) + value for tag, value in tags)
                self._socket.sendto(head + body, sender)

    def close(self) -> None:
        """Stop answering."""
        self._socket.close()


def _identity() -> list[tuple[int, bytes]]:
    system = struct.pack("<5I256s", 276, 10, 0, 19044, 2, b"")
    return [(5, b"PALLETISER\0"), (4, system), (3, struct.pack("<BBH", 3, 1, 4024)), (18, b"5f3a91c2" * 8 + b"\0")]


def _route(data: bytes) -> int:
    tags, at = {}, 24
    while at + 4 <= len(data):
        tag, length = struct.unpack_from("<HH", data, at)
        tags[tag] = data[at + 4 : at + 4 + length].rstrip(b"\0").decode(errors="replace")
        at += 4 + length
    return 0 if (tags.get(13), tags.get(2)) == (USER, PASSWORD) else WRONG_PASSWORD


def net_id(host: str) -> bytes:
    """Return the AMS NetId of a host of the plant."""
    return bytes([*map(int, ip(host).split(".")), 1, 1])


@contextlib.contextmanager
def controller(lab: Lab, host: str = "ipc") -> Iterator[Handler]:
    """Run the controller on a host."""

    def begin() -> tuple[AdsTestServer, Discovery]:
        handler = Handler()
        handler.server = server = AdsTestServer(handler, ip_address=ip(host), port=ADS_PORT, logging=False)
        server.start()
        discovery = Discovery(host)
        discovery.start()
        return server, discovery

    server, discovery = lab[host].call(begin)
    try:
        yield server.handler
    finally:
        server.close()
        discovery.close()
