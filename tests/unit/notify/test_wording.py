"""Every kind of news in both languages: what it says, where it links, and what it must not say."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from response.alerts import AlertChange, changed
from response.notify.digest import digest_news, groups, window_end
from response.notify.message import after_failure, message_body, news_from
from response.notify.news import KINDS, News, Subject, message_id
from response.notify.sender import Undelivered
from response.notify.sources import FRESH, alert_news, incident_news, run_news, term_news
from response.playbooks.run import run_body
from response.records import Stored
from tests.contract.store_cases import START
from tests.unit.notify.cases import MINUTE, alert, news, renderer, rule_texts
from tests.unit.playbooks.made import TEXTS, document, started, step

CHINESE = re.compile("[\u4e00-\u9fff]")


def incident(**changes: Any) -> dict[str, Any]:
    return {
        "status": "new",
        "merged_into": None,
        "alerts": ["a", "b"],
        "assets": ["plc-1", "10.0.1.10"],
        "zones": ["control"],
        "sensor": "sensor-1",
        "severity": "critical",
        "drill": False,
        "first_seen": "2026-11-01T08:00:00.000000000Z",
        **changes,
    }


def assigned() -> News:
    given = changed(alert(), AlertChange(at=START, who="wang", assignee="li", status="in_progress"), "1")
    [found] = alert_news(given, rule_texts(), START)
    return found


def mentioned() -> News:
    given = changed(alert(), AlertChange(at=START, who="wang", reason="@li please look, @wang did"), "1")
    _, found = alert_news(given, rule_texts(), START)
    return found


def digest() -> News:
    bodies = [message_body(news(f"a{n}"), "c", "r", START + n, START + MINUTE, "limit") for n in range(3)]
    held = [Stored("message", f"m{n}", "1", body) for n, body in enumerate(bodies)]
    [(group, members)] = groups(held).items()
    return digest_news(group, members)


def waiting_run(**changes: Any) -> dict[str, Any]:
    """A run whose only step changes the network."""
    network = step("action", "block", {"effect": "network", "undo": TEXTS}, on_completion="end")
    run, _ = started(document(network), **changes)
    return run_body(run)


EXAMPLES = {
    "alert_raised": (next(iter(alert_news(alert(), rule_texts(), START))), ("10.0.1.10", "MB01"), "/alerts/"),
    "assigned": (assigned(), ("wang", "li"), "/alerts/"),
    "mention": (mentioned(), ("wang", "please look"), "/alerts/"),
    "incident_opened": (next(iter(incident_news("i1", incident()))), ("plc-1", "sensor-1"), "/incidents/i1"),
    "approval_asked": (
        next(iter(run_news("r1", waiting_run()))),
        (),
        "/playbooks/runs/r1",
    ),
    "sla_breached": (term_news(alert(), rule_texts(), "acknowledge", START), ("16:00:00",), "/alerts/"),
    "health": (next(iter(alert_news(alert(rule_class="health"), rule_texts(), START))), ("MB01",), "/alerts/"),
    "note": (
        News("note", Subject("run", "r1"), START, parameters={"subject": "Call shift 主管", "text": "now"}),
        ("Call shift", "now"),
        "/playbooks/runs/r1",
    ),
    "digest": (digest(), ("3", "MB01"), "/alerts"),
    "test": (
        News("test", Subject("channel", "c"), START, parameters={"channel": "c", "who": "li"}),
        ("c", "li"),
        "/settings/",
    ),
}


def test_every_kind_has_its_example() -> None:
    assert set(EXAMPLES) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_message_says(kind: str) -> None:
    given, words, path = EXAMPLES[kind]
    english, chinese = (renderer().letter("msg_1", given, lang) for lang in ("en", "zh"))
    for letter in (english, chinese):
        whole = f"{letter.subject}\n{letter.text}"
        assert "{" not in whole
        assert "not-to-be-shown" not in f"{whole}{letter.facts}"
        for word in words:
            assert word in whole, letter
        assert letter.link.startswith(f"https://bittern.example{path}")
        assert "\n" not in letter.subject
    if kind not in ("note", "mention"):
        assert not CHINESE.search(english.subject + english.text)
        assert CHINESE.search(chinese.subject)


def test_an_alert_is_told_by_its_rule() -> None:
    [raised] = alert_news(alert(), rule_texts(), START)
    english, chinese = (renderer().letter("m", raised, lang) for lang in ("en", "zh"))
    assert english.subject.startswith("[High] ")
    assert "10.0.1.10 wrote holding:7 on 10.0.2.11" in english.text
    assert "16:00:00 +0800" in english.text
    assert chinese.subject.startswith("【高")
    assert "ot.secret" not in str(raised.parameters)
    assert raised.facts["source.zone"] == "control"
    assert "ot.object.address" not in raised.facts


def test_drills_are_marked_and_links_need_an_address() -> None:
    given = replace(EXAMPLES["alert_raised"][0], drill=True)
    assert renderer().letter("m", given, "en").subject.startswith("[DRILL] ")
    assert renderer().letter("m", given, "zh").subject.startswith("【演练】")
    assert renderer("").letter("m", given, "en").link == ""
    assert renderer("https://x.example/b/").letter("m", given, "en").link.startswith("https://x.example/b/alerts/")


def test_hostile_values_stay_inside_their_line() -> None:
    hostile = alert(sensor="evil\r\nBcc: all@example.com\u202e")
    [raised] = alert_news(hostile, rule_texts(), START)
    letter = renderer().letter("m", replace(raised, rule="X\nY"), "en")
    assert "\n" not in letter.subject
    assert "\r" not in letter.text
    assert "\u202e" not in letter.text


def test_a_rule_that_is_not_loaded_is_told_by_its_name() -> None:
    [raised] = alert_news(alert(rule="OWN7"), rule_texts(), START)
    assert "OWN7" in renderer().letter("m", raised, "zh").text
    assert raised.parameters["values"] == {}


def test_what_is_no_news() -> None:
    held = replace(alert(), suppressed_by="m1")
    assert list(alert_news(held, rule_texts(), START)) == []
    taken = changed(alert(), AlertChange(at=START, who="li", status="in_progress", assignee="li"), "1")
    assert list(alert_news(taken, rule_texts(), START)) == []
    old = changed(taken, AlertChange(at=START, who="li", assignee="wang"), "2")
    assert [n.kind for n in alert_news(old, rule_texts(), START)] == ["assigned"]
    assert list(alert_news(old, rule_texts(), START + FRESH + 1)) == []
    nothing: tuple[dict[str, Any], ...] = ({"status": "closed"}, {"alerts": []}, {"merged_into": "i2"})
    for changes in nothing:
        assert list(incident_news("i1", incident(**changes))) == []


def test_an_alert_after_a_closed_one_is_of_the_same_thread() -> None:
    first, later = (next(iter(alert_news(alert(n), rule_texts(), START))) for n in (0, 9))
    assert first.subject != later.subject
    assert first.thread == later.thread
    assert first.thread != next(iter(alert_news(alert(drill=True), rule_texts(), START))).thread


def test_ids_are_of_what_a_message_is_about() -> None:
    subject = Subject("alert", "a")
    one = message_id("c", subject, "mention", "1")
    assert one == message_id("c", subject, "mention", "1")
    others = [
        ("d", subject, "mention", "1"),
        ("c", Subject("incident", "a"), "mention", "1"),
        ("c", subject, "assigned", "1"),
        ("c", subject, "mention", "2"),
    ]
    assert len({one, *(message_id(*other) for other in others)}) == 5


def test_a_record_gives_its_news_back() -> None:
    given = EXAMPLES["alert_raised"][0]
    body = message_body(given, "c", "r", START, START)
    assert replace(news_from(body), thread=given.thread) == given
    failed = after_failure(body, START, Undelivered("connection", {"host": "h"}), None)
    assert (failed["state"], failed["attempts"], failed["failure"]["code"]) == ("dead", 1, "connection")


def test_digests_count_and_never_mix_drills() -> None:
    bodies = [
        message_body(news(f"a{n}", severity=s, rule=r, drill=d), "c", "r", START, START + MINUTE, why)
        for n, (s, r, d, why) in enumerate(
            [
                ("low", "MB01", False, "limit"),
                ("high", "MB02", False, "repeat"),
                ("high", "MB02", False, "digest"),
                ("critical", "X", True, "limit"),
            ]
        )
    ]
    found = groups([Stored("message", f"m{n}", "1", body) for n, body in enumerate(bodies)])
    real, drill = (digest_news(group, members) for group, members in found.items())
    assert (real.severity, real.drill, drill.severity, drill.drill) == ("high", False, "critical", True)
    assert real.parameters["severities"] == {"high": 2, "low": 1}
    assert real.parameters["rules"] == {"MB02": 2, "MB01": 1}
    assert real.parameters["why"] == {"digest": 1, "limit": 1, "repeat": 1}
    text = renderer().letter("m", real, "en").text
    assert "High: 2, Low: 1" in text
    assert "Beyond the limit of this channel: 1" in text
    assert window_end(MINUTE, MINUTE) == 2 * MINUTE
    assert window_end(MINUTE + 1, MINUTE) == 2 * MINUTE


def test_who_waits_for_approval() -> None:
    [asked] = run_news("r1", waiting_run(alert="a1"))
    english, chinese = (renderer().letter("m", asked, lang) for lang in ("en", "zh"))
    assert "Step “block” of playbook “Made” waits for a named person (effect: changes the network)" in english.text
    assert "剧本“测试”的步骤“步骤”等待指定人员审批（影响：改动网络）" in chinese.text
    assert (asked.facts["alert"], asked.facts["effect"]) == ("a1", "network")
    assert list(run_news("r1", waiting_run(dry=True))) == []
    assert list(run_news("r1", waiting_run() | {"waiting": []})) == []
