"""Controllers of the plant that speak EtherNet/IP: the Logix tag server of cm-ethernetip, as it is.

What no stack answers (mode changes, locks, firmware, programs, PCCC) is answered by a table of ours behind the same
stack; `Granting` does that, and captures made with it say so.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Mapping

from compose.plant.addresses import ip
from compose.plant.cip_stack import (
    CipPath,
    CipServiceResponse,
    EipAdapter,
    IdentityInfo,
    LogixDispatcher,
    TagDatabase,
    TemplateMember,
    types,
)

PORT = 44818
REMOTE_RUN = 0x3060
REMOTE_PROGRAM = 0x3070


def identity(status: int = REMOTE_RUN) -> IdentityInfo:
    """What the tank's controller says of itself."""
    return IdentityInfo(
        vendor_id=1,
        device_type=0x0E,
        product_code=55,
        major_revision=20,
        minor_revision=11,
        status=status,
        serial_number=0x00C0FFEE,
        product_name="1756-L61/B LOGIX5561",
    )


def tank_tags() -> TagDatabase:
    """Tags of the tank: every elementary type of the stack, arrays, a structure, a string."""
    tags = TagDatabase()
    tags.add_tag("Tank_Level", types.DINT).write_dint(0, 1987)
    tags.add_tag("Tank_Setpoint", types.DINT).write_dint(0, 2000)
    tags.add_tag("Tank_Temperature", types.REAL).write_real(0, 65.25)
    tags.add_tag("Pump_Enable", types.BOOL).set_data(b"\x01")
    tags.add_tag("Valve", types.SINT).set_data(struct.pack("<b", -7))
    tags.add_tag("Speed", types.INT).set_data(struct.pack("<h", -1450))
    tags.add_tag("Total", types.LINT).set_data(struct.pack("<q", 2**60 + 1))
    tags.add_tag("Mean", types.LREAL).set_data(struct.pack("<d", 0.1))
    tags.add_tag("Curve", types.REAL, 8).set_data(struct.pack("<8f", *range(8)))
    tags.add_tag("Batch", types.DINT, 1500).set_data(struct.pack("<1500i", *range(1500)))
    return tags


class Granting(LogixDispatcher):  # type: ignore[misc]  # the stack has no types
    """A dispatcher that grants services which the stack does not know, by (class, service): the reply's data."""

    def __init__(self, tags: TagDatabase, info: IdentityInfo, grants: Mapping[tuple[int, int], bytes]) -> None:
        super().__init__(tags, info)
        self._grants = grants

    def on_unhandled(
        self, service_code: int, path: CipPath, data: bytes, default_status: int | None = None
    ) -> CipServiceResponse:
        """Grant what is in the table; leave the rest to the stack."""
        granted = self._grants.get((path.class_id or 0, service_code))
        if granted is not None:
            return CipServiceResponse.success(service_code, granted)
        return super().on_unhandled(service_code, path, data, default_status)


def adapter(dispatcher: LogixDispatcher, info: IdentityInfo) -> EipAdapter:
    """The stack's listener, told to answer on the originator's connection id, as the standard asks."""
    listener = EipAdapter(dispatcher, info)
    # The dispatcher keeps its connection manager to itself: it is whom the handler of Forward_Open belongs to.
    manager = dispatcher._classes[0x06].get_instance_service(0x54).handler.__self__

    def to_originator(to_target: int) -> int:
        found = manager.find_by_ot_id(to_target)
        return int(found.to_connection_id) if found is not None else to_target

    listener.connection_id_lookup = to_originator
    return listener


class LogixController:
    """A controller on one host. grants: services answered by us (see `Granting`)."""

    def __init__(
        self, host: str, grants: Mapping[tuple[int, int], bytes] | None = None, status: int = REMOTE_RUN
    ) -> None:
        self._host = host
        self.tags = tank_tags()
        info = identity(status)
        self.dispatcher = Granting(self.tags, info, grants) if grants else LogixDispatcher(self.tags, info)
        self.adapter = adapter(self.dispatcher, info)

    async def serve(self) -> None:
        """Listen on TCP 44818."""
        await self.adapter.listen(ip(self._host), PORT)

    async def stop(self) -> None:
        """Stop listening. Connections that are open end with the host."""
        await asyncio.wait_for(self.adapter.close(), 3)


def recipe(tags: TagDatabase) -> None:
    """Add a structure with a template: one integer, one real number.

    Not for clients that read templates at first: the stack answers its own template with an error.
    """
    template = tags.add_template("RECIPE", TemplateMember("Setpoint", types.DINT), TemplateMember("Gain", types.REAL))
    tags.add_struct_tag("Recipe", template).set_data(struct.pack("<if", 2000, 1.5))
