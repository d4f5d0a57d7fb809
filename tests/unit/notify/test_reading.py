"""Settings as text: what they mean, what is wrong in them by line and in both languages, and their secrets."""

from __future__ import annotations

import json
from datetime import time

import pytest

from api.output.issues import issue_line
from api.texts import texts
from response.notify.model import MINUTE, Hours, Limit
from response.notify.reading import BadNotify, read_settings
from response.notify.sealing import Seal, SealBroken, UnknownMask, open_text, sealed_text, shown_text

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
GOOD = f"""\
# whom to tell
base_url: https://bittern.example
match: first
attempts: 12
channels:
  - name: mail
    type: apprise
    url: mailtos://bot:hunter2secret@mail.example.com/?from=bot@example.com&to=soc@example.com
    lang: zh
    limit: {{messages: 5, per: 1m}}
  - {{name: li, type: apprise, url: "wecombot://ABCKEYSECRET", person: li}}
  - {{name: siem, type: syslog, address: "siem.example", transport: tls, facility: 4, enterprise: 99}}
  - {{name: old, type: cef, address: "[fd00::5]:1514", transport: tcp}}
  - name: soar
    type: webhook
    url: https://soar.example/hooks/verysecretpath
    secrets:
      - {SECRET}
      - "whsec_YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh"
    allow: [127.0.0.0/8]
routes:
  - {{name: night, to: [mail, siem], severity: high, when: [off, holiday], hours: "22:00-06:00", digest: 15m}}
  - {{name: rest, to: soar, zones: control, rules: [MB01], kinds: mention, drill: both, repeat: 1h}}
"""


def test_what_settings_mean() -> None:
    settings = read_settings("n.yml", GOOD, zones=["control"], rules=["MB01"])
    mail, li, siem, old, soar = settings.channels
    assert (settings.match, settings.attempts, settings.base_url) == ("first", 12, "https://bittern.example")
    assert (mail.lang, mail.limit, li.person, li.limit) == ("zh", Limit(5, MINUTE), "li", Limit())
    assert (siem.options.line.shown(), siem.options.enterprise) == ("tls://siem.example:6514", 99)
    assert (old.options.shown(), old.options.facility) == ("tcp://[fd00::5]:1514", 16)
    assert len(soar.options.keys) == 2
    night, rest = settings.routes
    assert (night.times, night.hours) == (("off", "holiday"), Hours(time(22), time(6)))
    assert night.digest == 15 * MINUTE
    assert (rest.to, rest.zones, rest.kinds, rest.repeat) == (("soar",), ("control",), ("mention",), 60 * MINUTE)
    assert read_settings("n.yml", "") == read_settings("n.yml", "# nothing yet\n")


def test_json_is_read_too() -> None:
    made = {"channels": [{"name": "a", "type": "syslog", "address": "h:1"}], "routes": [{"name": "r", "to": ["a"]}]}
    assert read_settings("n.json", json.dumps(made)).channels[0].options.line.port == 1


WRONG = [
    ("channels: 1", "not_list", 1),
    ("chanels: []", "unknown_key", 1),
    ("channels: [{name: a, type: sms}]", "unknown_word", 1),
    ("channels: [{type: syslog, address: h}]", "missing", 1),
    ("channels:\n- {name: a, type: syslog, address: h}\n- {name: a, type: cef, address: h}", "name_twice", 3),
    ("channels:\n- name: a\n  type: syslog\n  address: 'h:99999'", "not_host_port", 4),
    ("channels: [{name: a, type: syslog, address: 'user@h'}]", "not_host_port", 1),
    ("channels: [{name: a, type: syslog, address: h, facility: 24}]", "not_facility", 1),
    ("channels: [{name: a, type: syslog, address: h, enterprise: 0}]", "not_enterprise", 1),
    ("channels: [{name: a, type: syslog, address: h, ca: /x}]", "needs_tls", 1),
    ("channels: [{name: a, type: syslog, address: h, seconds: 0}]", "not_patience", 1),
    ("channels: [{name: a, type: syslog, address: h, url: x}]", "unknown_key", 1),
    (f"channels: [{{name: a, type: webhook, url: 'ftp://x', secrets: [{SECRET}]}}]", "not_webhook_address", 1),
    (f"channels: [{{name: a, type: webhook, url: 'https://u:p@x', secrets: [{SECRET}]}}]", "not_webhook_address", 1),
    ("channels:\n- name: a\n  type: webhook\n  url: https://x\n  secrets:\n  - hunter2", "not_webhook_secret", 6),
    ("channels: [{name: a, type: webhook, url: 'https://x'}]", "missing_list", 1),
    ("channels: [{name: a, type: apprise, url: 'jsons://x/token'}]", "apprise_elsewhere", 1),
    ("channels: [{name: a, type: apprise, url: 'dbus://'}]", "apprise_local", 1),
    ("channels: [{name: a, type: apprise, url: 'nonsense'}]", "not_apprise", 1),
    ("channels: [{name: a, type: apprise, url: 'exec://x'}]", "not_apprise", 1),
    ("channels: [{name: a, type: apprise, url: 'sealed:xyz'}]", "still_sealed", 1),
    ("channels: [{name: a, type: syslog, address: h, limit: {messages: 0}}]", "not_between", 1),
    ("routes: [{name: r, to: [gone]}]", "unknown_word", 1),
    ("routes: [{name: r}]", "missing_list", 1),
    ("routes: [{name: r, to: [x], hours: all day}]", "not_hours", 1),
    ("routes: [{name: r, to: [x], when: [weekend]}]", "unknown_word", 1),
    ("routes: [{name: r, to: [x], when: [7]}]", "not_texts", 1),
    ("routes: [{name: r, to: [x], days: [monday]}]", "unknown_word", 1),
    ("routes: [{name: r, to: [x], zones: [moon]}]", "unknown_word", 1),
    ("routes: [{name: r, to: [x], digest: soon}]", "not_span", 1),
    ("base_url: bittern.example", "not_base_url", 1),
    ("attempts: 0", "not_between", 1),
    ("a: 1\n---\nb: 2", "one_settings", 1),
    ("channels: [", "yaml_value_missing", 1),
]


@pytest.mark.parametrize(("text", "code", "line"), WRONG)
def test_what_is_wrong_and_where(text: str, code: str, line: int) -> None:
    with pytest.raises(BadNotify) as caught:
        read_settings("n.yml", text, zones=["control"])
    found = [issue for issue in caught.value.issues if issue.wrong.code == code]
    assert found, caught.value
    assert found[0].line == line
    for lang in ("en", "zh"):
        told = issue_line(found[0], texts(lang))
        assert told.startswith(f"n.yml:{line}")
    assert "hunter2" not in str(caught.value)


def test_every_error_is_told_at_once() -> None:
    with pytest.raises(BadNotify) as caught:
        read_settings("n.yml", "attempts: 0\nbase_url: x\nchannels: [{name: a, type: b}]\nroutes: [{name: r, to: [z]}]")
    assert [issue.line for issue in caught.value.issues] == [1, 2, 3, 4]


KEY = Seal(b"k" * 32)
SECRETS = ("hunter2secret", "ABCKEYSECRET", "verysecretpath", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "YWFhYWFh")


def test_secrets_are_sealed_masked_and_opened() -> None:
    kept = sealed_text(GOOD, KEY)
    shown = shown_text(kept, KEY)
    for secret in SECRETS:
        assert secret not in kept
        assert secret not in shown
    assert kept.startswith("# whom to tell\n")
    assert 'url: "mailtos://***#' in shown
    assert "siem.example" in shown
    assert read_settings("n", open_text(kept, KEY)) == read_settings("n", GOOD)
    assert sealed_text(kept, KEY) == kept


def test_a_mask_that_comes_back_keeps_its_secret() -> None:
    kept = sealed_text(GOOD, KEY)
    edited = (
        shown_text(kept, KEY)
        .replace("attempts: 12", "attempts: 13")
        .replace("name: mail\n", "name: mail2\n")
        .replace("[mail, siem]", "[siem]")
    )
    again = sealed_text(edited, KEY, kept)
    settings = read_settings("n", open_text(again, KEY))
    assert settings.attempts == 13
    assert settings.by_name["mail2"].options == read_settings("n", GOOD).by_name["mail"].options
    with pytest.raises(UnknownMask) as caught:
        sealed_text(edited, KEY, "")
    assert caught.value.line == 8


def test_a_secret_in_a_block_scalar_is_sealed_too() -> None:
    text = "channels:\n- name: a\n  type: apprise\n  url: >-\n    wecombot://ABCKEYSECRET\n  lang: en\n"
    kept = sealed_text(text, KEY)
    assert "ABCKEYSECRET" not in kept
    assert read_settings("n", open_text(kept, KEY)).channels[0].options.schema == "wecombot"


def test_another_key_opens_nothing() -> None:
    kept, other = sealed_text(GOOD, KEY), Seal(b"o" * 32)
    with pytest.raises(SealBroken):
        other.open(KEY.close("x"))
    assert "***" in shown_text(kept, other)
    for text in (open_text(kept, other), open_text(kept, None)):
        with pytest.raises(BadNotify) as caught:
            read_settings("n", text)
        assert {issue.wrong.code for issue in caught.value.issues} == {"still_sealed"}


def test_no_repr_holds_a_secret() -> None:
    settings = read_settings("n.yml", GOOD)
    told = f"{settings!r} {KEY!r} {[c.options for c in settings.channels]!r}"
    for secret in SECRETS:
        assert secret not in told


def test_what_a_receiver_says_is_scrubbed() -> None:
    mail = read_settings("n.yml", GOOD).by_name["mail"]
    said = mail.scrubbed("535 bot:hunter2secret refused by mail.example.com")
    assert said == "535 bot:*** refused by mail.example.com"
    raw = "mailto://u:p%40ss%2Fword@h.example/?from=c@b.example&to=a@b.example&pass=other-secret"
    written = f"channels: [{{name: a, type: apprise, url: '{raw}'}}]"
    scrubbed = read_settings("n.yml", written).channels[0].scrubbed(f"p@ss/word other-secret a@b.example {raw}")
    assert scrubbed == "*** *** a@b.example ***"
    soar = read_settings("n.yml", GOOD).by_name["soar"]
    assert soar.scrubbed(f"/hooks/verysecretpath {SECRET}") == "/hooks/*** ***"
