"""An SLC 500 behind EtherNet/IP: PCCC on object 0x67 (Rockwell 1770-6.5.16), hand-made, as no stack answers it.

The connection, session and message layers are cm-ethernetip's.
"""

from __future__ import annotations

import struct

from compose.plant.cip_device import LogixController, adapter
from compose.plant.cip_stack import CipPath, CipServiceResponse, IdentityInfo, LogixDispatcher, TagDatabase

_REQUESTER = struct.pack("<BHI", 7, 0x1234, 0x00C0FFEE)
_STATUS = bytes([0x00, 0xEE, 0x34, 0x5B, 0x23]) + b"1747-L553  " + bytes(8)
_TABLES: dict[tuple[int, int], bytes] = {
    (7, 0x89): struct.pack("<8h", 100, -100, 3, 4, 5, 6, 7, 8),
    (8, 0x8A): struct.pack("<2f", 21.5, -0.25),
    (3, 0x85): struct.pack("<4H", 1, 0x0002, 0, 0xFFFF),
    (4, 0x86): struct.pack("<3H", 0x6000, 500, 17),
    (9, 0x8D): struct.pack("<H82s", 4, b"aTkn" + bytes(78)),
}
_WIDTHS = {0x89: 2, 0x8A: 4, 0x85: 2, 0x86: 6, 0x8D: 84}
_SET_MODE, _UPLOAD, _DOWNLOAD = 0x80, 0x53, 0x50


class _Dispatcher(LogixDispatcher):  # type: ignore[misc]  # the stack has no types
    def on_unhandled(
        self, service_code: int, path: CipPath, data: bytes, default_status: int | None = None
    ) -> CipServiceResponse:
        if path.class_id == 0x67 and service_code == 0x4B:
            return CipServiceResponse.success(service_code, _answer(data))
        return super().on_unhandled(service_code, path, data, default_status)


def _answer(request: bytes) -> bytes:
    begin = request[0]
    command, _, transaction = struct.unpack_from("<BBH", request, begin)
    body = request[begin + 4 :]
    status, data = _command(command, body)
    return request[:begin] + struct.pack("<BBH", command | 0x40, status, transaction) + data


def _command(command: int, body: bytes) -> tuple[int, bytes]:
    if command == 0x06:
        return 0, _STATUS if body[0] == 3 else b""
    if command == 0x0F and body[0] in (0xA2, 0xAA, 0xAB):
        size, number, kind, element, part = body[1:6]
        table = _TABLES.get((number, kind))
        if table is None:
            return 0x50, b""
        at = element * _WIDTHS[kind] + part * 2
        return (0, table[at : at + size]) if body[0] == 0xA2 else (0, b"")
    if command == 0x0F and body[0] == 0x57:
        return 0xF0, b"\x0b"  # access denied
    return 0, b""


class SlcController(LogixController):
    """The controller on one host."""

    def __init__(self, host: str) -> None:
        super().__init__(host)
        info = IdentityInfo(
            vendor_id=1, device_type=0x0E, product_code=37, major_revision=12, minor_revision=1,
            serial_number=0x0051C500, product_name="1747-L553 C/11",
        )  # fmt: skip
        self.dispatcher = _Dispatcher(TagDatabase(), info)
        self.adapter = adapter(self.dispatcher, info)

    @staticmethod
    def commands() -> list[bytes]:
        """Requests that change the controller: modes, program, forces, memory, ports, a table that is not there."""
        functions = [
            (0x0F, bytes([_SET_MODE, 1])),
            (0x0F, bytes([_SET_MODE, 6])),
            (0x0F, bytes([_SET_MODE, 7])),
            (0x0F, bytes([0x3A, 2])),
            (0x0F, bytes([_UPLOAD])),
            (0x0F, bytes([0x55])),
            (0x0F, bytes([_DOWNLOAD])),
            (0x0F, bytes([0x52])),
            (0x0F, bytes([0x41])),
            (0x0F, bytes([0x57])),
            (0x0F, bytes([0x8F])),
            (0x07, bytes([0x00])),
            (0x06, bytes([0x00]) + b"echo"),
            (0x0F, bytes([0xAA, 2, 2, 0xA1, 0, 0, 1, 0])),
            (0x0F, bytes([0xA2, 2, 77, 0x89, 0, 0])),
            (0x08, struct.pack("<H", 16) + b"\x01\x00"),
        ]
        return [
            _REQUESTER + struct.pack("<BBH", command, 0, number) + body
            for number, (command, body) in enumerate(functions, 1)
        ]
