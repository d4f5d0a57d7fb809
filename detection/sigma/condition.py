"""Parser for Sigma conditions: `and`, `or`, `not`, parentheses, `1 of x*`, `all of x*`, `1 of them`, `all of them`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from detection.sigma.wrong import WrongError, wrong

TOKEN = re.compile(r"\s*(?:(?P<word>[A-Za-z0-9_*-]+)|(?P<mark>[()])|(?P<other>\S))")
KEYWORDS = ("and", "or", "not", "of", "them")
QUANTIFIERS = ("1", "any", "all")
MAX_DEPTH = 32


@dataclass(frozen=True)
class Name:
    """A detection by name."""

    name: str


@dataclass(frozen=True)
class Not:
    node: Node


@dataclass(frozen=True)
class And:
    nodes: tuple[Node, ...]


@dataclass(frozen=True)
class Or:
    nodes: tuple[Node, ...]


Node = Name | Not | And | Or


class ConditionError(WrongError):
    """A condition that cannot be read."""


def parse_condition(text: str, names: Sequence[str]) -> Node:
    """The tree of `text` over the detections called `names`. `not` binds tightest, then `and`, then `or`.

    `them` and a pattern that does not begin with `_` leave out names that do. Raises ConditionError. Source: Sigma
    specification 2.1, rules, "Condition".
    """
    parser = _Parser(list(_tokens(text)), names)
    node = parser.disjunction(0)
    if (more := parser.peek()) is not None:
        raise ConditionError(wrong("condition_goes_on", word=more))
    return node


def names_in(node: Node) -> Iterator[str]:
    """Names of the detections a condition uses, as often as it does."""
    match node:
        case Name(name):
            yield name
        case Not(inner):
            yield from names_in(inner)
        case And(nodes) | Or(nodes):
            for part in nodes:
                yield from names_in(part)


def _tokens(text: str) -> Iterator[str]:
    for found in TOKEN.finditer(text):
        if (other := found["other"]) is not None:
            raise ConditionError(wrong("condition_pipe") if other == "|" else wrong("condition_sign", sign=other))
        yield found["word"] or found["mark"]


class _Parser:
    """Recursive descent over the tokens; `position` is the next one."""

    def __init__(self, tokens: list[str], names: Sequence[str]) -> None:
        self.tokens = tokens
        self.names = names
        self.position = 0

    def peek(self) -> str | None:
        return self.tokens[self.position] if self.position < len(self.tokens) else None

    def take(self) -> str:
        token = self.peek()
        if token is None:
            raise ConditionError(wrong("condition_ends"))
        self.position += 1
        return token

    def disjunction(self, depth: int) -> Node:
        return self._joined("or", Or, lambda: self.conjunction(depth))

    def conjunction(self, depth: int) -> Node:
        return self._joined("and", And, lambda: self.negation(depth))

    def _joined(self, word: str, kind: type[And] | type[Or], part: Callable[[], Node]) -> Node:
        nodes = [part()]
        while self.peek() == word:
            self.take()
            nodes.append(part())
        return nodes[0] if len(nodes) == 1 else kind(tuple(nodes))

    def negation(self, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise ConditionError(wrong("condition_too_deep", limit=MAX_DEPTH))
        if self.peek() == "not":
            self.take()
            return Not(self.negation(depth + 1))
        return self.primary(depth)

    def primary(self, depth: int) -> Node:
        token = self.take()
        if token == "(":
            node = self.disjunction(depth + 1)
            if self.peek() != ")":
                raise ConditionError(wrong("parenthesis_open"))
            self.take()
            return node
        if token in QUANTIFIERS and self.peek() == "of":
            self.take()
            return self.selection(token, self.take())
        return self.single(token)

    def single(self, token: str) -> Node:
        if token in self.names:
            return Name(token)
        if token.lower() in KEYWORDS and token not in KEYWORDS:
            raise ConditionError(wrong("keyword_case", word=token, lower=token.lower()))
        if token in KEYWORDS or token == ")":
            raise ConditionError(wrong("name_missing", word=token))
        if "*" in token:
            raise ConditionError(wrong("no_quantifier", pattern=token))
        raise ConditionError(wrong("detection_absent", detection=token, detections=tuple(self.names)))

    def selection(self, quantifier: str, pattern: str) -> Node:
        chosen = [name for name in self.names if _selected(name, pattern)]
        if not chosen:
            named = f"{quantifier} of {pattern}"
            raise ConditionError(wrong("selection_empty", selection=named, detections=tuple(self.names)))
        nodes = tuple(Name(name) for name in chosen)
        if len(nodes) == 1:
            return nodes[0]
        return And(nodes) if quantifier == "all" else Or(nodes)


def _selected(name: str, pattern: str) -> bool:
    if name.startswith("_") and not pattern.startswith("_"):
        return False
    return pattern == "them" or fnmatchcase(name, pattern)
