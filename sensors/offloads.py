"""What a network card joins before anybody sees it: large frames made of several, which no device of the plant sent.

Asked of the driver by `ioctl(2)` with SIOCETHTOOL (`linux/ethtool.h`), as the tool ethtool does.
"""

from __future__ import annotations

import array
import fcntl
import socket
import struct

SIOCETHTOOL = 0x8946
GET_FLAGS, SET_FLAGS, GET_GRO, SET_GRO = 0x25, 0x26, 0x2B, 0x2C
LRO = 1 << 15
"""ETH_FLAG_LRO."""


def joined(interface: str) -> tuple[str, ...] | None:
    """Which of `gro` and `lro` are on; None where the driver does not say. Raises OSError for no such interface."""
    gro, flags = _ask(interface, GET_GRO), _ask(interface, GET_FLAGS)
    if gro is None and flags is None:
        return None
    return tuple(name for name, is_on in (("gro", gro or 0), ("lro", (flags or 0) & LRO)) if is_on)


def stop_joining(interface: str) -> None:
    """Switches both off, until the machine begins anew. Needs CAP_NET_ADMIN. Raises OSError."""
    flags = _ask(interface, GET_FLAGS)
    _call(interface, SET_GRO, 0)
    if flags is not None and flags & LRO:
        _call(interface, SET_FLAGS, flags & ~LRO)


def _ask(interface: str, command: int) -> int | None:
    try:
        return _call(interface, command, 0)
    except OSError as error:
        if isinstance(error, FileNotFoundError) or error.errno == 19:  # ENODEV
            raise
        return None


def _call(interface: str, command: int, value: int) -> int:
    """`struct ethtool_value` behind the pointer of `struct ifreq`."""
    held = array.array("I", [command, value])
    address, _ = held.buffer_info()
    request = struct.pack("16sP16x", interface.encode(), address)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SIOCETHTOOL, request)
    return held[1]
