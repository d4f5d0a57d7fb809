"""The normal life of the Modbus cell in a lab: devices, and the clients that poll them in the background."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator, Sequence
from concurrent.futures import Future

from compose.plant import modbus_master as master
from compose.plant.addresses import ip
from compose.plant.lab import Lab
from compose.plant.modbus_device import Controller, controller_of, run_drive, run_gateway, run_tank
from compose.plant.process import Drive, Tank

_POLLS: dict[tuple[str, str], Sequence[master.Poll]] = {
    ("hmi", "plc1"): master.HMI_TANK,
    ("hmi", "plc2"): master.HMI_DRIVE,
    ("hmi", "gw"): master.HMI_GATEWAY,
    ("hist", "plc1"): master.HISTORIAN,
    ("hist", "plc2"): master.HISTORIAN_DRIVE,
    ("opc", "plc1"): master.OPC_TANK,
    ("opc", "plc2"): master.OPC_DRIVE,
}


class Cell:
    """The running devices and pollers of a lab, by name."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.tank, self.drive = Tank(), Drive()
        self.devices: dict[str, Controller] = {}
        self.pollers: dict[tuple[str, str], Future[None]] = {}
        self._served: dict[str, Future[None]] = {}

    def start_device(self, name: str, device: Controller | None = None) -> Controller:
        """Start plc1, plc2 or gw; device: another device of this name (slow, other identity)."""
        device = device or controller_of(name, ip(name))
        work = {
            "plc1": lambda: run_tank(device, self.tank),
            "plc2": lambda: run_drive(device, self.drive),
            "gw": lambda: run_gateway(device),
        }[name]()
        self.devices[name] = device
        self._served[name] = self.lab[name].start(work)
        return device

    def stop_device(self, name: str) -> None:
        """Switch a device off: its connections are closed and its port refuses."""
        self._served.pop(name).cancel()
        self.lab[name].run(self.devices.pop(name).stop())

    def poll(self, client: str, server: str, slower: float = 1.0, seen: master.Seen | None = None) -> None:
        """Start the usual polling of `server` by `client`; slower: factor on the periods; seen: gets the values."""
        polls = [dataclasses.replace(poll, period=poll.period * slower) for poll in _POLLS[client, server]]
        work = master.poll_forever(server, polls, seen)
        self.pollers[client, server] = self.lab[client].start(work)

    def stop_polling(self, client: str, server: str) -> None:
        """End the polling of `server` by `client`."""
        self.pollers.pop((client, server)).cancel()

    def check(self) -> None:
        """Raise what went wrong in a background task, so that no capture is made from a dead plant."""
        for future in (*self._served.values(), *self.pollers.values()):
            if future.done() and not future.cancelled():
                future.result()


@contextlib.contextmanager
def modbus_cell(
    lab: Lab,
    polls: Sequence[tuple[str, str]] = (("hmi", "plc1"),),
    devices: Sequence[str] = ("plc1", "plc2", "gw"),
    slower: float = 1.0,
) -> Iterator[Cell]:
    """Run the lab's devices out of `devices` and the named pollers (client, server) while the block runs.

    slower: factor on the periods of the polls.
    """
    cell = Cell(lab)
    for name in devices:
        if name in lab:
            cell.start_device(name)
    for client, server in polls:
        cell.poll(client, server, slower)
    yield cell
    cell.check()
    for name in list(cell.devices):
        cell.stop_device(name)
