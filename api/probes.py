"""Whether the process lives and can work, and its figures, for the machines that watch it. Open to all, like those of
other programs; they tell no more than numbers."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from api.answers import Answer
from api.auth.guard import open_to_all
from api.wiring import Wiring, wiring_of
from response.store_errors import StoreError

router = APIRouter(include_in_schema=False, dependencies=[Depends(open_to_all)])


@router.get("/healthz")
def healthz() -> Answer:
    """The process answers."""
    return Answer({"status": "ok"})


@router.get("/readyz")
def readyz(wiring: Annotated[Wiring, Depends(wiring_of)]) -> Answer:
    """The store answers and can be written."""
    try:
        health = wiring.store.health()
    except StoreError as error:
        return Answer({"status": "unavailable", "store": error.code}, 503)
    fine = health.writable and health.status != "red"
    return Answer({"status": "ok" if fine else "unavailable", "store": health.status}, 200 if fine else 503)


@router.get("/metrics")
def metrics(wiring: Annotated[Wiring, Depends(wiring_of)]) -> Response:
    """Figures in the form that Prometheus scrapes."""
    registry = CollectorRegistry()

    def gauge(name: str, text: str, value: float | None) -> None:
        if value is not None:
            Gauge(name, text, registry=registry).set(value)

    try:
        health = wiring.store.health()
    except StoreError:
        gauge("bittern_store_up", "1 when the store answers", 0)
    else:
        gauge("bittern_store_up", "1 when the store answers", 1)
        gauge("bittern_store_writable", "1 when the store can be written", health.writable)
        gauge("bittern_store_segments", "Segments stored", health.segments)
        gauge("bittern_store_alerts", "Alerts stored", health.alerts)
        gauge("bittern_store_dead_letters", "Records that could not be stored", health.dead_letters)
        gauge("bittern_store_bytes", "Bytes of the store", health.bytes)
        gauge("bittern_changes_total", "Number of the latest change", wiring.store.last_change())
    gauge("bittern_stream_listeners", "Open event streams", wiring.live.listeners)
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)
