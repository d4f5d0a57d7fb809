"""Loads the vocabulary and derives frame schemas from it.

The YAML files are the source: `event.yml` holds the columns of every event, `context.yml` those that the context join
adds, one file per dataset the rest. A field is defined once (`name`); other datasets refer to it by `use`. Flags and
details of a protocol stand in the protocol's own file (`protocols.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

import polars as pl
import yaml

from sensors.fields.protocols import protocols

DATASETS = (
    "transaction", "value", "cadence", "sequence", "flow", "session", "identity", "link", "file", "flag", "capture",
    "finding", "sample", "rate",
)  # fmt: skip

POLARS_TYPES: dict[str, pl.DataType] = {
    "ts": pl.Datetime("ns", "UTC"),
    "dict": pl.Categorical(),
    "utf8": pl.String(),
    "json": pl.String(),
    "key": pl.Int64(),
    "i64": pl.Int64(),
    "u16": pl.UInt16(),
    "u32": pl.UInt32(),
    "f32": pl.Float32(),
    "f64": pl.Float64(),
    "bool": pl.Boolean(),
    "list<f64>": pl.List(pl.Float64()),
    "list<utf8>": pl.List(pl.String()),
    "list<dict>": pl.List(pl.Categorical()),
}


@dataclass(frozen=True)
class Field:
    """One field of the vocabulary.

    `type` is a key of `POLARS_TYPES`; `unit` is the unit of measure or None; `ecs` says whether the name is ECS;
    `required` that it is never null; `stored` False that it lives between core and detection only.
    """

    name: str
    type: str
    en: str
    zh: str
    example: Any
    unit: str | None = None
    ecs: bool = False
    required: bool = False
    stored: bool = True


@dataclass(frozen=True)
class Dataset:
    """One dataset: its own fields in order, after the columns of every event. `stored` False: in memory only."""

    name: str
    en: str
    zh: str
    stored: bool
    own: tuple[Field, ...]
    fields: tuple[Field, ...]

    def field(self, name: str) -> Field | None:
        return next((f for f in self.fields if f.name == name), None)


@dataclass(frozen=True)
class Operation:
    """A word of `ot.operation`, its default IPAL verb, and whether the delta filter treats it as quiet."""

    name: str
    activity: str
    quiet: bool
    en: str
    zh: str


@dataclass(frozen=True)
class Term:
    """A word of a closed list (flag or finding) with its texts; `source` is the clause or the learner."""

    name: str
    en: str
    zh: str
    source: str


@dataclass(frozen=True)
class Detail:
    """A declared key of `ot.details` for one protocol."""

    protocol: str
    name: str
    type: str
    en: str
    zh: str


@dataclass(frozen=True)
class Vocabulary:
    """Everything the YAML files say."""

    event: tuple[Field, ...]
    context: tuple[Field, ...]
    datasets: dict[str, Dataset]
    operations: dict[str, Operation]
    flags: dict[str, Term]
    findings: dict[str, Term]
    details: dict[str, dict[str, Detail]]
    _schemas: dict[tuple[str, bool], dict[str, pl.DataType]] = field(default_factory=dict, compare=False, repr=False)
    _empty: dict[str, pl.DataFrame] = field(default_factory=dict, compare=False, repr=False)
    _of_rules: dict[str, Mapping[str, Field]] = field(default_factory=dict, compare=False, repr=False)

    def field(self, name: str) -> Field:
        """The field called `name` wherever it is defined. Raises KeyError when there is none."""
        return self.all_fields()[name]

    def all_fields(self) -> dict[str, Field]:
        """Every field by name, each once."""
        found = {f.name: f for f in (*self.event, *self.context)}
        for dataset in self.datasets.values():
            found.update({f.name: f for f in dataset.fields})
        return found

    def schema(self, dataset: str, *, context: bool = False) -> dict[str, pl.DataType]:
        """Polars schema of a dataset: event columns, own columns and, if asked, the joined context."""
        if (dataset, context) not in self._schemas:
            fields = (*self.datasets[dataset].fields, *(self.context if context else ()))
            self._schemas[dataset, context] = {f.name: POLARS_TYPES[f.type] for f in fields}
        return dict(self._schemas[dataset, context])

    def empty(self, dataset: str) -> pl.DataFrame:
        """A frame of the dataset's schema without rows. Made once: so many columns take Polars a millisecond."""
        if dataset not in self._empty:
            self._empty[dataset] = pl.DataFrame(schema=self.schema(dataset))
        return self._empty[dataset].clone()

    def rule_fields(self, dataset: str) -> Mapping[str, Field]:
        """What a rule over `dataset` may name: its fields and the context (details are asked for apart)."""
        if dataset not in self._of_rules:
            self._of_rules[dataset] = {f.name: f for f in (*self.datasets[dataset].fields, *self.context)}
        return self._of_rules[dataset]


def polars_type(name: str) -> pl.DataType:
    """Polars type of a vocabulary type name. Raises KeyError for an unknown one."""
    return POLARS_TYPES[name]


def _read(name: str) -> dict[str, Any]:
    text = resources.files("sensors.fields").joinpath(f"{name}.yml").read_text(encoding="utf-8")
    # libyaml reads ten times faster where it is there.
    loaded = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    assert isinstance(loaded, dict)
    return loaded


def _field(entry: dict[str, Any]) -> Field:
    return Field(**entry)


def _own_fields(raw: dict[str, dict[str, Any]]) -> dict[str, list[Field | str]]:
    found: dict[str, list[Field | str]] = {}
    for name, page in raw.items():
        found[name] = [entry["use"] if "use" in entry else _field(entry) for entry in page["fields"]]
    return found


def _resolve(entries: list[Field | str], known: dict[str, Field]) -> list[Field]:
    return [known[e] if isinstance(e, str) else e for e in entries]


@cache
def vocabulary() -> Vocabulary:
    """The vocabulary, read once."""
    raw = {name: _read(name) for name in DATASETS}
    event = tuple(_field(e) for e in _read("event")["fields"])
    context = tuple(_field(e) for e in _read("context")["fields"])
    entries = _own_fields(raw)
    known = {f.name: f for f in (*event, *context)}
    known |= {f.name: f for fields in entries.values() for f in fields if isinstance(f, Field)}
    own = {name: _resolve(fields, known) for name, fields in entries.items()}
    datasets = {}
    for name, page in raw.items():
        included = [f for part in page.get("includes", []) for f in (context if part == "context" else own[part])]
        fields = tuple({f.name: f for f in (*event, *own[name], *included)}.values())
        text = page["text"]
        datasets[name] = Dataset(name, text["en"], text["zh"], page["stored"], tuple(own[name]), fields)
    return Vocabulary(
        event=event,
        context=context,
        datasets=datasets,
        operations={o["name"]: Operation(**o) for o in _read("operations")["operations"]},
        flags={f["name"]: Term(f["name"], f["en"], f["zh"], f["clause"]) for f in _flags()},
        findings={f["name"]: Term(f["name"], f["en"], f["zh"], f["learner"]) for f in _read("findings")["findings"]},
        details={
            protocol: {d["name"]: Detail(protocol, **d) for d in entries_} for protocol, entries_ in _details().items()
        },
    )


def _flags() -> list[Mapping[str, str]]:
    return [*_read("flags")["flags"], *(flag for protocol in protocols().values() for flag in protocol.flags)]


def _details() -> dict[str, Any]:
    others: dict[str, Any] = _read("details")["details"]
    return others | {protocol.name: protocol.details for protocol in protocols().values()}
