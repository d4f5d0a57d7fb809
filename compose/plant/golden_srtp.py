"""Golden captures of GE SRTP: `fanuc-ucl` with a robot, and by hand what no library asks of a controller."""

from __future__ import annotations

import contextlib
import socket

from fanuc_ucl import hmi

from compose.plant.addresses import SRTP_PORT, ip
from compose.plant.catalogue import capture
from compose.plant.lab import Lab
from compose.plant.srtp_device import HEADER, PASSWORD, RUN, RUN_DISABLED, STOP, STOP_ENABLED, controller
from compose.plant.srtp_work import PATIENCE, Client, robot_as, work_as

BY_HAND = "; made by hand, no stack exists."
_KIND = "tcp.payload[31:1]=="


def _robot(driver: hmi.HmiDriver) -> None:
    driver.read(hmi.Register, 1, 3).wait_timeout(PATIENCE)
    driver.read(hmi.Register, 2001, 40).wait_timeout(PATIENCE)
    for value in (77, 77, 78):
        driver.write(hmi.Register, 5, value).wait_timeout(PATIENCE)
        driver.read(hmi.Register, 5, 2).wait_timeout(PATIENCE)
    driver.write(hmi.Register, 10, [1, 2, 3, 4, 5]).wait_timeout(PATIENCE)
    driver.write(hmi.DigitalOutput, 10, True).wait_timeout(PATIENCE)
    driver.write(hmi.DigitalOutput, 12, [True, False, True]).wait_timeout(PATIENCE)
    driver.read(hmi.DigitalInput, 10, 12).wait_timeout(PATIENCE)
    driver.read(hmi.GroupInput, 2).wait_timeout(PATIENCE)
    driver.write(hmi.AnalogOutput, 3, 1200).wait_timeout(PATIENCE)
    driver.clear_alarms().wait_timeout(PATIENCE)
    driver.register_asg(float, index=3)


@capture("ge_srtp/robot.pcap", "A robot's registers and signals read and written, alarms cleared, a variable assigned.",
         "robot hmi", kind="golden", check={_KIND + "c0": 12, _KIND + "80": 2, _KIND + "94": 1})  # fmt: skip
def robot(lab: Lab) -> None:
    """An operator station and a robot."""
    with controller(lab, "robot"):
        robot_as(lab, "hmi", _robot)


def _memory(client: Client) -> None:
    for selector in (0x08, 0x0A, 0x0C):
        client.ask(0x04, selector, 99, 3)
        client.ask(0x04, selector, 0, 20)
    for selector in (0x10, 0x12, 0x14, 0x16, 0x18, 0x1A, 0x1C, 0x1E, 0x38):
        client.ask(0x04, selector, 1, 2)
    for selector in (0x46, 0x48, 0x4A, 0x4C, 0x4E, 0x50, 0x52, 0x54, 0x56):
        client.ask(0x04, selector, 9, 12)
    client.ask(0x04, 0x46, 0, 64)
    # Three polls that differ in one register.
    for value in (5, 5, 900):
        client.ask(0x07, 0x08, 499, 1, data=value.to_bytes(2, "little"))
        client.ask(0x04, 0x08, 499, 2)
    client.ask(0x07, 0x08, 599, 8, text=bytes(range(16)))
    client.ask(0x07, 0x48, 9, 1, text=b"\x02")
    client.ask(0x07, 0x4C, 6, 4, data=b"\x40\x02")
    client.ask(0x07, 0x12, 4, 1, data=b"\xff")
    client.ask(0x44, 0x46, 12, 1)
    client.ask(0x44, 0x48, 3, 1)
    client.ask(0x05, 0x00, 16, 8)
    client.ask(0x08, 0x00, 16, 2, data=b"\1\2")
    # Refused: beyond the end, no such segment.
    client.ask(0x04, 0x08, 60_000, 4)
    client.ask(0x04, 0x99, 0, 1)


@capture(
    "ge_srtp/memory.pcap",
    "Memory of every kind read and written in words, bytes and bits, forces, refusals" + BY_HAND,
    "pac hmi",
    kind="golden",
    check={_KIND + "c0": 35, _KIND + "80": 2, _KIND + "d1": 2},
)
def memory(lab: Lab) -> None:
    """An operator station reads and writes."""
    with controller(lab):
        work_as(lab, "hmi", _memory)


def _control(client: Client) -> None:
    client.ask(0x4F, 0x01)
    for service in (0x00, 0x01, 0x02, 0x03, 0x43, 0x25):
        client.ask(service)
    client.ask(0x38, 2)
    client.ask(0x40, text=b"\0" * 64)  # refused: the level is too low
    client.level(4, b"Goose")
    client.level(4, PASSWORD)
    client.ask(0x20, text=b"MAIN\0\0\0\0")
    client.ask(0x23, STOP)
    client.ask(0x06, 0, 0, 32)
    client.ask(0x09, 0, 32, 4, text=b"\1\2\3\4")
    client.ask(0x3F)
    client.ask(0x40, text=b"\0" * 64)
    client.ask(0x23, RUN_DISABLED)
    client.ask(0x23, RUN)
    client.ask(0x23, STOP_ENABLED)
    client.ask(0x23, RUN)
    client.ask(0x22, text=b"PAC2\0\0\0\0")
    client.ask(0x43)
    client.ask(0x24, data=bytes.fromhex("593023311226"))
    client.ask(0x25)
    client.ask(0x39, 1)
    client.ask(0x39, 2)
    client.ask(0x00)
    client.level(-1)
    client.level(1)


@capture(
    "ge_srtp/control.pcap",
    "Status, identity, passwords, run and stop, program load and store, time, faults" + BY_HAND,
    "pac eng",
    kind="golden",
    check={_KIND + "c0": 24, _KIND + "80": 5, _KIND + "d1": 2},
)
def control(lab: Lab) -> None:
    """Everything that changes what the controller does."""
    with controller(lab):
        work_as(lab, "eng", _control)


def odd_frames() -> tuple[bytes, ...]:
    """A sound request, then odd ones: service, segment, mailbox type, packets, length, text, type of the header."""
    with socket.socket() as unused:
        client = Client(unused)
        frames = [bytearray(client.frame(0x04, 0x08, 0, 2)) for _ in range(5)]
        frames[1][42], frames[2][43], frames[3][31], frames[4][40] = 0x77, 0x99, 0xD4, 9
        short = client.frame(0x07, 0x08, 0, 4, text=b"\1\0\2\0")
        return (*map(bytes, frames), short, client.frame(0x07, 0x08, 0, 4), b"\x07" + client.frame(0x00)[1:])


@capture("ge_srtp/odd.pcap", "What breaks the rules of a message" + BY_HAND, "pac att", kind="golden",
         check={"tcp.payload[0:1]==02": 7})  # fmt: skip
def odd(lab: Lab) -> None:
    """A sound request, then odd ones."""

    def send() -> None:
        with socket.create_connection((ip("pac"), SRTP_PORT), timeout=PATIENCE) as end:
            for message in (bytes(HEADER), *odd_frames()):
                end.sendall(message)
                with contextlib.suppress(TimeoutError):
                    end.recv(256)

    with controller(lab):
        lab["att"].call(send)
