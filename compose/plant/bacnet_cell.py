"""The air-handling unit at work on bacpypes3: a controller whose values move, a workstation that polls, subscribes and
sets."""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from collections.abc import Iterator
from concurrent.futures import Future

from bacpypes3 import apdu as pdus  # type: ignore[import-untyped]  # a stack without types
from bacpypes3.basetypes import DateTime, PropertyReference, ReadAccessSpecification  # type: ignore[import-untyped]
from bacpypes3.pdu import LocalBroadcast  # type: ignore[import-untyped]
from bacpypes3.primitivedata import Date, Null, ObjectIdentifier, Time  # type: ignore[import-untyped]

from compose.plant.bacnet_device import INSTANCE, Client, Device
from compose.plant.lab import Lab

_POLL = 0.5  # seconds
_PROCESS = 21
_LIFETIME = 300  # seconds


class AirHandling:
    """The cell while it runs. Values move and are polled by themselves; the operator sets."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self._orders = 0
        self.device = lab["ahu"].run(_device())
        self.station = lab["bms"].run(_station())
        self._tasks: list[Future[None]] = []

    def start(self) -> None:
        """Let the values move, find the controller, subscribe and poll."""
        self._tasks.append(self.lab["ahu"].start(_weather(self.device)))
        self.lab["bms"].run(_find(self.station))
        self._tasks.append(self.lab["bms"].start(_poll(self.station)))

    def operate(self) -> None:
        """Set the temperature by hand (priority 8), give it back, and set it as the schedule does (16)."""
        self._orders += 1
        self.lab["bms"].run(_set(self.station, 20.5 + self._orders % 3 * 0.5))

    def clock(self) -> None:
        """Tell every controller the time."""
        self.lab["bms"].run(_clock(self.station))

    def work(self, seconds: float) -> None:
        """Work normally: an order every two seconds, the clock now and then."""
        end, turn = time.monotonic() + seconds, 0
        while time.monotonic() < end:
            if turn % 4 == 0:
                self.clock()
            self.operate()
            turn += 1
            time.sleep(1.8)

    def check(self) -> None:
        """Raise what went wrong in the background."""
        for task in self._tasks:
            if task.done() and not task.cancelled():
                task.result()

    def stop(self) -> None:
        """Stop both."""
        for task in self._tasks:
            task.cancel()
        self.lab["bms"].run(_close(self.station))
        self.lab["ahu"].run(_close(self.device))


async def _device() -> Device:
    return Device("ahu")


async def _station() -> Client:
    return Client("bms")


async def _close(application: Device | Client) -> None:
    application.close()


async def _weather(device: Device) -> None:
    """Move the supply temperature by a slow wave, and the valve against it."""
    temperature = device.get_object_id(ObjectIdentifier("analog-input,1"))
    turn = 0
    while True:
        temperature.presentValue = 18.5 + 1.5 * math.sin(turn / 8)
        turn += 1
        await asyncio.sleep(0.4)


async def _find(station: Client) -> None:
    await station.who_is(INSTANCE, INSTANCE, timeout=1)
    for name in ("object-name", "vendor-name", "model-name", "firmware-revision", "serial-number"):
        await station.read("ahu", f"device,{INSTANCE}", name)
    subscribed = pdus.SubscribeCOVRequest(
        subscriberProcessIdentifier=_PROCESS,
        monitoredObjectIdentifier="analog-value,1",
        issueConfirmedNotifications=False,
        lifetime=_LIFETIME,
    )
    await station.ask("ahu", subscribed)


async def _poll(station: Client) -> None:
    def wanted(objects: str, *names: str) -> ReadAccessSpecification:
        references = [PropertyReference(propertyIdentifier=name) for name in names]
        return ReadAccessSpecification(objectIdentifier=objects, listOfPropertyReferences=references)

    while True:
        asked = [wanted("analog-input,1", "present-value", "status-flags"), wanted("binary-output,1", "present-value")]
        await station.ask("ahu", pdus.ReadPropertyMultipleRequest(listOfReadAccessSpecs=asked))
        await station.read("ahu", "analog-output,1", "present-value")
        await asyncio.sleep(_POLL)


async def _set(station: Client, value: float) -> None:
    for told, priority in ((value, 8), (Null(()), 8), (value, 16)):
        await station.write("ahu", "analog-value,1", "present-value", told, priority)
        await asyncio.sleep(0.1)


async def _clock(station: Client) -> None:
    now = DateTime(date=Date.now(), time=Time.now())
    station.request(pdus.UTCTimeSynchronizationRequest(time=now, destination=LocalBroadcast()))
    await asyncio.sleep(0.05)


@contextlib.contextmanager
def air_handling(lab: Lab) -> Iterator[AirHandling]:
    """Run the cell while the block runs."""
    cell = AirHandling(lab)
    cell.start()
    try:
        yield cell
    finally:
        cell.check()
        cell.stop()
