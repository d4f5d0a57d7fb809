"""Conditions of playbooks: the *comparison subset* of STIX 2.1 patterns (§9) over variables, as CACAO 2.0 writes them.

    condition   = [ "[" ] or [ "]" ]            observation brackets are allowed, once, around everything
    or          = and { "OR" and }              AND binds closer than OR, as in STIX
    and         = test { "AND" test }
    test        = "NOT" test | "(" or ")" | variable [ "NOT" ] operator literal
    operator    = "=" | "==" | "!=" | "<" | "<=" | ">" | ">=" | "LIKE" | "IN" | "ISSUBSET"
    variable    = "__name__:value"
    literal     = 'text' | number | true | false | "(" literal { "," literal } ")"  (the last for IN)

A number compares numbers, a text compares text; LIKE knows % and _; ISSUBSET tells whether an address or network lies
in a network. A test of a variable that is not known, or cannot be read as what it is compared with, is false, and NOT
of it true. Not in the subset: MATCHES, ISSUPERSET, EXISTS, FOLLOWEDBY, WITHIN, REPEATS, START and STOP.
"""

from __future__ import annotations

import fnmatch
import ipaddress
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from detection.sigma.wrong import Wrong, WrongError, wrong
from response.playbooks.variables import Values

Literal: TypeAlias = str | float | bool
OPERATORS = ("=", "==", "!=", "<", "<=", ">", ">=", "LIKE", "IN", "ISSUBSET")
ELSEWHERE = frozenset(("MATCHES", "ISSUPERSET", "EXISTS", "FOLLOWEDBY", "WITHIN", "REPEATS", "START", "STOP"))
DEEPEST = 32
TOKEN = re.compile(
    r"\s*(?:(?P<variable>__[a-zA-Z_][a-zA-Z0-9_-]*?__):value|'(?P<text>(?:[^'\\]|\\.)*)'|(?P<number>-?\d+(?:\.\d+)?)"
    r"|(?P<word>[A-Za-z_]+)|(?P<sign>==|!=|<=|>=|[=<>()\[\],]))"
)
ORDER: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq, "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt,
    ">=": operator.ge,
}  # fmt: skip


@dataclass(frozen=True)
class Test:
    """One comparison of a variable."""

    variable: str
    operator: str
    literals: tuple[Literal, ...]


@dataclass(frozen=True)
class Not:
    """True where the other is not."""

    of: Condition


@dataclass(frozen=True)
class AnyOf:
    """True where one is."""

    of: tuple[Condition, ...]


@dataclass(frozen=True)
class AllOf:
    """True where all are."""

    of: tuple[Condition, ...]


Condition: TypeAlias = Test | Not | AnyOf | AllOf


@dataclass(frozen=True)
class Token:
    """A piece of the text: its kind (a group of `TOKEN`, or end), its text and its column from 1."""

    kind: str
    text: str
    column: int


def read_condition(text: str) -> Condition:
    """The condition that a text means. Raises WrongError with the column and what was expected there."""
    return _Reader(list(_tokens(text))).whole()


def holds(condition: Condition, values: Values) -> bool:
    """Whether the condition is true of these values."""
    if isinstance(condition, Test):
        return _test(condition, values.get(condition.variable))
    if isinstance(condition, Not):
        return not holds(condition.of, values)
    if isinstance(condition, AllOf):
        return all(holds(each, values) for each in condition.of)
    return any(holds(each, values) for each in condition.of)


def variables_of(condition: Condition) -> set[str]:
    """Names of the variables that it tests."""
    if isinstance(condition, Test):
        return {condition.variable}
    below = (condition.of,) if isinstance(condition, Not) else condition.of
    return {name for each in below for name in variables_of(each)}


def _test(test: Test, value: str | None) -> bool:
    if value is None:
        return False
    if test.operator == "IN":
        return any(_compare("=", value, literal) for literal in test.literals)
    return _compare(test.operator, value, test.literals[0])


def _compare(sign: str, value: str, literal: Literal) -> bool:
    if sign == "LIKE":
        return fnmatch.fnmatchcase(value, _glob(str(literal)))
    if sign == "ISSUBSET":
        return _inside(value, str(literal))
    if isinstance(literal, bool):
        return value in ("true", "false") and ORDER[sign](value, str(literal).lower())
    if isinstance(literal, float):
        try:
            return ORDER[sign](float(value), literal)
        except ValueError:
            return False
    return ORDER[sign](value, literal)


def _glob(like: str) -> str:
    plain = {"%": "*", "_": "?", "*": "[*]", "?": "[?]", "[": "[[]"}
    return "".join(plain.get(letter, letter) for letter in like)


def _inside(value: str, network: str) -> bool:
    try:
        inner, outer = ipaddress.ip_network(value, strict=False), ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False
    return inner.version == outer.version and inner.prefixlen >= outer.prefixlen and inner.network_address in outer


def _tokens(text: str) -> Iterator[Token]:
    place, end = 0, len(text.rstrip())
    while place < end:
        found = TOKEN.match(text, place)
        if found is None:
            column = place + len(text[place:]) - len(text[place:].lstrip()) + 1
            raise WrongError(wrong("playbook_condition_letter", column=column, letter=text[column - 1]))
        kind = str(found.lastgroup)
        yield Token(kind, found[kind], found.start(kind) + (kind != "text"))
        place = found.end()
    yield Token("end", "", end + 1)


class _Reader:
    """Recursive descent over the tokens."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    def whole(self) -> Condition:
        bracketed = self._take("[")
        condition = self._or()
        if bracketed and not self._take("]"):
            raise self._expected("]")
        if self._here.kind != "end":
            raise self._expected("AND, OR")
        return condition

    @property
    def _here(self) -> Token:
        return self._tokens[self._at]

    def _take(self, *words: str) -> str | None:
        here = self._here
        if here.kind not in ("word", "sign") or here.text not in words:
            return None
        self._at += 1
        return here.text

    def _expected(self, what: str) -> WrongError:
        here = self._here
        if here.kind == "word" and here.text.upper() in ELSEWHERE:
            return WrongError(wrong("playbook_condition_subset", column=here.column, word=here.text, known=OPERATORS))
        return WrongError(_unexpected(here, what))

    def _or(self) -> Condition:
        parts = [self._and()]
        while self._take("OR"):
            parts.append(self._and())
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def _and(self) -> Condition:
        parts = [self._single()]
        while self._take("AND"):
            parts.append(self._single())
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def _single(self) -> Condition:
        self._depth += 1
        if self._depth > DEEPEST:
            raise WrongError(wrong("playbook_condition_deep", column=self._here.column, most=DEEPEST))
        try:
            if self._take("NOT"):
                return Not(self._single())
            if self._take("("):
                inner = self._or()
                if not self._take(")"):
                    raise self._expected(")")
                return inner
            return self._comparison()
        finally:
            self._depth -= 1

    def _comparison(self) -> Condition:
        variable = self._here
        if variable.kind != "variable":
            raise self._expected("__name__:value")
        self._at += 1
        negated = self._take("NOT")
        sign = self._take(*OPERATORS)
        if sign is None:
            raise self._expected(", ".join(OPERATORS))
        literals = self._list() if sign == "IN" else (self._literal(),)
        test = Test(variable.text, sign, literals)
        return Not(test) if negated else test

    def _list(self) -> tuple[Literal, ...]:
        if not self._take("("):
            raise self._expected("(")
        found = [self._literal()]
        while self._take(","):
            found.append(self._literal())
        if not self._take(")"):
            raise self._expected(")")
        return tuple(found)

    def _literal(self) -> Literal:
        here = self._here
        if here.kind == "text":
            self._at += 1
            return re.sub(r"\\(.)", r"\1", here.text)
        if here.kind == "number":
            self._at += 1
            return float(here.text)
        word = self._take("true", "false")
        if word is None:
            raise self._expected("'text', 1, true, false")
        return word == "true"


def _unexpected(here: Token, what: str) -> Wrong:
    if here.kind == "end":
        return wrong("playbook_condition_ends", column=here.column, expected=what)
    return wrong("playbook_condition_place", column=here.column, found=here.text, expected=what)
