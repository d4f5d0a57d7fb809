"""Rules as typed, frozen objects: what a Sigma file says after reading, before compiling (vocabulary §5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from detection.sigma.condition import Node
from detection.sigma.wrong import Wrong

Scalar = str | int | float | bool | None
Step = str | int

LEVELS = ("informational", "low", "medium", "high", "critical")
STATUSES = ("stable", "test", "experimental", "deprecated", "unsupported")
CLASSES = ("threat", "policy", "posture", "health")
LEARNABLE = ("yes", "approval", "never")
OBJECTS = ("device", "control", "network", "platform", "app", "data")
NEEDS = ("writers", "programmers", "zones", "conduits", "ranges", "points", "calendar", "allow-list", "indicators")
LANGUAGES = ("en", "zh")
MODIFIERS = (
    "contains", "startswith", "endswith", "re", "cidr", "gt", "gte", "lt", "lte", "exists", "all", "fieldref", "cased",
    "expand",
)  # fmt: skip

CorrelationType = Literal["event_count", "value_count", "temporal", "temporal_ordered"]
Operator = Literal["gte", "gt", "lte", "lt", "eq"]


@dataclass(frozen=True)
class Issue:
    """Something wrong in a file that people write: where (`line` from 1, 0 for the whole file) and what.

    `fatal` says that the rule cannot be used and is left out; other issues leave the rule working.
    """

    file: str
    line: int
    wrong: Wrong
    rule: str | None = None
    fatal: bool = True

    def __str__(self) -> str:
        """For programmers; `api.output.issues` tells people."""
        return f"{self.file}:{self.line}: {self.rule or '-'}: {self.wrong}"


@dataclass(frozen=True)
class Origin:
    """The document a rule came from: file name and the line (from 1) of every path inside it."""

    file: str
    lines: Mapping[tuple[Step, ...], int]

    def line(self, *path: Step) -> int:
        """Line of a path, else of its nearest parent that is there."""
        for end in range(len(path), -1, -1):
            if (found := self.lines.get(path[:end])) is not None:
                return found
        return 0


@dataclass(frozen=True)
class Item:
    """One field test: `field|modifiers: values`. Several values are alternatives, unless `all` is a modifier."""

    field: str
    modifiers: tuple[str, ...]
    values: tuple[Scalar, ...]
    path: tuple[Step, ...]

    @property
    def match_all(self) -> bool:
        return "all" in self.modifiers


@dataclass(frozen=True)
class Detection:
    """A named block: any of `alternatives`, each of which needs all its items."""

    name: str
    alternatives: tuple[tuple[Item, ...], ...]

    def items(self) -> tuple[Item, ...]:
        return tuple(item for items in self.alternatives for item in items)


@dataclass(frozen=True)
class Text:
    """What an alert says in one language: what happened, why it matters, what to do.

    `title`, `description` and `falsepositives` translate those of the rule, which Sigma wants in English; empty in
    English.
    """

    what: str
    why: str
    do: tuple[str, ...]
    title: str = ""
    description: str = ""
    falsepositives: tuple[str, ...] = ()


@dataclass(frozen=True)
class Proof:
    """Captures under `rules/proofs` that must (`positive`) and must not (`benign`) raise the rule.

    `learn` are captures to take a baseline from first; `site` that the proofs' site model is in force.
    """

    positive: tuple[str, ...]
    benign: tuple[str, ...]
    learn: tuple[str, ...] = ()
    site: bool = False


@dataclass(frozen=True)
class Bittern:
    """The `bittern:` section. `window` is in seconds; `safety` and `text` are by language."""

    rule_class: str
    learnable: str
    dedup: tuple[str, ...]
    needs: tuple[str, ...]
    objects: tuple[str, ...]
    controls: tuple[str, ...]
    playbook: str | None
    safety: Mapping[str, str]
    text: Mapping[str, Text]
    proof: Proof
    window: int | None = None
    default_enabled: bool = True


@dataclass(frozen=True, kw_only=True)
class Head:
    """What a rule and a correlation have in common.

    `name` is the rule's short name (MB01), by which others refer to it; `version` a digest of its text; `bittern` None
    for a base rule that only feeds correlations.
    """

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

    @property
    def techniques(self) -> tuple[str, ...]:
        """ATT&CK technique ids among the tags, as MITRE writes them (T0855)."""
        tags = (tag.removeprefix("attack.") for tag in self.tags if tag.startswith("attack.t"))
        return tuple(tag.upper() for tag in tags if tag[1:2].isdigit())

    def titled(self, lang: str) -> str:
        """The rule in short, in a language that has a text for it, in English otherwise."""
        text = self.bittern.text.get(lang) if self.bittern else None
        return (text.title if text else "") or self.title

    def described(self, lang: str) -> str:
        """How the rule decides, in a language that has a text for it, in English otherwise."""
        text = self.bittern.text.get(lang) if self.bittern else None
        return (text.description if text else "") or self.description

    def harmless(self, lang: str) -> tuple[str, ...]:
        """What raises the rule and is no attack, in a language that has a text for it, in English otherwise."""
        text = self.bittern.text.get(lang) if self.bittern else None
        return (text.falsepositives if text else ()) or self.falsepositives


@dataclass(frozen=True, kw_only=True)
class Rule(Head):
    """A rule over one dataset."""

    dataset: str
    detections: Mapping[str, Detection]
    condition: Node


@dataclass(frozen=True, kw_only=True)
class Correlation(Head):
    """A Sigma correlation over the hits of other rules or correlations.

    `timespan` is in ns; `threshold` counts events, distinct values of `field`, or distinct rules, by `type`; `aliases`
    maps a name used in `group_by` to each rule's own field.
    """

    type: CorrelationType
    rules: tuple[str, ...]
    group_by: tuple[str, ...]
    timespan: int
    operator: Operator
    threshold: int
    field: str | None
    generate: bool
    aliases: Mapping[str, Mapping[str, str]]

    def field_of(self, group: str, rule: str) -> str:
        """The field of `rule` that a name in `group_by` stands for."""
        return self.aliases[group][rule] if group in self.aliases else group
