"""A PROFIBUS DP slave of the plant's own, for none is to be had: parameters, configuration, data, diagnosis, DPV1.

It reads requests with pyprofibus' classes and answers with them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pyprofibus.fdl import (  # type: ignore[import-untyped]  # a library without types
    FdlTelegram,
    FdlTelegram_stat0,
    FdlTelegram_stat8,
    FdlTelegram_var,
)

SHORT = b"\xe5"
DATA, DATA_HIGH, NO_DATA, NOT_ACTIVE = 0x08, 0x0A, 0x09, 0x03
PRM_REQUIRED, ALWAYS, WATCHDOG, EXTENDED, NOT_READY = 0x0100, 0x0400, 0x0800, 0x0008, 0x0002
_NOBODY = 255


@dataclass
class Slave:
    """One slave. outputs, inputs: octets from and to its master; ident: number of its kind."""

    address: int
    ident: int
    outputs: int
    inputs: int
    configuration: bytes
    parameters: bytes
    records: dict[tuple[int, int], bytes] = field(default_factory=dict)
    silent: bool = False
    master: int = _NOBODY
    exchanging: bool = False
    trouble: bytes = b""
    told: bool = True
    turn: int = 0
    written: bytes = b""
    waiting: bytes = b""

    def hears(self, data: bytes) -> bytes | None:
        """The answer to a frame, where it is for this slave."""
        asked = FdlTelegram.fromRawData(bytearray(data))
        if self.silent or asked.da != self.address or asked.fc is None or not asked.fc & 0x40:
            return None
        function = asked.fc & 0x0F
        if function == 9:
            return self._frame(asked.sa, 0)
        if function == 14:
            texts = [b"Reed Automation", b"VT-16", b"3", b"V1.2"]
            return self._frame(asked.sa, DATA, bytes(map(len, texts)) + b"".join(texts))
        if not asked.dae:
            return self._exchange(asked)
        point, other = asked.dae[0] & 0x3F, asked.sae[0] & 0x3F
        return self._service(asked.sa, point, other, bytes(asked.du))

    def fault(self, blocks: bytes) -> None:
        """Have something to tell in diagnosis; nothing when it is over."""
        self.trouble, self.told = blocks, False

    def _frame(self, to: int, control: int, data: bytes = b"", points: tuple[int, int] | None = None) -> bytes:
        extensions = {"dae": bytes([points[0]]), "sae": bytes([points[1]])} if points else {"dae": b"", "sae": b""}
        length = len(data) + (2 if points else 0)
        if not length:
            return bytes(FdlTelegram_stat0(da=to, sa=self.address, fc=control).getRawData())
        kind = FdlTelegram_stat8 if length == 8 else FdlTelegram_var
        made = kind(da=to, sa=self.address, fc=control, du=bytearray(data), **extensions)
        return bytes(made.getRawData())

    def _exchange(self, asked: FdlTelegram) -> bytes:
        if not self.exchanging:
            return self._frame(asked.sa, NOT_ACTIVE)
        self.turn += 1
        self.written = bytes(asked.du)
        inputs = bytes([self.turn // 16 % 3, *[0x20] * (self.inputs - 1)])
        return self._frame(asked.sa, DATA if self.told else DATA_HIGH, inputs)

    def _service(self, master: int, point: int, other: int, data: bytes) -> bytes | None:
        if point in (51, 50, 49) or other == 50:
            return self._acyclic(master, point, other, data)
        if point == 60:
            self.told = True
            return self._frame(master, DATA, self._diagnosis(), (other, point))
        if point == 61:
            self.master = master if data[0] & 0x80 else _NOBODY
            self.exchanging = False
        elif point == 62:
            self.exchanging = data == self.configuration and self.master != _NOBODY
        elif point == 59:
            return self._frame(master, DATA, self.configuration, (other, point))
        elif point == 56:
            return self._frame(master, DATA, bytes(self.inputs), (other, point))
        elif point == 57:
            return self._frame(master, DATA, self.written or bytes(self.outputs), (other, point))
        elif point == 55:
            self.address = data[0]
        elif point != 53:
            return self._frame(master, NOT_ACTIVE)
        return SHORT

    def _diagnosis(self) -> bytes:
        status = ALWAYS | WATCHDOG if self.exchanging or self.master != _NOBODY else ALWAYS | PRM_REQUIRED | NOT_READY
        status |= EXTENDED if self.trouble else 0
        return status.to_bytes(2, "little") + bytes([0, self.master]) + self.ident.to_bytes(2, "big") + self.trouble

    def _acyclic(self, master: int, point: int, other: int, data: bytes) -> bytes:
        if not data:
            answer, self.waiting = self.waiting, b""
            return self._frame(master, DATA, answer, (other, point)) if answer else self._frame(master, NO_DATA)
        code, place = data[0], (data[1], data[2]) if len(data) > 2 else (0, 0)
        if code == 0x5E and place in self.records:
            content = self.records[place][: data[3]]
            self.waiting = bytes([code, *place, len(content)]) + content
        elif code == 0x5F and place in self.records:
            self.records[place] = data[4:]
            self.waiting = data[:4]
        elif code in (0x5E, 0x5F):
            self.waiting = bytes([code | 0x80, 0x80, 0xB0, 0])
        else:
            self.waiting = data[:4]
        return SHORT
