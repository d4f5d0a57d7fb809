"""The packets behind an alert: whether they are there, decoded, and as a capture file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Response

from api.answers import Answer, answer
from api.auth.guard import Caller, Needs
from api.carving import Carving, cuts_of, masked, of_alerts, of_filter, spans_of
from api.moments import SPAN_OR_DAY
from api.moments import since as moment
from api.problems import Problem
from api.shapes_events import AlertPackets, DecodedPackets
from api.wiring import Wiring, wiring_of
from response.alerts import Alert
from response.times import time_text
from sensors._core import BadFilter, NoPacketsKey
from sensors.anonymised import Masking, random_key
from sensors.evidence import Node, decode
from sensors.kept_packets import Cut

router = APIRouter(tags=["evidence"])
Parts = Annotated[Wiring, Depends(wiring_of)]
Reader = Annotated[Caller, Depends(Needs("evidence:read"))]
Taker = Annotated[Caller, Depends(Needs("evidence:export"))]
PCAP = "application/vnd.tcpdump.pcap"
AS_FILE: dict[str, Any] = {
    "response_class": Response,
    "responses": {200: {"content": {PCAP: {"schema": {"type": "string", "format": "binary"}}}}},
}
Anonymise = Annotated[bool, Query(description="Replace addresses, by a key made for this answer alone.")]
WithPayload = Annotated[
    Literal["cut", "keep"], Query(description="If anonymised: what packets carry is cut off, or kept as it is.")
]
MOST_DECODED = 20
MOST_BYTES = 64 * 1024 * 1024
"""Of what is cut out by filter: an answer is held whole. `bittern pcap carve` gives more."""


@router.get("/alerts/{alert_id}/packets", response_model=AlertPackets, operation_id="evidence_show")
def show(alert_id: str, caller: Annotated[Caller, Depends(Needs("alerts:read"))], wiring: Parts) -> Answer:
    """Where the packets are, and beforehand whether they can be had."""
    alert = wiring.store.alert(alert_id)
    packets = wiring.packets
    kept = {name: packets.look_for(alert.sensor, name, spans) for name, spans in spans_of(alert).items()}
    captures = [{"capture": name, "state": found.state, "sha256": found.sha256} for name, found in sorted(kept.items())]
    named = [{"capture": p.capture, "first": p.first, "last": p.last} for p in alert.packets]
    return answer({"captures": captures, "packets": named})


@router.get("/alerts/{alert_id}/packets/tree", response_model=DecodedPackets, operation_id="evidence_tree")
def tree(alert_id: str, caller: Reader, wiring: Parts) -> Answer:
    """The first packets, decoded: field, text, and which bytes it stands in."""
    capture, cut = _carved(wiring.store.alert(alert_id), wiring)
    shown = decode(cut.data, cut.numbers[:MOST_DECODED])
    packets = [
        {"frame": p.frame, "time": time_text(p.time), "data": p.data, "tree": [_body(node) for node in p.tree]}
        for p in shown
    ]
    return answer({"capture": capture, "of": len(cut.numbers), "packets": packets})


@router.get("/alerts/{alert_id}/packets.pcap", operation_id="evidence_download", **AS_FILE)
def download(
    alert_id: str, caller: Taker, wiring: Parts, anonymise: Anonymise = False, payload: WithPayload = "cut"
) -> Response:
    """The packets as a capture file. The audit log keeps who took it and its hash."""
    name, cut = _carved(wiring.store.alert(alert_id), wiring)
    carving = Carving(cut.data, len(cut.numbers), False, {name: cut.kept.state})
    carving = _masked(carving, payload) if anonymise else carving
    wiring.store.commit([], carving.deed(wiring.clock(), caller.name, "alert", alert_id))
    return _file(carving, alert_id[:26])


@router.get("/incidents/{incident_id}/packets.pcap", operation_id="evidence_of_incident", **AS_FILE)
def of_incident(
    incident_id: str, caller: Taker, wiring: Parts, anonymise: Anonymise = False, payload: WithPayload = "cut"
) -> Response:
    """The packets of all alerts of an incident as one capture file, by time, each once."""
    alerts = wiring.store.record("incident", incident_id).body["alerts"]
    carving = of_alerts((wiring.store.alert(each) for each in alerts), wiring.packets)
    if not carving.frames:
        raise _nothing(carving.states)
    carving = _masked(carving, payload) if anonymise else carving
    wiring.store.commit([], carving.deed(wiring.clock(), caller.name, "incident", incident_id))
    return _file(carving, incident_id[:26])


@router.get("/packets.pcap", operation_id="evidence_by_filter", **AS_FILE)
def by_filter(
    caller: Taker,
    wiring: Parts,
    since: Annotated[str, Query(pattern=SPAN_OR_DAY, description="The first moment: ISO 8601, or a span back.")],
    until: Annotated[str | None, Query(pattern=SPAN_OR_DAY, description="The last moment; without it now.")] = None,
    filter: Annotated[str, Query(max_length=1000, description="A capture filter; without it all packets.")] = "",  # noqa: A002 - its name in the address
    sensor: Annotated[str | None, Query(max_length=200)] = None,
    anonymise: Anonymise = False,
    payload: WithPayload = "cut",
) -> Response:
    """Packets that live sensors of this machine kept, by time and capture filter."""
    now = wiring.clock()
    begin, end = moment(since, now, "since") or 0, moment(until, now, "until") or now
    try:
        found = wiring.packets.ring.passing(filter, since=begin, until=end, sensor=sensor, most=MOST_BYTES)
    except BadFilter as error:
        raise Problem(422, "bad_filter", filter=filter, position=error.args[0]) from None
    except NoPacketsKey:
        raise Problem(404, "packets_locked", captures="*") from None
    carving = of_filter(found)
    if not carving.frames:
        raise Problem(404, "packets_none_pass")
    carving = _masked(carving, payload) if anonymise else carving
    wiring.store.commit([], carving.deed(now, caller.name, "packets", filter or "*"))
    return _file(carving, "packets")


def _carved(alert: Alert, wiring: Wiring) -> tuple[str, Cut]:
    """The alert's packets in the first capture that is there. Raises Problem with why none is."""
    cuts = cuts_of(alert, wiring.packets)
    for name, cut in cuts.items():
        if cut.numbers:
            return name, cut
    raise _nothing({name: cut.kept.state for name, cut in cuts.items()})


def _nothing(states: Mapping[str, str]) -> Problem:
    return Problem(404, f"packets_{next(iter(states.values()), 'no_packets')}", captures=", ".join(states))


def _masked(carving: Carving, payload: str) -> Carving:
    return masked(carving, Masking(random_key(), payload))


def _file(carving: Carving, name: str) -> Response:
    name = f"{name}-anonymised" if carving.anonymised else name
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.pcap"',
        "X-Content-SHA256": carving.sha256,
        "X-Packets": str(carving.frames),
        "X-Packets-Cut": str(carving.is_cut).lower(),
    }
    if how := carving.anonymised:
        headers |= {"X-Anonymised": how["scheme"], "X-Anonymised-Payload": how["payload"]}
        headers |= {"X-Original-SHA256": how["original"]["sha256"], "X-Anonymised-Key-Id": how["key_id"]}
    return Response(carving.data, media_type=PCAP, headers=headers)


def _body(node: Node) -> dict[str, Any]:
    return {
        "name": node.name,
        "text": node.text,
        "position": node.position,
        "size": node.size,
        "children": [_body(child) for child in node.children],
    }
