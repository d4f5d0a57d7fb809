"""From a rule to a Polars expression with closed null logic: no test is null, so `and`, `or`, `not` are two-valued.

Every field test is false on null, `not` of it true; only `exists: false` and the value `null` are true on null.
Case: a plain value on a field of type dict (closed words, names, addresses) compares exactly, and so does membership in
a list of them. All else about text (utf8, json, wildcards, contains, startswith, endswith) ignores case, as Sigma says,
unless `cased`; `re` is case-sensitive, as Sigma says. On a list a test holds if it holds for an element; a plain value
and `contains` are membership.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce

import polars as pl

from detection.sigma.condition import And, Name, Node, Not, Or
from detection.sigma.derived import Derived
from detection.sigma.elements import one_of, some_element
from detection.sigma.fields import FLOAT_TYPES, TEXT_LIST_TYPES, TEXT_TYPES, Target, find_target
from detection.sigma.members import Member
from detection.sigma.model import Detection, Item, Rule, Scalar
from detection.sigma.pattern import pattern_regex, plain_text
from detection.sigma.required import required_sections
from detection.sigma.tried import Matches, Within

COMPARISONS: dict[str, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    "gt": operator.gt, "gte": operator.ge, "lt": operator.lt, "lte": operator.le,
}  # fmt: skip
CONTENT_MODIFIERS = frozenset({"contains", "startswith", "endswith"})


@dataclass(frozen=True)
class Compiled:
    """A rule ready to run: `expression` over `columns`, which are the dataset's and those of `derived`."""

    rule: Rule
    expression: pl.Expr
    derived: tuple[Derived, ...]
    columns: frozenset[str]


def compile_rule(rule: Rule) -> Compiled:
    """The rule's expression, named as the rule. Raises FieldError for a field the dataset does not have; values are
    taken to fit their fields, as `validate` sees to."""
    builder = _Builder(rule)
    expression = builder.node(rule.condition).alias(rule.name)
    return Compiled(rule, expression, tuple(builder.derived), frozenset(expression.meta.root_names()))


class _Builder:
    """Builds one rule's expression and collects the derived columns it needs."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.sections = required_sections(rule)
        self.derived: dict[Derived, None] = {}

    def node(self, node: Node) -> pl.Expr:
        match node:
            case Name(name):
                return self.detection(self.rule.detections[name])
            case Not(inner):
                return ~self.node(inner)
            case And(nodes):
                return _all(self.node(part) for part in nodes)
            case Or(nodes):
                return _any(self.node(part) for part in nodes)

    def detection(self, detection: Detection) -> pl.Expr:
        return _any(_all(self.item(item) for item in items) for items in detection.alternatives)

    def target(self, field: str) -> Target:
        target = find_target(self.rule.dataset, field, self.sections)
        if target.detail is not None:
            self.derived[target.detail] = None
        return target

    def item(self, item: Item) -> pl.Expr:
        target = self.target(item.field)
        values = [value for value in item.values if value is not None]
        tests = [pl.col(target.column).is_null()] if len(values) < len(item.values) else []
        if "exists" in item.modifiers:
            present = pl.col(target.column).is_not_null()
            return present if values[0] is True else ~present
        if values and item.match_all:
            tests += [self.values(item, target, [value]) for value in values]
        elif values:
            tests.append(self.values(item, target, values))
        return _all(tests) if item.match_all else _any(tests)

    def values(self, item: Item, target: Target, values: Sequence[Scalar]) -> pl.Expr:
        """The test that the field has one of `values`, by the item's modifiers."""
        column = pl.col(target.column)
        if "fieldref" in item.modifiers:
            return _any(_same(target, self.target(str(value))) for value in values)
        if comparison := next((name for name in item.modifiers if name in COMPARISONS), None):
            return _any(_compared(target, comparison, value) for value in values)
        if "cidr" in item.modifiers:
            return self.test(Within(target.column, tuple(str(value) for value in values)))
        if target.is_text:
            return self.texts(item, target, [str(value) for value in values])
        if target.type == "list<f64>":
            return some_element(column, _any(pl.element().eq_missing(float(value or 0)) for value in values))
        return _any(column.eq_missing(_literal(target, value)) for value in values)

    def texts(self, item: Item, target: Target, values: list[str]) -> pl.Expr:
        modifiers = frozenset(item.modifiers) - ({"contains"} if target.is_list else frozenset())
        if "re" in modifiers:
            return self.pattern(target, [f"(?:{value})" for value in values])
        exact = target.type in ("dict", "list<dict>") or "cased" in modifiers
        if exact and not modifiers & CONTENT_MODIFIERS:
            plain = [text for text in map(plain_text, values) if text is not None]
            patterns = [pattern_regex(value, modifiers) for value in values if plain_text(value) is None]
            tests = [self.equal(target, plain)] if plain else []
            return _any([*tests, self.pattern(target, patterns)] if patterns else tests)
        return self.pattern(target, [pattern_regex(value, modifiers) for value in values])

    def pattern(self, target: Target, regexes: list[str]) -> pl.Expr:
        """The test that the text, or an element of the list, matches one of `regexes`."""
        regex = "|".join(regexes)
        if target.type in ("dict", "list<dict>"):
            return self.test(Matches(target.column, regex))
        if target.type in TEXT_LIST_TYPES:
            return some_element(pl.col(target.column), pl.element().str.contains(regex))
        return pl.col(target.column).str.contains(regex).fill_null(False)

    def equal(self, target: Target, texts: list[str]) -> pl.Expr:
        if target.is_list:
            return self.test(Member(target.column, tuple(texts)))
        return one_of(pl.col(target.column), texts)

    def test(self, derived: Matches | Member | Within) -> pl.Expr:
        self.derived[derived] = None
        return pl.col(derived.column)


def _all(parts: Iterable[pl.Expr]) -> pl.Expr:
    return reduce(operator.and_, parts)


def _any(parts: Iterable[pl.Expr]) -> pl.Expr:
    return reduce(operator.or_, parts)


def _literal(target: Target, value: Scalar) -> Scalar:
    return float(value) if target.type in FLOAT_TYPES and isinstance(value, int) else value


def _compared(target: Target, name: str, value: Scalar) -> pl.Expr:
    """The comparison, false on null and on NaN, which Polars takes for the greatest number of all."""
    column = pl.col(target.column)
    if target.is_list:
        column = column.list.max() if name in ("gt", "gte") else column.list.min()
    test = COMPARISONS[name](column, pl.lit(value))
    if target.type in FLOAT_TYPES or target.is_list:
        test &= column.is_not_nan()
    return test.fill_null(False)


def _same(target: Target, other: Target) -> pl.Expr:
    left, right = pl.col(target.column), pl.col(other.column)
    if target.type != other.type and target.type in TEXT_TYPES:
        left, right = left.cast(pl.String), right.cast(pl.String)
    return (left == right).fill_null(False)
