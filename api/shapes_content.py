"""Shapes of bundles of content."""

from __future__ import annotations

from pydantic import BaseModel


class ContentBundle(BaseModel):
    """A bundle: its name and version, for which sensors (none: all), until when it may be taken, who brought it."""

    name: str
    version: int
    sensors: list[str]
    expires: str | None
    sha256: str
    bytes: int
    at: str
    by: str


class ContentPage(BaseModel):
    """All bundles, the latest first."""

    items: list[ContentBundle]
    cursor: str | None


class SensorContent(BaseModel):
    """The content of a sensor: the version that judges, the last one that it did not take and why (a code)."""

    version: int | None
    refused: int | None
    why: str | None
