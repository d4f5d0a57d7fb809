"""Checks of an installation that `bittern doctor` makes: its folders, certificate, spools, sensors and worker."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from pathlib import Path

from api.cli.doctor_findings import Check, Patient

SECRET = ("*.key", "keys/*", "first-sign-in", "*.secret")
"""What in the folder of data nobody but its owner may read."""
SOON = 30
"""Days before the end of a certificate at which it is told."""
SILENT = 300
"""Seconds after which a sensor counts as silent, as in the console."""
MANY_WAIT = 1000
LOST = ("drop", "lost", "losses")


def check_data(patient: Patient) -> Check | None:
    """Whether others can read what a plant does, and what signs."""
    folder = patient.data
    if folder is None:
        return None
    if not folder.is_dir():
        return Check("data", "warn", "doctor.no_data", {"path": folder}, "doctor.no_data_fix")
    opened = [folder, *(path for pattern in SECRET for path in folder.glob(pattern))]
    readable = [path for path in opened if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)]
    if readable:
        named = ", ".join(map(str, readable))
        parameters = {"paths": named, "words": " ".join(map(str, readable))}
        return Check("data", "fail", "doctor.data_open", parameters, "doctor.data_open_fix", lambda: _close(readable))
    return Check("data", "ok", "doctor.data", {"path": folder})


def _close(paths: list[Path]) -> None:
    for path in paths:
        path.chmod(path.stat().st_mode & ~(stat.S_IRWXG | stat.S_IRWXO))


def check_tls(patient: Patient) -> Check | None:
    """Until when the certificate holds: the one that was named, else the server's own."""
    from cryptography import x509

    own = patient.data / "server.crt" if patient.data else None
    path = patient.certificate or (own if own and own.is_file() else None)
    if path is None:
        return None
    try:
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError) as error:
        return Check("tls", "fail", "doctor.tls_unreadable", {"path": path, "why": error}, "doctor.tls_fix")
    end = certificate.not_valid_after_utc
    days = (end - datetime.fromtimestamp(patient.now / 1e9, UTC)).days
    found = {"path": path, "date": f"{end:%Y-%m-%d}", "days": days}
    fix = "doctor.tls_own_fix" if path == own else "doctor.tls_fix"
    if days < 0:
        return Check("tls", "fail", "doctor.tls_over", found, fix)
    if days < SOON:
        return Check("tls", "warn", "doctor.tls_soon", found, fix)
    return Check("tls", "ok", "doctor.tls", found)


def check_spools(patient: Patient) -> list[Check]:
    """Each spool: what waits, and what was refused."""
    return [_spool(path) for path in patient.spools]


def _spool(path: Path) -> Check:
    from sensors.spool import Spool

    name = f"spool:{path.name}"
    if not path.is_dir():
        return Check(name, "warn", "doctor.no_spool", {"path": path})
    waiting = sum(1 for _ in Spool(path))
    refused = sum(1 for _ in (path / "refused").iterdir()) if (path / "refused").is_dir() else 0
    found = {"path": path, "waiting": f"{waiting:,}", "refused": refused}
    if refused:
        return Check(name, "fail", "doctor.spool_refused", found, "doctor.spool_refused_fix")
    if waiting > MANY_WAIT:
        return Check(name, "warn", "doctor.spool_full", found, "doctor.spool_full_fix")
    return Check(name, "ok", "doctor.spool", found)


def check_sensors(patient: Patient) -> list[Check]:
    """Each sensor that the store knows: when it was heard, and what it did not see."""
    from api.cli.failures import Failure
    from api.cli.records import opened
    from response.records import RecordQuery
    from response.store_errors import StoreError
    from response.times import SECOND, time_ns

    if patient.store is None:
        return []
    try:
        with opened(patient.store) as store:
            sensors = store.records(RecordQuery("sensor", limit=200)).items
    except (Failure, StoreError):  # told by the check of the store
        return []
    checks = []
    for sensor in sensors:
        name, silence = f"sensor:{sensor.id}", (patient.now - time_ns(sensor.body["last_seen"])) // SECOND
        packets = sensor.body["counters"].get("link.frames", 0)
        lost = {n: c for n, c in sensor.body["counters"].items() if c and any(word in n for word in LOST)}
        found = {"sensor": sensor.id, "packets": f"{packets:,}", "seconds": silence}
        if silence > SILENT:
            checks.append(Check(name, "warn", "doctor.sensor_silent", found, "doctor.sensor_silent_fix"))
        elif lost:
            told = ", ".join(f"{counter} {count:,}" for counter, count in sorted(lost.items()))
            checks.append(Check(name, "warn", "doctor.sensor_lost", found | {"lost": told}, "doctor.sensor_lost_fix"))
        else:
            checks.append(Check(name, "ok", "doctor.sensor", found))
    return checks
