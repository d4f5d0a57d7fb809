"""Every code of a reason that an assessment may give has its texts, every such text its code; words too."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.output.assess_words import CODED, reason_text
from api.texts import PLACEHOLDER, Language, texts
from response.compliance.assessment import BASES, MEANS, STATES, Reason
from tests.needs import PROJECT

FOLDER = PROJECT / "response" / "compliance"
WORDY = ("what", "kind")
"""Parameters whose values are words of the catalogue (`assess.word`)."""


def codes_of(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from codes_of(node.body)
        yield from codes_of(node.orelse)
    else:
        assert isinstance(node, ast.Constant), ast.dump(node)
        yield str(node.value)


def calls() -> Iterator[tuple[str, frozenset[str], str]]:
    """Code, names of parameters, place."""
    for path in sorted(FOLDER.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Reason":
                names: frozenset[str] = frozenset()
                if len(node.args) > 1:
                    given = node.args[1]
                    if isinstance(given, ast.Name):  # named first because the line would be too long
                        given = _assigned(path, given.id)
                    assert isinstance(given, ast.Dict), "parameters must stand there"
                    names = frozenset(str(key.value) for key in given.keys if isinstance(key, ast.Constant))
                for code in codes_of(node.args[0]):
                    yield code, names, f"{path.relative_to(PROJECT)}:{node.lineno}"


def _assigned(path: Path, name: str) -> ast.expr:
    """What a name is set to in a module; it must be set once."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == name
    ]
    assert len(found) == 1, (path, name)
    return found[0]


CALLS = tuple(calls())


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_reason_has_a_text_that_names_only_its_parameters(lang: Language) -> None:
    assert len({code for code, _, _ in CALLS}) > 35
    for code, names, place in CALLS:
        text = texts(lang).by_key[f"assess.reason.{code}"]
        assert set(PLACEHOLDER.findall(text)) <= names, place


def test_every_text_of_a_reason_has_its_code() -> None:
    told = {key.rpartition(".")[2] for key in texts("en").by_key if key.startswith("assess.reason.")}
    assert told == {code for code, _, _ in CALLS}


def test_every_word_in_a_reason_has_a_text() -> None:
    for path in sorted(FOLDER.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
                continue
            if node.func.id in ("no_traffic", "not_kept", "none_yet"):
                words = [code for argument in node.args for code in _constants(argument)]
            elif node.func.id == "_unless":
                words = list(_constants(node.args[1]))
            else:
                continue
            for word in words:
                assert f"assess.word.{word}" in texts("en").by_key, (path.name, node.lineno, word)


def _constants(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from _constants(node.body)
        yield from _constants(node.orelse)
    elif isinstance(node, ast.Constant):
        yield str(node.value)


def test_what_the_site_model_may_lack_has_a_word() -> None:
    from response.compliance.evidence import QUERIES

    for word in {word for query in QUERIES for word in query.declared} | {"levels", "time_sources"}:
        assert f"assess.word.{word}" in texts("en").by_key, word


def test_states_bases_and_means_have_words_and_values_are_shown_in_the_readers_language() -> None:
    for group, words in (("state", STATES), ("basis", BASES), ("means", MEANS)):
        for word in words:
            assert f"assess.{group}.{word}" in texts("zh").by_key
    assert set(CODED) >= set(WORDY)
    lacking = Reason("not_declared", {"what": "zones"})
    assert reason_text(lacking, texts("zh")) == "站点模型未声明：区域。"
    fails = Reason("query_fails", {"query": "ot_to_internet"})
    assert reason_text(fails, texts("en")) == "Fails: Control network and Internet connected."
    short = Reason("too_short", {"hours": 0.043, "needed": 24.0})
    assert "0.043 h" in reason_text(short, texts("en"))
