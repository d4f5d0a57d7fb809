"""The one model behind every format of a report: facts, codes and parameters, and the texts of catalogues in both
languages. Nothing in it is rendered (law 9); times are nanoseconds since the epoch, UTC."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from response.compliance.assessment import Assessment, Reason

SCHEMA = "bittern.report/v1"
LANGUAGES = ("zh", "en")


@dataclass(frozen=True)
class Title:
    """What something is called in both languages; "" where a language has no word."""

    en: str = ""
    zh: str = ""


@dataclass(frozen=True)
class ControlName:
    """A control of a framework: `control` as in a verdict, `reference` as its standard numbers it, `evidence` auto,
    partial or manual: what traffic can say of it."""

    control: str
    reference: str
    title: Title
    objective: str = ""
    evidence: str = ""
    queries: tuple[str, ...] = ()


@dataclass(frozen=True)
class QueryName:
    """An evidence query: what it is called, how it counts and when it passes (English, from the catalogue)."""

    query: str
    title: Title
    definition: str = ""
    pass_when: str = ""


@dataclass(frozen=True)
class ZoneFact:
    """A declared zone: `level` of the Purdue model, `target` security level, `assets` how many lie in it."""

    id: str
    title: Title
    level: int | None
    target: int | None
    networks: tuple[str, ...]
    assets: int


@dataclass(frozen=True)
class ConduitFact:
    """A declared way from zone to zone; `allow` are protocol words, each with its operations."""

    source: str
    destination: str
    allow: tuple[str, ...]


@dataclass(frozen=True)
class AssetFact:
    """An asset, seen or declared or both."""

    key: str
    name: str | None
    addresses: tuple[str, ...]
    macs: tuple[str, ...]
    vendor: str | None
    product: str | None
    firmware: str | None
    roles: tuple[str, ...]
    zone: str | None
    criticality: str | None
    owner: str | None
    first_seen: int | None
    last_seen: int | None
    declared: bool
    seen: bool


@dataclass(frozen=True)
class AlertCount:
    """How many alerts of a severity there are by status; drills are left out."""

    severity: str
    new: int
    in_progress: int
    closed: int
    false_positive: int


@dataclass(frozen=True)
class IncidentFact:
    """An incident: the rules of its alerts and the assets it touched; `title` is a text of the catalogue with its
    parameters; `ttd` (detect) and `ttr` (resolve) in ns, None where there is none yet."""

    id: str
    title: Reason | None
    severity: str
    status: str
    first_seen: int
    last_seen: int
    alerts: int
    rules: tuple[str, ...]
    assets: tuple[str, ...]
    ttd: int | None = None
    ttr: int | None = None


@dataclass(frozen=True)
class Term:
    """A line of the glossary."""

    en: str
    zh: str
    meaning: str


@dataclass(frozen=True)
class EvidenceItem:
    """A file of the bundle that proves something: `kind` query, assessment, assets, alerts or incidents; `rows` and
    `digest` are those of a query's result (all its rows, of which the file shows the first)."""

    path: str
    kind: str
    sha256: str
    size: int
    rows: int | None = None
    digest: str | None = None


@dataclass(frozen=True)
class ReportModel:
    """One report, complete in itself. `alerts` and `incidents` are None where the report was made without them;
    `languages` are those it is shown in, the first one leading; `root` is the Merkle root of `evidence`."""

    id: str
    template: str
    languages: tuple[str, ...]
    classification: str
    organisation: str
    made_at: int
    made_by: str
    assessment: Assessment
    controls: tuple[ControlName, ...]
    queries: tuple[QueryName, ...]
    zones: tuple[ZoneFact, ...]
    conduits: tuple[ConduitFact, ...]
    assets: tuple[AssetFact, ...]
    alerts: tuple[AlertCount, ...] | None
    incidents: tuple[IncidentFact, ...] | None
    glossary: tuple[Term, ...]
    evidence: tuple[EvidenceItem, ...]
    root: str

    def control(self, name: str) -> ControlName:
        """What is known of a control; its name alone where its framework was not at hand."""
        return self._controls.get(name) or ControlName(name, name.partition(":")[2] or name, Title())

    def query(self, name: str) -> QueryName:
        """What is known of a query."""
        return self._queries.get(name) or QueryName(name, Title())

    @cached_property
    def _controls(self) -> dict[str, ControlName]:
        return {each.control: each for each in self.controls}

    @cached_property
    def _queries(self) -> dict[str, QueryName]:
        return {each.query: each for each in self.queries}
