"""The plant's network for real: namespaces, switch, mirror port. Each frame is seen once, nothing is left behind."""

from __future__ import annotations

import socket
import struct
import subprocess
import threading
from pathlib import Path

import pytest

from compose.plant import frames, pcap
from compose.plant.addresses import ip, mac
from compose.plant.lab import Lab
from compose.plant.namespaces import Namespace, PlantError
from tests.needs import need, tool

MESSAGES = 5


@pytest.fixture
def rights() -> None:
    """Skip where the kernel gives this user no network namespace."""
    for program in ("ip", "tc", "setpriv"):
        tool(program)
    try:
        Namespace("probe").close()
    except PlantError as error:
        need(False, "network namespaces", str(error))


def talk(server: socket.socket) -> None:
    """Send numbered datagrams to plc1 and wait for each at its socket."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        for number in range(MESSAGES):
            client.sendto(bytes([number]), (ip("plc1"), 4711))
            assert server.recv(10) == bytes([number])


def bound() -> socket.socket:
    """A datagram socket on plc1."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.settimeout(5)
    server.bind((ip("plc1"), 4711))
    return server


def datagrams(path: Path) -> list[bytes]:
    """First byte of every UDP payload to port 4711 in a capture."""
    data, position, found = path.read_bytes(), 24, []
    while position < len(data):
        length = struct.unpack_from("<I", data, position + 8)[0]
        frame = data[position + 16 : position + 16 + length]
        if frame[12:14] == b"\x08\x00" and frame[23] == socket.IPPROTO_UDP and frame[36:38] == struct.pack(">H", 4711):
            found.append(frame[42:43])
        position += 16 + length
    return found


@pytest.mark.usefixtures("rights")
def test_mirror_shows_each_frame_once(tmp_path: Path) -> None:
    capture = tmp_path / "a.pcap"
    before = threading.active_count()
    with Lab(["plc1", "hmi"]) as lab:
        with lab.capture(capture), lab.step("talk", "hmi", "plc1", ["T0855"], ["MB01"]):
            server = lab["plc1"].call(bound)
            lab["hmi"].call(talk, server)
            server.close()
        folder, label = lab.folder, lab.steps[0].as_label()
    assert datagrams(capture) == [bytes([number]) for number in range(MESSAGES)]
    assert label["source"] == ip("hmi")
    assert label["rules"] == ["MB01"]
    assert pcap.extent(capture).first >= lab.steps[0].start
    assert not folder.exists()
    assert threading.active_count() == before


@pytest.mark.usefixtures("rights")
def test_vlan_tags_are_kept(tmp_path: Path) -> None:
    capture = tmp_path / "a.pcap"
    packet = frames.arp(frames.ARP_REQUEST, (mac("hmi"), ip("hmi")), ("00:00:00:00:00:00", ip("plc1")))
    sent = [
        frames.ethernet(mac("hmi"), frames.BROADCAST, frames.ETHERTYPE_ARP, packet, vlans)
        for vlans in ((), (10,), (1, 20))
    ]
    with Lab(["plc1", "hmi"]) as lab, lab.capture(capture):
        lab["hmi"].call(frames.send_frames, sent)
    data = capture.read_bytes()
    assert all(frame in data for frame in sent)


@pytest.mark.usefixtures("rights")
def test_one_sided_mirror_shows_one_side(tmp_path: Path) -> None:
    capture = tmp_path / "a.pcap"
    with Lab(["plc1", "hmi"], mirrored=["plc1"]) as lab, lab.capture(capture):
        server = lab["plc1"].call(bound)
        lab["hmi"].call(talk, server)
        server.close()
    assert datagrams(capture) == []
    assert pcap.extent(capture).frames >= 1  # the ARP answer of plc1


@pytest.mark.usefixtures("rights")
def test_lab_is_taken_down_when_the_script_fails() -> None:
    before = threading.active_count()
    children: list[subprocess.Popen[bytes]] = []

    def script() -> None:
        with Lab(["plc1"]) as lab:
            children.append(lab["plc1"].daemon(["sleep", "60"], lab.folder / "log"))
            raise RuntimeError("script")

    with pytest.raises(RuntimeError, match="script"):
        script()
    assert children[0].poll() is not None
    assert threading.active_count() == before


@pytest.mark.usefixtures("rights")
def test_a_failing_command_is_told_with_its_reason() -> None:
    with Lab(["plc1"]) as lab, pytest.raises(PlantError, match="plc1: `ip link show nothing` failed"):
        lab["plc1"].command("ip", "link", "show", "nothing")
