"""The comparison subset of STIX patterns."""

from __future__ import annotations

import pytest

from detection.sigma.wrong import WrongError
from response.playbooks.conditions import DEEPEST, holds, read_condition, variables_of

VALUES = {
    "__level__": "high", "__count__": "12", "__known__": "true", "__ip__": "10.0.2.11", "__six__": "fd00::11",
    "__none__": None, "__quote__": "it's", "__star__": "a*b", "__odd__": "x",
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("__level__:value = 'high'", True),
        ("__level__:value == 'high'", True),
        ("[__level__:value != 'high']", False),
        ("  [ __count__:value > 9 AND __count__:value <= 12.0 ]  ", True),
        ("__count__:value < '9'", True),  # texts: "12" comes before "9"
        ("__count__:value < 9", False),
        ("__known__:value = true", True),
        ("__known__:value = false", False),
        ("__odd__:value != true", False),  # no truth value: false as every test that cannot be made
        ("NOT __odd__:value = 3", True),
        ("__level__:value IN ('low', 'high')", True),
        ("__level__:value NOT IN ('low', 'high')", False),
        ("__count__:value IN (1, 12)", True),
        ("__level__:value LIKE 'hi%'", True),
        ("__level__:value LIKE 'h_gh'", True),
        ("__level__:value LIKE 'h*'", False),
        ("__star__:value LIKE 'a*_'", True),
        ("__ip__:value ISSUBSET '10.0.0.0/8'", True),
        ("__ip__:value ISSUBSET '10.0.3.0/24'", False),
        ("__six__:value ISSUBSET 'fd00::/8'", True),
        ("__six__:value ISSUBSET '10.0.0.0/8'", False),
        ("__level__:value ISSUBSET '10.0.0.0/8'", False),
        ("__none__:value = ''", False),
        ("__none__:value != 'x'", False),
        ("NOT __none__:value = 'x'", True),
        ("__absent__:value = 'x'", False),
        ("__quote__:value = 'it\\'s'", True),
        # AND binds closer than OR
        ("__level__:value = 'high' OR __level__:value = 'x' AND __count__:value = 0", True),
        ("(__level__:value = 'high' OR __level__:value = 'x') AND __count__:value = 0", False),
        ("NOT (__count__:value = 12 AND NOT __level__:value = 'low')", False),
    ],
)
def test_what_conditions_mean(text: str, expected: bool) -> None:
    assert holds(read_condition(text), VALUES) is expected


@pytest.mark.parametrize(
    ("text", "code", "column"),
    [
        ("", "playbook_condition_ends", 1),
        ("__a__:value", "playbook_condition_ends", 12),
        ("__a__:value = ", "playbook_condition_ends", 14),
        ("__a__ = 1", "playbook_condition_place", 1),
        ('__a__:value = "x"', "playbook_condition_letter", 15),
        ("__a__:value MATCHES 'x'", "playbook_condition_subset", 13),
        ("__a__:value = 1 FOLLOWEDBY __b__:value = 2", "playbook_condition_subset", 17),
        ("__a__:value = 1 __b__:value = 2", "playbook_condition_place", 17),
        ("[__a__:value = 1", "playbook_condition_ends", 17),
        ("__a__:value IN 1", "playbook_condition_place", 16),
        ("__a__:value IN (1", "playbook_condition_ends", 18),
        ("'x' = __a__:value", "playbook_condition_place", 1),
        ("NOT " * (DEEPEST + 1) + "__a__:value = 1", "playbook_condition_deep", 4 * DEEPEST + 1),
        ("(" * 5000, "playbook_condition_deep", DEEPEST + 1),
    ],
)
def test_what_is_wrong_is_told_with_its_column(text: str, code: str, column: int) -> None:
    with pytest.raises(WrongError) as caught:
        read_condition(text)
    assert (caught.value.wrong.code, caught.value.wrong.parameters["column"]) == (code, column)


def test_variables_of_a_condition() -> None:
    text = "NOT (__a__:value = 1 OR __b__:value = 2) AND __c__:value IN (1)"
    assert variables_of(read_condition(text)) == {"__a__", "__b__", "__c__"}
