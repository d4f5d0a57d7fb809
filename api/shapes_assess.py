"""Documents of the API about assessments and reports."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.moments import SPAN_OR_DAY
from api.shapes import Input, Name

State = Literal["pass", "fail", "inconclusive", "not_applicable"]
Template = Literal["full", "executive", "controls", "inventory"]
ReportLanguage = Literal["both", "zh", "en"]
Form = Literal["pdf", "html", "xlsx", "json", "oscal"]
FORMS: tuple[Form, ...] = ("pdf", "html", "xlsx", "json", "oscal")
Time = Annotated[str, Field(pattern=SPAN_OR_DAY)]
Word = Annotated[str, Field(min_length=1, max_length=200)]


class FrameworkShape(BaseModel):
    """A framework with the titles of its controls."""

    id: str
    title: dict[str, str]
    version: str
    issuer: str
    licence: str
    checks: str
    verify: bool
    digest: str
    controls: list[dict[str, Any]]


class FrameworkPage(BaseModel):
    """All frameworks."""

    items: list[FrameworkShape]
    cursor: str | None


class AssessmentShape(BaseModel):
    """An assessment; the list leaves results and verdicts out and counts them in `states`."""

    model_config = ConfigDict(extra="allow")

    id: str
    name: str
    made_at: str
    made_by: str
    start: str
    end: str
    zones: list[str]
    states: dict[str, dict[str, int]]


class AssessmentPage(BaseModel):
    """Assessments, the latest first."""

    items: list[AssessmentShape]
    cursor: str | None


class NewAssessment(Input):
    """What is to be assessed; empty lists mean all."""

    name: Name = "assessment"
    frameworks: Annotated[list[Word], Field(max_length=20, default_factory=list)]
    zones: Annotated[list[Word], Field(max_length=200, default_factory=list)]
    start: Time | None = None
    end: Time | None = None


class JudgementInput(Input):
    """What a person says of a control. An override needs an end."""

    control: Word
    basis: Literal["attested", "override"]
    state: State
    reason: Annotated[str, Field(min_length=1, max_length=4000)]
    expires: Time | None = None


class JudgementShape(BaseModel):
    """A judgement."""

    model_config = ConfigDict(extra="allow")

    control: str
    basis: str
    state: State
    reason: str
    who: str
    at: str
    expires: str | None


class JudgementPage(BaseModel):
    """Judgements, the oldest first."""

    items: list[JudgementShape]
    cursor: str | None


class ReportShape(BaseModel):
    """A report that was made."""

    id: str
    at: str
    assessment: str
    template: str
    languages: list[str]
    by: str
    evidence_root: str
    file: str
    sha256: str
    size: int
    signed_by: str | None
    forms: list[str]


class ReportPage(BaseModel):
    """Reports, the latest first."""

    items: list[ReportShape]
    cursor: str | None


class NewReport(Input):
    """A report of an assessment (the latest when none is named)."""

    assessment: Word | None = None
    template: Template = "full"
    language: ReportLanguage = "both"
    forms: Annotated[list[Form], Field(min_length=1, max_length=5, default_factory=lambda: list(FORMS))]
    organisation: Annotated[str, Field(max_length=200)] = ""
    mark: Annotated[str, Field(max_length=60)] = "TLP:AMBER"


class VerificationShape(BaseModel):
    """Whether a report is as it was signed."""

    holds: bool
    signature: str
    fingerprint: str | None
    changed: list[str]
    missing: list[str]
    added: list[str]
