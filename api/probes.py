"""Whether the process lives and can work, open to all, and its figures, for the machines that watch it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST

from api.answers import Answer
from api.auth.guard import Needs, open_to_all
from api.metrics import metrics_of
from api.request_figures import RequestFigures
from api.wiring import Wiring, wiring_of
from response.store_errors import StoreError

router = APIRouter(include_in_schema=False, dependencies=[Depends(open_to_all)])
figures = APIRouter(include_in_schema=False, dependencies=[Depends(Needs("metrics:read"))])


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


@figures.get("/metrics")
def metrics(request: Request, wiring: Annotated[Wiring, Depends(wiring_of)]) -> Response:
    """Figures in the form that Prometheus scrapes, for who holds `metrics:read`: they name sensors, and tell whoever
    attacks whether he was seen."""
    requests: RequestFigures = request.app.state.requests
    return Response(metrics_of(wiring, requests), media_type=CONTENT_TYPE_LATEST)
