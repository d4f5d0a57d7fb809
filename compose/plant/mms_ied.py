"""The plant's bay controller, IEC 61850 MMS (open61850), and its clients."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator

from open61850.mms import pdu
from open61850.mms.client import MmsClient
from open61850.server import IedModel, MmsServer

from compose.plant.addresses import MMS_PORT, ip
from compose.plant.lab import Lab

BAY = "compose/plant/mms_bay.cid"
LD = "BAY1LD0"
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
