"""The plant's bay controller, IEC 61850 MMS (open61850), and its clients."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Any

from open61850.mms import pdu
from open61850.mms.client import MmsClient
from open61850.server import IedModel, MmsServer, protocol

from compose.plant.addresses import MMS_PORT, ip
from compose.plant.lab import Lab
from compose.plant.namespaces import PlantError, stop_child

BAY = "compose/plant/mms_bay.cid"
LD = "BAY1LD0"
_NATIVE = ("build/plant-venv-mms/bin/python", "compose/plant/mms_native.py")
RECORD = bytes(number * number % 251 for number in range(9000))
Work = Callable[[MmsClient], None]


@contextlib.contextmanager
def bay(lab: Lab, host: str = "plc1") -> Iterator[IedModel]:
    """The bay controller at work on a host; its model, whose values a script may set."""
    model = IedModel.from_scl(BAY)
    server = MmsServer(model, ip(host), MMS_PORT, vendor="Marsh Controls", model_name="BC-7", revision="3.2.1")
    lab[host].call(server.start)
    model.set(f"{LD}/MMXU1.TotW.mag.f[MX]", 1480.5)
    model.set(f"{LD}/XCBR1.Pos.stVal[ST]", 1)
    try:
        yield model
    finally:
        lab[host].call(server.stop)


@contextlib.contextmanager
def refusing() -> Iterator[None]:
    """Bay controllers refuse associations meanwhile: authentication failure. open61850 itself accepts everybody."""
    accept = protocol.association_accept
    accepted, refused = bytes.fromhex("a203020100a305a103020100"), bytes.fromhex("a203020101a305a10302010d")

    def refuse(*arguments: Any, **options: Any) -> tuple[bytes, int]:
        answer, size = accept(*arguments, **options)
        return answer.replace(accepted, refused), size

    protocol.association_accept = refuse
    try:
        yield
    finally:
        protocol.association_accept = accept


def conclude(client: MmsClient) -> None:
    """End the association as the standard wants it; open61850's client only closes the connection."""
    client._conn.send(pdu.wrap(b"\x8b\x00"))
    client.wait_closed(2)


def work_as(lab: Lab, host: str, work: Work, server: str = "plc1", end: Work = conclude) -> None:
    """Associate from a host and do a piece of work."""

    def session() -> None:
        with MmsClient.connect(ip(server), MMS_PORT) as client:
            work(client)
            time.sleep(0.1)
            end(client)

    lab[host].call(session)


def identify(client: MmsClient) -> None:
    """Who the server is."""
    client.request(b"\x82\x00")


@contextlib.contextmanager
def file_server(lab: Lab, host: str = "plc1") -> Iterator[None]:
    """libiec61850 as a controller with a folder of files: a record and an old text."""
    folder = lab.folder / f"mms-{host}"
    folder.mkdir()
    (folder / "record.dat").write_bytes(RECORD)
    (folder / "old.txt").write_text("old")
    log = lab.folder / f"mms-{host}.log"
    child = lab[host].daemon([*_NATIVE, "serve", ip(host), str(folder)], log)
    try:
        deadline = time.monotonic() + 10
        while b"serving" not in log.read_bytes():
            if time.monotonic() > deadline:
                raise PlantError(f"libiec61850 does not start: {log.read_text()}")
            time.sleep(0.05)
        yield
    finally:
        stop_child(child)


def native(lab: Lab, host: str, job: str, server: str = "plc1") -> None:
    """Let libiec61850's client on `host` do one of the jobs of mms_native."""
    lab[host].command(*_NATIVE, job, ip(server))


def element(tag: int, contents: bytes) -> bytes:
    """An element of BER: services that open61850's client does not know are written by hand and sent by it."""
    number = tag.to_bytes(2 if tag > 0xFF else 1, "big")
    length = bytes([len(contents)]) if len(contents) < 0x80 else bytes([0x81, len(contents)])
    return number + length + contents


def name(text: str) -> bytes:
    """A file name of one part."""
    return element(0x19, text.encode())


def read_file(client: MmsClient, file: str) -> None:
    """Open a file, read it to its end, close it."""
    opened = client.request(element(0xBF48, element(0xA0, name(file)) + element(0x81, b"\0"))).content
    handle = opened[2 : 2 + opened[1]]
    while client.request(element(0x9F49, handle)).content[-3:] != b"\x81\x01\x00":
        pass
    client.request(element(0x9F4A, handle))
