"""Proof captures of intrusions that need no OT protocol: remote access off hours, programs, tunnels, beacons."""

from __future__ import annotations

import http.client
import http.server
import random
import socket
import struct
import threading
import time
from collections.abc import Sequence
from functools import partial

from compose.plant import frames
from compose.plant.addresses import ip
from compose.plant.catalogue import capture
from compose.plant.cell import modbus_cell
from compose.plant.fixed_words import TalkingServer, talk_to
from compose.plant.lab import Lab
from compose.plant.namespaces import Namespace
from compose.plant.proofs_modbus import NORMAL, WARM_UP

_POLL = (("hmi", "plc1"), ("hmi", "plc2"))
_SSH = b"SSH-2.0-OpenSSH_9.2\r\n"
_STUB = b"\x0e\x1f\xba\x0e\x00\xb4\x09\xcd\x21\xb8\x01\x4c\xcd\x21This program cannot be run in DOS mode.\r\r\n$"
_REPORT = b"day;line;litres\n" + b"".join(b"%d;1;%d\n" % (day, 4000 + day * 7 % 90) for day in range(1, 200))


def windows_program() -> bytes:
    """Return the head of a Windows program that does nothing: DOS header, stub, PE header, padding."""
    dos = b"MZ" + bytes(58) + struct.pack("<I", 0x80) + _STUB
    return dos.ljust(0x80, b"\0") + b"PE\0\0" + struct.pack("<HH", 0x8664, 1) + bytes(4000)


def linux_program() -> bytes:
    """Return the head of a Linux program that does nothing."""
    return b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HHI", 2, 62, 1) + bytes(4000)


_FILES = {"/update.exe": windows_program(), "/agent": linux_program(), "/report.csv": _REPORT}


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = _FILES[self.path]
        self.send_response(200)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


class FileServer:
    """Python's HTTP server on port 80 of a host."""

    def __init__(self, space: Namespace, address: str) -> None:
        self._server = space.call(http.server.ThreadingHTTPServer, (address, 80), _Handler)
        self._thread = space.begin(partial(self._server.serve_forever, poll_interval=0.05))

    def stop(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._thread.result(10)
        self._server.server_close()


def _fetch(host: str, path: str) -> None:
    link = http.client.HTTPConnection(ip(host), timeout=5)
    link.request("GET", path)
    link.getresponse().read()
    link.close()


def _send(host: str, port: int, data: bytes) -> None:
    with socket.create_connection((ip(host), port), timeout=3) as link:
        link.sendall(data)
        time.sleep(0.2)


def _remote_access(lab: Lab, name: str, rules: Sequence[str]) -> None:
    with modbus_cell(lab, _POLL):
        server = TalkingServer(lab, "eng", 22, _SSH)
        time.sleep(WARM_UP)
        with lab.step(name, "hist", "eng", ["T0822", "T0859"], rules):
            lab["hist"].call(talk_to, "eng", 22, [b"SSH-2.0-OpenSSH_9.6\r\n"])
        time.sleep(1)
        server.stop()


@capture(
    "general/remote-access-on-sunday.pcap",
    "The historian's administrator opens SSH to the engineering station on a Sunday, when nobody works.",
    "plc1 plc2 hmi eng hist",
    rules="G11",
    check={"ip.src==10.9.1.32 && tcp.dstport==22": 3},
    begin="2026-11-22T03:00:00+00:00",
)
def remote_access_on_sunday(lab: Lab) -> None:
    """The greeting of one session."""
    _remote_access(lab, "remote access off hours", ["G11"])


@capture(
    "general/remote-access-on-monday.pcap",
    "The same on a Monday morning.",
    "plc1 plc2 hmi eng hist",
    rules="G11",
    kind="benign",
    check={"ip.src==10.9.1.32 && tcp.dstport==22": 3},
    begin="2026-11-23T03:00:00+00:00",
)
def remote_access_on_monday(lab: Lab) -> None:
    """The greeting of one session."""
    _remote_access(lab, "remote access in working hours", [])


@capture(
    "general/program-to-engineering.pcap",
    "The engineering station fetches a Windows program by HTTP from the office and gets a script and a Linux program.",
    "rtr plc1 plc2 hmi eng office att",
    rules="G16",
    check={'frame contains "cannot be run in DOS mode"': 1, 'frame contains "#!/bin/sh"': 1},
)
def program_to_engineering(lab: Lab) -> None:
    """Two by HTTP, one script over a bare connection."""
    with modbus_cell(lab, _POLL):
        office = FileServer(lab["office"], ip("office"))
        catcher = TalkingServer(lab, "eng", 4444)
        time.sleep(WARM_UP)
        with lab.step("Windows program by HTTP", "office", "eng", ["T0867", "T0863"], ["G16"]):
            lab["eng"].call(_fetch, "office", "/update.exe")
        with lab.step("Linux program by HTTP", "office", "eng", ["T0867"], ["G16"]):
            lab["eng"].call(_fetch, "office", "/agent")
        with lab.step("shell script", "att", "eng", ["T0867"], ["G16"]):
            lab["att"].call(_send, "eng", 4444, b"#!/bin/sh\nid\n")
        time.sleep(1)
        catcher.stop()
        office.stop()


@capture(
    "general/report-to-engineering.pcap",
    "The engineering station fetches a report by HTTP from the office.",
    "rtr plc1 plc2 hmi eng office",
    rules="G16 G22",
    kind="benign",
    check={"http.response.code==200": 1},
)
def report_to_engineering(lab: Lab) -> None:
    """One table of text."""
    with modbus_cell(lab, _POLL):
        office = FileServer(lab["office"], ip("office"))
        time.sleep(WARM_UP)
        lab["eng"].call(_fetch, "office", "/report.csv")
        time.sleep(1)
        office.stop()


def _answer_pings(stop: threading.Event) -> None:
    """Answer echo requests with other data than they carry, as the far end of a tunnel does."""
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as raw:
        raw.settimeout(0.1)
        while not stop.is_set():
            try:
                packet, (asker, _) = raw.recvfrom(2048)
            except TimeoutError:
                continue
            if packet[20] == 8:
                answer = b"uid=0(root) gid=0(root)"
                head = b"\0\0" + packet[24:28]
                total = frames.checksum(head[:2] + b"\0\0" + head[2:] + answer)
                raw.sendto(head[:2] + struct.pack(">H", total) + head[2:] + answer, (asker, 0))


@capture(
    "general/icmp-tunnel.pcap",
    "The engineering station pings the attacker, who answers with data of his own.",
    "plc1 plc2 hmi eng att",
    rules="G20",
    check={"icmp.type==0 && ip.src==10.9.1.66": 15},
)
def icmp_tunnel(lab: Lab) -> None:
    """Twenty pings; the kernel's own replies are off at the far end."""
    with modbus_cell(lab, _POLL):
        lab["att"].system_setting("net/ipv4/icmp_echo_ignore_all", "1")
        stop = threading.Event()
        answering = lab["att"].begin(partial(_answer_pings, stop))
        time.sleep(WARM_UP)
        with lab.step("ICMP tunnel", "eng", "att", ["T0884", "T0869"], ["G20"]):
            lab["eng"].call(_ping_slowly, "eng", "att", 20)
        stop.set()
        answering.result(10)


def _ping_slowly(sender: str, target: str, count: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as raw:
        for number in range(count):
            raw.sendto(frames.echo_request(ip(sender), ip(target), number)[20:], (ip(target), 0))
            time.sleep(0.2)


def _call_home(pauses: Sequence[float]) -> None:
    due = time.monotonic()
    for pause in pauses:
        talk_to("internet", 443, [b"\x16\x03\x01\0\x05hello"])
        due += pause
        time.sleep(max(0.0, due - time.monotonic()))


def _contact(lab: Lab, pauses: Sequence[float]) -> None:
    server = TalkingServer(lab, "internet", 443, answer=b"\x15\x03\x01\0\x02\x02\x28")
    lab["eng"].call(_call_home, pauses)
    server.stop()


@capture(
    "general/beacon.pcap",
    "The engineering station connects to a public address once a minute for over an hour (pauses stretched).",
    "rtr eng internet",
    rules="G21 G22",
    learn=NORMAL,
    check={"ip.src==10.9.1.31 && tcp.flags.syn==1": 65},
    stretch=60,
)
def beacon(lab: Lab) -> None:
    """Seventy connections, one a second."""
    with lab.step("beacon", "eng", "internet", ["T0869", "T0885"], ["G21"]):
        _contact(lab, [1.0] * 69 + [0.0])


@capture(
    "general/uneven-contact.pcap",
    "The engineering station connects to a public address seventy times within an hour, without a rhythm (stretched).",
    "rtr eng internet",
    rules="G21",
    kind="benign",
    learn=NORMAL,
    check={"ip.src==10.9.1.31 && tcp.flags.syn==1": 65},
    stretch=60,
)
def uneven_contact(lab: Lab) -> None:
    """Pauses between a quarter of a second and two seconds."""
    pauses = random.Random(7)
    _contact(lab, [pauses.uniform(0.25, 2.0) for _ in range(70)])
