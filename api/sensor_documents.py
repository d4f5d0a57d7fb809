"""Sensors as JSON objects for the API: how each stands, and all that is known of one over a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from api import certificates
from api.content.marks import content_of
from api.inbox import waiting_in
from api.wiring import Wiring
from detection.site import Limits
from response.records import RecordQuery, Stored
from response.retention.forecast import disk_outlook, outlooks
from response.retention.sweep import policy_in_force
from response.sensing.counted import Counted, Total, counted
from response.sensing.outlook import Points, Room, room
from response.sensing.seen import ProtocolSeen, Seen, ZoneSeen, seen
from response.sensing.standing import Standing, lately, standing
from response.sensing.steps import CLOCK, STEPS
from response.store_errors import NotFound
from response.times import SECOND, time_ns, time_text

MOST = 1000
MOST_PROTOCOLS = 100
NO_ETAG = "0"
"""Of a sensor that the site model declares and nobody has heard yet."""


def sensor_bodies(wiring: Wiring) -> list[dict[str, Any]]:
    """Every sensor that was heard, the latest first, then those that the site model declares and nobody heard."""
    found = wiring.store.records(RecordQuery("sensor", limit=MOST)).items
    recent, known = lately(wiring.store, wiring.clock()), {each.id for each in found}
    heard = [_body(wiring, each.id, each, recent.get(each.id, {})) for each in found]
    return heard + [_body(wiring, name, None, {}) for name in _declared(wiring) if name not in known]


def sensor_body(wiring: Wiring, sensor: str) -> dict[str, Any]:
    """One sensor. Raises NotFound for one that nobody declared or heard."""
    return _body(wiring, sensor, _stored(wiring, sensor), lately(wiring.store, wiring.clock()).get(sensor, {}))


def _stored(wiring: Wiring, sensor: str) -> Stored | None:
    try:
        return wiring.store.record("sensor", sensor)
    except NotFound:
        if sensor in _declared(wiring):
            return None
        raise


def _declared(wiring: Wiring) -> Mapping[str, Sequence[str]]:
    """Zones by sensor, as the site model declares them."""
    site = wiring.site.site()
    found: dict[str, list[str]] = {}
    for each in site.sensors if site else ():
        found.setdefault(each.name, []).extend(zone for zone in each.zones if zone not in found.get(each.name, []))
    return found


def _limits(wiring: Wiring) -> Limits:
    site = wiring.site.site()
    return site.visibility if site else Limits()


def _body(wiring: Wiring, sensor: str, stored: Stored | None, recent: Mapping[str, int]) -> dict[str, Any]:
    body: Mapping[str, Any] = stored.body if stored else {}
    last_seen = time_ns(body["last_seen"]) if stored else None
    found = standing(last_seen, recent, _limits(wiring), wiring.clock())
    return {
        "id": sensor,
        "etag": stored.etag if stored else NO_ETAG,
        "zones": list(_declared(wiring).get(sensor, ())),
        "last_seen": body.get("last_seen"),
        "packets_until": body.get("packets_until"),
        "counters": body.get("counters", {}),
        "software": body.get("about", {}).get("software"),
        "content": content_of(body.get("counters", {})),
        **_standing(found),
    }


def _standing(found: Standing) -> dict[str, Any]:
    reasons = [{"code": each.code, "parameters": dict(each.parameters)} for each in found.reasons]
    return {"state": found.state, "reasons": reasons}


def health_document(wiring: Wiring, sensor: str, start: int, end: int) -> dict[str, Any]:
    """All that is known of a sensor from `start` to `end` (ns). Raises NotFound, StoreError."""
    body = sensor_body(wiring, sensor)
    told = counted(wiring.store, sensor, start, end)
    of_whom = seen(wiring.store, sensor, wiring.site.site(), start, end)
    now = wiring.clock()
    return {
        "sensor": body,
        "now": time_text(now),
        "start": time_text(start),
        "end": time_text(end),
        "step": told.step // SECOND,
        "starts": [time_text(each) for each in told.starts],
        "series": {name: list(values) for name, values in told.series.items()},
        "frames": told.frames,
        "lost": told.lost,
        "steps": [_step(step, told) for step in STEPS],
        "interfaces": _interfaces(told),
        "clock": {name: told.total(name) for name in CLOCK},
        "spool": _spool(wiring, sensor, told),
        "disk": _disk(told),
        "server_disk": _server_disk(wiring, now),
        "certificates": list(_certificates(wiring, sensor, now)),
        "zones": [_zone(each) for each in of_whom.zones],
        "protocols": [_protocol(each) for each in of_whom.protocols[:MOST_PROTOCOLS]],
        "whole": told.whole and of_whom.whole and len(of_whom.protocols) <= MOST_PROTOCOLS,
        "told_until": _told_until(told, of_whom, body),
    }


def _told_until(told: Counted, of_whom: Seen, body: Mapping[str, Any]) -> str | None:
    """Up to when the sensor told its counters: what came later is on its way, not missing."""
    return body["packets_until"] if told.totals or of_whom.protocols else None


def _step(step: str, told: Counted) -> dict[str, Any]:
    return {"step": step, "counters": [_total(each) for each in told.totals if each.step == step]}


def _total(each: Total) -> dict[str, Any]:
    return {
        "stage": each.stage, "counter": each.counter, "interface": each.interface, "count": each.count,
        "ratio": each.ratio,
    }  # fmt: skip


def _interfaces(told: Counted) -> list[dict[str, Any]]:
    names = sorted({each.interface for each in told.totals if each.interface is not None})
    return [
        {
            "interface": name,
            "counters": {each.counter: each.count for each in told.totals if each.interface == name},
        }
        for name in names
    ]


def _spool(wiring: Wiring, sensor: str, told: Counted) -> dict[str, Any]:
    """What the chain of segments misses, and what of this sensor waits here for the worker."""
    names = ("missing", "late", "altered")
    losses = ("rows_lost", "occurrences_lost", "chains_begun")
    chains = wiring.store.records(RecordQuery("chain", {"sensor": sensor, "state": "open"}, limit=MOST)).items
    waiting, size, refused = waiting_in(wiring.settings.inbox, sensor)
    return {
        **{name: told.total(f"spool_segments_{name}") for name in names},
        **{name: told.total(f"spool_{name}") for name in losses},
        "gaps_open": len(chains),
        "inbox": {"segments": waiting, "bytes": size, "refused": refused},
    }


def _disk(told: Counted) -> dict[str, Any]:
    """The sensor's own disk, as it tells: what lies in its spool and ring, what is free, until when that lasts."""
    spool, bound = told.level("spool_bytes"), told.level("spool_most_bytes")
    most = bound[-1][1] if bound else None
    free = told.level("free_bytes")
    return {
        "spool": {"bytes": _last(spool), "most": most, "outlook": _room(room(spool, most=most) if most else room(()))},
        "packets": {"bytes": _last(told.level("packets_bytes"))},
        "free": {"bytes": _last(free), "of": _last(told.level("size_bytes")), "outlook": _room(room(free))},
    }


def _last(points: Points) -> int | None:
    return points[-1][1] if points else None


def _room(found: Room) -> dict[str, Any]:
    return {"state": found.state, "days": found.days, "bytes_per_day": found.per_day}


def _server_disk(wiring: Wiring, now: int) -> dict[str, Any]:
    from api.storage.admission import stored_datasets

    holdings = wiring.store.holdings(now)
    policy, _ = policy_in_force(wiring.store, stored_datasets())
    found = disk_outlook(holdings, outlooks(holdings, policy, now))
    return {"free": holdings.disk_free, "of": holdings.disk_bytes, "state": found.state, "days": found.days}


def _certificates(wiring: Wiring, sensor: str, now: int) -> Iterator[dict[str, Any]]:
    """That which the sensor shows, and those of the servers."""
    for each in certificates.known(wiring.store, now):
        body = each.body
        if body["of"] == certificates.SERVER or body["name"] == sensor:
            yield {
                "of": body["of"], "name": body["name"], "subject": body["subject"], "until": body["until"],
                "days": certificates.days_left(body, now), "seen": body["at"],
            }  # fmt: skip


def _zone(each: ZoneSeen) -> dict[str, Any]:
    return {
        "zone": each.zone, "ours": each.is_ours, "declared": each.declared, "heard": each.heard,
        "unheard": list(each.unheard), "strangers": each.strangers, "conversations": each.conversations,
        "one_way": each.one_way,
    }  # fmt: skip


def _protocol(each: ProtocolSeen) -> dict[str, Any]:
    return {"protocol": each.protocol, "kind": each.kind, "packets": each.packets}
