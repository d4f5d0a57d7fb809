"""Documents of the API about playbooks and their runs."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.shapes import Input

Word = Annotated[str, Field(min_length=1, max_length=200)]
Value = Annotated[str, Field(max_length=2000)]


class PlaybookText(BaseModel):
    """A playbook in one language."""

    name: str
    description: str
    call: str
    safety: str


class PlaybookTexts(BaseModel):
    """The same in both languages."""

    en: PlaybookText
    zh: PlaybookText


class PlaybookShape(BaseModel):
    """A playbook. `strongest_effect` is that of all its steps and of those it calls."""

    id: str
    slug: str
    modified: str
    types: list[str]
    objects: list[str]
    strongest_effect: str
    steps: int
    text: PlaybookTexts
    rules: list[str]


class PlaybookPage(BaseModel):
    """All playbooks."""

    items: list[PlaybookShape]
    cursor: str | None


class PlaybookWhole(PlaybookShape):
    """A playbook with its steps and graph in both languages, and its CACAO document."""

    told: dict[str, dict[str, Any]]
    cacao: dict[str, Any]


class RunShape(BaseModel):
    """A run of a playbook."""

    model_config = ConfigDict(extra="allow")

    id: str
    playbook: str
    alert: str | None
    incident: str | None
    by: str
    at: str
    state: str
    dry: bool
    name: dict[str, str]
    etag: str | None = None
    told: dict[str, dict[str, Any]] = {}


class RunPage(BaseModel):
    """Runs, the newest first."""

    items: list[RunShape]
    cursor: str | None


class NewRun(Input):
    """Start a playbook for an alert or an incident; `values` fill its external variables."""

    playbook: Word
    alert: Word | None = None
    incident: Word | None = None
    values: Annotated[dict[Word, Value], Field(max_length=50, default_factory=dict)]
    dry: bool = False


class RunDecision(Input):
    """What a person decides about a run: `thread` names the place where it waits, `step` a step ticked ahead."""

    what: Literal["approve", "refuse", "answer", "decide", "tick", "cancel"]
    thread: Word | None = None
    step: Word | None = None
    value: Value | None = None
    note: Value | None = None
    able: bool = True
    became: Literal["done", "failed", "again"] | None = None
    ticked: bool = True
    reason: Annotated[str, Field(max_length=4000)] = ""


class AllowedShape(BaseModel):
    """What playbooks may call: all below `base`, with one of `methods`, at addresses in `networks` (none: public)."""

    base: str
    methods: list[str]
    networks: list[str]


class AllowListShape(BaseModel):
    """The list in force; `etag` "0" when none is stored yet."""

    entries: list[AllowedShape]
    etag: str


class AllowedInput(Input):
    """One entry, see AllowedShape."""

    base: Word
    methods: Annotated[list[Word], Field(min_length=1, max_length=5)] = Field(default_factory=lambda: ["POST"])
    networks: Annotated[list[Word], Field(max_length=50)] = Field(default_factory=list)


class AllowListInput(Input):
    """The whole list."""

    entries: Annotated[list[AllowedInput], Field(max_length=100)]
