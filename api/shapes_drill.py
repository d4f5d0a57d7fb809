"""Documents of the API about drills."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from api.shapes import Input

DrillState = Literal["passed", "failed"]
HopName = Literal["sensor", "store", "alert", "incident", "notification", "playbook"]
HopState = Literal["arrived", "failed", "skipped", "not_reached"]
Word = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class NewDrill(Input):
    """Which rules: by name, those that lead to a playbook, or (`all`) every one."""

    rules: Annotated[list[Word], Field(max_length=1000, default_factory=list)]
    playbook: Word | None = None
    all: bool = False


class BothLanguages(BaseModel):
    """A sentence in both languages; empty where there is nothing to say."""

    en: str
    zh: str


class HopShape(BaseModel):
    """What came of one hop of a trial: how long it took (ns), or why nothing arrived."""

    hop: HopName
    state: HopState
    ns: int | None
    code: str | None
    parameters: dict[str, Any]
    told: BothLanguages


class TrialShape(BaseModel):
    """One capture against one rule; `failed` is the first hop that failed, `alert` the drill's own alert."""

    rule: str
    capture: str | None
    state: DrillState
    failed: HopName | None
    alert: str | None
    severity: str | None
    playbook: str | None
    hops: list[HopShape]


class TimesShape(BaseModel):
    """Times of a hop, ns."""

    median: int
    longest: int


class ResultShape(BaseModel):
    """What a drill showed: rules that `failed`, and of these those that passed the time before (`stopped`)."""

    state: DrillState
    rules: int
    failed: list[str]
    stopped: list[str]
    times: dict[HopName, TimesShape]


class DrillShape(BaseModel):
    """A drill: `done` of `rounds` captures are through; `result` once it is done. `unsigned` says why its certificate
    has no signature. Only one drill alone has its `trials`."""

    id: str
    state: Literal["asked", "running", "done"]
    at: str
    by: str
    ended_at: str | None
    rules: list[str]
    rounds: int
    done: int
    capture: str | None
    result: ResultShape | None
    unsigned: str | None
    trials: list[TrialShape] | None = None


class DrillPage(BaseModel):
    """Drills, the latest first."""

    items: list[DrillShape]
    cursor: str | None


class DrillResultShape(BaseModel):
    """The last result of a rule: state now and `before`, where (`failed`, `capture`) and why (`told`) it failed, when
    it passed last, and the drill."""

    rule: str
    state: DrillState
    at: str
    drill: str
    before: DrillState | None
    passed_at: str | None
    failed: HopName | None
    capture: str | None
    captures: list[str]
    code: str | None
    parameters: dict[str, Any]
    told: BothLanguages
    title: BothLanguages | None


class DrillResultPage(BaseModel):
    """The last result of every rule that was ever drilled, and the names of those that never were."""

    items: list[DrillResultShape]
    cursor: str | None
    never: list[str]


class DrillVerification(BaseModel):
    """Whether the certificate is as it was signed: `signature` fine, unknown, forged or unsigned."""

    holds: bool
    signature: Literal["fine", "unknown", "forged", "unsigned"]
    fingerprint: str | None
