"""Why something went wrong, as a sentence in the reader's language: codes and parameters come from the core, the stores
and the operating system (design, law 9)."""

from __future__ import annotations

from collections.abc import Sequence

from api.output.parameters import shown_parameters, system_text
from api.output.told import safe
from api.texts import Texts
from response.store_errors import StoreError
from sensors.capture import BadFile

CLOSED_LISTS = {"looks_like": "foreign", "part": "capture_part", "problem": "block_problem"}
"""Parameters of a bad capture that are words of a closed list, and the list's texts."""


def capture_reason(bad: BadFile, words: Texts) -> str:
    """Why a capture could not be read (to its end), without its path and place."""
    if bad.code == "unreadable":
        number, message = bad.parameters.get("errno", 0), str(bad.parameters.get("message", ""))
        return words.get("capture.unreadable", why=safe(system_text(number, message, words)))
    shown = {name: _shown(name, value, words) for name, value in bad.parameters.items()}
    return safe(words.get(f"capture.{bad.code}", **shown))


def system_reason(error: OSError, words: Texts) -> str:
    """What the operating system says."""
    return system_text(error.errno or 0, error.strerror or str(error), words)


def filter_reason(code: str, word: str, better: str, expected: Sequence[str], words: Texts) -> tuple[str, str]:
    """What is wrong with a capture filter, and what could stand there."""
    what = words.get(f"filter.{code}", word=word, better=better)
    return what, ", ".join(words.word("filter_value", each) for each in expected)


def store_reason(error: StoreError, words: Texts) -> dict[str, str]:
    """`what`, `where`, `why` and `mend` of a store's error. What a database or server says itself stays as it is."""
    why = words.get(f"store_reason.{error.reason}", **shown_parameters(error.parameters, words))
    return {
        "what": words.get(f"store_error.{error.code}.what"),
        "where": safe(error.where),
        "why": safe(why.rstrip(".。")),
        "mend": words.get(f"store_error.{error.code}.mend"),
    }


def _shown(name: str, value: int | str, words: Texts) -> str:
    if name in CLOSED_LISTS:
        return words.word(CLOSED_LISTS[name], str(value))
    return f"{value:,}" if isinstance(value, int) else value
