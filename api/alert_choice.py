"""Which alerts a request is about: one set of query parameters for lists, facets and exports."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query

from api.moments import SPAN_OR_DAY, since
from api.shapes import Resolution, RuleClass, Severity, Status
from api.wiring import Wiring, wiring_of
from response.ports import AlertQuery


def chosen(
    wiring: Annotated[Wiring, Depends(wiring_of)],
    severity: Annotated[Severity | None, Query(description="the least severity")] = None,
    rule_class: Annotated[list[RuleClass] | None, Query(alias="class")] = None,
    status: Annotated[list[Status] | None, Query()] = None,
    resolution: Annotated[list[Resolution] | None, Query()] = None,
    assignee: Annotated[list[str] | None, Query(description='"" is nobody')] = None,
    rule: Annotated[list[str] | None, Query(alias="rule.name", description="name or id")] = None,
    incident: Annotated[list[str] | None, Query()] = None,
    source_ip: Annotated[str | None, Query(alias="source.ip", description="address or network")] = None,
    destination_ip: Annotated[str | None, Query(alias="destination.ip", description="address or network")] = None,
    start: Annotated[
        str | None, Query(pattern=SPAN_OR_DAY, description="ISO 8601, or a span back from now: 24h, 7d")
    ] = None,
    end: Annotated[str | None, Query(pattern=SPAN_OR_DAY, description="ISO 8601, or a span back from now")] = None,
    text: Annotated[str | None, Query(max_length=500, description="each word is part of a value")] = None,
    drill: Annotated[bool | None, Query()] = False,
    suppressed: Annotated[bool | None, Query(description="held back by a mute or a learned entry")] = None,
    triage: Annotated[bool, Query(description="only what is for the triage queue")] = True,
) -> AlertQuery:
    """Which alerts a request is about."""
    now = wiring.clock()
    return AlertQuery(
        severity=severity,
        classes=tuple(rule_class or ()),
        statuses=tuple(status or ()),
        resolutions=tuple(resolution or ()),
        assignees=tuple(assignee or ()),
        rules=tuple(rule or ()),
        incidents=tuple(incident or ()),
        source_ip=source_ip,
        destination_ip=destination_ip,
        start=since(start, now, "start"),
        end=since(end, now, "end"),
        text=text,
        drill=drill,
        suppressed=suppressed,
        triage=triage and not rule_class,
    )


Chosen = Annotated[AlertQuery, Depends(chosen)]
