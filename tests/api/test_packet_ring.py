"""Packets of a live sensor's ring over the API: of an alert, of an incident, by filter; each with hash and audit line.

The ring is written as the sensor leaves it while it runs: capture files without an index.
"""

from __future__ import annotations

import hashlib
import shutil
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.analysis import SENSOR, Options, analyse
from api.demo import scenario
from api.site_model import put_site
from api.storage import open_store
from response.holds.holding import Holding
from sensors.replay import HEADER, RECORD
from tests.api.served import RULES, Api, made_api
from tests.api.test_triage import work
from tests.integration.cli_runner import Cli, cli

pytest_plugins = ["tests.api.served"]
__all__ = ["cli"]
ALERTS, INCIDENTS, PACKETS = "/api/v1/alerts", "/api/v1/incidents", "/api/v1/packets.pcap"
CAPTURE = "eth1@20261130T154500.123Z"
NANOSECONDS = bytes.fromhex("4d3cb2a1")
PER_FILE = 5000
"""Frames of one file of the ring."""


def frames(capture: bytes) -> list[tuple[int, int, bytes]]:
    """Seconds, fraction and bytes of each frame of a little-endian classic pcap."""
    found, place = [], HEADER
    while place < len(capture):
        seconds, fraction, captured, _ = struct.unpack_from("<IIII", capture, place)
        found.append((seconds, fraction, capture[place + RECORD : place + RECORD + captured]))
        place += RECORD + captured
    return found


def put_ring(capture: Path, folder: Path) -> None:
    """The capture as the ring has it: nanoseconds, a few files, each named after its first frame."""
    data, folder = capture.read_bytes(), folder / SENSOR / CAPTURE
    folder.mkdir(parents=True)
    every = frames(data)
    for first in range(0, len(every), PER_FILE):
        seconds, fraction, _ = every[first]
        records = [
            struct.pack("<IIII", seconds, fraction * 1000, len(frame), len(frame)) + frame
            for seconds, fraction, frame in every[first : first + PER_FILE]
        ]
        name = f"{first + 1:012d}-{seconds * 10**9 + fraction * 1000:019d}.pcap"
        (folder / name).write_bytes(NANOSECONDS + data[4:HEADER] + b"".join(records))


@pytest.fixture(scope="module")
def analysed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the scenario as a live sensor saw it, analysed once."""
    folder = tmp_path_factory.mktemp("ring")
    capture, site = scenario()
    shutil.copyfile(capture, folder / CAPTURE)
    result = analyse(Options((folder / CAPTURE,), site=site, store=f"embedded:{folder}/store"), RULES)
    assert result.span is not None
    with open_store(f"embedded:{folder}/store") as store:
        api = made_api(store, folder)
        api.clock.now = result.span[1] + 60 * 10**9
        put_site(store, site.read_text(encoding="utf-8"), None, who="test", at=api.clock())
        work(api)
    put_ring(capture, folder / "packets")
    return folder


@pytest.fixture
def ring(analysed: Path, tmp_path: Path) -> Iterator[Api]:
    shutil.copytree(analysed, tmp_path, dirs_exist_ok=True)
    with open_store(f"embedded:{tmp_path}/store") as store:
        api = made_api(store, tmp_path)
        yield api


def exported(api: Api) -> dict[str, object]:
    """The last line of the audit log that says who took packets."""
    [*_, line] = [line for line in api.store.audit() if line.deed.what == "evidence.export"]
    return {"who": line.deed.who, "kind": line.deed.kind, **line.deed.parameters}


def test_an_alert_has_its_packets_until_they_are_overwritten(ring: Api) -> None:
    li, original = ring.person("li", "analyst"), frames(scenario()[0].read_bytes())
    alert = li.get(ALERTS, params={"rule.name": "MB10"}).json()["items"][0]["id"]
    told = li.get(f"{ALERTS}/{alert}/packets").json()
    assert [each["state"] for each in told["captures"]] == ["available"]
    answer = li.get(f"{ALERTS}/{alert}/packets.pcap")
    wanted = sorted({n for each in told["packets"] for n in range(each["first"], each["last"] + 1)})
    assert [frame for *_, frame in frames(answer.content)] == [original[number - 1][2] for number in wanted]
    assert li.get(f"{ALERTS}/{alert}/packets/tree").json()["packets"][0]["frame"] == wanted[0]
    for file in (ring.wiring.settings.data / "packets").glob("*/*/*.pcap"):
        file.unlink()
    assert [each["state"] for each in li.get(f"{ALERTS}/{alert}/packets").json()["captures"]] == ["overwritten"]
    assert li.get(f"{ALERTS}/{alert}/packets.pcap").json()["code"] == "packets_overwritten"


def test_an_incident_has_the_packets_of_its_alerts_once_and_by_time(ring: Api) -> None:
    li = ring.person("li", "analyst")
    worst = max(li.get(INCIDENTS).json()["items"], key=lambda each: len(each["alerts"]))
    answer = li.get(f"{INCIDENTS}/{worst['id']}/packets.pcap")
    found = frames(answer.content)
    assert len(found) == int(answer.headers["x-packets"]) > len(worst["alerts"])
    assert found == sorted(found, key=lambda each: each[:2])
    digest = hashlib.sha256(answer.content).hexdigest()
    assert digest == answer.headers["x-content-sha256"]
    assert exported(ring) == {
        "who": "li", "kind": "incident", "sha256": digest, "packets": len(found), "captures": [CAPTURE],
    }  # fmt: skip
    each = [li.get(f"{ALERTS}/{alert}/packets.pcap") for alert in worst["alerts"]]
    assert {frame for one in each if one.status_code == 200 for frame in frames(one.content)} == set(found)


def test_by_time_and_filter(ring: Api) -> None:
    li, original = ring.person("li", "analyst"), frames(scenario()[0].read_bytes())
    begin = original[0][0]
    asked = {"filter": "port 502", "since": moment(begin), "until": moment(begin + 60)}
    answer = li.get(PACKETS, params=asked)
    found = frames(answer.content)
    assert answer.status_code == 200
    assert all(begin <= seconds <= begin + 60 for seconds, *_ in found)
    modbus = [
        frame for seconds, _, frame in original
        if seconds < begin + 60 and frame[12:14] == b"\x08\x00" and frame[23] == 6
        and (502).to_bytes(2, "big") in (frame[34:36], frame[36:38])
    ]  # fmt: skip
    assert [frame for seconds, _, frame in found if seconds < begin + 60] == modbus != []
    assert exported(ring)["kind"] == "packets"
    nothing = li.get(PACKETS, params={**asked, "filter": "host 9.9.9.9"})
    assert (nothing.status_code, nothing.json()["code"]) == (404, "packets_none_pass")
    wrong = li.get(PACKETS, params={**asked, "filter": "hots 9.9.9.9"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "bad_filter")
    limited = ring.person("reader", "analyst_limited").get(PACKETS, params=asked)
    assert limited.json()["code"] == "forbidden", "who may not take any packets"


def moment(seconds: int) -> str:
    """As the API reads a time."""
    from datetime import UTC, datetime

    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_a_held_incident_shows_what_it_keeps(ring: Api, cli: Cli) -> None:
    li, data = ring.person("li", "analyst"), ring.wiring.settings.data
    worst = max(li.get(INCIDENTS).json()["items"], key=lambda each: len(each["alerts"]))
    path = f"{INCIDENTS}/{worst['id']}"
    assert li.get(f"{path}/hold").status_code == 404
    before = li.get(f"{path}/packets.pcap").content
    decide = {"held": True, "reason": "court"}
    assert li.patch(path, json=decide, headers={"If-Match": f'"{worst["etag"]}"'}).status_code == 200
    assert Holding(ring.store, data)(ring.clock())
    told = li.get(f"{path}/hold").json()
    assert (told["state"], told["by"], told["reason"], told["gone"]) == ("kept", "li", "court", 0)
    assert told["packets"] >= len(frames(before)) > 0
    assert [each["incident"] for each in li.get("/api/v1/holds").json()["items"]] == [worst["id"]]
    shutil.rmtree(data / "packets")
    assert li.get(f"{path}/packets.pcap").content == before, "though the ring has moved on"
    for words in (["--verify"], ["--verify", "--json"], ["--lang", "zh"]):
        done = cli("pcap", "held", "--data", data, *words)
        assert (done.code, worst["id"] in done.out) == (0, True), done.err
    shown = cli("incidents", "show", worst["id"], "--store", f"embedded:{data}/store")
    assert told["sha256"] in "".join(shown.out.split())
    spoiled = next((data / "held").glob("*/*/*/*.pcap"))
    spoiled.chmod(0o600)
    spoiled.write_bytes(spoiled.read_bytes()[:-1])
    assert cli("pcap", "held", "--data", data, "--verify").code == 1
