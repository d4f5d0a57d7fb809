"""A segment of EtherCAT slaves made by hand (ETG.1000.4): no slave stack exists to install. A real master drives it.

The segment hangs at a port of the plant's switch: each frame goes through all slaves and back to who sent it.
"""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Sequence

from compose.plant.ethercat_mail import MailServer
from compose.plant.frames import EVERYTHING

ETHERTYPE = 0x88A4
AL_CONTROL, AL_STATUS, AL_CODE = 0x0120, 0x0130, 0x0134
EEPROM_CONTROL, EEPROM_ADDRESS, EEPROM_DATA = 0x0502, 0x0504, 0x0508
FMMU, SYNC_MANAGER = 0x0600, 0x0800
SYSTEM_TIME = 0x0910
OUTWARD, INWARD = 0x1000, 0x1080
OUTPUTS, INPUTS = 0x1100, 0x1180
MAILBOX = 128
NAMES = {1: "INIT", 2: "PREOP", 3: "BOOT", 4: "SAFEOP", 8: "OP"}
INVALID_CHANGE, WATCHDOG = 0x0011, 0x001B
ALLOWED = {1: (1, 2, 3), 2: (1, 2, 4), 3: (1, 3), 4: (1, 2, 4, 8), 8: (1, 2, 4, 8)}


class Slave:
    """One slave: its 64 KiB of memory, its EEPROM, its state machine.

    identity: vendor, product, revision, serial; process: bytes of outputs and of inputs.
    """

    def __init__(self, name: str, identity: tuple[int, int, int, int], process: tuple[int, int]) -> None:
        self.memory = bytearray(0x2000)
        self.process = process
        self.memory[0:10] = struct.pack("<BBHBBBBH", 0x11, 2, 1, 8, 8, 8, 0x0F, 0x0004)
        self.memory[0x0110:0x0112] = struct.pack("<H", 0x5611)
        self.memory[AL_STATUS] = 1
        self.eeprom = bytearray(_sii(name, identity, process))
        self.mail = MailServer(name, identity, process, self.state)
        self.refuses: set[int] = set()
        self.tick = 0
        self.falls_at = 0  # cycle in which its watchdog runs out, 0 for never

    def state(self) -> int:
        """State of the state machine."""
        return self.memory[AL_STATUS] & 0x0F

    def station(self) -> int:
        """Station address, 0 while it has none."""
        return int.from_bytes(self.memory[0x10:0x12], "little")

    def fail(self, code: int) -> None:
        """Falls to SAFEOP with an AL status code, as a slave does whose watchdog ran out."""
        self.memory[AL_STATUS] = 0x14
        self.memory[AL_CODE : AL_CODE + 2] = struct.pack("<H", code)

    def read(self, at: int, size: int) -> bytes | None:
        """Bytes of the memory; None where a mailbox is empty."""
        if at == INWARD and self.memory[SYNC_MANAGER + 8 + 4] & 3 == 2:
            message = self.mail.next_out()
            return None if message is None else message.ljust(size, b"\0")[:size]
        if SYSTEM_TIME <= at < SYSTEM_TIME + 8:
            self.memory[SYSTEM_TIME : SYSTEM_TIME + 8] = struct.pack("<Q", time.time_ns() - 946_684_800_000_000_000)
        if at == SYNC_MANAGER + 8 + 5:
            return bytes([0x08 if self.mail.waiting() else 0]).ljust(size, b"\0")
        return bytes(self.memory[at : at + size])

    def write(self, at: int, data: bytes) -> bool:
        """Writes to the memory and does what that starts; whether it was taken."""
        if at == OUTWARD and self.memory[SYNC_MANAGER + 4] & 3 == 2:
            self.mail.take(data)
            return True
        self.memory[at : at + len(data)] = data
        if at <= AL_CONTROL < at + len(data):
            self._change(self.memory[AL_CONTROL])
        if at == EEPROM_CONTROL and len(data) >= 2:
            self._eeprom()
        return True

    def _change(self, word: int) -> None:
        wanted, now = word & 0x0F, self.state()
        if wanted not in ALLOWED[now] or wanted in self.refuses:
            self.memory[AL_STATUS] = now | 0x10
            self.memory[AL_CODE : AL_CODE + 2] = struct.pack("<H", INVALID_CHANGE)
            return
        if self.memory[AL_STATUS] & 0x10 and not word & 0x10:
            return
        self.memory[AL_STATUS] = wanted
        self.memory[AL_CODE : AL_CODE + 2] = b"\0\0"

    def _eeprom(self) -> None:
        command, address = struct.unpack_from("<HI", self.memory, EEPROM_CONTROL)
        at = address * 2
        if command & 0x0700 == 0x0100:
            self.memory[EEPROM_DATA : EEPROM_DATA + 4] = self.eeprom[at : at + 4].ljust(4, b"\xff")
        elif command & 0x0700 == 0x0200:
            self.eeprom[at : at + 2] = self.memory[EEPROM_DATA : EEPROM_DATA + 2]
        self.memory[EEPROM_CONTROL : EEPROM_CONTROL + 2] = b"\0\0"

    def logical(self, start: int, data: bytearray, command: int) -> int:
        """Takes outputs from and puts inputs into logical memory; how much the working counter goes up."""
        counter = 0
        for number in range(8):
            at = FMMU + 16 * number
            logical, length, _, _, physical, _, kind, active = struct.unpack_from("<IHBBHBBB", self.memory, at)
            if not active or not length or not (start < logical + length and logical < start + len(data)):
                continue
            first, last = max(start, logical), min(start + len(data), logical + length)
            own = physical + first - logical
            if kind & 1 and command in (10, 12) and self.state() in (4, 8):
                self.tick += 1
                if self.tick == self.falls_at:
                    self.fail(WATCHDOG)
                    self.mail.emergency(0xA000, 0x81, b"\x1b")
                self.memory[own] = self.tick & 0xFF
                data[first - start : last - start] = self.memory[own : own + last - first]
                counter += 1
            if kind & 2 and command in (11, 12) and self.state() == 8:
                self.memory[own : own + last - first] = data[first - start : last - start]
                counter += 2 if command == 12 else 1
        return counter


class Segment:
    """Slaves one behind the other at ports of the plant's switch. stop() ends it."""

    def __init__(self, slaves: Sequence[Slave]) -> None:
        self.slaves = list(slaves)
        self.mute = False
        self._ending = threading.Event()

    def serve(self, port: str) -> None:
        """Answers on a port until stop(). Runs in the switch's namespace."""
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as raw:
            raw.bind((port, EVERYTHING))  # of a bridge's port only a socket for all protocols sees what comes in
            raw.settimeout(0.1)
            while not self._ending.is_set():
                try:
                    frame, source = raw.recvfrom(2000)
                except TimeoutError:
                    continue
                ours = frame[12:14] == struct.pack(">H", ETHERTYPE)
                ours = ours and frame[15] >> 4 == 1  # what slaves do with other types is not modelled
                if ours and source[2] != socket.PACKET_OUTGOING and not self.mute:
                    raw.send(self.through(frame))

    def stop(self) -> None:
        """Ends all serve()."""
        self._ending.set()

    def through(self, frame: bytes) -> bytes:
        """The frame as it comes back: with the second bit of its source address set."""
        head = bytearray(frame[:14])
        head[6] |= 2
        return bytes(head) + self.payload(frame[14:])

    def payload(self, payload: bytes) -> bytes:
        """What the slaves make of a frame's payload."""
        out = bytearray(payload)
        (word,) = struct.unpack_from("<H", out, 0)
        if word >> 12 != 1:
            return bytes(out)
        at, more = 2, True
        while more and at + 12 <= len(out):
            (length,) = struct.unpack_from("<H", out, at + 6)
            size, more = length & 0x07FF, bool(length & 0x8000)
            for slave in self.slaves:
                _datagram(slave, out, at, size)
            at += 12 + size
        return bytes(out)


def _datagram(slave: Slave, out: bytearray, at: int, size: int) -> None:
    command, _, adp, ado = struct.unpack_from("<BBHH", out, at)
    data = slice(at + 10, at + 10 + size)
    counter = 0
    if command in (10, 11, 12):
        own = bytearray(out[data])
        counter = slave.logical(adp | ado << 16, own, command)
        out[data] = own
    elif 0 < command < 15:
        meant = {1: adp == 0, 2: adp == slave.station(), 3: True}[_way(command)]
        reads, writes = command in (1, 3, 4, 6, 7, 9), command in (2, 3, 5, 6, 8, 9)
        if command in (13, 14):
            reads, writes, meant = meant, not meant, True
        sent = bytes(out[data])
        if meant and reads and (value := slave.read(ado, size)) is not None:
            both = bytes(a | b for a, b in zip(sent, value, strict=True)) if command in (7, 9) else value
            out[data] = both
            counter += 1
        if meant and writes and slave.write(ado, sent):
            counter += 2 if command in (3, 6, 9) else 1
        if _way(command) in (1, 3):
            struct.pack_into("<H", out, at + 2, (adp + 1) & 0xFFFF)
    (before,) = struct.unpack_from("<H", out, at + 10 + size)
    struct.pack_into("<H", out, at + 10 + size, before + counter)


def _way(command: int) -> int:
    """1 by place, 2 by station address, 3 all."""
    if command in (1, 2, 3, 13):
        return 1
    return 2 if command in (4, 5, 6, 14) else 3


def _sii(name: str, identity: tuple[int, int, int, int], process: tuple[int, int]) -> bytes:
    """Contents of the EEPROM (ETG.2010): identity, mailboxes, name, SyncManagers."""
    words = bytearray(0x80)
    struct.pack_into("<IIII", words, 0x10, *identity)
    mailboxes = (OUTWARD, MAILBOX, INWARD, MAILBOX)
    struct.pack_into("<HHHHHHHHH", words, 0x28, *mailboxes, *mailboxes, 0x000E)  # EoE, CoE, FoE
    struct.pack_into("<HH", words, 0x7C, 15, 1)
    text = name.encode()
    strings = bytes([1, len(text)]) + text
    general = bytes([1, 1, 1, 1, 0, 0x3F, 1, 1, 0, 0, 0, 0]).ljust(32, b"\0")
    out = _category(10, strings) + _category(30, general)
    managers = [(OUTWARD, MAILBOX, 0x26, 1, 1), (INWARD, MAILBOX, 0x22, 1, 2)]
    managers += [(OUTPUTS, process[0], 0x64, 1 if process[0] else 0, 3), (INPUTS, process[1], 0x20, 1, 4)]
    out += _category(41, b"".join(struct.pack("<HHBBBB", s, n, c, 0, e, t) for s, n, c, e, t in managers))
    return bytes(words) + out + b"\xff\xff"


def _category(kind: int, data: bytes) -> bytes:
    data += b"\0" * (len(data) % 2)
    return struct.pack("<HH", kind, len(data) // 2) + data
