"""Documents of the API about events."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from api.moments import SPAN_OR_DAY
from api.shapes import Input, PacketsShape

Dataset = Literal[
    "transaction", "value", "cadence", "sequence", "flow", "session", "identity", "link", "file", "flag", "capture",
    "finding",
]  # fmt: skip
Time = Annotated[str, Field(pattern=SPAN_OR_DAY)]
FieldName = Annotated[str, Field(max_length=100)]


class EventSearch(Input):
    """`query` as `field:value` words (docs: hunting); `start` may be a span back from now."""

    dataset: Dataset
    query: Annotated[str, Field(max_length=4000)] = ""
    start: Time = "24h"
    end: Time | None = None
    fields: Annotated[list[FieldName], Field(max_length=100)] | None = None
    descending: bool = True
    limit: Annotated[int, Field(strict=False, ge=1, le=5000)] = 100
    cursor: Annotated[str, Field(max_length=2000)] | None = None


class EventPageShape(BaseModel):
    """Rows with the vocabulary's names; what is not known is left out."""

    items: list[dict[str, Any]]
    cursor: str | None


class Hunt(Input):
    """Group the rows of a query."""

    dataset: Dataset
    query: Annotated[str, Field(max_length=4000)] = ""
    start: Time = "24h"
    end: Time | None = None
    by: Annotated[list[FieldName], Field(min_length=1, max_length=3)]
    limit: Annotated[int, Field(strict=False, ge=1, le=1000)] = 50


class GroupShape(BaseModel):
    """Rows that agree in the fields grouped by."""

    values: dict[str, str | int | float | bool | None]
    count: int
    first: str
    last: str


class EventGroupsShape(BaseModel):
    """Groups, the largest first. `whole` is False when there were too many to count all."""

    groups: list[GroupShape]
    whole: bool
    total: int


class EventTimeline(Input):
    """Count the rows of a query over time; `step` in seconds."""

    dataset: Dataset
    query: Annotated[str, Field(max_length=4000)] = ""
    start: Time = "24h"
    end: Time | None = None
    step: Annotated[int, Field(strict=False, ge=1, le=86_400)] | None = None


class SpanShape(BaseModel):
    """Rows of one span of time."""

    start: str
    count: int


class EventSpans(BaseModel):
    """Spans of `step` seconds that have rows."""

    step: int
    spans: list[SpanShape]


class FieldShape(BaseModel):
    """A field of the vocabulary."""

    name: str
    type: str
    unit: str | None
    en: str
    zh: str


class DatasetShape(BaseModel):
    """A dataset and what can be searched in it."""

    name: str
    fields: list[FieldShape]


class EventFields(BaseModel):
    """Every dataset that is stored."""

    datasets: list[DatasetShape]


class CaptureState(BaseModel):
    """Whether a capture is there: available, not_kept (it never was), gone, changed (not what was kept), overwritten
    (the ring has moved on), locked (encrypted with a key that the server has not)."""

    capture: str
    state: Literal["available", "not_kept", "gone", "changed", "overwritten", "locked"]
    sha256: str | None


class AlertPackets(BaseModel):
    """The packets of an alert."""

    captures: list[CaptureState]
    packets: list[PacketsShape]


class HoldShape(BaseModel):
    """A legal hold: what an incident keeps of its packets. `gone` packets were overwritten before they could be copied,
    `left_out` are beyond the most of one incident. `sha256` is of the list of the files' hashes."""

    incident: str
    state: Literal["keeping", "kept", "changed", "released"]
    since: str
    by: str | None
    reason: str | None
    packets: int
    bytes: int
    files: int
    gone: int
    left_out: int
    sha256: str
    at: str
    released_at: str | None
    released_by: str | None
    released_reason: str | None


class HoldPage(BaseModel):
    """Some holds."""

    items: list[HoldShape]
    cursor: str | None


class TreeNode(BaseModel):
    """A line of a decoded packet and its bytes."""

    name: str
    text: str
    position: int
    size: int
    children: list[TreeNode]


class DecodedPacketShape(BaseModel):
    """A packet; `tree` is empty where no decoder is installed."""

    frame: int
    time: str
    data: str
    tree: list[TreeNode]


class DecodedPackets(BaseModel):
    """The first of `of` packets."""

    capture: str
    of: int
    packets: list[DecodedPacketShape]
