"""What an assessment says: results of evidence queries, verdicts on controls, and what could be seen. Pure records.

Law 9 holds: everything told to people is a code with parameters (`Reason`), rendered when read. Times are nanoseconds
since the epoch, UTC. `api` stores an assessment as one JSON record; reports are made from it alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

STATES = ("pass", "fail", "inconclusive", "not_applicable")
BASES = ("measured", "attested", "override", "none")
OBJECTS = ("device", "control", "network", "platform", "app", "data")
MEANS = ("monitor", "respond", "assess", "test")


@dataclass(frozen=True)
class Reason:
    """Why: a code of the catalogue (`assess.reason.<code>`) and what to fill in."""

    code: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ZoneVisibility:
    """What the sensors saw of one zone in the period. `uptime`, `loss`, `one_way` are shares 0 to 1, None when not
    known; `sensors` names those that the site model puts there; `blind` says what is in the way, none when clear."""

    zone: str
    sensors: tuple[str, ...]
    uptime: float | None
    loss: float | None
    one_way: float | None
    encrypted: float | None
    flows: int
    blind: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Visibility:
    """What could be seen at all: by zone, and what holds for everything (`blind`)."""

    zones: tuple[ZoneVisibility, ...]
    packets: int
    first: int | None
    last: int | None
    blind: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class QueryResult:
    """One evidence query, run once.

    `kind` violation, metric, record, inventory, presence; `state` one of `STATES`; `rows` counts all rows, `sample`
    shows the first of them (flat names of the vocabulary), `digest` is the SHA-256 of all of them as canonical JSON,
    one a line; `measure` is the value of a metric and `needed` what it had to reach; `visibility` what stood behind it.
    """

    query: str
    version: int
    kind: str
    state: str
    objects: tuple[str, ...]
    means: str
    parameters: Mapping[str, Any]
    start: int
    end: int
    sensors: tuple[str, ...]
    zones: tuple[str, ...]
    rows: int
    digest: str
    sample: tuple[Mapping[str, Any], ...] = ()
    measure: float | None = None
    needed: float | None = None
    reasons: tuple[Reason, ...] = ()
    visibility: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Judgement:
    """What a person said of a control: an attestation of what cannot be measured, or an override of what was.

    `basis` attested or override; an override needs `reason` and `expires`.
    """

    basis: str
    state: str
    reason: str
    who: str
    at: int
    expires: int | None = None


@dataclass(frozen=True)
class Verdict:
    """The verdict on one control. `control` as in rules: `iec62443-3-3:SR-2.1`; `measured` of `queries` were decisive.

    `measured_state` is what the evidence alone says, kept beside `state` when a person judged otherwise.
    """

    control: str
    framework: str
    state: str
    basis: str
    measured_state: str
    queries: tuple[str, ...]
    decisive: tuple[str, ...]
    reasons: tuple[Reason, ...] = ()
    judgement: Judgement | None = None


@dataclass(frozen=True)
class FrameworkUsed:
    """A framework as it was used: its id, SHA-256 of its text, titles, number of controls."""

    id: str
    digest: str
    title: Mapping[str, str]
    version: str
    controls: int


@dataclass(frozen=True)
class ZoneLevel:
    """IEC 62443: level of a zone per foundational requirement = highest level not disproved, beside the target and how
    many requirements of that level were really measured (`measured` of `selected`)."""

    zone: str
    requirement: str
    target: int | None
    not_disproved: int
    measured: int
    selected: int


@dataclass(frozen=True)
class MatrixCell:
    """One cell of six objects × four means: what the product has for it and how it stands. All zero: an empty cell."""

    object: str
    means: str
    rules: int
    queries: int
    playbooks: int
    proofs: int
    passed: int = 0
    failed: int = 0
    inconclusive: int = 0


@dataclass(frozen=True)
class Difference:
    """A control whose state changed since the previous assessment."""

    control: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Action:
    """One line of the plan of action: what fails or could not be seen, who mends it until when.

    `controls` are all that this line would mend, `control` the first of them.
    """

    id: str
    control: str
    query: str | None
    state: str
    severity: str
    summary: Reason
    assets: tuple[str, ...] = ()
    owner: str | None = None
    due: int | None = None
    status: str = "open"
    controls: tuple[str, ...] = ()


@dataclass(frozen=True)
class Assessment:
    """One assessment, complete in itself."""

    id: str
    name: str
    site: str | None
    site_digest: str | None
    rules_digest: str
    product: str
    start: int
    end: int
    made_at: int
    made_by: str
    zones: tuple[str, ...]
    frameworks: tuple[FrameworkUsed, ...]
    visibility: Visibility
    results: tuple[QueryResult, ...]
    verdicts: tuple[Verdict, ...]
    levels: tuple[ZoneLevel, ...] = ()
    matrix: tuple[MatrixCell, ...] = ()
    actions: tuple[Action, ...] = ()
    previous: str | None = None
    differences: tuple[Difference, ...] = ()
    drill: bool = False
