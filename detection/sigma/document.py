"""YAML with places: each document as plain values, and the line of every path in it. Duplicate keys are refused."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

import yaml

from detection.sigma.model import Issue, Origin, Step
from detection.sigma.syntax import syntax_error
from detection.sigma.wrong import Wrong, wrong

Yaml: TypeAlias = "bool | int | float | str | date | list[Yaml] | dict[str, Yaml] | None"

MAX_DEPTH = 24
MAX_BYTES = 1_000_000
MAX_BRACKETS = 200
BRACKETS = re.compile(r"[\[\]{}]")
UNPAIRED = re.compile("[\ud800-\udfff]")
LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml reads ten times faster; it has no recursion limit of its own, hence `MAX_BRACKETS`."""
TEXT_TAG = "tag:yaml.org,2002:str"


@dataclass(frozen=True)
class Document:
    """One YAML document that is a mapping. `version` is 12 hex digits of a digest of its text."""

    origin: Origin
    data: dict[str, Yaml]
    version: str

    def name(self) -> str | None:
        """The rule's name, where it has one that is text; its id otherwise."""
        for key in ("name", "id"):
            if isinstance(found := self.data.get(key), str):
                return found
        return None


class _Refused(Exception):
    """A node that is valid YAML and not allowed here."""

    def __init__(self, node: yaml.Node, wrong: Wrong) -> None:
        super().__init__(str(wrong))
        self.line = node.start_mark.line + 1
        self.wrong = wrong


def read_documents(file: str, text: str) -> tuple[list[Document], list[Issue]]:
    """The documents of a file, and an issue for each that cannot be read; `file` is the name issues give.

    A syntax error ends the file, for what follows it cannot be told apart; a refused document does not.
    """
    if len(text) > MAX_BYTES:
        return [], [Issue(file, 0, wrong("file_too_long", limit=MAX_BYTES))]
    if UNPAIRED.search(text):
        return [], [Issue(file, 0, wrong("half_character"))]
    if _brackets(text) > MAX_BRACKETS:
        return [], [Issue(file, 0, wrong("brackets_too_deep", limit=MAX_BRACKETS))]
    documents: list[Document] = []
    issues: list[Issue] = []
    try:
        for node in _nodes(text):
            try:
                documents.append(_document(file, text, node))
            except _Refused as refused:
                issues.append(Issue(file, refused.line, refused.wrong))
    except yaml.YAMLError as error:
        issues.append(Issue(file, *syntax_error(text, error)))
    return documents, issues


def _nodes(text: str) -> Iterator[yaml.Node]:
    return (node for node in yaml.compose_all(text, Loader=LOADER) if not _is_empty(node))


def _brackets(text: str) -> int:
    """How deep brackets may nest at most, quotes and comments not looked at."""
    depth = deepest = 0
    for sign in BRACKETS.findall(text):
        depth = depth + 1 if sign in "[{" else max(0, depth - 1)
        deepest = max(deepest, depth)
    return deepest


def _is_empty(node: yaml.Node | None) -> bool:
    """An empty document: nothing between two `---`."""
    return node is None or (isinstance(node, yaml.ScalarNode) and node.value == "")


def _document(file: str, text: str, node: yaml.Node) -> Document:
    if not isinstance(node, yaml.MappingNode):
        raise _Refused(node, wrong("document_not_mapping"))
    lines: dict[tuple[Step, ...], int] = {}
    reader = _NodeReader(lines)
    data = reader.mapping(node, ())
    lines[()] = node.start_mark.line + 1
    source = text[node.start_mark.index : node.end_mark.index].strip()
    digest = hashlib.blake2b(source.encode(), digest_size=6).hexdigest()
    return Document(Origin(file, lines), data, digest)


class _NodeReader:
    """Turns nodes into values and notes the line of each path."""

    def __init__(self, lines: dict[tuple[Step, ...], int]) -> None:
        self.lines = lines
        self.seen: set[int] = set()
        self.scalars = yaml.constructor.SafeConstructor()

    def value(self, node: yaml.Node, path: tuple[Step, ...]) -> Yaml:
        if len(path) > MAX_DEPTH:
            raise _Refused(node, wrong("too_deep", limit=MAX_DEPTH))
        if id(node) in self.seen:
            raise _Refused(node, wrong("alias"))
        self.seen.add(id(node))
        if isinstance(node, yaml.ScalarNode):
            return self.scalar(node)
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return self.sequence(node, path)
        raise TypeError(f"YAML has no such node: {node!r}")

    def mapping(self, node: yaml.MappingNode, path: tuple[Step, ...]) -> dict[str, Yaml]:
        found: dict[str, Yaml] = {}
        for key_node, value_node in node.value:
            key = self.scalar(key_node) if isinstance(key_node, yaml.ScalarNode) else None
            if not isinstance(key, str):
                raise _Refused(key_node, wrong("key_not_text", key=_written(key_node)))
            if key in found:
                raise _Refused(key_node, wrong("key_twice", key=key, first=self.lines[(*path, key)]))
            place = (*path, key)
            self.lines[place] = key_node.start_mark.line + 1
            found[key] = self.value(value_node, place)
        return found

    def sequence(self, node: yaml.SequenceNode, path: tuple[Step, ...]) -> list[Yaml]:
        found: list[Yaml] = []
        for number, entry in enumerate(node.value):
            place = (*path, number)
            self.lines[place] = entry.start_mark.line + 1
            found.append(self.value(entry, place))
        return found

    def scalar(self, node: yaml.ScalarNode) -> Yaml:
        if node.tag == TEXT_TAG:  # nine in ten: PyYAML's own way is a detour
            return str(node.value)
        try:
            value = self.scalars.construct_object(node)
        except (yaml.YAMLError, ValueError) as error:
            raise _Refused(node, wrong("value_unreadable", value=_written(node), problem=str(error))) from None
        if value is None or isinstance(value, str | bool | int | float | date):
            return value
        raise _Refused(node, wrong("value_type", type=type(value).__name__))


def _written(node: yaml.Node) -> str:
    """What stands in the file, for a scalar; a list or mapping as its own sign."""
    if isinstance(node, yaml.ScalarNode):
        return str(node.value)
    return "[…]" if isinstance(node, yaml.SequenceNode) else "{…}"
