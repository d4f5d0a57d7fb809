"""Walks the list of senders and the kinds of news: each has its texts in both languages, and no secret comes out."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from api.texts import PLACEHOLDER, Language, texts
from response.notify.message import STATES
from response.notify.news import KINDS, SUBJECTS
from response.notify.reading import BY_TYPE, read_settings
from response.notify.sender import Sender
from response.notify.senders import SENDERS
from response.notify.wording import PATHS
from tests.needs import PROJECT

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
EXAMPLES: Mapping[str, Mapping[str, Any]] = {
    "apprise": {"url": "mailtos://bot:MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw@mail.example.com/?from=a@b.example"},
    "syslog": {"address": "siem.example:6514", "transport": "tls"},
    "cef": {"address": "siem.example", "transport": "udp"},
    "webhook": {"url": "https://soar.example/MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "secrets": [SECRET]},
}
MADE = {"errno": "why", "message": "why"}
"""What the operating system says comes to people as one word."""


def codes() -> Iterator[tuple[str, str, frozenset[str]]]:
    """Each `Undelivered` and `Receipt` that the code makes with a code of its own: its group, code and parameters."""
    for path in sorted((PROJECT / "response" / "notify").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            group = {"Undelivered": "failure", "Receipt": "receipt"}.get(node.func.id)
            if group and isinstance(node.args[0], ast.Constant):
                yield group, str(node.args[0].value), _named(node)


def _named(call: ast.Call) -> frozenset[str]:
    """Names of a literal mapping of parameters; empty where it is made elsewhere."""
    found = call.args[1] if len(call.args) > 1 else None
    keys = found.keys if isinstance(found, ast.Dict) else []
    return frozenset(MADE.get(str(key.value), str(key.value)) for key in keys if isinstance(key, ast.Constant))


def test_the_list_is_of_files_here() -> None:
    folder = PROJECT / "response" / "notify" / "senders"
    assert len(SENDERS) == len(BY_TYPE) == len(list(folder.glob("[a-z]*.py")))
    assert set(EXAMPLES) == set(BY_TYPE)


@pytest.mark.parametrize("sender", SENDERS, ids=lambda sender: sender.type)
def test_no_sender_shows_its_secret(sender: Sender) -> None:
    made = json.dumps({"channels": [{"name": "c", "type": sender.type, **EXAMPLES[sender.type]}]})
    [channel] = read_settings("n.yml", made).channels
    shown = sender.shown(channel.options)
    assert "://" in shown
    for told in (shown, repr(channel), repr(channel.options), str(channel.options)):
        assert "MfKQ9r8GKYqr" not in told
    assert "MfKQ9r8GKYqr" not in channel.scrubbed(made)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_answer_and_failure_has_its_text(lang: Language) -> None:
    by_key = texts(lang).by_key
    found = list(codes())
    assert len(found) > 20
    for group, code, names in found:
        text = by_key[f"notify.{group}.{code}"]
        assert not names or set(PLACEHOLDER.findall(text)) <= names, (group, code)
    for group in ("failure", "receipt"):
        written = {key.split(".")[2] for key in by_key if key.startswith(f"notify.{group}.")}
        assert written == {code for kind, code, _ in found if kind == group}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_kind_and_state_has_its_words(lang: Language) -> None:
    by_key = texts(lang).by_key
    for kind in KINDS:
        assert {f"notify.{kind}.subject", f"notify.{kind}.text", f"notify.kind.{kind}"} <= set(by_key)
    for state in STATES:
        assert f"notify.state.{state}" in by_key
    assert set(PATHS) == set(SUBJECTS)
