"""`bittern notify` as a person uses it, and the settings of a store with their key."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from api.notifying import KEY, BadKey, StoredSettings, find_seal, make_seal, messenger_of
from api.storage import open_store
from detection.sigma.load import RuleSet
from response.notify.message import message_body
from response.notify.reading import BadNotify
from response.records import Put, Stored
from response.store_errors import Conflict
from tests.contract.store_cases import START
from tests.integration.cli_runner import Cli, cli
from tests.integration.notify.receivers import Answer, http, tcp
from tests.unit.notify.cases import Clock, news

__all__ = ["cli"]

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
TEXT = f"""\
channels:
  - {{name: siem, type: syslog, address: "127.0.0.1:PORT", transport: tcp, lang: zh}}
  - {{name: soar, type: webhook, url: "http://127.0.0.1:PORT/secretpath", secrets: [{SECRET}], allow: [127.0.0.0/8]}}
  - {{name: li, type: apprise, url: "wecombot://ABCKEYSECRET", person: li}}
routes:
  - {{name: night, to: [siem, soar], severity: high, when: [off], hours: "22:00-06:00", digest: 15m}}
"""
NO_RULES = RuleSet((), (), (), frozenset())


@pytest.fixture(autouse=True)
def _no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (KEY, f"{KEY}_FILE", "BITTERN_NOTIFY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    written = tmp_path / "notify.yml"
    written.write_text(TEXT.replace("PORT", "601"), encoding="utf-8")
    return written


def test_list_shows_channels_and_routes_without_secrets(cli: Cli, file: Path) -> None:
    shown = cli("notify", "list", "--settings", file)
    assert shown.code == 0
    assert "channel siem: syslog to tcp://127.0.0.1:601, language zh · at most 30 in 10 min" in shown.out
    assert "route night → siem, soar · severity high · when off · hours 22:00-06:00 · digest 15m" in shown.out
    as_json = cli("notify", "list", "--settings", file, "--json")
    found = as_json.json()
    assert (found["schema"], found["meta"]) == ("bittern.notify/v1", {"match": "all"})
    assert [each.get("channel") or each["route"] for each in found["data"]] == ["siem", "soar", "li", "night"]
    chinese = cli("notify", "list", "--settings", file, "--lang", "zh")
    assert "li 的个人通道" in chinese.out
    assert len(cli("notify", "list", "--settings", file, "--format", "ndjson").out.splitlines()) == 4
    for said in (shown, as_json, chinese):
        for secret in (SECRET, "secretpath", "ABCKEYSECRET"):
            assert secret not in said.out + said.err


def test_what_is_wrong_in_a_file_is_told_with_its_line(cli: Cli, file: Path) -> None:
    file.write_text(TEXT.replace("PORT", "601").replace("severity: high", "severity: hihg"), encoding="utf-8")
    told = cli("notify", "list", "--settings", file)
    assert told.code == 3
    assert f"{file}:6:" in told.err
    assert "did you mean high" in told.err
    assert SECRET not in told.err
    assert "是否想写 high" in cli("notify", "list", "--settings", file, "--lang", "zh").err
    file.write_bytes(b"\xff\xfe")
    assert cli("notify", "list", "--settings", file).code == 3
    assert cli("notify", "list", "--settings", file.with_name("none.yml")).code == 4
    assert cli("notify", "list").code == 2


def test_test_says_what_the_receiver_answered(cli: Cli, file: Path) -> None:
    with tcp() as found:
        file.write_text(TEXT.replace("PORT", str(found.port)), encoding="utf-8")
        told = cli("notify", "test", "siem", "--settings", file)
        assert (told.code, told.out) == (0, "channel siem: 127.0.0.1 took it and closed the connection\n")
        assert "Bittern 测试消息".encode() in found.wait(1)[0]
    with http((SECRET,), Answer(500, {}, b"no \x1b[31mway")) as refusing:
        file.write_text(TEXT.replace("PORT", str(refusing.port)), encoding="utf-8")
        told = cli("notify", "test", "soar", "--settings", file)
        assert told.code == 6
        assert "the receiver answered HTTP 500: no \ufffd[31mway" in told.err
        assert refusing.wait(1)[0].signed == (True,)
    with http((SECRET,), Answer()) as taking:
        file.write_text(TEXT.replace("PORT", str(taking.port)), encoding="utf-8")
        told = cli("notify", "test", "soar", "--settings", file, "--json")
        assert told.json()["data"] == {
            "channel": "soar",
            "code": "answered",
            "parameters": {"status": 200, "text": "taken"},
            "text": "HTTP 200: taken",
        }
    told = cli("notify", "test", "sore", "--settings", file)
    assert told.code == 2
    assert "soar" in told.err


def dead_letters(url: str, count: int) -> list[str]:
    """Messages of a channel that nobody declared, delivered in vain."""
    with open_store(url) as store:
        for n in range(count):
            store.commit([Put("message", f"msg_{n}", message_body(news(f"a{n}"), "gone", "r", START + n, START))])
        stored = StoredSettings(store, None)
        messenger = messenger_of(store, stored.current, NO_RULES, lambda: None, Clock(START + 10))
        assert messenger.outbox.deliver().dead == count
    return [f"msg_{n}" for n in range(count)]


def test_dead_letters_are_listed_and_sent_again(cli: Cli, tmp_path: Path) -> None:
    url = f"embedded:{tmp_path}/store"
    names = dead_letters(url, 3)
    shown = cli("notify", "dead", "--store", url)
    assert "msg_2 · 2026-11-01 08:00:00 · gone · alerts · alert:a2" in shown.out
    assert "given up (attempts: 1): no channel or person is called gone" in shown.out
    page = cli("notify", "dead", "--store", url, "--limit", "2", "--json").json()
    assert [each["id"] for each in page["data"]] == ["msg_2", "msg_1"]
    assert page["data"][0]["failure"]["code"] == "no_channel"
    rest = cli("notify", "dead", "--store", url, "--cursor", page["meta"]["cursor"], "--format", "ndjson").out
    assert [json.loads(line)["id"] for line in rest.splitlines()] == ["msg_0"]
    assert cli("notify", "retry", "--store", url).code == 2
    assert "msg_9" in cli("notify", "retry", "msg_9", "--store", url).err
    assert cli("notify", "retry", names[0], names[0], "--store", url).code == 0
    assert "pending" in cli("notify", "retry", names[0], "--store", url).err
    assert "2" in cli("notify", "retry", "--all", "--store", url).err
    assert "no message was given up" in cli("notify", "dead", "--store", url).err
    with open_store(url) as store:
        assert {str(store.record("message", name).body["state"]) for name in names} == {"pending"}
        assert {line.deed.who for line in store.audit()} == {"command-line"}


def test_settings_of_a_store_are_sealed_and_shown_masked(cli: Cli, tmp_path: Path) -> None:
    url = f"embedded:{tmp_path}/store"
    with open_store(url) as store:
        assert find_seal(url, {}) is None
        with pytest.raises(BadKey):
            StoredSettings(store, None).put(TEXT, None, who="li", at=START)
        seal = make_seal(url, {})
        settings = StoredSettings(store, seal)
        shown = settings.put(TEXT.replace("PORT", "601"), None, who="li", at=START)
        assert shown == settings.shown()
        kept = store.record("setting", "notify")
        for secret in (SECRET, "secretpath", "ABCKEYSECRET"):
            assert secret not in shown.text + str(kept.body) + str(store.audit())
        again = StoredSettings(store, make_seal(url, {}))
        assert [channel.name for channel in again.current().channels] == ["siem", "soar", "li"]
        edited = again.put(shown.text.replace("name: night", "name: dusk"), shown.etag, who="li", at=START)
        assert settings.current().by_name["soar"].secrets[-1] == SECRET
        assert settings.current().routes[0].name == "dusk"
        with pytest.raises(Conflict):
            settings.put(shown.text, shown.etag, who="li", at=START)
        with pytest.raises(BadNotify):
            settings.put(edited.text.replace("syslog", "sislog"), edited.etag, who="li", at=START)
        assert [issue.line for issue in settings.issues(edited.text.replace("syslog", "sislog"))] == [2]
        assert settings.issues(edited.text) == []
        [unknown] = settings.issues(TEXT.replace(SECRET, '"***#00000000"'))
        assert (unknown.line, unknown.wrong.code) == (3, "unknown_mask")
        assert isinstance(store.record("setting", "notify"), Stored)
    assert "soar" in cli("notify", "list", "--store", url).out
    key = tmp_path / "store" / "notify.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    key.unlink()
    lost = cli("notify", "list", "--store", url)
    assert lost.code == 3
    assert "BITTERN_NOTIFY_KEY_FILE" in lost.err
    key.write_text("short")
    broken = cli("notify", "list", "--store", url)
    assert broken.code == 3
    assert "32 bytes" in broken.err
    for role in ("worker", "serve"):
        refused = cli(role, "--data", tmp_path)
        assert refused.code == 3, "neither begins, and it is no fault of the program"
        assert f"({key}): it must be 32 bytes" in refused.err
