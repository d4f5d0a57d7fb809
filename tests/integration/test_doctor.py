"""`bittern doctor` over an installation: its folders, certificate, spools, sensors, and what it mends of them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from api.cli.doctor_checks import examine
from api.cli.doctor_findings import Check, Patient
from api.cli.doctor_installation import check_sensors, check_spools, check_tls
from api.cli.doctor_machine import check_clock, check_interfaces, check_privileges
from api.storage import open_store
from api.texts import texts
from api.tls import own_certificate
from response.records import Put
from response.times import SECOND, time_text
from sensors.segment_file import Parcel
from sensors.spool import Spool
from tests.integration.cli_runner import Cli, cli
from tests.live.wire import NEAR, wire
from tests.needs import PROJECT, tool

__all__ = ["cli"]
NOW = int(datetime(2026, 6, 1, tzinfo=UTC).timestamp()) * SECOND
DAY = 86_400 * SECOND


ASKS = """
import sys
from api.cli.doctor_checks import mended
from api.cli.doctor_findings import Patient
from api.cli.doctor_machine import check_interfaces
patient = Patient(None, (), "UTC", interfaces=(sys.argv[1],))
(found,) = check_interfaces(patient)
found = mended(found, check_interfaces, patient) if sys.argv[2] else found
print(found.status, found.is_mended)
"""


def patient(data: Path | None = None, **more: Any) -> Patient:
    return Patient(
        store=f"embedded:{data}/store" if data else None, rules=(), time_zone="UTC", data=data, now=NOW, **more
    )


def readable(checks: Sequence[Check]) -> list[tuple[str, str]]:
    """Names and verdicts; every text is there in both languages with its parameters."""
    for check in checks:
        for lang in ("en", "zh"):
            for key in filter(None, (check.key, check.fix)):
                assert "{" not in texts(lang).get(key, **check.parameters)
    return [(check.name, check.status) for check in checks]


def one(found: Check | None) -> Check:
    assert found is not None
    readable([found])
    return found


def test_files_that_others_can_read_are_closed_by_fix(cli: Cli, tmp_path: Path) -> None:
    data = tmp_path / "data"
    (data / "keys").mkdir(parents=True, mode=0o755)
    key, harmless = data / "keys" / "report", data / "note.txt"
    key.write_text("secret")
    harmless.write_text("for all")
    for path, mode in ((data, 0o755), (key, 0o644), (harmless, 0o644)):
        path.chmod(mode)
    told = cli("doctor", "--data", data, "--json")
    (check,) = [each for each in told.json()["data"] if each["check"] == "data"]
    assert (told.code, check["status"], check["mended"]) == (3, "fail", False)
    assert str(key) in check["fix"]
    assert str(harmless) not in check["text"]
    assert key.stat().st_mode & 0o777 == 0o644, "without --fix nothing changes"
    mended = cli("doctor", "--data", data, "--fix", "--json")
    (check,) = [each for each in mended.json()["data"] if each["check"] == "data"]
    assert (check["status"], check["mended"]) == ("ok", True)
    assert [path.stat().st_mode & 0o777 for path in (data, key, harmless)] == [0o700, 0o600, 0o644]


def test_a_remedy_that_fails_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def check_data(_: Patient) -> Check:
        return Check("data", "fail", "doctor.data", {"path": tmp_path}, "doctor.data_open_fix", refused)

    def refused() -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("api.cli.doctor_checks.CHECKS", (check_data,))
    (found,) = examine(patient(), mend=True)
    assert (found.status, found.fix, found.is_mended) == ("fail", "doctor.cannot_mend", False)
    assert found.parameters["why"] == "Operation not permitted"


@pytest.mark.parametrize(("days", "status"), [(0, "ok"), (800, "warn"), (900, "fail")])
def test_a_certificate_near_its_end(days: int, status: str, tmp_path: Path) -> None:
    certificate, _ = own_certificate(tmp_path, "127.0.0.1", NOW - days * DAY)
    assert one(check_tls(patient(tmp_path))).status == status
    assert one(check_tls(patient(certificate=certificate))).fix == (None if status == "ok" else "doctor.tls_fix")
    certificate.write_text("no certificate")
    assert one(check_tls(patient(tmp_path))).status == "fail"


def test_what_waits_and_what_was_refused(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "eth1")
    spool.open_for_writing()
    spool.put(Parcel("one", "eth1", 1, 2, {"a": b"1"}))
    there = patient(spools=(tmp_path / "eth1", tmp_path / "eth2"))
    assert readable(check_spools(there)) == [("spool:eth1", "ok"), ("spool:eth2", "warn")]
    spool.refuse(next(iter(spool)))
    assert readable(check_spools(there))[0] == ("spool:eth1", "fail")


def test_sensors_that_are_silent_or_lose(tmp_path: Path) -> None:
    with open_store(f"embedded:{tmp_path}/store") as store:
        for name, ago, counters in (
            ("fine", 10, {"link.frames": 5}),
            ("losing", 10, {"reader.kernel_drops": 7, "reader.kernel_packets": 9}),
            ("silent", 1000, {}),
        ):
            body = {"last_seen": time_text(NOW - ago * SECOND), "packets_until": time_text(NOW), "state": "heard"}
            store.commit([Put("sensor", name, {**body, "counters": counters})])
    found = check_sensors(patient(tmp_path))
    assert set(readable(found)) == {("sensor:fine", "ok"), ("sensor:losing", "warn"), ("sensor:silent", "warn")}
    (losing,) = [check for check in found if check.name == "sensor:losing"]
    assert losing.parameters["lost"] == "reader.kernel_drops 7"


def test_the_machine_is_asked_and_answers() -> None:
    checks = [check_privileges(patient(interfaces=("lo",))), check_clock(patient())]
    assert {name for name, _ in readable(checks)} == {"privileges", "clock"}
    (absent,) = check_interfaces(patient(interfaces=("eth77",)))
    assert readable([absent]) == [("interface:eth77", "fail")]


def test_what_joins_packets_is_seen_and_switched_off_as_ethtool_says() -> None:
    ethtool = tool("ethtool")
    with wire() as made:
        inside = ["ip", "netns", "exec", made.sensor]
        subprocess.run([*inside, ethtool, "-K", NEAR, "gro", "on"], check=True, capture_output=True)

        def doctor(*, mend: bool) -> list[str]:
            command = [sys.executable, "-c", ASKS, NEAR, "mend" if mend else ""]
            done = subprocess.run([*inside, *command], cwd=PROJECT, capture_output=True, text=True, check=True)
            return done.stdout.split()

        def gro() -> str:
            told = subprocess.run([*inside, ethtool, "-k", NEAR], capture_output=True, text=True, check=True).stdout
            (line,) = [line for line in told.splitlines() if line.startswith("generic-receive-offload:")]
            return line.split()[1]

        assert (doctor(mend=False), gro()) == (["warn", "False"], "on")
        assert (doctor(mend=True), gro()) == (["ok", "True"], "off")
