"""Golden captures of 1E frames: two libraries against the plant's own module, and by hand what neither of them asks."""

from __future__ import annotations

from compose.plant.catalogue import capture
from compose.plant.lab import Lab
from compose.plant.slmp_1e_device import module
from compose.plant.slmp_1e_work import Client, by_hand, library, reader

_WORKS = (
    "read=D100,4", "read=M96,20", "read=X10,4", "read=R20,2", "read=TN3,2",
    "write=D200,3=1,2,300", "write=M10,3=1,0,1", "write=R5=7",
    # Three polls that differ in one word: a change of one point.
    "write=D50=0", "read=D50,2", "write=D50=7", "read=D50,2", "read=D50,2",
)  # fmt: skip


@capture("slmp/1e-library.pcap", "Devices read and written in 1E frames, binary, by the library mcprotocol.",
         "plc6 hmi", kind="golden",
         check={"tcp.payload[1:3]==ff:0a:00": 12, "tcp.payload[0:2]==81:00": 8})  # fmt: skip
def by_library(lab: Lab) -> None:
    """An operator station reads and writes."""
    with module(lab):
        library(lab, "hmi", _WORKS)


@capture("slmp/1e-ascii.pcap", "The same in ASCII, then reads by the library fx3u_mcprotocol.", "plc6 hmi hist",
         kind="golden",
         check={"tcp.payload[2:6]==46:46:30:30:30:41": 4, "tcp.payload[2:6]==66:66:30:30:30:61": 12})  # fmt: skip
def in_digits(lab: Lab) -> None:
    """An operator station, and a historian that only reads."""
    with module(lab):
        library(lab, "hmi", _WORKS, "ascii")
        reader(lab, "hist")


def _everything(client: Client) -> None:
    """All that SH-080008 18 and the FX3U-ENET-ADP's manual describe."""
    number, device, count = client.number, client.device, client.count
    client.ask(0x15)
    client.ask(0x00, device("M100") + count(5))
    client.ask(0x01, device("Y20") + count(2))
    client.ask(0x02, device("Y10") + count(3) + client.bits(1, 0, 1))
    client.ask(0x03, device("W1F") + count(2) + client.words(5, 65535))
    client.ask(0x04, count(2) + device("M50") + number(1) + device("Y1F") + number(0))
    client.ask(0x05, count(2) + device("D38") + client.words(0x1234) + device("M64") + client.words(0xFF))
    client.ask(0x06, count(3) + device("M50") + device("M51") + device("X4"))
    client.ask(0x08)
    client.ask(0x07, count(2) + device("D38") + device("W1E"))
    client.ask(0x09)
    client.ask(0x09)
    client.ask(0x18, device("R70") + number(2, 2) + count(2) + client.words(11, 12))
    client.ask(0x17, device("R70") + number(2, 2) + count(3))
    client.ask(0x19, count(1) + device("R28") + number(3, 2) + client.words(99))
    client.ask(0x1A, count(2) + device("R70") + number(2, 2) + device("R28") + number(3, 2))
    client.ask(0x1B)
    client.ask(0x3C, device("R70") + count(1) + client.words(42))
    client.ask(0x3B, device("R70") + count(2))
    start = b"0007F0" if client.number(1) == b"01" else b"\xf0\x07\0"
    client.ask(0x0F, start + number(2) + number(0x13) + number(0) + number(0x34) + number(0x12))
    client.ask(0x0E, start + number(4) + number(0x13) + number(0))
    client.ask(0x16, number(4) + (b"41424344" if client.number(1) == b"01" else b"ABCD"))
    client.ask(0x14)
    client.ask(0x13)
    # Refused: beyond the end, a device that there is not, a station behind the module.
    client.ask(0x01, device("D9000") + count(2))
    client.ask(0x00, device("D0").replace(b"D", b"Q").replace(b"4420", b"5120") + count(1))
    client.pc = 3
    client.ask(0x01, device("D100") + count(1))


@capture("slmp/1e-commands.pcap", "Every command of 1E frames that is read, binary, made by hand: no library has them.",
         "plc6 eng", kind="golden", check={"tcp.payload[0:1]==14": 1, "tcp.payload[0:2]==94:00": 1})  # fmt: skip
def commands(lab: Lab) -> None:
    """An engineering station tries everything."""
    with module(lab):
        by_hand(lab, "eng", _everything)


@capture("slmp/1e-datagrams.pcap", "The same commands in ASCII and in datagrams, made by hand.", "plc6 eng",
         kind="golden", check={"udp.payload[0:2]==31:34": 1, "udp.payload[0:4]==39:34:30:30": 1})  # fmt: skip
def datagrams(lab: Lab) -> None:
    """The same over UDP."""
    with module(lab):
        by_hand(lab, "eng", _everything, ascii_code=True, udp=True)
