"""Parameters of codes as they stand in a sentence, in the reader's language."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from datetime import date

from api.texts import Texts
from detection.sigma.wrong import Parameter

JOINTS = {"near": "mend.or", "modifiers": "mend.and"}
"""What stands between the words of a list; a comma where nothing is said."""


def shown_parameters(parameters: Mapping[str, Parameter], words: Texts) -> dict[str, str]:
    """Each parameter by its name. `value` is what somebody wrote: quotes tell text from number and from true.

    `errno` and `message` of the operating system become `why`.
    """
    shown = {name: _shown(name, value, words) for name, value in parameters.items()}
    if "errno" in shown:
        shown["why"] = system_text(int(shown["errno"]), shown["message"], words)
    return shown


def system_text(number: int | str, message: str, words: Texts) -> str:
    """An error of the operating system by number; `message` where the number says nothing."""
    if not isinstance(number, int) or number == 0:
        return message
    return words.by_key.get(f"system.{errno.errorcode.get(number, '')}") or os.strerror(number)


def _shown(name: str, value: Parameter, words: Texts) -> str:
    if isinstance(value, tuple):
        return words.get(JOINTS.get(name, "alert.joint")).join(value)
    return _literal(value) if name == "value" else str(value)


def _literal(value: str | float | date | None) -> str:
    if isinstance(value, str):
        return repr(value)
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)
