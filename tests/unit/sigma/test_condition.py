"""Conditions: precedence, quantifiers, and errors that say how to mend."""

from __future__ import annotations

import pytest

from api.output.issues import wrong_told
from api.texts import texts
from detection.sigma.condition import And, ConditionError, Name, Node, Not, Or, parse_condition

A, B, C = Name("a"), Name("b"), Name("c")
X1, X2, HIDDEN = Name("x_one"), Name("x_two"), Name("_x_hidden")
NAMES = ("a", "b", "c", "x_one", "x_two", "_x_hidden", "not-this", "order")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a", A),
        ("a or b and c", Or((A, And((B, C))))),
        ("(a or b) and c", And((Or((A, B)), C))),
        ("not a and b", And((Not(A), B))),
        ("not (a and b)", Not(And((A, B)))),
        ("not not a", Not(Not(A))),
        ("a and b and c", And((A, B, C))),
        ("1 of x_*", Or((X1, X2))),
        ("any of x_*", Or((X1, X2))),
        ("all of x_* and not a", And((And((X1, X2)), Not(A)))),
        ("all of them", And((A, B, C, X1, X2, Name("not-this"), Name("order")))),
        ("1 of _x*", HIDDEN),
        ("1 of a*", A),
        ("not-this or order", Or((Name("not-this"), Name("order")))),
    ],
)
def test_tree(text: str, tree: Node) -> None:
    assert parse_condition(text, NAMES) == tree


@pytest.mark.parametrize(
    ("text", "what", "mend"),
    [
        ("a and", "ends too early", "name a detection"),
        ("", "ends too early", "name a detection"),
        ("(a or b", "not closed", "add )"),
        ("a b", "goes on after its end at 'b'", "and, or"),
        ("d", "'d' does not exist", "the rule has a, b"),
        ("a AND b", "goes on after its end at 'AND'", "and, or"),
        ("NOT a", "'NOT' is not a word", "write 'not'"),
        ("x_*", "no quantifier", "1 of x_*"),
        ("1 of y*", "names no detection", "the rule has"),
        ("a | count() > 5", "'|'", "correlation"),
        ("a and or b", "missing before 'or'", "add it"),
        ("not " * 40 + "a", "too deep", "32"),
        ("(" * 40 + "a" + ")" * 40, "too deep", "32"),
    ],
)
def test_error_says_what_and_how_to_mend(text: str, what: str, mend: str) -> None:
    with pytest.raises(ConditionError) as caught:
        parse_condition(text, NAMES)
    said, remedy = wrong_told(caught.value.wrong, texts("en"))
    assert what in said
    assert mend in remedy
