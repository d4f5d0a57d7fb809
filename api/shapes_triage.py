"""Documents of the API about incidents, and about what holds alerts back."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.moments import SPAN_OR_DAY
from api.shapes import Input, Resolution, Severity, Status, Text

AlertId = Annotated[str, Field(min_length=1, max_length=64)]
AlertIds = Annotated[list[AlertId], Field(min_length=1, max_length=10_000)]
Reason = Annotated[str, Field(min_length=1, max_length=4000)]
Time = Annotated[str, Field(pattern=SPAN_OR_DAY)]
Form = Literal["exact", "range", "role"]
Like = Literal["key", "pair", "rule", "zone"]
Number = Annotated[float, Field(strict=False)]
Whole = Annotated[int, Field(strict=False, ge=0, le=2**53)]


class Coded(BaseModel):
    """A code of the catalogue with its parameters, and the text of it in both languages."""

    code: str
    parameters: dict[str, Any]
    en: str
    zh: str


class IncidentShape(BaseModel):
    """An incident: what follows from its alerts, beside what people decided. `etag` counts the changes of people."""

    model_config = ConfigDict(extra="allow")

    id: str
    etag: str
    title: Coded
    severity: Severity
    status: Status
    resolution: Resolution | None
    assignee: str | None
    first_seen: str
    last_seen: str
    count: int
    alerts: list[str]
    assets: list[str]
    zones: list[str]
    techniques: list[str]
    tactics: list[str]
    risk: dict[str, Any]
    drill: bool
    merged_into: str | None
    held: bool
    hold: dict[str, str | None] | None = Field(description="`at`, `who`, `reason` of the hold")
    members: list[dict[str, Any]] = []
    tasks: list[dict[str, Any]] = []
    timeline: list[dict[str, Any]] = []
    measures: dict[str, int | None] = {}
    history: list[dict[str, Any]] = []


class IncidentPage(BaseModel):
    """Some incidents."""

    items: list[IncidentShape]
    cursor: str | None


class IncidentDecision(Input):
    """What a person decides; what is left out stays. `ticks` are task ids with done or not; `held` keeps the
    evidence from retention, and needs a reason."""

    status: Status | None = None
    resolution: Resolution | None = None
    assignee: Annotated[str, Field(max_length=64)] | None = None
    reason: Text | None = None
    ticks: Annotated[dict[Annotated[str, Field(max_length=200)], bool], Field(max_length=200)] | None = None
    held: bool | None = None


class Split(Input):
    """Alerts that are set apart."""

    alerts: AlertIds
    reason: Reason


class Merge(Input):
    """Incidents that become one."""

    incidents: Annotated[list[AlertId], Field(min_length=2, max_length=100)]
    reason: Reason


class DecisionMade(BaseModel):
    """A split or merge, to be taken back by its id."""

    decision: str


class StoryFact(BaseModel):
    """One thing that an answer says, as code and parameters."""

    code: str
    parameters: dict[str, Any]


class StoryAnswer(BaseModel):
    """The answer to one question: facts, and sentences in both languages."""

    facts: list[StoryFact]
    en: list[str]
    zh: list[str]


class StoryShape(BaseModel):
    """The eight answers about an alert, by question: what, where, normal, why, now, evidence, else, so_what."""

    answers: dict[str, StoryAnswer]
    terms: dict[str, Any] | None = Field(description="until when it is to be taken up and closed, and how that stands")


class LearnInput(Input):
    """Learn an alert: exactly it, a range, or every host with the same roles."""

    form: Form = "exact"
    objects: tuple[Annotated[str, Field(max_length=40)], Whole, Whole] | None = Field(None, strict=False)
    values: tuple[Number, Number] | None = Field(None, strict=False)
    until: Time | None = None
    reason: Text = ""


class MuteInput(Input):
    """Mute an alert and its like until a time; a span counts from now."""

    like: Like = "key"
    until: Time
    reason: Text = ""


class EffectShape(BaseModel):
    """What it would do to stored alerts."""

    days: int
    open: int
    open_alerts: list[str]
    recent: int
    counted: int
    true_positives: int
    true_positive_alerts: list[str]
    taken: int
    severities: dict[str, int]
    rules: dict[str, int]
    techniques: dict[str, int]
    warnings: list[Coded]


class SuppressionShape(BaseModel):
    """A mute or a learned entry."""

    model_config = ConfigDict(extra="allow")

    id: str
    etag: str
    at: str
    state: str
    rule: str | None
    by: str
    reason: str
    scope: dict[str, Any]
    until: str | None


class SuppressionPage(BaseModel):
    """Mutes or learned entries, the newest first."""

    items: list[SuppressionShape]
    cursor: str | None


class Undone(BaseModel):
    """What was taken back; alerts that somebody changed since stay as they are."""

    conflicts: list[str]


class BulkSelection(Input):
    """All alerts that match."""

    severity: Severity | None = None
    status: list[Status] | None = None
    rule: Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=100)] | None = None
    text: Annotated[str, Field(max_length=500)] | None = None
    assignee: Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=20)] | None = None


class BulkInput(Input):
    """One decision about many alerts: those named, or all that match."""

    alerts: AlertIds | None = None
    matching: BulkSelection | None = None
    status: Status | None = None
    resolution: Resolution | None = None
    assignee: Annotated[str, Field(max_length=64)] | None = None
    reason: Text | None = None


class JobShape(BaseModel):
    """How far a job is: `result` is the id of what it made, `why` the code of a problem that ended it."""

    id: str
    state: str
    total: int
    ended: dict[str, int]
    result: str | None
    why: str | None


class AccuracyShape(BaseModel):
    """How the closed alerts of a rule ended."""

    rule: str
    closed: int
    resolutions: dict[str, int]
    false_positives: float | None


class AccuracyPage(BaseModel):
    """By rule, the one that errs most first."""

    items: list[AccuracyShape]
    cursor: str | None
