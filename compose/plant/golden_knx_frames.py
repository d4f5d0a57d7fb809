"""KNXnet/IP frames made by hand: what the stack `xknx` does not send, and the golden capture of broken ones."""

from __future__ import annotations

import contextlib
import socket
import struct
import time

from compose.plant.addresses import KNX_PORT, ip
from compose.plant.catalogue import capture
from compose.plant.knx_interface import interface
from compose.plant.lab import Lab


def framed(service: int, body: bytes) -> bytes:
    """Return a frame."""
    return struct.pack(">HHH", 0x0610, service, 6 + len(body)) + body


HPAI = bytes.fromhex("0801000000000000")
CONNECT = framed(0x0205, HPAI + HPAI + bytes.fromhex("04040200"))


def tunnelled(channel: int, sequence: int, cemi: bytes) -> bytes:
    """Return a tunnelling request."""
    return framed(0x0420, bytes([4, channel, sequence, 0]) + cemi)


def _odd() -> None:
    """Frames of one client, in order: the counter jumps, repeats, the channel is none, cEMI frames are broken."""
    sound = bytes.fromhex("1100bce000000801010081")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
        end.bind(("", KNX_PORT))
        end.settimeout(0.3)

        def say(frame: bytes) -> bytes:
            end.sendto(frame, (ip("knx"), KNX_PORT))
            try:
                answer = end.recv(512)
                time.sleep(0.05)
                end.setblocking(False)
                with contextlib.suppress(BlockingIOError):
                    while True:
                        end.recv(512)
                end.settimeout(0.3)
            except TimeoutError:
                return b""
            return answer

        say(framed(0x0203, HPAI))
        channel = say(CONNECT)[6]
        for sequence, cemi in (
            (0, sound),
            (0, sound),  # again
            (3, sound),  # a jump
            (4, sound[:-2]),  # cut
            (5, b"\x29" + sound[1:]),  # an indication of a client
            (6, bytes.fromhex("1100b06000001105") + b"\1\x03\xff"),  # an application service that is none
            (7, b"\x99\0\0"),  # a code that is none
            (8, bytes.fromhex("1100b0600000110500") + b"\x83"),  # a transport control that is reserved
        ):
            say(tunnelled(channel, sequence, cemi))
        say(tunnelled(99, 9, sound))
        say(framed(0x0421, bytes([4, channel, 9, 0x21])))
        say(framed(0x0422, bytes([4, channel, 9, 0, 1, 0])))
        say(framed(0x0799, b"\1\2\3"))
        say(framed(0x0201, b"\x07\1\0"))
        say(b"\6\x11" + CONNECT[2:])
        say(framed(0x0740, HPAI + b"\2\1"))
        say(framed(0x0743, b"\2\1\2\0"))
        say(framed(0x0209, bytes([channel, 0]) + HPAI))
        say(tunnelled(channel, 10, sound))


@capture(
    "knx/odd.pcap",
    "What breaks the rules of KNXnet/IP and cEMI, a plain tunnel although the interface wants secured ones, a remote "
    "reset; made by hand, the stack sends none of it.",
    "knx att",
    kind="golden",
    check={"udp.port==3671": 20},
)
def odd(lab: Lab) -> None:
    """Twenty-odd datagrams."""
    with interface(lab, secured=True):
        lab["att"].call(_odd)
