"""The packets behind an alert: there or not (said beforehand), decoded, downloaded, tampered with."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.analysis import Options, analyse
from api.demo import scenario
from api.storage import open_store
from sensors.evidence import keep, look_for
from tests.api.served import RULES, Api, made_api
from tests.needs import tool

pytest_plugins = ["tests.api.served"]
ALERTS = "/api/v1/alerts"


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Api]:
    capture, site = scenario()
    url = f"embedded:{tmp_path}/store"
    analyse(Options((capture,), site=site, store=url), RULES)
    with open_store(url) as store:
        yield made_api(store, tmp_path)


def alert_of(api: Api, rule: str) -> str:
    client = api.person("reader", "analyst_limited")
    return str(client.get(ALERTS, params={"rule.name": rule}).json()["items"][0]["id"])


def test_it_is_said_beforehand_whether_the_packets_are_there(demo: Api) -> None:
    alert, li = alert_of(demo, "MB10"), demo.person("li", "analyst")
    captures = demo.wiring.settings.data / "captures"

    def state() -> str:
        return str(li.get(f"{ALERTS}/{alert}/packets").json()["captures"][0]["state"])

    def refusal() -> str:
        return str(li.get(f"{ALERTS}/{alert}/packets.pcap").json()["code"])

    assert (state(), refusal()) == ("not_kept", "packets_not_kept")
    keep(scenario()[0], captures)
    assert state() == "available"
    kept = captures / "demo.pcap"
    data = bytearray(kept.read_bytes())
    data[-1] ^= 1
    kept.write_bytes(data)
    assert (state(), refusal()) == ("changed", "packets_changed")
    kept.unlink()
    assert (state(), refusal()) == ("gone", "packets_gone")


def test_the_packets_as_a_file_and_the_line_in_the_log(demo: Api) -> None:
    alert, li = alert_of(demo, "MB10"), demo.person("li", "analyst")
    keep(scenario()[0], demo.wiring.settings.data / "captures")
    answer = li.get(f"{ALERTS}/{alert}/packets.pcap")
    assert answer.headers["content-type"] == "application/vnd.tcpdump.pcap"
    assert hashlib.sha256(answer.content).hexdigest() == answer.headers["x-content-sha256"]
    [line] = [line for line in demo.store.audit() if line.deed.what == "evidence.export"]
    assert (line.deed.who, line.deed.parameters["sha256"]) == ("li", answer.headers["x-content-sha256"])
    whole = scenario()[0].read_bytes()
    assert answer.content[:24] == whole[:24]
    (captured,) = struct.unpack_from("<I", answer.content, 32)
    assert answer.content[24 : 40 + captured] in whole


def test_the_decoded_tree_names_fields_and_their_bytes(demo: Api) -> None:
    tool("tshark")
    alert, li = alert_of(demo, "MB10"), demo.person("li", "analyst")
    keep(scenario()[0], demo.wiring.settings.data / "captures")
    first = li.get(f"{ALERTS}/{alert}/packets/tree").json()["packets"][0]
    layers = {node["name"]: node for node in first["tree"]}
    assert {"eth", "ip", "tcp", "mbtcp", "modbus"} <= set(layers)
    code = next(node for node in layers["modbus"]["children"] if node["name"] == "modbus.func_code")
    assert bytes.fromhex(first["data"])[code["position"] : code["position"] + code["size"]] == b"\x08"


@pytest.mark.parametrize("name", ["../store/bittern.db", "/etc/passwd", "", "a/b.pcap", "..", "captures/../demo.pcap"])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    keep(scenario()[0], tmp_path / "captures")
    assert look_for(tmp_path / "captures", name).state == "not_kept"
