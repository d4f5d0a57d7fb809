"""The mirror doctor over captures of wrong mirrors: each mistake is found, and nothing else; a good one is good."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import pytest

from api.mirror_rules import judgement
from api.texts import Language, texts
from response.mirror.judgement import Judged
from sensors.doctor import Expected, examine
from sensors.mirror import Heard, MirrorTest
from tests.integration.cli_runner import PROJECT, Cli, cli
from tests.integration.mirror_frames import (
    ACK,
    BEGIN,
    HMI,
    ROUTER,
    SYN,
    TCP,
    UDP,
    Packet,
    Plant,
    frame,
    mac,
    of_station,
    plant,
    tagged,
    tcp,
    to_everybody,
    twice,
    udp,
    wrapped,
    write,
)

__all__ = ["cli"]

GRE, ESP = 47, 50
Made = tuple[list[Packet], Expected, tuple[bytes, ...]]
NOTHING = Expected()
LANGUAGES: tuple[Language, ...] = ("en", "zh")


def made(packets: list[Packet], expected: Expected = NOTHING, own: tuple[bytes, ...] = ()) -> Made:
    return packets, expected, own


def half(packets: list[Packet], change: Callable[[bytes], bytes]) -> list[Packet]:
    """What the operator station sends is changed, what it gets is not."""
    return [replace(p, data=change(p.data)) if p.data[6:12] == mac(HMI) else p for p in packets]


def goose() -> list[Packet]:
    return [Packet(BEGIN + i, frame(HMI, "01:0c:cd:01:00:01", 0x88B8, bytes(90))) for i in range(60)]


def streams() -> list[Packet]:
    """Three devices get what nobody answers."""
    sent = []
    for number in range(60):
        to = (f"02:00:00:00:02:{number % 3:02x}", f"10.0.0.{50 + number % 3}")
        sent.append(Plant(_number=number).packet(BEGIN + number, (HMI, "10.0.0.1"), to, UDP, udp((2222, 2222), b"x")))
    return sent


def prp(packets: list[Packet]) -> list[Packet]:
    return twice([replace(p, data=p.data + b"\0\1\xa0\x34\x88\xfb") for p in packets])


def lossy(packets: list[Packet]) -> list[Packet]:
    """Each tenth frame with data is lost on the way to the mirror, not in the plant."""
    return [p for number, p in enumerate(packets) if number % 10 or len(p.data) < 80]


def joined() -> list[Packet]:
    made = Plant()
    ends = (HMI, "10.0.0.1"), ("02:00:00:00:01:00", "10.0.0.10")
    long = [
        made.packet(BEGIN + i / 10, *ends, TCP, tcp((40_000, 502), 5000 + 4000 * i, 9000, ACK, bytes(4000)))
        for i in range(4)
    ]
    return sorted([*plant(), *long], key=lambda packet: packet.at)


def off(seconds: float) -> list[Packet]:
    """The time server says another time than the frames carry."""
    own = Plant()
    own.run()
    answers = [own.time_answer(BEGIN + 5 + i, BEGIN + 5 + i - seconds) for i in range(6)]
    return [*(p for p in own.packets if p.data[6:12] != mac(ROUTER)), *answers]


def behind_router() -> list[Packet]:
    """All of ten controllers' packets come from the router's station."""
    many = Plant(controllers=10).run()
    return [replace(p, data=p.data[:6] + mac(ROUTER) + p.data[12:]) for p in many]


def shared_address() -> list[Packet]:
    opened = plant()
    for number in range(8):
        maker = Plant(ttl=63 if number % 2 else 127, _number=900 + number)
        ends = (HMI, "10.0.0.1"), ("02:00:00:00:01:00", "10.0.0.10")
        opened.append(maker.packet(BEGIN + 9 + number, *ends, TCP, tcp((50_000 + number, 502), 1, 0, SYN)))
    return opened


def sliced(packets: list[Packet]) -> list[Packet]:
    return [replace(p, data=p.data[:64]) for p in packets]


CASES: dict[str, Callable[[], Made]] = {
    "no_traffic": lambda: made([]),
    "own_only": lambda: made(plant(), own=(mac(HMI),)),
    "broadcast_only": lambda: made(to_everybody(plant()) * 8),
    "groups_only": lambda: made(goose()),
    "one_direction": lambda: made(of_station(plant())),
    "some_one_direction": lambda: made([p for p in plant() if p.data[6:12] != mac("02:00:00:00:01:00")]),
    "stations_one_direction": lambda: made(streams()),
    "split_paths": lambda: made(half(plant(), lambda d: mac(ROUTER) + d[6:])),
    "duplicates": lambda: made(twice(plant())),
    "duplicates_vlan": lambda: made(twice(plant(), vlan=10)),
    "duplicates_routed": lambda: made(twice(plant(), ttl=63)),
    "redundant_network": lambda: made(prp(plant())),
    "half_tagged": lambda: made(half(plant(), lambda d: tagged(d, 10))),
    "split_vlans": lambda: made(
        half([replace(p, data=tagged(p.data, 20)) for p in plant()], lambda d: d[:14] + b"\0\x0a" + d[16:])
    ),
    "tags_missing": lambda: made(plant(), Expected(vlans=(10,))),
    "wrong_vlan": lambda: made([replace(p, data=tagged(p.data, 20)) for p in plant()], Expected(vlans=(10,))),
    "wrong_network": lambda: made(plant(), Expected(networks=(ip_network("172.16.0.0/16"),))),
    "truncated": lambda: made([replace(p, cut=68) for p in plant()]),
    "truncated_before": lambda: made(sliced(plant())),
    "merged": lambda: made(joined()),
    "oversubscribed": lambda: made(lossy(plant())),
    "clock_off": lambda: made(off(7.5)),
    "clock_never_set": lambda: made([replace(p, at=p.at - BEGIN + 100) for p in plant()]),
    "behind_router": lambda: made(behind_router()),
    "nat": lambda: made(shared_address()),
    "erspan": lambda: made(wrapped(plant(), bytes.fromhex("100088be00000001") + bytes(8), GRE)),
    "tunnelled": lambda: made(wrapped(plant(), udp((40_000, 4789), bytes.fromhex("0800000000002a00")), UDP)),
    "encrypted": lambda: made(wrapped(plant(), bytes(8), ESP)),
}
AT_INTERFACES = {"no_link", "sensor_drops", "port_full"}
"""What only an interface shows: `test_what_an_interface_says`."""
WITH: dict[str, set[str]] = {
    # What a mistake brings about beside itself.
    "one_direction": set(),
    "split_paths": set(),
    "duplicates_routed": {"split_paths"},
    "behind_router": {"split_paths"},
    "erspan": {"stations_one_direction"},
    "tunnelled": {"stations_one_direction"},
    "encrypted": {"stations_one_direction"},
}


def judged(case: Made, folder: Path) -> Judged:
    packets, expected, own = case
    facts = MirrorTest.of([write(folder / "made.pcap", packets)], own).facts()
    weights = judgement()
    return weights.judge(examine(facts, expected, weights.limits))


def codes(found: Judged) -> set[str]:
    """Codes of what was found, each of which can be said with its evidence."""
    for each in found.findings:
        for lang in LANGUAGES:
            assert "{" not in texts(lang).get(f"mirror.finding.{each.finding.code}.what", **each.finding.evidence)
    return {each.finding.code for each in found.findings}


def test_every_finding_has_a_case() -> None:
    assert set(CASES) | AT_INTERFACES == set(judgement().weights)


def test_a_good_mirror_is_good(tmp_path: Path) -> None:
    expected = Expected(networks=(ip_network("10.0.0.0/24"),))
    found = judged(made(plant(), expected), tmp_path)
    assert codes(found) == set()
    assert found.verdict == "good"
    unknown = {each.check for each in found.examined if each.state in ("unknown", "not_asked")}
    assert unknown == {"link", "expected_vlan", "sensor_loss", "port_speed"}


@pytest.mark.parametrize("code", CASES)
def test_each_mistake_is_found_alone(code: str, tmp_path: Path) -> None:
    found = judged(CASES[code](), tmp_path)
    assert code in codes(found)
    assert codes(found) - {code} <= WITH.get(code, set())
    expected = {"fault": "bad", "warning": "usable"}.get(found.findings[0].severity)
    assert expected is None or found.verdict in (expected, "inconclusive")


def test_too_little_is_inconclusive(tmp_path: Path) -> None:
    assert judged(made(plant()[:8]), tmp_path).verdict == "inconclusive"


def test_what_an_interface_says(tmp_path: Path) -> None:
    facts = MirrorTest.of([write(tmp_path / "made.pcap", plant())]).facts()
    weights = judgement()
    at = {
        "no_link": Heard("eth1", "down", {}, None),
        "sensor_drops": Heard("eth1", "up", {"packets": 1000, "drops": 20}, None),
        "port_full": Heard("eth1", "up", {"packets": 334}, 1),
    }
    busy = replace(facts, counts={**facts.counts, "busiest_bytes_100ms": 12_000})
    for code, heard in at.items():
        found = weights.judge(examine(replace(busy, heard=(heard,)), NOTHING, weights.limits))
        assert codes(found) == {code}


def test_evidence_is_of_the_frames(tmp_path: Path) -> None:
    found = judged(CASES["one_direction"](), tmp_path).findings[0].finding
    assert found.evidence["proven"] == found.evidence["talks"] == 4
    assert str(found.evidence["sender"]).startswith("10.0.0.1:")
    copies = judged(CASES["duplicates"](), tmp_path).findings[0].finding
    assert copies.measure == 0.5
    assert copies.evidence["milliseconds"] == "0.02"
    ahead = judged(CASES["clock_off"](), tmp_path).findings[0].finding
    assert ahead.evidence["seconds"] == "+7.5"


def test_the_command_says_it_in_both_languages_and_ends_with_its_code(cli: Cli, tmp_path: Path) -> None:
    capture = write(tmp_path / "half.pcap", of_station(plant()))
    english = cli("sensor", "test-mirror", str(capture), "--switch", "Cisco", "--lang", "en")
    assert english.code == 3
    assert "monitor session 1 source interface" in english.out
    assert "The mirror is not fit" in english.out
    chinese = cli("sensor", "test-mirror", str(capture), "--switch", "h3c", "--lang", "zh")
    assert "mirroring-group 1" in chinese.out
    assert "镜像口不可用" in chinese.out
    good = cli("sensor", "test-mirror", str(write(tmp_path / "good.pcap", plant())), "--json")
    assert good.code == 0
    document = json.loads(good.out)
    assert document["schema"] == "bittern.mirror-test/v1"
    assert document["data"]["verdict"] == "good"
    assert document["data"]["facts"]["counts"]["talks_two_way"] == 4


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (["sensor", "test-mirror"], 2, "--interface"),
        (["sensor", "test-mirror", "-i", "x", "FILE"], 2, "--interface"),
        (["sensor", "test-mirror", "FILE", "--switch", "cosco"], 2, "cisco"),
        (["sensor", "test-mirror", "FILE", "--expect", "10.0.0"], 2, "10.0.0"),
        (["sensor", "test-mirror", "FILE", "--own-mac", "nothing"], 2, "nothing"),
        (["sensor", "test-mirror", "FILE", "--certificate", "c.txt"], 2, "c.txt"),
        (["sensor", "test-mirror", "-i", "no-such-0"], 4, "no-such-0"),
        (["sensor", "test-mirror", "absent.pcap"], 4, "absent.pcap"),
        (["sensor", "test-mirror", str(PROJECT / "README.md")], 4, "README.md"),
        (["sensor"], 2, "--interface"),
        (["sensor", "-i", "eth1"], 2, "--spool"),
    ],
)
def test_what_is_wrong_is_said(cli: Cli, tmp_path: Path, arguments: list[str], code: int, word: str) -> None:
    capture = str(write(tmp_path / "good.pcap", plant()))
    done = cli(*(capture if each == "FILE" else each for each in arguments))
    assert done.code == code
    assert word in done.err


def test_a_certificate_is_proved_by_its_bundle(cli: Cli, tmp_path: Path) -> None:
    capture = write(tmp_path / "half.pcap", of_station(plant()))
    keys, paper = tmp_path / "keys", tmp_path / "line 3.pdf"
    assert cli("keys", "create", "--keys", str(keys)).code == 0
    told = ["--switch", "siemens", "--keys", str(keys), "--site-name", "水厂 3", "--who", "Li"]
    done = cli("sensor", "test-mirror", str(capture), "--certificate", str(paper), *told)
    assert done.code == 3, done.err
    assert paper.read_bytes().startswith(b"%PDF-")
    bundle = paper.with_suffix(".zip")
    assert cli("report", "verify", str(bundle), "--keys", str(keys)).code == 0
    with zipfile.ZipFile(bundle) as archive:
        assert archive.read("certificate.pdf") == paper.read_bytes()
        record = json.loads(archive.read("evidence/mirror-test.json"))["data"]
    assert (record["verdict"], record["site"], record["who"]) == ("bad", "水厂 3", "Li")
    again = cli("sensor", "test-mirror", str(capture), "--certificate", str(tmp_path / "again.pdf"), *told)
    assert again.code == 3
    assert (tmp_path / "again.zip").read_bytes() == bundle.read_bytes()
    forged = tmp_path / "forged"
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(forged)
    evidence = forged / "evidence" / "mirror-test.json"
    evidence.write_text(evidence.read_text().replace('"verdict":"bad"', '"verdict":"good"'))
    assert cli("report", "verify", str(forged), "--keys", str(keys)).code == 7
    shutil.rmtree(forged)


def test_an_unsigned_certificate_says_so(cli: Cli, tmp_path: Path) -> None:
    capture, paper = write(tmp_path / "good.pcap", plant()), tmp_path / "good.pdf"
    arguments = ["--certificate", str(paper), "--keys", str(tmp_path / "none"), "--lang", "en"]
    done = cli("sensor", "test-mirror", str(capture), *arguments)
    assert done.code == 0
    assert "not signed" in done.err
    assert cli("report", "verify", str(paper.with_suffix(".zip"))).code == 7
    failed = cli("sensor", "test-mirror", str(tmp_path / "absent.pcap"), "--certificate", str(tmp_path / "x.pdf"))
    assert failed.code == 4
    assert not (tmp_path / "x.pdf").exists()


def test_the_demo_of_the_product_has_a_good_mirror(tmp_path: Path) -> None:
    weights = judgement()
    facts = MirrorTest.of([PROJECT / "rules" / "demo" / "demo.pcap"]).facts()
    assert weights.judge(examine(facts, NOTHING, weights.limits)).verdict == "good"
