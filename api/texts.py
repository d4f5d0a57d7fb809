"""The catalogue of texts for people, in English and Chinese (`rules/locales`), and where shipped data lies.

One catalogue serves the command line, reports and the console. A text has a key with dots; `{name}` in it is filled
when it is read (design, law 9).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Literal, TypeAlias

Language: TypeAlias = Literal["en", "zh"]
FILES: dict[Language, str] = {"en": "en.json", "zh": "zh-CN.json"}
PLACEHOLDER = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
LOCALE_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


@dataclass(frozen=True)
class Texts:
    """The texts of one language by key."""

    lang: Language
    by_key: Mapping[str, str]

    def get(self, key: str, /, **parameters: object) -> str:
        """The text with its placeholders filled. Raises KeyError when there is no such text or parameter."""
        return PLACEHOLDER.sub(lambda found: str(parameters[found[1]]), self.by_key[key])

    def word(self, group: str, name: str) -> str:
        """The word for a code of an open list (`severity`, `high`), or the code itself when it has none."""
        return self.by_key.get(f"{group}.{name}", name)


def language(asked: str | None, environment: Mapping[str, str]) -> Language:
    """`asked` (zh or en), else BITTERN_LANG, else what the system speaks: Chinese where its locale begins with zh."""
    system = next((environment[name] for name in LOCALE_VARIABLES if environment.get(name)), "")
    chosen = asked or environment.get("BITTERN_LANG") or system
    return "zh" if chosen.lower().startswith("zh") else "en"


@cache
def texts(lang: Language) -> Texts:
    """The catalogue of a language, read once."""
    loaded = json.loads(shipped("locales", FILES[lang]).read_text(encoding="utf-8"))
    return Texts(lang, flat(loaded))


def flat(tree: Mapping[str, object], prefix: str = "") -> dict[str, str]:
    """Nested sections as keys with dots."""
    found: dict[str, str] = {}
    for name, value in tree.items():
        if isinstance(value, Mapping):
            found |= flat(value, f"{prefix}{name}.")
        else:
            found[prefix + name] = str(value)
    return found


def shipped(*parts: str) -> Traversable:
    """A file or folder below `rules`, the data that comes with the program."""
    place: Traversable = resources.files("rules")
    for part in parts:
        place = place.joinpath(part)
    return place
