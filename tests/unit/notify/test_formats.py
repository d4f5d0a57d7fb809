"""Syslog, CEF and webhooks: escaping read back, limits of length, the published vector of Standard Webhooks."""

from __future__ import annotations

import json

import pytest

from response.notify.formats.cef import cef_message
from response.notify.formats.lines import clean, cut_bytes, one_line
from response.notify.formats.syslog import framed, syslog_message
from response.notify.formats.webhook import body_of, headers, key_of, signature
from tests.unit.notify.cases import AROUND, letter
from tests.unit.notify.parsed import read_cef, read_syslog

BOM = b"\xef\xbb\xbf"
NASTY = ("a\r\nSubject: x", "\x00\x1b[31m", "x" * 5000, '"]\\', "= | \\", "\u202e\u2028", "中文", "")


def test_syslog_reads_back() -> None:
    raw = syslog_message(letter(), AROUND, 16, 32473, 8192)
    found = read_syslog(raw)
    assert (found.priority, found.host, found.app, found.kind) == (16 * 8 + 3, "sensor-box", "bittern", "alert_raised")
    assert found.time == "2026-11-01T08:00:00.001234Z"
    facts = found.data["bittern@32473"]
    assert ("source.zone", 'a"]\\=b') in facts
    assert [value for name, value in facts if name == "threat.technique.id"] == ["T0855", "T0848"]
    assert ("id", "msg_abc") in facts
    assert ("drill", "false") in facts
    assert ("link", "https://bittern.example/alerts/a1") in facts
    assert found.data["origin"] == [("software", "bittern"), ("swVersion", "1.2.3")]
    assert found.text.startswith(BOM)
    assert found.text.removeprefix(BOM).decode() == one_line(f"{letter().subject}: {letter().text}")
    assert b"\n" not in raw


@pytest.mark.parametrize("text", NASTY)
def test_nothing_breaks_out_of_a_format(text: str) -> None:
    nasty = letter(subject=text, text=text, facts={"source.zone": text, 'a b="]': text}, kind="alert_raised")
    raw = syslog_message(nasty, AROUND, 16, 32473, 2048)
    assert len(raw) <= 2048
    found = read_syslog(raw)
    assert not {b for b in raw if b < 0x20}
    assert {name for name, _ in found.data["bittern@32473"]} <= {
        "id",
        "about",
        "drill",
        "severity",
        "source.zone",
        "a_b___",
        "link",
    }
    line = cef_message(nasty, AROUND, 16, 2048)
    assert len(line) <= 2048
    assert not {b for b in line if b < 0x20}
    head, extension = read_cef(read_syslog(line).text.decode())
    assert head[5] == one_line(text)[:512]
    assert extension["externalId"] == "msg_abc"
    assert json.loads(body_of(nasty))["data"]["text"] == text


def test_a_long_sentence_is_cut_at_a_whole_letter() -> None:
    raw = syslog_message(letter(text="汉" * 4000), AROUND, 16, 32473, 2048)
    assert 2040 < len(raw) <= 2048
    assert read_syslog(raw).text.decode().endswith("汉")
    assert cut_bytes("汉字".encode(), 4) == "汉".encode()


def test_octet_counting() -> None:
    assert framed("汉".encode()) == b"3 \xe6\xb1\x89"


def test_cef_reads_back() -> None:
    syslog = read_syslog(cef_message(letter(), AROUND, 4, 8192))
    assert syslog.priority == 4 * 8 + 3
    assert syslog.data == {}
    head, extension = read_cef(syslog.text.decode())
    assert head == ["0", "Bittern", "Bittern", "1.2.3", "MB|01", "[High] Schreiben ] = | \\ ende", "8"]
    assert extension["src"] == "10.0.1.10"
    assert (extension["c6a3"], extension["c6a3Label"]) == ("fd00::1", "destination.ip")
    assert (extension["cs1"], extension["cs1Label"]) == ('a"]\\=b', "source.zone")
    assert extension["cs4"] == "T0855,T0848"
    assert extension["msg"] == one_line(letter().text)
    assert extension["rt"] == "1793520000001"
    assert "flexString1" not in extension
    drilled = read_cef(read_syslog(cef_message(letter(drill=True), AROUND, 4, 8192)).text.decode())[1]
    assert drilled["flexString1"] == "drill"


def test_cef_leaves_out_what_does_not_fit() -> None:
    facts = {"source.asset": "x" * 900, "destination.asset": "y" * 900, "network.protocol": "modbus"}
    text = cef_message(letter(facts=facts), AROUND, 16, 1500)
    extension = read_cef(read_syslog(text).text.decode())[1]
    assert "cs6" not in extension
    assert extension["app"] == "modbus"


def test_the_published_vector_of_standard_webhooks() -> None:
    key = key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    assert key is not None
    made = signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_rotation_signs_with_every_key() -> None:
    keys = (b"a" * 24, b"b" * 24)
    found = headers(keys, "msg_x", 7, b"{}")
    assert found["webhook-signature"].split() == [signature(key, "msg_x", 7, b"{}") for key in keys]


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_????", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_YWJj", "x"])
def test_what_is_no_secret_of_standard_webhooks(secret: str) -> None:
    assert key_of(secret) is None


def test_lines_are_kept_and_other_controls_go() -> None:
    assert clean("a\r\nb\x00\x1bc") == "a\nb\ufffd\ufffdc"
    assert one_line(" a \r\n\n b\t") == "a b"
