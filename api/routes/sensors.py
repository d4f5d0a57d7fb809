"""Sensors and the health of capture."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from api.answers import Answer, answer, page
from api.auth.guard import Caller, Needs
from api.content.marks import content_of
from api.shapes_plant import SensorPage, SensorShape
from api.wiring import Wiring, wiring_of
from response.records import RecordQuery, Stored

router = APIRouter(prefix="/sensors", tags=["sensors"])
Parts = Annotated[Wiring, Depends(wiring_of)]
Reader = Annotated[Caller, Depends(Needs("sensors:read"))]
MOST = 1000


@router.get("", response_model=SensorPage, operation_id="sensors_list")
def list_sensors(caller: Reader, wiring: Parts) -> Answer:
    """Sensors, the one heard last first."""
    return page((_body(each, wiring) for each in wiring.store.records(RecordQuery("sensor", limit=MOST)).items), None)


@router.get("/{sensor}", response_model=SensorShape, operation_id="sensors_show")
def show(sensor: str, caller: Reader, wiring: Parts) -> Answer:
    """One sensor."""
    return answer(_body(wiring.store.record("sensor", sensor), wiring))


def _body(stored: Stored, wiring: Wiring) -> dict[str, Any]:
    site = wiring.site.site()
    declared = getattr(site, "sensors", ()) if site else ()
    zones = [zone for each in declared if each.name == stored.id for zone in each.zones]
    content = content_of(stored.body["counters"])
    return {"id": stored.id, "etag": stored.etag, "zones": zones, "content": content, **stored.body}
