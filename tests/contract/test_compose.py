"""The containers: every service is confined, bounded, watched and pinned, whoever adds one."""

from __future__ import annotations

import re
from importlib import metadata
from typing import Any

import pytest
import yaml

from tests.needs import PROJECT

FILE = yaml.safe_load((PROJECT / "compose" / "compose.yml").read_text(encoding="utf-8"))
DOCKERFILE = (PROJECT / "compose" / "Dockerfile").read_text(encoding="utf-8")
SERVICES: dict[str, dict[str, Any]] = FILE["services"]
PROFILES = {"demo", "all-in-one", "sensor", "elastic"}
OF_THE_HOST = {"demo", "sensor"}
"""Those in the network of their machine: a sensor listens there, the demo shows itself on its loopback alone."""
EXACT = re.compile(r"^[a-z]+:\d+\.\d+\.\d+(-[a-z-]+)?(@sha256:[0-9a-f]{64})?$")


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_confined_bounded_watched_and_pinned(name: str) -> None:
    service = SERVICES[name]
    assert EXACT.match(service["image"]), "an exact version, never a moving tag"
    assert service["user"].split(":")[0] not in ("0", "root")
    assert service["cap_drop"] == ["ALL"]
    assert service.get("cap_add", []) == (["NET_RAW"] if name == "sensor" else [])
    assert ("no-new-privileges:true" in service["security_opt"]) == (name != "sensor")
    assert service.get("read_only", False) or name == "elasticsearch"
    assert service["healthcheck"]["test"]
    assert service["mem_limit"]
    assert service["pids_limit"]
    assert "privileged" not in service
    assert (service.get("network_mode") == "host") == (name in OF_THE_HOST)
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
    assert service["profiles"]
    assert set(service["profiles"]) <= PROFILES


def test_every_profile_has_what_it_needs() -> None:
    found = {profile: {n for n, s in SERVICES.items() if profile in s["profiles"]} for profile in PROFILES}
    assert found == {
        "demo": {"demo"},
        "all-in-one": {"sensor", "worker", "serve"},
        "sensor": {"sensor"},
        "elastic": {"elasticsearch", "worker-elastic", "serve-elastic"},
    }


def test_a_sensor_sees_nothing_of_the_store() -> None:
    assert [volume.split(":")[0] for volume in SERVICES["sensor"]["volumes"]] == ["spool"]


def test_no_secret_stands_in_the_file() -> None:
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            assert "PASSWORD" not in name or str(value).startswith("${"), name


def test_commands_are_those_of_the_program() -> None:
    from api.cli.program import COMMANDS

    ours = {name: service for name, service in SERVICES.items() if service["image"].startswith("bittern:")}
    assert {service["command"][0] for service in ours.values()} <= set(COMMANDS)
    assert {service["image"] for service in ours.values()} == {f"bittern:{metadata.version('bittern')}"}


def test_the_image_has_pinned_bases_a_plain_user_and_a_pulse() -> None:
    bases = [line.split()[1] for line in DOCKERFILE.splitlines() if line.startswith("FROM ")]
    assert all(EXACT.match(base) for base in bases), bases
    after = DOCKERFILE[DOCKERFILE.rindex("FROM ") :]
    assert re.search(r"^USER 10001:10001$", after, re.MULTILINE)
    assert "HEALTHCHECK" in after
    assert "--require-hashes" in after
