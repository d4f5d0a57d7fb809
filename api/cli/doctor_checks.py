"""The checks of `bittern doctor`: a list, each a function of the patient that says what it found and how to mend it."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from api.texts import FILES, shipped

OLDEST_PYTHON = (3, 11)
SPACE_WARN, SPACE_FAIL = 10_000_000_000, 500_000_000
"""Free bytes where a store can still grow for a while, and where nothing should be written any more."""


@dataclass(frozen=True)
class Patient:
    """What is examined beside the machine: the store and the rules that would be used, the reader's time zone."""

    store: str | None
    rules: tuple[Path, ...]
    time_zone: str


@dataclass(frozen=True)
class Check:
    """What a check found: texts of the catalogue (`key`, `fix`) and their parameters."""

    name: str
    status: Literal["ok", "warn", "fail"]
    key: str
    parameters: Mapping[str, object] = field(default_factory=dict)
    fix: str | None = None


def examine(patient: Patient) -> list[Check]:
    """Every check, in order. A check that itself breaks is a failed check."""
    return [_run(check, patient) for check in CHECKS]


def _run(check: Callable[[Patient], Check], patient: Patient) -> Check:
    try:
        return check(patient)
    except Exception as error:  # a broken installation breaks in ways nobody lists; the other checks go on
        name = check.__name__.removeprefix("check_")
        return Check(name, "fail", "doctor.broken", {"name": name, "why": error}, "doctor.reinstall")


def check_python(_: Patient) -> Check:
    found = {"version": platform.python_version(), "platform": f"{platform.system()} {platform.machine()}"}
    if sys.version_info < OLDEST_PYTHON:
        return Check("python", "fail", "doctor.python", found, "doctor.python_fix")
    return Check("python", "ok", "doctor.python", found)


def check_core(_: Patient) -> Check:
    from sensors import _core

    program = metadata.version("bittern")
    found = {"core": _core.__version__, "program": program, "count": len(_core.PROTOCOLS)}
    if _core.__version__ != program:
        return Check("core", "warn", "doctor.core_differs", found, "doctor.reinstall")
    return Check("core", "ok", "doctor.core", found)


def check_dissectors(_: Patient) -> Check:
    """Each is begun once, as traffic would begin it."""
    from sensors.dissector.trial import trial
    from sensors.fields import dissectors

    found = dissectors()
    failed = {declared.name: why for declared in found.usable if (why := trial(declared))}
    if failed or found.refused:
        counts = {"count": len(failed) + len(found.refused), "usable": len(found.usable) - len(failed)}
        parameters = {**counts, "refused": found.refused, "failed": failed}
        return Check("dissectors", "warn", "doctor.dissectors_bad", parameters, "doctor.dissectors_fix")
    names = ", ".join(declared.name for declared in found.usable)
    return Check("dissectors", "ok", "doctor.dissectors", {"names": names})


def check_texts(_: Patient) -> Check:
    absent = [name for name in FILES.values() if not shipped("locales", name).is_file()]
    if absent:
        return Check("texts", "fail", "doctor.texts_absent", {"names": ", ".join(absent)}, "doctor.reinstall")
    return Check("texts", "ok", "doctor.texts")


def check_rules(patient: Patient) -> Check:
    from api.analysis import shipped_rules
    from api.cli.inputs import techniques
    from detection.sigma.load import RuleSet

    rules = RuleSet.load(list(patient.rules) or [shipped_rules()], techniques())
    whole = [each for each in (*rules.rules, *rules.correlations) if each.bittern]  # the others are parts of these
    found = {"count": len(whole), "issues": len(rules.issues)}
    if not found["count"]:
        return Check("rules", "fail", "doctor.no_rules", found, "doctor.reinstall")
    if rules.issues:
        fatal = any(issue.fatal for issue in rules.issues)
        return Check("rules", "fail" if fatal else "warn", "doctor.rule_issues", found, "doctor.rules_fix")
    return Check("rules", "ok", "doctor.rules", found)


def check_store(patient: Patient) -> Check:
    from api.cli.failures import Failure
    from api.cli.records import opened
    from response.store_errors import StoreError

    if patient.store is None:
        return Check("store", "ok", "doctor.no_store")
    try:
        with opened(patient.store) as store:
            health = store.health()
    except Failure as failure:
        return Check("store", "warn", "doctor.store_absent", failure.parameters, "doctor.store_absent_fix")
    except StoreError as error:
        return Check("store", "fail", "doctor.store_bad", {"error": error}, "doctor.store_fix")
    found = {"kind": health.kind, "version": health.version, "status": health.status, "alerts": f"{health.alerts:,}"}
    if not health.writable or health.status == "red":
        return Check("store", "fail", "doctor.store_unwritable", found, "doctor.store_fix")
    return Check("store", "ok" if health.status == "green" else "warn", "doctor.store", found)


def check_disk(patient: Patient) -> Check:
    from api.storage.address import EmbeddedAddress, read_address

    place = Path.cwd()
    if patient.store and patient.store.startswith("embedded:"):
        address = read_address(patient.store, os.environ)
        place = address.path if isinstance(address, EmbeddedAddress) else place
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    found = {"path": place, "free": f"{free / 1e9:,.1f} GB"}
    if free < SPACE_FAIL:
        return Check("disk", "fail", "doctor.disk", found, "doctor.disk_fix")
    return Check(
        "disk",
        "warn" if free < SPACE_WARN else "ok",
        "doctor.disk",
        found,
        "doctor.disk_fix" if free < SPACE_WARN else None,
    )


def check_tshark(_: Patient) -> Check:
    found = shutil.which("tshark")
    if found is None:
        return Check("tshark", "warn", "doctor.no_tshark", {}, "doctor.tshark_fix")
    return Check("tshark", "ok", "doctor.tshark", {"path": found})


def check_fonts(_: Patient) -> Check:
    from response.reports.glyphs import NoFonts, font_files

    try:
        return Check("fonts", "ok", "doctor.fonts", {"count": len(font_files())})
    except NoFonts as error:
        return Check("fonts", "warn", "doctor.no_fonts", {"path": error.folder}, "doctor.reinstall")


def check_console(_: Patient) -> Check:
    from api.console import static_folder

    folder = static_folder()
    if not (folder / "index.html").is_file():
        return Check("console", "warn", "doctor.no_console", {"path": folder}, "doctor.console_fix")
    return Check("console", "ok", "doctor.console")


def check_time_zone(patient: Patient) -> Check:
    found = {"name": patient.time_zone}
    try:
        ZoneInfo(patient.time_zone)
        ZoneInfo("Asia/Shanghai")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return Check("time_zone", "fail", "doctor.time_zone_bad", found, "doctor.time_zone_fix")
    return Check("time_zone", "ok", "doctor.time_zone", found)


CHECKS: tuple[Callable[[Patient], Check], ...] = (
    check_python, check_core, check_dissectors, check_texts, check_rules, check_store, check_disk, check_tshark,
    check_fonts, check_console, check_time_zone,
)  # fmt: skip
