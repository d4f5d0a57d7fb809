"""Sections of a report, one file each: a function from model and speaker to blocks. Templates choose among them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from response.reports.blocks import Block
from response.reports.model import ReportModel
from response.reports.sections.annex import evidence, glossary, sign_off
from response.reports.sections.assets import assets
from response.reports.sections.controls import controls, difference, levels, matrix
from response.reports.sections.detections import detections
from response.reports.sections.findings import findings
from response.reports.sections.plan import plan
from response.reports.sections.scope import method, scope
from response.reports.sections.summary import summary
from response.reports.sections.zones import zones
from response.reports.wording import Speaker

Section = Callable[[ReportModel, Speaker], list[Block]]

SECTIONS: Mapping[str, Section] = {
    "summary": summary,
    "scope": scope,
    "method": method,
    "zones": zones,
    "assets": assets,
    "findings": findings,
    "detections": detections,
    "controls": controls,
    "matrix": matrix,
    "levels": levels,
    "plan": plan,
    "difference": difference,
    "sign_off": sign_off,
    "evidence": evidence,
    "glossary": glossary,
}
"""By name, in the order of a full report."""

TEMPLATES: Mapping[str, tuple[str, ...]] = {
    "full": tuple(SECTIONS),
    "executive": ("summary", "scope", "matrix", "plan", "sign_off"),
    "controls": ("summary", "scope", "method", "controls", "plan", "sign_off", "evidence", "glossary"),
    "inventory": ("scope", "zones", "assets", "sign_off", "evidence"),
}
"""Kinds of report by name: which sections each has. Their titles are `report.template.<name>`."""
