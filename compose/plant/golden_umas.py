"""Golden captures of UMAS inside Modbus for the parser."""

from __future__ import annotations

from compose.plant import umas
from compose.plant.addresses import MODBUS_PORT, ip
from compose.plant.catalogue import capture
from compose.plant.lab import Lab
from compose.plant.modbus_device import Controller


async def _programs() -> None:
    async with umas.Station("plc2", "ENG-STATION-1") as station:
        await station.greet()
        await station.ask(0x12)  # without a reservation: refused
        await station.reserve()
        await station.ask(0x12)
        await station.ask(0x20, bytes.fromhex("00020000000000") + b"\x10\0")
        await station.ask(0x22, umas.read_of((2, 4, 2), (2, 16, 3), (2, 40, 1)))
        await station.ask(0x23, umas.write_of(2, 4, 2, 0x1234))
        await station.ask(0x22, umas.read_of((2, 4, 2)))
        program = await station.fetch()
        await station.ask(0x41)
        await station.load(program[::-1])
        await station.ask(0x40)
        await station.ask(0x7E, b"\1\2")  # nobody has named it: refused
        await station.release()


@capture(
    "modbus/umas.pcap",
    "UMAS (function 90): greeting, reservation, memory, variables read and written, program fetched and loaded, stop"
    " and start, two refusals. pymodbus carries it, the answers are the plant's own.",
    "plc2 eng",
    kind="golden",
    check={"modbus.func_code==90": 40},
)
def programs(lab: Lab) -> None:
    """All that a programming station does."""
    device = Controller("plc2", (ip("plc2"), MODBUS_PORT), (0, 1))
    lab["plc2"].run(device.serve())
    lab["eng"].run(_programs())
    lab["plc2"].run(device.stop())
