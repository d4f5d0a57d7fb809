"""The map: zones, hosts, who speaks with whom, and what is new in a span of time."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.answers import Answer, answer
from api.auth.guard import Caller, Needs
from api.moments import SPAN_OR_DAY, since
from api.plant_map import Talk, draw
from api.shapes_plant import MapShape
from api.wiring import Wiring, wiring_of
from response.conditions import Condition
from response.ports import NO_DRILL, AlertQuery, EventQuery
from response.times import time_text

router = APIRouter(prefix="/map", tags=["map"])
MOST_TALKS, MOST_ALERTS = 5_000, 5_000
BEGUN = Condition("event.type", "one_of", ("start",))
ENDS = ("source.ip", "destination.ip")


@router.get("", response_model=MapShape, operation_id="map_show")
def show(
    caller: Annotated[Caller, Depends(Needs("map:read"))],
    wiring: Annotated[Wiring, Depends(wiring_of)],
    start: Annotated[str, Query(pattern=SPAN_OR_DAY)] = "24h",
    end: Annotated[str | None, Query(pattern=SPAN_OR_DAY)] = None,
) -> Answer:
    """Flows that began in the span, drawn at fixed places; what was not there before it is marked as new."""
    now = wiring.clock()
    first, last = since(start, now, "start") or 0, since(end, now, "end") or now
    known = tuple(Condition(name, "known") for name in ENDS)
    query = EventQuery("flow", start=first, end=last, equals=NO_DRILL, where=(BEGUN, *known))
    found = wiring.store.group_events(query, (*ENDS, "network.protocol"), MOST_TALKS)
    talks = [
        Talk(str(source), str(destination), str(protocol) if protocol else None, g.count, g.first, g.last)
        for g in found.groups
        for source, destination, protocol in [g.values]
    ]
    earlier = wiring.store.group_events(EventQuery("flow", end=first, equals=NO_DRILL, where=known), ENDS, MOST_TALKS)
    before = [(str(g.values[0]), str(g.values[1])) for g in earlier.groups]
    drawn = draw(talks, wiring.store.assets(), wiring.site.site(), before=before, alerts=_open_alerts(wiring))
    for line in drawn["lines"]:
        line["first"], line["last"] = time_text(line["first"]), time_text(line["last"])
    whole = found.whole and len(found.groups) < MOST_TALKS
    return answer({**drawn, "start": time_text(first), "end": time_text(last), "whole": whole})


def _open_alerts(wiring: Wiring) -> Counter[str]:
    """Open alerts by the address of either end."""
    query = AlertQuery(statuses=("new", "in_progress"), drill=False, suppressed=False, limit=MOST_ALERTS)
    counted: Counter[str] = Counter()
    for alert in wiring.store.alerts(query).items:
        counted.update({str(end["ip"]) for end in (alert.source, alert.destination) if end.get("ip")})
    return counted
