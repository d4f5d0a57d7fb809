"""Sensors and the health of capture."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.answers import Answer, answer, page
from api.auth.guard import Caller, Needs
from api.moments import SPAN_OR_DAY, since
from api.problems import Problem
from api.sensor_documents import health_document, sensor_bodies, sensor_body
from api.shapes_sensing import SensorHealthShape, SensorPage, SensorShape
from api.wiring import Wiring, wiring_of
from response.sensing.counted import LONGEST
from response.times import time_text

router = APIRouter(prefix="/sensors", tags=["sensors"])
Parts = Annotated[Wiring, Depends(wiring_of)]
Reader = Annotated[Caller, Depends(Needs("sensors:read"))]
Moment = Annotated[str, Query(max_length=40, pattern=SPAN_OR_DAY, description="ISO 8601, or a span back from now: 24h")]


@router.get("", response_model=SensorPage, operation_id="sensors_list")
def list_sensors(caller: Reader, wiring: Parts) -> Answer:
    """Sensors, the one heard last first, then those that the site model declares and nobody heard."""
    return page(sensor_bodies(wiring), None)


@router.get("/{sensor}", response_model=SensorShape, operation_id="sensors_show")
def show(sensor: str, caller: Reader, wiring: Parts) -> Answer:
    """One sensor."""
    return answer(sensor_body(wiring, sensor))


@router.get("/{sensor}/health", response_model=SensorHealthShape, operation_id="sensors_health")
def health(
    sensor: str,
    caller: Reader,
    wiring: Parts,
    start: Moment = "24h",
    end: Moment | None = None,
) -> Answer:
    """What a sensor saw and lost from `start` to `end`: over time, by step of the way, by zone and protocol; its clock,
    spool, disk and certificates. Spans are chosen so that there are 120 at most."""
    now = wiring.clock()
    begin, over = since(start, now, "start"), now if end is None else since(end, now, "end")
    assert begin is not None
    assert over is not None
    if not begin < over or over - begin > LONGEST:
        raise Problem(422, "no_span", start=time_text(begin), end=time_text(over))
    return answer(health_document(wiring, sensor, begin, over))
