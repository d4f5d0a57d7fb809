"""Fills the placeholders of a rule's texts, in the reader's language, when they are read (design, law 9)."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

PLACEHOLDER = re.compile(r"\{(@?[A-Za-z_][A-Za-z0-9_.]*)\}")
VALUE = "ot.value"
"""What an object had or was given, whichever column holds it: numbers, an exact value, a text."""
UNKNOWN = {"en": "unknown", "zh": "未知"}
TRUTH = {"en": ("no", "yes"), "zh": ("否", "是")}
JOINT = {"en": ", ", "zh": "、"}
MAX_VALUE = 512
# Text from packets: control characters and those that turn the direction of writing must not reach a terminal or log.
UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def placeholders(template: str) -> tuple[str, ...]:
    """Names in braces, in order of appearance, each once."""
    return tuple(dict.fromkeys(PLACEHOLDER.findall(template)))


def stray_braces(template: str) -> bool:
    """Whether a brace is left that belongs to no placeholder: a format such as `{x:.2f}`, or one not closed."""
    rest = PLACEHOLDER.sub("", template)
    return "{" in rest or "}" in rest


def render(template: str, parameters: Mapping[str, object], lang: str) -> str:
    """`template` with each `{name}` replaced by its value; absent and None become "unknown" / "未知".

    `lang` is "en" or "zh" ("zh-CN" counts as zh; any other language as en). Values are data: what they hold is never
    taken for a placeholder, control characters become U+FFFD, and a value is cut at 512 characters.
    """
    language = "zh" if lang.lower().startswith("zh") else "en"
    return PLACEHOLDER.sub(lambda found: _shown(parameters.get(found[1]), language), template)


def _shown(value: object, language: str) -> str:
    if value is None or value == "" or value == []:
        return UNKNOWN[language]
    if isinstance(value, bool):
        return TRUTH[language][value]
    if isinstance(value, float):
        return f"{value:.10g}" if math.isfinite(value) else UNKNOWN[language]
    if isinstance(value, Sequence) and not isinstance(value, str):
        return _cut(JOINT[language].join(_shown(entry, language) for entry in value))
    return _cut(UNSAFE.sub("\N{REPLACEMENT CHARACTER}", str(value)))


def _cut(text: str) -> str:
    return text if len(text) <= MAX_VALUE else text[: MAX_VALUE - 1] + "…"
