"""`rules/mirror` as it came with the program: the weights of findings, and the settings of switches by maker."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import yaml

from api.texts import shipped
from response.mirror.judgement import Judgement
from response.mirror.switches import Switch, read_switch

ENDING = ".yml"


@cache
def judgement() -> Judgement:
    """How findings are weighed."""
    return Judgement(_read("judgement.yml"))


def switch_words() -> list[str]:
    """The makers that are known: the folder is the list."""
    folder = shipped("mirror", "switches")
    return sorted(each.name.removesuffix(ENDING) for each in folder.iterdir() if each.name.endswith(ENDING))


@cache
def switch(word: str) -> Switch:
    """A maker's answers. Raises KeyError for a word that names none."""
    if word not in switch_words():
        raise KeyError(word)
    return read_switch(word, _read("switches", word + ENDING))


def _read(*parts: str) -> Mapping[str, Any]:
    loaded: Mapping[str, Any] = yaml.safe_load(shipped("mirror", *parts).read_text(encoding="utf-8"))
    return loaded
