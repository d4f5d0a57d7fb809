"""The packets behind an alert: whether they are there, decoded, and as a capture file."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from api.answers import Answer, answer
from api.auth.guard import Caller, Needs
from api.problems import Problem
from api.shapes_events import AlertPackets, DecodedPackets
from api.wiring import Wiring, wiring_of
from response.alerts import Alert
from response.records import Deed
from response.times import time_text
from sensors.evidence import Kept, Node, carve, decode, look_for
from sensors.replay import NotReplayable

router = APIRouter(prefix="/alerts", tags=["evidence"])
Parts = Annotated[Wiring, Depends(wiring_of)]
Reader = Annotated[Caller, Depends(Needs("evidence:read"))]
PCAP = "application/vnd.tcpdump.pcap"
MOST_DECODED = 20


@router.get("/{alert_id}/packets", response_model=AlertPackets, operation_id="evidence_show")
def show(alert_id: str, caller: Annotated[Caller, Depends(Needs("alerts:read"))], wiring: Parts) -> Answer:
    """Where the packets are, and beforehand whether they can be had."""
    alert = wiring.store.alert(alert_id)
    kept = {name: look_for(_folder(wiring), name) for name in {p.capture for p in alert.packets}}
    captures = [{"capture": name, "state": found.state, "sha256": found.sha256} for name, found in sorted(kept.items())]
    packets = [{"capture": p.capture, "first": p.first, "last": p.last} for p in alert.packets]
    return answer({"captures": captures, "packets": packets})


@router.get("/{alert_id}/packets/tree", response_model=DecodedPackets, operation_id="evidence_tree")
def tree(alert_id: str, caller: Reader, wiring: Parts) -> Answer:
    """The first packets, decoded: field, text, and which bytes it stands in."""
    capture, data, numbers = _carved(wiring.store.alert(alert_id), wiring)
    shown = decode(data, numbers)[:MOST_DECODED]
    packets = [
        {"frame": p.frame, "time": time_text(p.time), "data": p.data, "tree": [_body(node) for node in p.tree]}
        for p in shown
    ]
    return answer({"capture": capture, "of": len(numbers), "packets": packets})


@router.get(
    "/{alert_id}/packets.pcap",
    response_class=Response,
    operation_id="evidence_download",
    responses={200: {"content": {PCAP: {"schema": {"type": "string", "format": "binary"}}}}},
)
def download(alert_id: str, caller: Annotated[Caller, Depends(Needs("evidence:export"))], wiring: Parts) -> Response:
    """The packets as a capture file. The audit log keeps who took it and its hash."""
    capture, data, numbers = _carved(wiring.store.alert(alert_id), wiring)
    sha256 = hashlib.sha256(data).hexdigest()
    told = {"sha256": sha256, "capture": capture, "packets": len(numbers)}
    wiring.store.commit([], Deed(wiring.clock(), caller.name, "evidence.export", "alert", alert_id, told))
    headers = {"Content-Disposition": f'attachment; filename="{alert_id[:26]}.pcap"', "X-Content-SHA256": sha256}
    return Response(data, media_type=PCAP, headers=headers)


def _folder(wiring: Wiring) -> Path:
    return wiring.settings.data / "captures"


def _carved(alert: Alert, wiring: Wiring) -> tuple[str, bytes, list[int]]:
    """The alert's packets in the first capture that is there. Raises Problem with why none is."""
    states: dict[str, Kept] = {}
    for name in dict.fromkeys(p.capture for p in alert.packets):
        states[name] = look_for(_folder(wiring), name)
        path = states[name].path
        if path is None:
            continue
        spans = [(p.first, p.last) for p in alert.packets if p.capture == name]
        try:
            return name, *carve(path, spans)
        except NotReplayable:
            states[name] = Kept("changed")
    why = next(iter(states.values())).state if states else "no_packets"
    raise Problem(404, f"packets_{why}", captures=", ".join(states))


def _body(node: Node) -> dict[str, Any]:
    return {
        "name": node.name,
        "text": node.text,
        "position": node.position,
        "size": node.size,
        "children": [_body(child) for child in node.children],
    }
