"""Golden captures of SECS/GEM over HSMS: secsgem as host and as equipment, and what it lacks by hand."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time

from compose.plant.addresses import ip
from compose.plant.catalogue import capture
from compose.plant.hsms_tool import (
    BODY,
    DOOR_OPEN,
    LOT,
    LOT_DONE,
    PORT,
    PRESSURE,
    RECIPE,
    SETPOINT,
    TEMPERATURE,
    TIMEOUT,
    WAFERS,
    Raw,
    Station,
    data,
    tool,
    work_as,
)
from compose.plant.lab import Lab

CHOSEN = [PRESSURE, TEMPERATURE, WAFERS]


def _values(station: Station) -> None:
    station.are_you_there()
    station.ask(1, 11, [])
    for _ in range(3):
        station.ask(1, 3, CHOSEN)
    station.ask(1, 3, [])
    station.ask(2, 29, [])
    station.ask(2, 13, [SETPOINT, TIMEOUT])
    station.ask(2, 15, [{"ECID": SETPOINT, "ECV": 14.25}, {"ECID": TIMEOUT, "ECV": 45}])
    station.ask(2, 15, [{"ECID": 9999, "ECV": 1}])
    station.ask(2, 17)
    station.go_online()
    station.go_offline()
    station.go_online()


@capture(
    "hsms/values.pcap",
    "Select, establish communications, status variables and equipment constants read, constants set, one refused, "
    "off-line and on-line, separate.",
    "plc2 hmi",
    kind="golden",
    check={"tcp.port==5000 && tcp.len>0": 30},
)
def values(lab: Lab) -> None:
    """A host reads and sets."""
    with tool(lab):
        work_as(lab, "hmi", _values)


def _commands(station: Station) -> None:
    station.subscribe_collection_event(LOT_DONE, [LOT], 77)
    station.enable_alarm(DOOR_OPEN)
    station.list_alarms()
    station.send_remote_command("START", [["LOTID", "LOT-8"]])
    time.sleep(0.5)
    station.send_remote_command("STOP", [])
    station.send_remote_command("BAKE", [])
    station.disable_alarm(DOOR_OPEN)
    station.clear_collection_events()


@capture(
    "hsms/commands.pcap",
    "Reports and events defined, linked and enabled, an event with its value, an alarm set and cleared, remote "
    "commands done and refused.",
    "plc2 hmi",
    kind="golden",
    check={"tcp.port==5000 && tcp.len>0": 34},
)
def commands(lab: Lab) -> None:
    """A host subscribes and commands."""
    with tool(lab):
        work_as(lab, "hmi", _commands)


def _recipes(station: Station) -> None:
    station.get_process_program_list()
    station.request_process_program(RECIPE)
    station.send_process_program("ETCH-NITRIDE-1", BODY.replace("RF", "HF"))
    station.delete_process_programs(["ETCH-NITRIDE-1"])
    station.delete_process_programs(["NONE-1"])


@capture(
    "hsms/recipes.pcap",
    "Recipes listed, read, loaded, deleted; a deletion refused.",
    "plc2 eng",
    kind="golden",
    check={"tcp.port==5000 && tcp.len>0": 16},
)
def recipes(lab: Lab) -> None:
    """An engineering station and recipes."""
    with tool(lab):
        work_as(lab, "eng", _recipes)


def _answering(answers: dict[tuple[int, int], bytes]) -> socket.socket:
    """A device that answers by hand: select, linktest, and what is given for a stream and function."""
    listening = socket.create_server((ip("plc2"), PORT))

    def serve() -> None:
        connection, _ = listening.accept()
        # The other side may hang up at once.
        with connection, contextlib.suppress(ConnectionError):
            while head := connection.recv(14, socket.MSG_WAITALL):
                length, device, byte2, byte3, _, kind, system = struct.unpack(">IHBBBBI", head)
                if length > 10:
                    connection.recv(length - 10, socket.MSG_WAITALL)
                stream = byte2 & 0x7F
                text = answers.get((stream, byte3), b"")
                if kind in (1, 3, 5):
                    reply = struct.pack(">HBBBBI", device, 0, 0, 0, kind + 1, system)
                elif kind != 0:
                    continue
                elif (stream, byte3) in answers:
                    reply = struct.pack(">HBBBBI", device, stream, byte3 + 1 if text else 0, 0, 0, system) + text
                else:
                    reply = struct.pack(">HBBBBI", device, 9, 5, 0, 0, system + 1) + b"\x21\x0a" + head[4:]
                connection.sendall(struct.pack(">I", len(reply)) + reply)

    threading.Thread(target=serve, daemon=True).start()
    return listening


@capture(
    "hsms/more.pcap",
    "By hand, for secsgem has none of it: clock set, reset, enhanced command, job commands, traces, an aborted "
    "transaction, a function that is not known, a rejected message, linktest, deselect.",
    "plc2 eng",
    kind="golden",
    check={"tcp.port==5000 && tcp.len>0": 16},
)
def more(lab: Lab) -> None:
    """Messages that the library lacks."""
    done = b"\x21\x01\x00"
    both = b"\x01\x02\x21\x01\x00\x01\x00"
    answers = {(2, 31): done, (2, 19): done, (2, 49): both, (16, 27): both, (16, 5): both, (2, 21): b"", (6, 23): done}
    listening: list[socket.socket] = []
    lab["plc2"].call(lambda: listening.append(_answering(answers)))

    def work() -> None:
        with Raw(ip("plc2")) as line:
            line.ask(b"\xff\xff\x00\x00\x00\x05")
            line.select()
            line.ask(data(2, 31), b"\x41\x102026112810153000")
            line.ask(data(2, 19), b"\x21\x01\x01")
            line.ask(data(2, 49), b"\x01\x04\xa5\x01\x00\x41\x03OBJ\x41\x05PAUSE\x01\x00")
            line.ask(data(16, 27), b"\x01\x03\x41\x04CJ-1\xa5\x01\x07\x01\x00")
            line.ask(data(16, 5), b"\x01\x04\xb1\x04\0\0\0\1\x41\x04PJ-1\x41\x05START\x01\x00")
            line.ask(data(2, 21), b"\x41\x05PURGE")
            line.ask(data(6, 23), b"\xa5\x01\x01")
            line.say(data(64, 1), b"\x01\x00")
            time.sleep(0.1)
            values = b"\x01\x02\x91\x04?\x80\0\0\x69\x02\xff\xff"
            line.say(data(6, 1, wants_reply=False), b"\x01\x04\xb1\x04\0\0\0\2\xb1\x04\0\0\0\1\x41\0" + values)
            line.ask(b"\xff\xff\x00\x00\x00\x03")
        listening[0].close()

    lab["eng"].call(work)


@capture(
    "hsms/odd.pcap",
    "By hand against secsgem: data before the selection, items that do not fill the text, a PType and an SType that do "
    "not exist, text behind a control message, a length that is none.",
    "plc2 att",
    kind="golden",
    check={"tcp.port==5000 && tcp.len>0": 4},
)
def odd(lab: Lab) -> None:
    """What no host sends."""

    def work() -> None:
        with Raw(ip("plc2")) as line:
            line.say(data(1, 1))
            time.sleep(0.2)
            line.select()
            line.say(data(1, 3), b"\x01\x05\xb1\x04\0\0\0\1")
            line.say(b"\x00\x07\x81\x01\x05\x00")
            line.say(b"\xff\xff\x00\x00\x00\x08")
            line.say(b"\xff\xff\x00\x00\x00\x05", b"ping")
            time.sleep(0.2)
            line.say(data(1, 1), length=3)
            time.sleep(0.2)

    with tool(lab):
        lab["att"].call(work)
