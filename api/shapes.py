"""Documents of the API as OpenAPI describes them. Routes answer with plain objects; tests compare them with these."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from response.roles import PERMISSIONS

Status = Literal["new", "in_progress", "closed"]
Resolution = Literal["true_positive", "benign_trigger", "false_positive", "maintenance", "duplicate"]
Severity = Literal["informational", "low", "medium", "high", "critical"]
RuleClass = Literal["threat", "policy", "posture", "health"]
Role = Literal["admin", "analyst", "analyst_limited", "auditor", "engineer", "integrator", "sensor"]
if TYPE_CHECKING:
    Permission = str
else:
    Permission = Literal[PERMISSIONS]
Text = Annotated[str, Field(max_length=4000)]
Name = Annotated[str, Field(min_length=1, max_length=200)]


class Input(BaseModel):
    """What is sent: unknown names are a mistake."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Told(BaseModel):
    """An alert in words; lists tell title and what only."""

    title: str
    what: str
    why: str | None = None
    do: list[str] | None = None
    safety: str | None = None


class Languages(BaseModel):
    """The same in both languages."""

    en: Told
    zh: Told


class PacketsShape(BaseModel):
    """Where packets are: capture and inclusive frame numbers."""

    capture: str
    first: int
    last: int


class HistoryLine(BaseModel):
    """One line of an alert's history."""

    at: str
    who: str
    what: str
    before: str | None = Field(alias="from")
    after: str | None = Field(alias="to")
    reason: str | None


class AlertShape(BaseModel):
    """An alert; ends (`source.ip`, `destination.asset`, …) are further names of the vocabulary."""

    model_config = ConfigDict(extra="allow")

    id: str
    precedent: str | None = None
    sensor: str | None = None
    dedup: list[str] = []
    count: int | None = None
    occurrences: int | None = None
    rule: str | None = Field(None, alias="rule.name")
    rule_class: RuleClass | None = Field(None, alias="class")
    severity: Severity | None = None
    status: Status | None = None
    resolution: Resolution | None = None
    assignee: str | None = None
    incident: str | None = None
    suppressed_by: str | None = None
    etag: str | None = None
    first_seen: str | None = None
    last_seen: str | None = None
    drill: bool | None = None
    told: Languages | None = None
    events: list[str] = []
    packets: list[PacketsShape] = []
    history: list[HistoryLine] = []
    parameters: dict[str, Any] = {}
    explanation: dict[str, Any] = {}


Facet = Literal[
    "status", "severity", "class", "rule.name", "resolution", "assignee", "incident", "suppressed_by", "sensor",
    "network.protocol", "threat.technique.id", "source.ip", "source.zone", "source.asset",
    "destination.ip", "destination.zone", "destination.asset",
]  # fmt: skip
"""`FACETS` of the store."""


class FacetValue(BaseModel):
    """A value and how many alerts have it; null where it is not known."""

    value: str | None
    alerts: int


class FacetsShape(BaseModel):
    """Alerts in all, and counted by each field that was asked for."""

    total: int
    facets: dict[str, list[FacetValue]]


class Tick(Input):
    """A step that is done, or is not."""

    done: bool


class TickShape(BaseModel):
    """Who did a step, and when."""

    who: str
    at: str


class TicksShape(BaseModel):
    """The steps that are done, by number."""

    ticks: dict[str, TickShape]


class AlertPage(BaseModel):
    """Some alerts, and the cursor for more."""

    items: list[AlertShape]
    cursor: str | None


class AlertDecision(Input):
    """What a person decides; what is left out stays. `assignee` "" means nobody; `closed` needs a resolution."""

    status: Status | None = None
    resolution: Resolution | None = None
    assignee: Annotated[str, Field(max_length=64)] | None = None
    reason: Text | None = None


class Comment(Input):
    """A comment."""

    text: Annotated[str, Field(min_length=1, max_length=4000)]


class Credentials(Input):
    """Name and password."""

    name: Annotated[str, Field(max_length=64)]
    password: Annotated[str, Field(max_length=256)]


class OneTimeSecret(Input):
    """A secret that signs in once."""

    secret: Annotated[str, Field(max_length=256)]


class NewPassword(Input):
    """A new password; `current` unless a one-time secret was used to sign in."""

    password: Annotated[str, Field(max_length=256)]
    current: Annotated[str, Field(max_length=256)] | None = None


class SessionShape(BaseModel):
    """Who is signed in, what they may do, and what every change must carry."""

    user: str
    display: str
    language: str | None
    roles: list[str]
    permissions: list[str]
    csrf: str | None
    ends: str | None
    must_change_password: bool
    version: str


class UserShape(BaseModel):
    """An account."""

    id: str
    name: str
    display: str
    roles: list[str]
    permissions: list[str] = Field(description="what tokens of it may hold")
    state: Literal["active", "disabled"]
    origin: str
    language: str | None
    locked_until: str | None
    at: str
    etag: str


class UserPage(BaseModel):
    """All accounts."""

    items: list[UserShape]
    cursor: str | None


class NewUser(Input):
    """A new account; without a password a one-time secret is made."""

    name: Annotated[str, Field(min_length=1, max_length=64)]
    roles: Annotated[list[Role], Field(min_length=1, max_length=5)]
    password: Annotated[str, Field(max_length=256)] | None = None


class CreatedUser(UserShape):
    """A new account with the secret that is shown once; a program's account has none."""

    one_time: str | None


class UserChange(Input):
    """What changes of an account."""

    roles: Annotated[list[Role], Field(min_length=1, max_length=5)] | None = None
    state: Literal["active", "disabled"] | None = None
    display: Name | None = None
    language: Literal["en", "zh"] | None = None


class Secret(BaseModel):
    """A secret that is shown once."""

    one_time: str


class TokenShape(BaseModel):
    """A token, without its secret."""

    id: str
    name: str
    user: str
    scopes: list[str]
    expires: str
    used: str | None
    state: Literal["active", "revoked"]
    at: str


class TokenPage(BaseModel):
    """Tokens."""

    items: list[TokenShape]
    cursor: str | None


class NewToken(Input):
    """A new token, one's own or (`user`) of another account."""

    name: Name
    user: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    scopes: Annotated[list[Permission], Field(min_length=1, max_length=100)]
    days: Annotated[int, Field(strict=False, ge=1, le=366)] = 90


class CreatedToken(TokenShape):
    """A new token with its secret, which is shown once."""

    secret: str


class AuditShape(BaseModel):
    """A line of the audit log."""

    number: int
    at: str
    who: str
    what: str
    kind: str | None
    id: str | None
    parameters: dict[str, Any]
    previous: str
    hash: str


class AuditPage(BaseModel):
    """Lines of the audit log; `cursor` is the number of the last."""

    items: list[AuditShape]
    cursor: str | None


class AuditCheck(BaseModel):
    """Whether the chain holds: `broken` is the first line that does not follow from the one before."""

    lines: int
    broken: int | None
    head: str


class ViewShape(BaseModel):
    """A saved view: a screen's filter, sort and columns."""

    id: str
    name: str
    screen: str
    owner: str
    shared: bool
    state: dict[str, Any]
    at: str
    etag: str


class ViewPage(BaseModel):
    """Views of one's own and shared ones."""

    items: list[ViewShape]
    cursor: str | None


class NewView(Input):
    """A view to save."""

    name: Name
    screen: Annotated[str, Field(pattern=r"^[a-z-]{1,32}$")]
    shared: bool = False
    state: dict[str, Any] = {}
