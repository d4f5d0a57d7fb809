"""Documents of the API about sensors: how they stand, what they saw and lost."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from api.shapes_content import SensorContent

State = Literal["ok", "degraded", "silent", "never"]
RoomState = Literal["unknown", "level", "growing", "full"]
StepName = Literal["link", "mirror", "kernel", "ring", "core", "evidence", "spool"]


class ReasonShape(BaseModel):
    """Why a sensor is not well: `silent`, `loss`, `gaps`, `segments_missing`, `link` or `evidence`, with parameters."""

    code: str
    parameters: dict[str, Any]


class SensorShape(BaseModel):
    """A sensor: how it stands and why, when it was heard (null: never), up to which packet time, its counters by
    `stage.counter`, the software that it says it runs and the content that it judges by (null: it did not say)."""

    id: str
    state: State
    reasons: list[ReasonShape]
    last_seen: str | None
    packets_until: str | None
    counters: dict[str, int]
    zones: list[str]
    software: str | None
    content: SensorContent | None
    etag: str


class SensorPage(BaseModel):
    """All sensors."""

    items: list[SensorShape]
    cursor: str | None


class CounterShape(BaseModel):
    """A counter over the whole time: its sum, or its highest level; `ratio` to the frames seen."""

    stage: str
    counter: str
    interface: str | None
    count: int
    ratio: float | None


class StepShape(BaseModel):
    """A step of a packet's way and the counters of what was lost or late there."""

    step: StepName
    counters: list[CounterShape]


class InterfaceShape(BaseModel):
    """An interface and what it counted."""

    interface: str
    counters: dict[str, int]


class InboxShape(BaseModel):
    """Segments of the sensor that wait at this server for the worker, their bytes, and those that were refused."""

    segments: int
    bytes: int
    refused: int


class SpoolShape(BaseModel):
    """Segments that are missing, came late after all, or were altered; what was given up; gaps not told yet."""

    missing: int
    late: int
    altered: int
    rows_lost: int
    occurrences_lost: int
    chains_begun: int
    gaps_open: int
    inbox: InboxShape


class RoomShape(BaseModel):
    """Until when there is room: `growing` (full in `days`), `level`, `full`, or `unknown` (measured too short)."""

    state: RoomState
    days: float | None
    bytes_per_day: int | None


class SpoolDiskShape(BaseModel):
    """What lies in the spool of at most so many bytes."""

    bytes: int | None
    most: int | None
    outlook: RoomShape


class RingDiskShape(BaseModel):
    """What lies in the ring of packets; null: none are kept, or it was not said."""

    bytes: int | None


class FreeDiskShape(BaseModel):
    """What is free of the disk of the spool, and its size."""

    bytes: int | None
    of: int | None
    outlook: RoomShape


class SensorDiskShape(BaseModel):
    """The sensor's own disk, as it says."""

    spool: SpoolDiskShape
    packets: RingDiskShape
    free: FreeDiskShape


class ServerDiskShape(BaseModel):
    """The disk of the store: `growing` (full in `days`), `level`, `unknown`."""

    free: int | None
    of: int | None
    state: Literal["growing", "level", "unknown"]
    days: float | None


class CertificateShape(BaseModel):
    """A certificate that a server or this sensor showed, until when it holds, and when it was noted first."""

    of: Literal["server", "sensor"]
    name: str
    subject: str
    until: str
    days: int
    seen: str


class ZoneSeenShape(BaseModel):
    """A zone: whether the site model gives it to the sensor, its declared hosts and those of them that were heard, some
    that were not, hosts that nobody declared, TCP conversations and those seen from one side only."""

    zone: str
    ours: bool
    declared: int
    heard: int
    unheard: list[str]
    strangers: int
    conversations: int
    one_way: int


class ProtocolSeenShape(BaseModel):
    """Packets of conversations of a protocol (null: none was recognised), and how well they can be read."""

    protocol: str | None
    kind: Literal["decoded", "recognised", "encrypted", "unknown"]
    packets: int


class SensorHealthShape(BaseModel):
    """A sensor over a time. `starts` begin spans of `step` seconds; each series has a value a span, null where nothing
    was told. `lost` of `frames` is what verdicts go by; `told_until` is up to when counters were told; `whole` false:
    there was more than could be looked at."""

    sensor: SensorShape
    now: str
    start: str
    end: str
    step: int
    starts: list[str]
    series: dict[str, list[int | None]] = Field(
        description="frames, bytes, ring_fill_permille, waited_ms, link_down_ms, lost.<step>; disk.<level> and "
        "lag_<hop> where the sensor tells them"
    )
    frames: int
    lost: int
    steps: list[StepShape]
    interfaces: list[InterfaceShape]
    clock: dict[str, int]
    spool: SpoolShape
    disk: SensorDiskShape
    server_disk: ServerDiskShape
    certificates: list[CertificateShape]
    zones: list[ZoneSeenShape]
    protocols: list[ProtocolSeenShape]
    whole: bool
    told_until: str | None
