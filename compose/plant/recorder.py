"""Records what an interface receives into a pcap file: a packet socket with kernel timestamps and VLAN tags put back.

Own code because tcpdump cannot be used in a user namespace (it insists on changing its groups), and the plant's rates
are a few hundred frames a second.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from pathlib import Path

from compose.plant import frames

_SO_RCVBUFFORCE = 33  # asm-generic/socket.h
_SO_TIMESTAMPNS = 35  # asm-generic/socket.h
_SOL_PACKET = 263  # linux/socket.h
_PACKET_STATISTICS, _PACKET_AUXDATA = 6, 8  # linux/if_packet.h
_PACKET_OUTGOING = 4
_VLAN_VALID, _TPID_VALID = 1 << 4, 1 << 6
_AUXDATA = struct.Struct("=IIIHHHH")  # tpacket_auxdata: status, length, kept, mac, net, VLAN tag, VLAN type
_TIMESPEC = struct.Struct("=qq")
_BUFFER = 16 << 20  # bytes: a busy machine shall lose nothing
_LARGEST = 65535
_FILE_HEADER = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1)  # microseconds, Ethernet


class Recorder:
    """Writes the frames that `interface` receives to `path`. Make it, and call run(), in the interface's namespace."""

    def __init__(self, interface: str, path: Path) -> None:
        self.frames = 0
        self.dropped = 0
        self._path = path
        self._stop = threading.Event()
        self._socket = frames.packet_socket(interface, frames.EVERYTHING)
        self._socket.settimeout(0.1)
        with contextlib.suppress(PermissionError):  # older kernels keep this for the first user namespace
            self._socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER)
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self._socket.setsockopt(_SOL_PACKET, _PACKET_AUXDATA, 1)

    def run(self) -> None:
        """Record until stop() is called and nothing more is waiting."""
        with self._path.open("wb") as file, self._socket:
            file.write(_FILE_HEADER)
            while True:
                try:
                    data, ancillary, _, address = self._socket.recvmsg(_LARGEST, 256)
                except TimeoutError:
                    if self._stop.is_set():
                        break
                    continue
                if address[2] != _PACKET_OUTGOING:
                    file.write(_record(data, ancillary))
                    self.frames += 1
            _, self.dropped = struct.unpack("=II", self._socket.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, 8))

    def stop(self) -> None:
        """Let run() end once the socket is empty."""
        self._stop.set()


def _record(data: bytes, ancillary: list[tuple[int, int, bytes]]) -> bytes:
    seconds = nanoseconds = 0
    for level, kind, content in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, _SO_TIMESTAMPNS):
            seconds, nanoseconds = _TIMESPEC.unpack(content[: _TIMESPEC.size])
        elif (level, kind) == (_SOL_PACKET, _PACKET_AUXDATA):
            data = _with_tag(data, content)
    return struct.pack("<IIII", seconds, nanoseconds // 1000, len(data), len(data)) + data


def _with_tag(data: bytes, auxiliary: bytes) -> bytes:
    """Put the outer VLAN tag back, which the kernel takes out of received frames."""
    status, _, _, _, _, tag, ethertype = _AUXDATA.unpack(auxiliary[: _AUXDATA.size])
    if not status & _VLAN_VALID:
        return data
    kind = ethertype if status & _TPID_VALID else frames.ETHERTYPE_VLAN
    return data[:12] + struct.pack(">HH", kind, tag) + data[12:]
