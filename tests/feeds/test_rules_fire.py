"""The same attack as packets and as another sensor's log: rules that need no more than the log holds fire alike.

The logs are made of the captures (`workshop/feed_samples.py`): neither Zeek nor Suricata is among the packages that the
project may install.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from detection.sigma.load import RuleSet
from sensors.capture import CaptureFiles
from tests.feeds.samples import FOLDER, PROOFS, alerts, feed_named, read, rows, rules

SAME = (
    ("unauthorised-write", "MB01"),
    ("force-listen-only", "MB10"),
    ("coil-toggling", "MB04"),
)
LOGS = (("zeek", "{}"), ("suricata", "{}"))


@cache
def loaded() -> RuleSet:
    return rules()


@pytest.mark.parametrize(("feed", "place"), LOGS, ids=lambda one: one)
@pytest.mark.parametrize(("capture", "rule"), SAME)
def test_the_same_rule_fires_as_often(capture: str, rule: str, feed: str, place: str) -> None:
    of_packets = alerts(CaptureFiles([PROOFS / "modbus" / f"{capture}.pcap"]), loaded())
    of_logs = alerts(read([FOLDER / feed / place.format(capture)], feed_named(feed)), loaded())
    expected = {key: count for key, count in of_packets.items() if key[0] == rule}
    assert expected
    assert {key: count for key, count in of_logs.items() if key[0] == rule} == expected


@pytest.mark.parametrize("feed", ["zeek", "suricata"])
def test_a_port_scan_is_seen_in_flows(feed: str) -> None:
    of_packets = alerts(CaptureFiles([PROOFS / "general" / "port-scan.pcap"]), loaded())
    of_logs = alerts(read([FOLDER / feed / "port-scan"], feed_named(feed)), loaded())
    assert ("G03", "10.9.1.11") in of_packets.keys() & of_logs.keys()


@pytest.mark.parametrize("feed", ["zeek", "suricata"])
def test_normal_work_raises_nothing(feed: str) -> None:
    assert alerts(read([FOLDER / feed / "hmi-normal"], feed_named(feed)), loaded()) == {}


def test_json_and_tsv_say_the_same() -> None:
    tsv, json = (rows(read([FOLDER / "zeek" / name], feed_named("zeek")))
                 for name in ("unauthorised-write", "unauthorised-write-json"))  # fmt: skip
    other = {"event.id", "ot.packet.first", "ot.packet.last", "ot.count"}
    for name in ("transaction", "flow"):
        assert [{k: v for k, v in row.items() if k not in other} for row in tsv[name]] == [
            {k: v for k, v in row.items() if k not in other} for row in json[name]
        ]


@pytest.mark.parametrize("feed", ["zeek", "suricata"])
def test_transactions_are_those_of_the_packets(feed: str) -> None:
    """Field by field, as far as the log has them."""
    name = "unauthorised-write"
    packets = rows(CaptureFiles([PROOFS / "modbus" / f"{name}.pcap"], full=True))["transaction"]
    logged = rows(read([FOLDER / feed / name], feed_named(feed)))["transaction"]
    fields = (
        "source.ip", "destination.ip", "source.port", "destination.port", "network.protocol", "ot.operation",
        "ot.activity", "ot.function.code", "ot.function.name", "ot.unit", "ot.object.kind", "ot.object.address",
        "ot.object.start", "ot.object.count", "ot.value.numbers", "event.outcome", "ot.reply",
    )  # fmt: skip

    # Function 23 is two rows of ours; these logs name neither range, and the masks of function 22 not as a value.
    def said(row: dict[str, object]) -> tuple[str, ...]:
        return tuple(str(row.get(field)) for field in fields)

    ours = [said(row) for row in packets if row["ot.function.code"] != 23]
    theirs = [said(row) for row in logged if row["ot.function.code"] != 23]
    assert sorted(theirs) == sorted(ours)


def test_a_log_of_another_kind_is_counted(tmp_path: Path) -> None:
    (tmp_path / "dns.log").write_text("#separator \\x09\n#path\tdns\n#fields\tts\tuid\n1795477575.0\tC1\n")
    logs = read([tmp_path], feed_named("zeek"))
    found = rows(logs)
    assert set(found) == {"capture"}
    assert logs.tally.totals == {"lines": 4, "passed_dns": 1}


def test_refused_windows_logins_are_a_brute_force() -> None:
    found = alerts(read([FOLDER / "windows" / "day.ndjson"], feed_named("windows")), loaded())
    assert ("G14", "10.9.1.31") in found


def test_windows_events_are_sessions_flags_files_and_facts() -> None:
    found = rows(read([FOLDER / "windows" / "day.ndjson"], feed_named("windows")))
    assert [row["event.outcome"] for row in found["session"]] == ["success", *["failure"] * 6, "success"]
    assert {row["ot.status.name"] for row in found["session"] if row["event.outcome"] == "failure"} == {
        "wrong password"
    }
    assert [row["ot.flag"] for row in found["flag"]] == [
        "windows.privileges", "windows.account_created", "windows.account_changed", "windows.service_installed",
        "windows.log_cleared", "windows.account_changed",
    ]  # fmt: skip
    assert [row["file.name"] for row in found["file"]] == ["upd.exe"]
    assert {(row["ot.attribute"], row["ot.asset_key"]) for row in found["identity"]} == {
        ("name", "10.9.1.31@-@feed"), ("os", "10.9.1.31@-@feed"),
    }  # fmt: skip


OWN_RULE = """
title: "What another sensor alerted on"
id: 0b1d2c3e-4f50-4617-8a9b-0c1d2e3f4a5b
name: MY01
status: stable
description: "An example."
logsource: {product: bittern, category: flag}
detection:
  alert: {ot.flag: feed.alert, "ot.details.signature|contains": DNP3}
  condition: alert
level: medium
tags: [attack.t0888]
falsepositives: ["none known"]
bittern:
  class: threat
  learnable: approval
  dedup: [source.ip]
  objects: [network]
  text:
    en: {what: "{source}: {ot.details.signature}", why: "It said so.", do: ["Look there."]}
    zh: {what: "{source}：{ot.details.signature}", why: "其他探针告警。", do: ["请核查。"],
         title: "其他探针告警", description: "示例。", falsepositives: ["暂无"]}
"""


def test_a_rule_of_ones_own_judges_what_another_sensor_alerted_on(tmp_path: Path) -> None:
    (tmp_path / "MY01.yml").write_text(OWN_RULE)
    own = rules([tmp_path])
    assert not [issue for issue in own.issues if issue.fatal]
    assert alerts(read([FOLDER / "suricata" / "day"], feed_named("suricata")), own) == {("MY01", "10.9.1.17"): 1}
