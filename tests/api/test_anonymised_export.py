"""Packets handed out with other addresses: by the command line and the API, looked at by tshark."""

from __future__ import annotations

import hashlib
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from api.demo import scenario
from api.storage import open_store
from sensors.anonymised import Masking, anonymised
from sensors.replay import HEADER
from tests.api.served import made_api
from tests.api.test_packet_ring import PACKETS, exported, frames, moment, put_ring
from tests.integration.cli_runner import Cli, cli
from tests.needs import tool

pytest_plugins = ["tests.api.served"]
__all__ = ["cli"]
FIELDS = (
    "frame.time_epoch", "frame.len", "eth.src", "ip.src", "ip.dst", "tcp.srcport", "arp.src.proto_ipv4",
    "ip.checksum.status", "tcp.checksum.status", "udp.checksum.status", "icmp.checksum.status",
)  # fmt: skip
CHECKED = [word for name in ("ip", "tcp", "udp") for word in ("-o", f"{name}.check_checksum:TRUE")]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the ring of a live sensor that saw the scenario."""
    folder = tmp_path_factory.mktemp("data")
    put_ring(scenario()[0], folder / "packets")
    return folder


def seen(capture: Path) -> list[dict[str, str]]:
    """What tshark tells of each frame."""
    words = [word for name in FIELDS for word in ("-e", name)]
    command = [tool("tshark"), "-n", "-r", str(capture), *CHECKED, "-T", "fields", *words]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [dict(zip(FIELDS, line.split("\t"), strict=True)) for line in told.splitlines()]


def carve(cli: Cli, data: Path, output: Path, *words: str) -> dict[str, Any]:
    done = cli("pcap", "carve", "--data", data, "-o", output, *words)
    assert done.code == 0, done.err
    about = output.with_name(output.name + ".json")
    return dict(json.loads(about.read_text())) if about.exists() else {}


def test_the_same_traffic_with_other_addresses(cli: Cli, data: Path, tmp_path: Path) -> None:
    plain, other = tmp_path / "plain.pcap", tmp_path / "other.pcap"
    assert carve(cli, data, plain) == {}
    about = carve(cli, data, other, "--anonymise", "--payload", "keep")
    before, after = seen(plain), seen(other)
    assert len(before) == len(after) == about["file"]["packets"] > 1000
    for name in ("frame.time_epoch", "frame.len", "tcp.srcport"):
        assert [each[name] for each in after] == [each[name] for each in before], name
    for name in FIELDS[-4:]:  # of 0 written as 0xffff, which tshark takes for wrong, a right one may become
        verdicts = [(one[name], another[name]) for one, another in zip(before, after, strict=True)]
        others = [pair for pair in verdicts if pair[0] != pair[1]]
        assert (set(others) <= {("0", "1")}, len(others) <= 3) == (True, True), (name, others)
    assert {each["ip.checksum.status"] for each in after} >= {"1"}
    assert "1" in {each["tcp.checksum.status"] for each in after}
    for name in ("eth.src", "ip.src", "arp.src.proto_ipv4"):
        pairs = {(one[name], another[name]) for one, another in zip(before, after, strict=True) if one[name]}
        assert len({one for one, _ in pairs}) == len({another for _, another in pairs}) == len(pairs) > 1, name
        assert sum(one == another for one, another in pairs) <= 1, name
    assert (about["is_original"], about["addresses_may_be_left_in_payload"]) == (False, True)
    assert about["anonymised"]["original"]["sha256"] == hashlib.sha256(plain.read_bytes()).hexdigest()
    assert about["file"]["sha256"] == hashlib.sha256(other.read_bytes()).hexdigest()


def test_what_packets_carry_is_cut_unless_it_is_asked_for(cli: Cli, data: Path, tmp_path: Path) -> None:
    plain, other = tmp_path / "plain.pcap", tmp_path / "other.pcap"
    carve(cli, data, plain, "--filter", "port 502")
    about = carve(cli, data, other, "--filter", "port 502", "--anonymise")
    before, after = (frames(path.read_bytes()) for path in (plain, other))
    assert [each[:2] for each in before] == [each[:2] for each in after]
    assert about["anonymised"]["bytes_cut"] == sum(len(frame) for *_, frame in before) - sum(
        len(frame) for *_, frame in after
    )
    assert {len(frame) - 34 - (frame[46] >> 4) * 4 for *_, frame in after} == {0}, "each ends with its TCP header"
    told = seen(other)
    assert [each["frame.len"] for each in told] == [each["frame.len"] for each in seen(plain)], "lengths on the wire"
    hosts = {frame[26:30] for *_, frame in before} | {frame[6:12] for *_, frame in before}
    assert not [host for host in hosts if host in other.read_bytes()]


def test_a_key_gives_the_same_addresses_in_every_export(cli: Cli, data: Path, tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("0123456789abcdef0123456789abcdef\n")
    words = ("--filter", "port 502", "--anonymise")
    first = carve(cli, data, tmp_path / "1.pcap", *words, "--anonymise-key", str(key))
    again = carve(cli, data, tmp_path / "2.pcap", *words, "--anonymise-key", str(key))
    chance = carve(cli, data, tmp_path / "3.pcap", *words)
    assert first["file"] == again["file"]
    assert first["anonymised"]["key_id"] == again["anonymised"]["key_id"] != chance["anonymised"]["key_id"]
    assert key.read_text().strip() not in (tmp_path / "1.pcap.json").read_text()
    makers = carve(cli, data, tmp_path / "4.pcap", *words, "--anonymise-key", str(key), "--keep-makers")
    assert makers["anonymised"]["makers"] is True
    key.write_text("short")
    refused = cli("pcap", "carve", "--data", data, "-o", tmp_path / "5.pcap", *words, "--anonymise-key", key)
    assert (refused.code, "16" in refused.err, (tmp_path / "5.pcap").exists()) == (3, True, False)
    alone = cli("pcap", "carve", "--data", data, "-o", tmp_path / "5.pcap", "--payload", "keep")
    assert (alone.code, "--anonymise" in alone.err) == (2, True)


def test_the_api_hands_it_out_and_the_log_says_how(data: Path) -> None:
    begin = frames(scenario()[0].read_bytes())[0][0]
    with open_store(f"embedded:{data}/store") as store:
        api = made_api(store, data)
        li = api.person("li", "analyst")
        asked = {"filter": "port 502", "since": moment(begin), "until": moment(begin + 60)}
        plain = li.get(PACKETS, params=asked)
        answer = li.get(PACKETS, params={**asked, "anonymise": True})
        assert answer.headers["x-original-sha256"] == plain.headers["x-content-sha256"]
        assert (answer.headers["x-anonymised-payload"], answer.headers["x-packets"]) == (
            "cut", plain.headers["x-packets"],
        )  # fmt: skip
        line = exported(api)
        assert line["sha256"] == hashlib.sha256(answer.content).hexdigest()
        how = line["anonymised"]
        assert isinstance(how, dict)
        assert how["original"]["sha256"] == hashlib.sha256(plain.content).hexdigest()
        assert how["key_id"] == answer.headers["x-anonymised-key-id"]
        wrong = li.get(PACKETS, params={**asked, "anonymise": True, "payload": "all"})
        assert wrong.status_code == 422


def test_another_form_of_capture_is_refused() -> None:
    with pytest.raises(ValueError, match="pcap"):
        anonymised(scenario()[0].read_bytes()[:HEADER], Masking(bytes(32)))
