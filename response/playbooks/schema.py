"""CACAO's own JSON schemas, applied as draft-07, and what that draft overlooks: keys that no type has.

The schemas say `unevaluatedProperties: false`, which draft-07 does not know, and which as 2020-12 refuses every action
step. So each object is validated as draft-07, and its keys are compared with those of its own type.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources.abc import Traversable
from typing import Any
from urllib.parse import urldefrag, urljoin

import jsonschema_rs

from detection.sigma.wrong import Wrong, unlisted, wrong
from response.playbooks.places import Path, pointer

BASE = "https://raw.githubusercontent.com/oasis-open/cacao-json-schemas/main/schemas/"
"""The `$id` base of the schemas; it is a name, nothing is fetched."""
OWN = {"step": "bittern-step.json", "playbook": "bittern-playbook.json"}
MOST_PROBLEMS = 50

Schema = Mapping[str, Any]
Found = tuple[Path, Wrong]


@dataclass(frozen=True)
class Schemas:
    """All schemas by `$id`, with the validators made of them."""

    by_id: Mapping[str, Schema]
    own: Mapping[str, Schema]

    @classmethod
    def read(cls, folder: Traversable) -> Schemas:
        """Reads `schemas/` and our own two from a folder."""
        texts = [each.read_text(encoding="utf-8") for each in _files(folder / "schemas")]
        loaded = [json.loads(text) for text in texts]
        own = {name: json.loads((folder / file).read_text(encoding="utf-8")) for name, file in OWN.items()}
        return cls({each["$id"]: each for each in loaded}, own)

    @cached_property
    def _registry(self) -> jsonschema_rs.Registry:
        return jsonschema_rs.Registry(
            [(name, dict(each)) for name, each in self.by_id.items()], draft=jsonschema_rs.Draft7
        )

    @cached_property
    def _validators(self) -> dict[str, jsonschema_rs.Draft7Validator]:
        return {}

    def _validator(self, schema_id: str) -> jsonschema_rs.Draft7Validator:
        if schema_id not in self._validators:
            schema = self.by_id.get(schema_id) or self.own[schema_id]
            self._validators[schema_id] = jsonschema_rs.Draft7Validator(dict(schema), registry=self._registry)
        return self._validators[schema_id]

    def violations(self, document: Any, name: str, at: Path = ()) -> Iterator[Found]:
        """What the schema `name` (`playbook.json`, or `step`, `playbook` for ours) says against a document at `at`."""
        schema_id = name if name in self.own else BASE + name
        for number, error in enumerate(self._validator(schema_id).iter_errors(document)):
            if number == MOST_PROBLEMS:
                return
            path: Path = (*at, *error.instance_path)
            yield path, _told(error, path)

    def strays(self, document: Any, name: str, at: Path = ()) -> Iterator[Found]:
        """Keys of the document, and of every object in it, that its own type does not have."""
        yield from self._strays(document, [(BASE + name, self.by_id[BASE + name])], at)

    def command_types(self) -> dict[str, str]:
        """The schema of every type of command."""
        folder = BASE + "commands/"
        names = (name.removeprefix(folder) for name in self.by_id if name.startswith(folder))
        return {name.removesuffix(".json"): f"commands/{name}" for name in names if name != "command-data.json"}

    def _strays(self, value: Any, schemas: list[tuple[str, Schema]], at: Path) -> Iterator[Found]:
        every = [each for base, schema in schemas for each in self._parts(base, schema)]
        if isinstance(value, list):
            items = [(base, schema["items"]) for base, schema in every if isinstance(schema.get("items"), Mapping)]
            for number, each in enumerate(value):
                yield from self._strays(each, self._typed(each, items), (*at, number))
        if not isinstance(value, Mapping):
            return
        known = {name for _, schema in every for name in schema.get("properties", ())}
        patterns = {name for _, schema in every for name in schema.get("patternProperties", ())}
        if not known and not patterns:
            return
        for key, each in value.items():
            if key not in known and not any(re.search(pattern, key) for pattern in patterns):
                yield (*at, key), _stray(key, known, at)
                continue
            below = [(base, found) for base, schema in every for found in _below(schema, key)]
            yield from self._strays(each, self._typed(each, below), (*at, key))

    def _typed(self, value: Any, schemas: list[tuple[str, Schema]]) -> list[tuple[str, Schema]]:
        """A command is of its own type's schema; the action's schema only knows what commands have in common."""
        named = [urljoin(base, schema["$ref"]) for base, schema in schemas if "$ref" in schema]
        if BASE + "commands/command-data.json" in named and isinstance(value, Mapping):
            own = self.command_types().get(str(value.get("type")))
            return [(BASE + own, self.by_id[BASE + own])] if own else []
        return schemas

    def _parts(self, base: str, schema: Schema) -> Iterator[tuple[str, Schema]]:
        """The schema and all that it refers to for the same value."""
        yield base, schema
        if "$ref" in schema:
            target, fragment = urldefrag(urljoin(base, schema["$ref"]))
            found: Any = self.by_id[target]
            for step in filter(None, fragment.split("/")):
                found = found[step]
            yield from self._parts(target, found)
        for each in schema.get("allOf", ()):
            yield from self._parts(base, each)


def _files(folder: Traversable) -> Iterator[Traversable]:
    for each in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if each.is_dir():
            yield from _files(each)
        elif each.name.endswith(".json"):
            yield each


def _below(schema: Schema, key: str) -> Iterator[Schema]:
    if key in schema.get("properties", {}):
        yield schema["properties"][key]
        return
    for pattern, found in schema.get("patternProperties", {}).items():
        if re.search(pattern, key):
            yield found


def _stray(key: str, known: Collection[str], at: Path) -> Wrong:
    if known:
        return unlisted("playbook_stray_key", key, known, where=pointer(at), key=key)
    return wrong("playbook_stray_id", where=pointer(at), key=key)


def _told(error: jsonschema_rs.ValidationError, path: Path) -> Wrong:
    where, facts = pointer(path), error.kind.as_dict()
    value = error.instance if isinstance(error.instance, str | int | float) else None
    match error.kind.name:
        case "required":
            return wrong("playbook_missing", where=where, name=str(facts["property"]))
        case "type":
            return wrong("playbook_type", where=where, types=tuple(facts["types"]))
        case "pattern":
            return wrong("playbook_form", where=where, value=str(value), pattern=str(facts["pattern"]))
        case "enum" if isinstance(value, str):
            return unlisted("playbook_word", value, list(map(str, facts["options"])), where=where, value=value)
        case "minimum" | "maximum":
            return wrong("playbook_range", where=where, value=value, limit=facts["limit"])
        case "additionalProperties":
            return wrong("playbook_own_key", where=where, keys=tuple(facts["unexpected"]))
        case _:
            return wrong("playbook_schema", where=where, why=error.message[:300])
