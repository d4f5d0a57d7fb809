"""The quiet home: is anything wrong, since when, what next. Each number is one that a list shows too."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any

from fastapi import APIRouter, Depends

from api.answers import Answer, answer
from api.auth.guard import Caller, Needs
from api.incident_documents import incident_body
from api.shapes_plant import OverviewShape
from api.triage import policy
from api.wiring import Wiring, wiring_of
from response.alerts import Alert
from response.ports import AlertQuery
from response.records import RecordQuery
from response.times import SECOND, time_text
from response.triage.sla import terms_of

router = APIRouter(prefix="/overview", tags=["overview"])
MOST, SHOWN = 5_000, 6
GRAVE = ("high", "critical")
DAY = 86_400 * SECOND
SILENT = 300 * SECOND
"""A sensor that nobody heard for so long is silent."""


@router.get("", response_model=OverviewShape, operation_id="overview_show")
def show(
    caller: Annotated[Caller, Depends(Needs("alerts:read"))], wiring: Annotated[Wiring, Depends(wiring_of)]
) -> Answer:
    """Open alerts and incidents, terms at risk, sensors, new assets."""
    now, site = wiring.clock(), wiring.site.site()
    found = wiring.store.alerts(
        AlertQuery(statuses=("new", "in_progress"), drill=False, suppressed=False, limit=MOST, sort="severity")
    ).items
    late = [a for a in found if (terms := terms_of(a, policy(), site, now)) and "late" in _states(terms)]
    incidents = wiring.store.records(
        RecordQuery("incident", {"status": ["new", "in_progress"], "drill": False}, limit=1000)
    ).items
    worst = sorted(
        (each for each in incidents if each.body["alerts"]), key=lambda each: -int(each.body["risk"]["score"])
    )
    sensors = wiring.store.records(RecordQuery("sensor", limit=1000)).items
    assets = wiring.store.assets()
    return answer(
        {
            "now": time_text(now),
            "alerts": {
                "open": len(found),
                "new": sum(alert.status == "new" for alert in found),
                "grave": sum(alert.status == "new" and alert.severity in GRAVE for alert in found),
                "by_severity": dict(Counter(alert.severity for alert in found)),
                "most_hit": _most_hit(found),
                "late": len(late),
                "oldest_new": _oldest(found),
                "whole": len(found) < MOST,
            },
            "incidents": {
                "open": len(worst),
                "worst": [incident_body(each, brief=True) for each in worst[:SHOWN]],
            },
            "sensors": {
                "heard": sum(_heard(each.body, now) for each in sensors),
                "silent": [each.id for each in sensors if not _heard(each.body, now)],
            },
            "assets": {"all": len(assets), "new": sum(asset.first_seen >= now - DAY for asset in assets)},
            "waiting": _waiting(wiring),
        }
    )


def _states(terms: Any) -> tuple[str, str]:
    return terms.acknowledge.state, terms.resolve.state


def _most_hit(found: tuple[Alert, ...]) -> list[dict[str, Any]]:
    """The destinations that most alerts name. `found` is ordered worst first, so the first of each tells its worst."""
    hit: dict[str, dict[str, Any]] = {}
    for alert in found:
        end = alert.destination
        name, address = end.get("asset") or end.get("ip") or end.get("mac"), end.get("ip")
        if name is not None:
            known = hit.setdefault(name, {"name": name, "ip": address, "alerts": 0, "worst": alert.severity})
            known["alerts"] += 1
    return sorted(hit.values(), key=lambda each: (-each["alerts"], each["name"]))[:SHOWN]


def _oldest(alerts: tuple[Alert, ...]) -> str | None:
    times = [alert.first_seen for alert in alerts if alert.status == "new"]
    return time_text(min(times)) if times else None


def _heard(body: Any, now: int) -> bool:
    return str(body["last_seen"]) >= time_text(max(0, now - SILENT))


def _waiting(wiring: Wiring) -> dict[str, int]:
    """What waits for a person: learning proposed, playbook steps to approve or answer."""
    return {
        "learned": len(wiring.store.records(RecordQuery("learned", {"state": "proposed"}, limit=1000)).items),
        "runs": len(wiring.store.records(RecordQuery("run", {"waiting": True}, limit=1000)).items),
    }
