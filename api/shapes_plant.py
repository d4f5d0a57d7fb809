"""Documents of the API about the plant: assets, rules, sensors, site model."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from api.shapes import Input, PacketsShape


class EvidenceShape(BaseModel):
    """One value of an attribute, and what told it."""

    value: str
    confidence: float
    evidence: str
    first_seen: str
    last_seen: str
    packets: list[PacketsShape]


class AssetShape(BaseModel):
    """An asset."""

    id: str
    key: str
    segment: str | None
    name: str | None
    vendor: str | None
    model: str | None
    order_number: str | None
    firmware: str | None
    hardware: str | None
    serial: str | None
    os: str | None
    module: str | None
    location: str | None
    addresses: list[str]
    mac: list[str]
    roles: list[str]
    declared: str | None
    declared_roles: list[str]
    authorised: bool | None
    zone: str | None
    criticality: str | None
    owner: str | None
    first_seen: str
    last_seen: str
    attributes: dict[str, list[EvidenceShape]] = {}
    etag: str | None


class AssetPage(BaseModel):
    """Some assets."""

    items: list[AssetShape]
    cursor: str | None


class RuleText(BaseModel):
    """A rule in one language."""

    title: str
    what: str
    why: str
    do: list[str]
    description: str
    harmless: list[str]
    safety: str


class RuleTexts(BaseModel):
    """The same in both languages."""

    en: RuleText
    zh: RuleText


class ProofShape(BaseModel):
    """Captures that must and must not raise the rule."""

    positive: list[str]
    benign: list[str]


class RuleDrillShape(BaseModel):
    """The last drill of a rule: whether its proof arrived, then and the time before, and when it did last."""

    state: Literal["passed", "failed"]
    at: str
    before: Literal["passed", "failed"] | None
    passed_at: str | None
    failed: str | None
    drill: str


class RuleShape(BaseModel):
    """A rule. `alerts` counts its stored alerts by status and resolution, as far as they were counted."""

    name: str
    id: str
    version: str
    status: str
    level: str
    rule_class: str = Field(alias="class")
    learnable: str
    dataset: str | None
    correlates: list[str]
    techniques: list[str]
    objects: list[str]
    controls: list[str]
    needs: list[str]
    lacking: list[str]
    playbook: str | None
    drill: RuleDrillShape | None
    proof: ProofShape
    text: RuleTexts
    source: str | None = None


class RulePage(BaseModel):
    """All rules."""

    items: list[RuleShape]
    cursor: str | None


class TechniqueShape(BaseModel):
    """A technique of ATT&CK for ICS and the rules that watch for it."""

    id: str
    name: str
    tactics: list[str]
    rules: list[str]


class TacticShape(BaseModel):
    """A tactic of ATT&CK for ICS."""

    id: str
    name: str


class CoverageShape(BaseModel):
    """Which techniques are watched for."""

    tactics: list[TacticShape]
    techniques: list[TechniqueShape]
    covered: int


class SegmentReceipt(BaseModel):
    """A segment that is on the disk for good, and waits for the worker."""

    name: str
    bytes: int
    sha256: str


class IssueShape(BaseModel):
    """What is wrong at a line, and how to mend it, in the reader's language."""

    file: str
    line: int
    rule: str | None
    fatal: bool
    code: str
    parameters: dict[str, Any]
    what: str
    mend: str


class SiteShape(BaseModel):
    """The site model as text; `etag` "0" when none is stored yet."""

    text: str
    sha256: str
    etag: str


class SiteInput(Input):
    """A site model as text."""

    text: Annotated[str, Field(max_length=2_000_000)]


class SiteCheck(BaseModel):
    """What is wrong with a text (nothing: it can be put in force), and what it declares."""

    issues: list[IssueShape]
    declares: dict[str, int]
    assets_new: list[str]
    assets_gone: list[str]


class MapZone(BaseModel):
    """A zone and its place."""

    id: str
    name: dict[str, str]
    level: int | None
    hosts: int
    x: int
    y: int
    width: int
    height: int


class MapHost(BaseModel):
    """A host and its place."""

    id: str
    name: str
    zone: str
    roles: list[str]
    declared: bool
    criticality: str | None
    asset: str | None
    new: bool
    alerts: int
    x: int
    y: int


class MapLine(BaseModel):
    """All flows of a pair; `verdict` inside, allowed, denied, undeclared or none (no conduits are declared)."""

    source: str
    destination: str
    protocols: dict[str, int]
    flows: int
    first: str
    last: str
    verdict: str
    new: bool


class MapShape(BaseModel):
    """The map of a span; `whole` is False when there was more than can be drawn."""

    zones: list[MapZone]
    hosts: list[MapHost]
    lines: list[MapLine]
    start: str
    end: str
    whole: bool


class OverviewTarget(BaseModel):
    """A destination of open alerts, by the name of its asset, else by its address."""

    name: str
    ip: str | None
    alerts: int
    worst: str


class OverviewAlerts(BaseModel):
    """Open alerts of the triage queue."""

    open: int
    new: int
    grave: int = Field(description="new ones of severity high or critical")
    by_severity: dict[str, int]
    most_hit: list[OverviewTarget] = Field(description="the destinations that most open alerts name")
    late: int
    oldest_new: str | None
    whole: bool = Field(description="false: there are more open alerts than were counted")


class OverviewIncidents(BaseModel):
    """Open incidents, those of the highest risk."""

    open: int
    worst: list[dict[str, Any]]


class OverviewSensors(BaseModel):
    """How many sensors were heard in the last minutes, and which were not."""

    heard: int
    silent: list[str]


class OverviewAssets(BaseModel):
    """Assets in all, and those first seen in the last day."""

    all: int
    new: int


class OverviewShape(BaseModel):
    """Is anything wrong, since when, what next."""

    now: str
    alerts: OverviewAlerts
    incidents: OverviewIncidents
    sensors: OverviewSensors
    assets: OverviewAssets
    waiting: dict[str, int]
