"""Documents of the API about notifications."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.shapes import Input
from api.shapes_plant import IssueShape


class ChannelShape(BaseModel):
    """A channel that is in force; `place` says where it leads, without secrets."""

    channel: str
    type: str
    place: str


class NotifyShape(BaseModel):
    """Channels and routes as text, secrets masked; `etag` "0" when none is stored yet."""

    text: str
    etag: str
    channels: list[ChannelShape]


class NotifyInput(Input):
    """Channels and routes as text."""

    text: Annotated[str, Field(max_length=200_000)]


class NotifyCheck(BaseModel):
    """What is wrong with a text; nothing: it can be put in force."""

    issues: list[IssueShape]


class ChannelTest(BaseModel):
    """What the receiver of a test message answered."""

    delivered: bool
    told: str


class MessageShape(BaseModel):
    """A message and what became of it."""

    model_config = ConfigDict(extra="allow")

    id: str
    state: str
    channel: str


class MessagePage(BaseModel):
    """Messages, the newest first."""

    items: list[MessageShape]
    cursor: str | None
