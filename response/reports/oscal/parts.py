"""What all OSCAL documents share: ids that follow from the report, properties in our namespace, metadata."""

from __future__ import annotations

import re
import uuid
from collections import Counter
from typing import Any

from response.compliance.assessment import Verdict
from response.reports.glyphs import visible
from response.reports.model import ReportModel
from response.reports.wording import Said
from response.times import time_text

VERSION = "1.2.1"
NAMESPACE = "urn:bittern:oscal:1"
ROOT = uuid.uuid5(uuid.NAMESPACE_URL, NAMESPACE)
NOT_TOKEN = re.compile(r"[^\w.\-]")


class Ids:
    """Ids of one report: UUIDs by what they name, control ids as OSCAL wants them (`sr-5.1`, `sr-1.1-re1`)."""

    def __init__(self, model: ReportModel) -> None:
        self._report = model.id
        names = {v.control for v in model.assessment.verdicts} | {c.control for c in model.controls}
        counted = Counter(_short(name) for name in names)
        self._tokens = {n: _short(n) if counted[_short(n)] == 1 else _token(n.replace(":", "_")) for n in names}
        self.reviewed: tuple[Verdict, ...] = tuple(v for v in model.assessment.verdicts if v.state != "not_applicable")

    def uuid(self, *what: str) -> str:
        """The UUIDv5 of a thing in this report."""
        return str(uuid.uuid5(ROOT, "\0".join((self._report, *(visible(each) for each in what)))))

    def control(self, name: str) -> str:
        """The OSCAL id of a control."""
        return self._tokens.get(name) or _short(name)


def _short(control: str) -> str:
    return _token(control.partition(":")[2] or control)


def _token(text: str) -> str:
    token = NOT_TOKEN.sub("-", text.lower())
    return token if re.match(r"[^\W\d]|_", token) else f"_{token}"


def string(text: str | None) -> str:
    """Text as OSCAL's strings must be: something, on one line, no space at its ends."""
    return visible(text or "").strip() or "-"


def joined(said: Said) -> str:
    """All languages on one line."""
    return string(" / ".join(piece.text for piece in said))


def prop(name: str, value: str | int) -> dict[str, str]:
    """A property of ours."""
    return {"name": name, "ns": NAMESPACE, "value": string(str(value))}


def metadata(model: ReportModel, title: str) -> dict[str, Any]:
    """The head of a document; its time is the report's."""
    return {
        "title": string(title),
        "last-modified": time_text(model.made_at),
        "version": string(model.id),
        "oscal-version": VERSION,
    }


def reviewed_controls(model: ReportModel, ids: Ids) -> dict[str, Any]:
    """The controls that were judged; those that do not apply are only named."""
    selected = [{"control-id": each} for each in dict.fromkeys(ids.control(v.control) for v in ids.reviewed)]
    left_out = sorted({v.control for v in model.assessment.verdicts if v.state == "not_applicable"})
    found: dict[str, Any] = {"control-selections": [{"include-controls": selected}]}
    if left_out:
        found["remarks"] = f"Not applicable: {', '.join(map(visible, left_out))}"
    return found
