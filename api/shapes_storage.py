"""Documents of the API about what the store holds, and for how long."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from api.shapes import Input, Name
from response.retention.policy import LEAST_BYTES, MOST_BYTES, MOST_DAYS

OutlookState = Literal["growing", "level", "full", "idle", "unknown"]
Size = Annotated[int, Field(ge=0)]


class BoundShape(BaseModel):
    """How much of a dataset is kept: whichever is reached first; null is not bounded."""

    days: int | None
    bytes: int | None


class OutlookShape(BaseModel):
    """What becomes of it. `level`: days alone bound it, at `bytes`; `growing`: full in `days`, null when nothing bounds
    it; `full`: its bytes bound it already; `idle`: nothing new; `unknown`: too little time to tell. `kept_days` is how
    far back it reaches in the long run."""

    state: OutlookState
    days: float | None
    bytes: Size | None
    kept_days: float | None


class DiskOutlookShape(BaseModel):
    """`level`: all bounds together fit, at `bytes`; `growing`: full in `days`; `unknown`: cannot be told."""

    state: Literal["growing", "level", "unknown"]
    days: float | None
    bytes: Size | None


class RemovedShape(BaseModel):
    """What retention removed since the store began: rows `before` that time may be missing."""

    before: str
    rows: Size
    bytes: Size
    parts: Size
    at: str


class DatasetStorageShape(BaseModel):
    """A dataset; `parts` are files or backing indices; growth is that of the last seven days, null when it cannot be
    told; `kept_bytes` are due and stay for open or held incidents."""

    dataset: str
    rows: Size
    bytes: Size
    parts: Size
    first: str | None
    last: str | None
    rows_per_day: Size | None
    bytes_per_day: Size | None
    bound: BoundShape
    outlook: OutlookShape
    removed: RemovedShape | None
    kept_bytes: Size


class DiskShape(BaseModel):
    """The disk below the store; null where it does not tell."""

    bytes: Size | None
    free: Size | None
    outlook: DiskOutlookShape


class StorageShape(BaseModel):
    """What the store holds. `records` counts all that is no event, by kind; `retention` is the etag of the policy."""

    at: str
    datasets: list[DatasetStorageShape]
    event_bytes: Size
    records: dict[str, Size]
    record_bytes: Size | None
    disk: DiskShape
    retention: str


class ForeseenShape(BaseModel):
    """What would be removed of a dataset: of times `before` something is missing from then on. `kept_bytes` are due too
    and stay for open or held incidents."""

    dataset: str
    rows: Size
    bytes: Size
    parts: Size
    before: str | None
    kept_bytes: Size


class ForeseenPage(BaseModel):
    """What would be removed; datasets of which nothing is due are left out."""

    items: list[ForeseenShape]


class RetentionShape(BaseModel):
    """The policy in force, by dataset; `etag` "0" while nobody has changed it."""

    datasets: dict[str, BoundShape]
    etag: str


class BoundInput(Input):
    """The bound of a dataset; null is not bounded."""

    days: Annotated[int, Field(strict=False, ge=1, le=MOST_DAYS)] | None
    bytes: Annotated[int, Field(strict=False, ge=LEAST_BYTES, le=MOST_BYTES)] | None


class RetentionInput(Input):
    """Bounds of some datasets; the others stay as they are."""

    datasets: Annotated[dict[Name, BoundInput], Field(min_length=1, max_length=100)]
