"""Every code of what can be wrong in a file that people write has its texts, and every such text its code."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from api.output.issues import issue_document, issue_line
from api.texts import PLACEHOLDER, Language, texts
from detection.sigma.model import Issue
from detection.sigma.wrong import LISTED, unlisted, wrong
from tests.needs import PROJECT

GIVEN = {"errno": "why", "message": "why"}
"""Parameters that come to people as another word: what the operating system says."""


@dataclass(frozen=True)
class Call:
    """A place in the code that states something wrong."""

    place: str
    maker: str
    code: str
    parameters: frozenset[str]


def calls() -> Iterator[Call]:
    for path in sorted(p for part in ("detection", "response") for p in (PROJECT / part).rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if "detection.sigma.wrong import" not in text:  # what is called so elsewhere is something else
            continue
        for node in ast.walk(ast.parse(text)):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id not in ("wrong", "unlisted"):
                continue
            place = f"{path.relative_to(PROJECT)}:{node.lineno}"
            code = node.args[0]
            assert isinstance(code, ast.Constant), f"{place}: the code must stand there as a word"
            names = {GIVEN.get(keyword.arg or "", keyword.arg) for keyword in node.keywords}
            assert None not in names, f"{place}: parameters must be named"
            caused = {"cause", "cause_mend"} if node.func.id == "wrong" and len(node.args) > 1 else set()
            yield Call(place, node.func.id, str(code.value), frozenset(map(str, names | caused)))


CALLS = tuple(calls())


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_code_has_texts_that_name_its_parameters(lang: Language) -> None:
    by_key = texts(lang).by_key
    assert len(CALLS) > 80
    for call in CALLS:
        what, mend = by_key[f"issue.{call.code}.what"], by_key.get(f"issue.{call.code}.mend")
        assert (mend is None) == (call.maker == "unlisted"), call
        assert set(PLACEHOLDER.findall(what + (mend or ""))) == call.parameters, call


def test_every_text_has_its_code() -> None:
    codes = {key.split(".")[1] for key in texts("en").by_key if key.startswith("issue.")}
    assert codes == {call.code for call in CALLS}


@pytest.mark.parametrize(
    ("lang", "word", "among", "expected"),
    [
        ("en", "wirte", ("write", "read"), "r.yml:3: MB01: level is 'wirte'; did you mean write?"),
        ("en", "wrte", ("write", "wrote"), "r.yml:3: MB01: level is 'wrte'; did you mean wrote or write?"),
        ("en", "x", ("write", "read"), "r.yml:3: MB01: level is 'x'; known are read, write"),
        ("en", "x", [f"a{n}" for n in range(LISTED + 1)], "r.yml:3: MB01: level is 'x'; see the field reference"),
        ("zh", "wirte", ("write", "read"), "r.yml:3：MB01：level 的值 'wirte' 不在可选范围内；是否想写 write？"),
        ("zh", "x", ("write", "read"), "r.yml:3：MB01：level 的值 'x' 不在可选范围内；可选：read、write"),
    ],
)
def test_an_issue_names_its_place_and_likely_words(
    lang: Language, word: str, among: tuple[str, ...], expected: str
) -> None:
    stated = unlisted("unknown_word", word, among, path="level", value=word)
    assert issue_line(Issue("r.yml", 3, stated, "MB01"), texts(lang)) == expected


def test_an_issue_without_a_rule_and_one_with_a_cause() -> None:
    assert issue_line(Issue("site.yml", 1, wrong("one_document")), texts("en")).startswith("site.yml:1: there must")
    inner = unlisted("field_absent", "source.pi", ("source.ip",), dataset="flow", field="source.pi")
    issue = Issue("r.yml", 9, wrong("placeholder", inner, name="source.pi"), "T01", fatal=False)
    told = "r.yml:9: T01: placeholder {source.pi}: dataset flow has no field 'source.pi'; did you mean source.ip?"
    assert issue_line(issue, texts("en")) == told
    document = issue_document(issue, texts("zh"))
    assert document["what"] == "占位符 {source.pi}：数据集 flow 没有字段“source.pi”"
    assert {key: document[key] for key in ("code", "parameters", "remedy", "cause")} == {
        "code": "placeholder",
        "parameters": {"name": "source.pi"},
        "remedy": "placeholder",
        "cause": {
            "code": "field_absent",
            "parameters": {"dataset": "flow", "field": "source.pi", "near": ["source.ip"]},
            "remedy": "near",
        },
    }


def test_a_value_is_told_as_the_file_has_it() -> None:
    written = {True: "true", None: "null", 5: "5", "5": "'5'", float("inf"): "inf"}
    for value, shown in written.items():
        issue = Issue("r.yml", 1, wrong("value_not_text", field="ot.unit", value=value))
        assert f"not {shown};" in issue_line(issue, texts("en"))
        assert issue_document(issue, texts("en"))["parameters"] == {
            "field": "ot.unit",
            "value": "inf" if shown == "inf" else value,
        }


def test_the_operating_system_speaks_the_readers_language() -> None:
    issue = Issue("r.yml", 0, wrong("unreadable", errno=13, message="Permission denied"))
    assert "Permission" not in issue_line(issue, texts("zh"))
    assert "permission denied" in issue_line(issue, texts("en"))
