"""What rules and correlations share at the top of a document: title, id, name, level, tags, and the bittern section."""

from __future__ import annotations

import re
import uuid
from typing import TypedDict

from detection.sigma.model import LEVELS, STATUSES, Bittern, Origin
from detection.sigma.read_bittern import read_bittern
from detection.sigma.reading import Reading
from detection.sigma.wrong import wrong

HEAD_KEYS = (
    "title", "id", "name", "status", "description", "license", "references", "author", "date", "modified", "tags",
    "falsepositives", "level", "related", "taxonomy", "scope", "bittern",
)  # fmt: skip
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")


class HeadValues(TypedDict):
    """Keyword arguments of `Head`."""

    name: str
    id: str
    title: str
    status: str
    level: str
    tags: tuple[str, ...]
    description: str
    falsepositives: tuple[str, ...]
    version: str
    origin: Origin
    bittern: Bittern | None


def read_head(reading: Reading) -> HeadValues:
    """The head of the document. A rule without a `bittern:` section need not have a level: it never alerts."""
    bittern = read_bittern(reading) if reading.value("bittern") is not None else None
    return HeadValues(
        name=_name(reading),
        id=_id(reading),
        title=reading.text("title"),
        status=reading.word("status", among=STATUSES, required=False, default="experimental"),
        level=reading.word("level", among=LEVELS, required=bittern is not None, default="informational"),
        tags=tuple(tag.lower() for tag in reading.words("tags", required=False)),
        description=reading.text("description", required=False),
        falsepositives=reading.words("falsepositives", required=False),
        version=reading.document.version,
        origin=reading.document.origin,
        bittern=bittern,
    )


def _name(reading: Reading) -> str:
    name = reading.text("name")
    if name and not NAME.fullmatch(name):
        reading.complain(("name",), wrong("bad_name", name=name))
    return name


def _id(reading: Reading) -> str:
    found = reading.text("id")
    try:
        return str(uuid.UUID(found)) if found else ""
    except ValueError:
        reading.complain(("id",), wrong("bad_id", id=found))
        return ""
