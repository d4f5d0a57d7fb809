"""Golden captures of HART-IP: hartip-py against the plant's own I/O system, and odd bytes by hand."""

from __future__ import annotations

import socket
import struct

from compose.plant.addresses import HART_PORT, ip
from compose.plant.catalogue import capture
from compose.plant.hart_device import GATEWAY, KEY, PRESSURE, RADAR, frame, io_system, message
from compose.plant.hart_work import Client, forced, range_values, work_as
from compose.plant.lab import Lab


def _read(client: Client) -> None:
    library = client.own
    library.read_unique_id()
    library.read_primary_variable()
    library.read_current_and_percent()
    library.read_dynamic_variables()
    library.read_loop_config()
    library.read_dynamic_var_classifications()
    library.read_device_vars_status(device_var_codes=(0, 1, 246, 250))
    library.read_message()
    library.read_tag_descriptor_date()
    library.read_pv_info()
    library.read_output_info()
    library.read_final_assembly()
    library.read_long_tag()
    library.read_additional_status()
    library.read_lock_state()
    for command, data in ((33, b"\0\1"), (50, b""), (54, b"\0"), (105, b""), (512, b""), (95, b"")):
        client.ask(command, data)
    client.poll(1)
    client.poll(9)  # nobody
    library.read_dynamic_variables()


@capture(
    "hart_ip/read.pcap",
    "A session over UDP: identity, process values, settings and status read; one command the device lacks, one polling "
    "address where nobody is.",
    "mux hist",
    kind="golden",
    check={"hart_ip.message_id==3": 40, "hart_ip.pt.command==9": 2},
)
def read(lab: Lab) -> None:
    """A historian reads."""
    with io_system(lab):
        work_as(lab, "hist", _read)


def _configure(client: Client) -> None:
    library = client.own
    library.read_unique_id()
    library.read_output_info()
    client.ask(35, range_values(8.0, 0.5))
    client.ask(34, struct.pack(">f", 4.0))
    library.read_output_info()
    client.ask(44, b"\x31")
    client.ask(47, b"\1")
    client.ask(36)
    client.ask(37)
    client.ask(53, b"\0\x2d")
    client.ask(51, b"\0\1\2\xfa")
    client.ask(59, b"\7")
    client.ask(40, struct.pack(">f", 12.0))
    client.ask(45, struct.pack(">f", 4.02))
    client.ask(46, struct.pack(">f", 19.98))
    client.ask(40, struct.pack(">f", 0.0))
    client.ask(46, struct.pack(">f", 19.98))  # not in fixed current mode
    client.ask(79, forced(9.5))
    library.read_additional_status()
    client.ask(79, b"\0\0\xfa\x7f\xa0\0\0\0")
    client.ask(43)
    client.ask(52, b"\0")
    client.ask(82, b"\0\1\x2d" + struct.pack(">f", 0.1))
    client.ask(83, b"\0")
    library.perform_self_test()
    library.write_message("NEW MESSAGE")
    library.write_tag_descriptor_date("LT-900", "RENAMED", 29, 11, 126)
    client.ask(22, b"LT-900 renamed".ljust(32))
    library.write_final_assembly(4711)
    library.lock_device(1)
    client.ask(35, range_values(5.0, 0.0))  # locked: refused
    library.unlock_device()
    library.write_poll_address(5)
    client.ask(103, struct.pack(">BII", 0, 16000, 160000))
    client.ask(108, b"\0\3\0")
    client.ask(109, b"\1\0")
    library.read_primary_variable()
    client.ask(109, b"\0\0")
    client.ask(118, b"\0")
    client.ask(89, b"\0\x1d\x0b\x7e" + struct.pack(">I", 36_000_000 * 32) + b"\0\0")
    client.ask(72, b"\2")
    client.ask(38, struct.pack(">H", 30))
    client.ask(39, b"\0")
    client.ask(42)
    library.read_primary_variable()


@capture(
    "hart_ip/configure.pcap",
    "A session over TCP that changes what can be changed: range, damping, units, fixed current, forced variable, "
    "trims, names, lock, address, burst mode, clock, reset; two refused.",
    "mux eng",
    kind="golden",
    check={"hart_ip.pt.command==35": 4, "hart_ip.pt.command==79": 4, "hart_ip.message_type==2": 1},
)
def configure(lab: Lab) -> None:
    """An engineering station configures."""
    with io_system(lab):
        work_as(lab, "eng", _configure, tcp=True)


def _behind(client: Client) -> None:
    library = client.own
    library.read_unique_id()
    client.ask(74)
    for index in (1, 2, 9):  # the last is refused
        client.ask(84, struct.pack(">H", index))
    client.ask(75, b"\0\1\0")
    client.through((0, 0), RADAR, 0)
    client.through((0, 0), RADAR, 3)
    client.through((0, 1), PRESSURE, 15)
    client.through((0, 1), PRESSURE, 35, range_values(500.0, 0.0, 12))
    client.through((0, 1), PRESSURE, 15)
    client.through((0, 0), RADAR, 42)
    client.through((3, 7), RADAR, 3)  # no such card
    client.ask(78, b"\2\0\3\0\0\x30\0")
    client.ask(526, b"\1")  # from here on inside command 31
    client.ask(527, b"\5\1")
    client.ask(774)
    client.ask(773, b"\x05\x39")
    client.ask(768, KEY)
    client.ask(521, b"Unit 3".ljust(32))
    client.direct((3, b""), (48, b""))
    client.direct((1, b""))
    client.direct((34, struct.pack(">f", 2.0)), (2000, b"\1"), (15, b""))
    library.read_audit_log(0, 4)


@capture(
    "hart_ip/behind.pcap",
    "Version 2 over TCP without TLS: transmitters behind the I/O system by command 77, their list, direct PDUs of "
    "several commands, commands of two bytes with a join key among them, the audit log.",
    "mux eng",
    kind="golden",
    check={"hart_ip.pt.command==77": 14, "hart_ip.pt.command==31": 10},
)
def behind(lab: Lab) -> None:
    """An engineering station looks behind the I/O system."""
    with io_system(lab):
        work_as(lab, "eng", _behind, tcp=True, version=2)


_LONG = bytes([GATEWAY[0] | 0x80]) + GATEWAY[1:]
_ASK = frame(0x82, _LONG, 1, b"")
_ODD = (
    ("an id that is not assigned", message(0, 9, 2, b"")),
    ("neither primary nor secondary master", message(0, 0, 3, b"\7" + bytes(4))),
    ("a wrong check byte", message(0, 3, 4, _ASK[:-1] + b"\0")),
    ("a reply as request", message(0, 3, 5, frame(0x86, _LONG, 1, b"\0\0"))),
    ("a byte count beyond the end", message(0, 3, 6, _ASK[:-2] + b"\x20\0")),
    ("a command that nobody has", message(0, 3, 7, frame(0x82, _LONG, 5, b""))),
    ("too few data", message(0, 3, 8, frame(0x82, _LONG, 35, b"\x2d"))),
    ("a body where none is", message(0, 2, 9, b"\0")),
    ("a list of commands that is cut", message(0, 4, 10, b"\0\0\0\1\5")),
    ("a length beyond the datagram", message(0, 2, 11, b"")[:6] + b"\0\x0c"),
    ("a version that does not exist", b"\7" + message(0, 2, 12, b"")[1:]),
)


def _odd() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
        end.settimeout(0.15)
        for _, odd in ((None, message(0, 0, 1, b"\1\0\0\x75\x30")), *_ODD):
            end.sendto(odd, (ip("mux"), HART_PORT))
            try:
                while True:
                    end.recv(2048)
            except TimeoutError:
                continue


def _refused() -> None:
    """A request without a session, then more sessions than there are, then bytes that are none."""
    with socket.create_connection((ip("mux"), HART_PORT), timeout=3) as end:
        end.sendall(message(0, 3, 1, _ASK))
        end.recv(512)
    ends = [socket.create_connection((ip("mux"), HART_PORT), timeout=3) for _ in range(3)]
    for end in ends:
        end.sendall(message(0, 0, 1, b"\0\0\0\x75\x30"))
        end.recv(64)
    ends[1].sendall(b"\xee\xee\xee" + message(0, 2, 2, b""))
    for end in ends:
        end.close()


@capture(
    "hart_ip/odd.pcap",
    "What breaks the rules of a message or a frame, requests without a session, a session too many; made by hand, the "
    "library sends none of it.",
    "mux att",
    kind="golden",
    check={"hart_ip": 14},
)
def odd(lab: Lab) -> None:
    """Twelve datagrams and four connections."""
    with io_system(lab) as system:
        lab["att"].call(_odd)
        system.sessions.clear()
        lab["att"].call(_refused)
