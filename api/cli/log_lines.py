"""What a service says, as JSON lines: the code of the catalogue and its parameters, and the text for who reads it raw.

Names are those of ECS (`@timestamp`, `log.level`, `event.code`, `service.name`, `message`); the parameters of the text
stand below `bittern.parameters`. One line, one object, so that any collector takes it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal

Level = Literal["info", "warning", "error"]


def log_line(level: Level, code: str, parameters: Mapping[str, object], text: str, service: str) -> str:
    """One line. Parameters that JSON does not know are told as text."""
    known = {
        name: value if isinstance(value, int | float | str | None) else str(value) for name, value in parameters.items()
    }
    body = {
        "@timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "log.level": level,
        "event.code": code,
        "message": text,
        "service.name": f"bittern-{service}" if service else "bittern",
        "process.pid": os.getpid(),
        "bittern.parameters": known,
    }
    return json.dumps(body, ensure_ascii=False, allow_nan=False)
