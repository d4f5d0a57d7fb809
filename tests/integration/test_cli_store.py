"""`bittern alerts` and `bittern assets` over a store that `bittern analyze` filled."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.integration.cli_runner import NORMAL, PROOFS, SITE, WRITE, Cli, cli

__all__ = ["cli"]


@pytest.fixture
def store(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    url = f"embedded:{tmp_path / 'store'}"
    monkeypatch.setenv("BITTERN_STORE", url)
    known = tmp_path / "known"
    cli("baseline", "learn", NORMAL, "--output", known)
    stored = cli("analyze", WRITE, "--baseline", known, "--site", SITE, "--format", "ndjson")
    assert stored.code == 0
    assert "stored: " in stored.err
    return url


def test_alerts_are_listed_filtered_paged_and_shown(cli: Cli, store: str) -> None:
    listed = cli("alerts", "list", "--json").json()
    assert listed["schema"] == "bittern.alerts/v1"
    assert listed["meta"] == {"cursor": None}
    alerts = listed["data"]
    assert len(alerts) > 1
    assert [a["id"] for a in cli("alerts", "list", "--rule", "MB01", "--json").json()["data"]] == [
        a["id"] for a in alerts if a["rule"] == "MB01"
    ]
    first = cli("alerts", "list", "--limit", "1", "--json").json()
    rest = cli("alerts", "list", "--limit", "5000", "--cursor", first["meta"]["cursor"], "--json").json()
    assert first["data"] + rest["data"] == alerts
    assert cli("alerts", "list", "--since", "2030-01-01", "--json").json()["data"] == []
    assert cli("alerts", "list", "--since", "10m", "--json").json()["data"] == [], "the capture is of long ago"
    assert cli("alerts", "list", "--until", "1m", "--json").json()["data"] == alerts
    assert cli("alerts", "list", "--since", "10 minutes").code == 2
    assert cli("alerts", "list", "--status", "closed").err == "no alert answers to this\n"
    assert [json.loads(line) for line in cli("alerts", "list", "--format", "ndjson").out.splitlines()] == alerts
    shown = cli("alerts", "show", alerts[0]["id"])
    assert shown.code == 0
    assert alerts[0]["text"]["what"] in shown.out
    assert "What to do next" in shown.out
    assert cli("alerts", "show", alerts[0]["id"], "--json").json()["data"] == alerts[0]
    assert cli("alerts", "show", alerts[0]["id"], "--format", "ecs").json()["event"]["id"] == alerts[0]["id"]
    assert "下一步怎么做" in cli("alerts", "show", alerts[0]["id"], "--lang", "zh").out


def test_analysing_again_stores_nothing_twice(cli: Cli, store: str, tmp_path: Path) -> None:
    before = cli("alerts", "list", "--json").json()
    again = cli("analyze", WRITE, "--baseline", tmp_path / "known", "--site", SITE, "--format", "ndjson")
    assert "stored: 0 new events, 0 new alerts" in again.err
    assert cli("alerts", "list", "--json").json() == before


def test_an_unknown_alert_and_a_foreign_cursor_are_code_6(cli: Cli, store: str) -> None:
    for arguments in (["show", "nope"], ["list", "--cursor", "abc"]):
        said = cli("alerts", *arguments)
        assert (said.code, said.out) == (6, "")
        assert said.err.startswith("error: ")


def test_assets_are_listed_and_shown_by_key_and_address(cli: Cli, store: str) -> None:
    assets = cli("assets", "list", "--json").json()["data"]
    assert [asset["key"] for asset in assets] == sorted(asset["key"] for asset in assets)
    controller = next(a for a in assets if any(v["value"] == "10.9.1.11" for v in a["attributes"]["address"]))
    assert cli("assets", "show", "10.9.1.11", "--json").json()["data"] == controller
    assert cli("assets", "show", controller["key"], "--json").json()["data"] == controller
    assert "unauthorised-write.pcap" in cli("assets", "show", "10.9.1.11").out
    assert "10.9.1.11" in cli("assets", "list").out
    assert cli("assets", "show", "192.0.2.1").code == 6


def test_doctor_looks_at_the_store(cli: Cli, store: str) -> None:
    checks = {check["check"]: check for check in cli("doctor", "--json").json()["data"]}
    assert checks["store"]["status"] == "ok"
    assert "green" in checks["store"]["text"]


def test_a_damaged_store_is_code_7(cli: Cli, store: str, tmp_path: Path) -> None:
    (tmp_path / "store" / "bittern.db").write_bytes(b"SQLite format 3\0" + b"\xff" * 8192)
    said = cli("alerts", "list")
    assert said.code == 7
    assert "damaged" in said.err


def test_what_is_not_found_names_what_is_near(cli: Cli, store: str) -> None:
    known = [alert["id"] for alert in cli("alerts", "list", "--json").json()["data"]]
    begun = cli("alerts", "show", known[0][:8], "--json")
    assert begun.json()["data"]["id"] == known[0], "the beginning of an id is enough"
    wrong = cli("alerts", "show", known[0][:20] + "aaaaaa")
    assert wrong.code == 6
    assert f"near: {known[0]}" in wrong.err
    warned = cli("alerts", "list", "--rule", "MB011")
    assert "warning: there is no rule MB011; near: MB01" in warned.err
    assert "no alert answers to this" in warned.err
    assert "near: 10.9.1.11" in cli("assets", "show", "10.9.1.111").err
    assert cli("assets", "show", "10.9.1.111").code == 6


def test_an_asset_is_found_by_a_mac_written_in_any_way(cli: Cli, store: str) -> None:
    (mac, *_) = [
        value["value"] for asset in cli("assets", "list", "--json").json()["data"]
        for value in asset["attributes"].get("mac", [])
    ]  # fmt: skip
    shown = {cli("assets", "show", text).out for text in (mac, mac.lower(), mac.replace("-", ":").lower())}
    assert len(shown) == 1
    assert mac in shown.pop()


def test_why_a_store_fails_is_told_in_the_readers_language(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "bittern.db").write_bytes(b"no database " * 1000)
    cases = {
        "ftp://host": ("It begins with neither", "不是以 embedded:、https: 或 http: 开头"),
        "https://li@host:9200": ("no password for li: put it into BITTERN_STORE_PASSWORD", "缺少用户 li 的口令"),
        f"embedded:{tmp_path}": ("the database says: ", "数据库提示："),
    }
    for store, (english, chinese) in cases.items():
        told = {lang: cli("alerts", "list", "--store", store, "--lang", lang).err for lang in ("en", "zh")}
        assert english.lower() in told["en"].lower(), told
        assert chinese in told["zh"], told


def test_what_is_spoken_is_listed_with_who_speaks_it(cli: Cli, store: str) -> None:
    listed = cli("protocols", "list", "--json").json()
    assert listed["schema"] == "bittern.protocols/v1"
    modbus = next(each for each in listed["data"] if each["name"] == "modbus")
    assert (modbus["known"], modbus["depth"], "10.9.1.11" in modbus["servers"]) == (True, "deep", True)
    assert "modbus" in cli("protocols", "list").out
    shown = cli("protocols", "show", "modbus", "--json").json()["data"]
    assert sum(service["packets"] for service in shown["services"]) == modbus["packets"]
    assert {client for service in shown["services"] for client in service["clients"]} == set(modbus["clients"])
    assert "Modbus" in cli("protocols", "show", "modbus").out
    missing = cli("protocols", "show", "modbuss")
    assert (missing.code, missing.out, "near: modbus" in missing.err) == (6, "", True)


def test_an_unknown_protocol_is_listed_by_its_cluster_with_its_shape(cli: Cli, tmp_path: Path) -> None:
    url = f"embedded:{tmp_path / 'unknown'}"
    cli("analyze", PROOFS / "general" / "proprietary-normal.pcap", "--store", url, "--format", "ndjson")
    clusters = [each for each in cli("protocols", "list", "--store", url, "--json").json()["data"] if not each["known"]]
    named = [each for each in clusters if each["depth"] == "cluster"]
    assert named
    shown = cli("protocols", "show", named[0]["name"], "--store", url, "--json").json()["data"]
    assert "client" in shown["shape"]
    assert shown["services"][0]["address"] in named[0]["servers"]
    told = cli("protocols", "show", named[0]["name"], "--store", url, "--lang", "en").out
    assert shown["shape"] in told.replace("\n", " ")


def test_frames_without_ip_are_listed_by_who_sends_them(cli: Cli, tmp_path: Path) -> None:
    url = f"embedded:{tmp_path / 'goose'}"
    cli("analyze", PROOFS / "goose" / "usual.pcap", "--store", url, "--format", "ndjson")
    shown = cli("protocols", "show", "goose", "--store", url, "--json").json()["data"]
    assert shown["servers"] == []
    assert shown["services"][0]["transport"] == "ethernet"
    assert set(shown["services"][0]["clients"]) <= set(shown["clients"])
    assert shown["packets"] == sum(service["packets"] for service in shown["services"])
