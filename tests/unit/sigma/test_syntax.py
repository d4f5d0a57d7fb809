"""The likeliest mistakes in YAML are told in the reader's language, with how to mend them; no parser speaks for us."""

from __future__ import annotations

import pytest

from api.output.issues import issue_line
from api.texts import texts
from detection.sigma.document import read_documents

# The text, the line, and the code of what is wrong.
CASES = [
    ("title: a: b\n", 1, "yaml_second_colon"),
    ("title: a\nlevel high\nid: 1\n", 3, "yaml_no_colon"),
    ("title: a\n  level: high\n", 2, "yaml_second_colon"),
    ("a:\n    b: 1\n  c: 2\n", 3, "yaml_indentation"),
    ("a: [b\nc: d\n", 2, "yaml_list_open"),
    ("a: {b: c\nd: [e]\n", 2, "yaml_mapping_open"),
    ('a: "b\n', 2, "yaml_quote_open"),
    ("a: [\n", 2, "yaml_value_missing"),
    ("a: - b\n", 1, "yaml_dash"),
    ("a: @b\n", 1, "yaml_character"),
    ("a:\n\tb: c\n", 2, "yaml_character"),
    ('a: "\\d"\n', 1, "yaml_escape"),
    ("a: *b\n", 1, "alias"),
    ("a: !<b c\n", 1, "not_yaml"),
]


@pytest.mark.parametrize(("text", "line", "code"), CASES, ids=[repr(case[0]) for case in CASES])
def test_a_mistake_has_its_place_and_its_code(text: str, line: int, code: str) -> None:
    _, (issue,) = read_documents("r.yml", text)
    assert (issue.line, issue.wrong.code) == (line, code), issue
    chinese = issue_line(issue, texts("zh"))
    assert chinese.startswith(f"r.yml:{line}：")
    if code != "not_yaml":
        assert "found" not in chinese
        assert "expected" not in chinese
