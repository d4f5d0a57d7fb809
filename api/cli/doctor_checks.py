"""The checks of `bittern doctor`: a list, each a function of the patient that says what it found and how to mend it."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from api.cli.doctor_content import check_content
from api.cli.doctor_findings import Check, Patient
from api.cli.doctor_installation import check_data, check_sensors, check_spools, check_tls
from api.cli.doctor_machine import check_clock, check_interfaces, check_privileges, check_services
from api.texts import FILES, shipped

__all__ = ["CHECKS", "Check", "Patient", "examine"]

OLDEST_PYTHON = (3, 11)
SPACE_WARN, SPACE_FAIL = 10_000_000_000, 500_000_000
"""Free bytes where a store can still grow for a while, and where nothing should be written any more."""


Found = Check | Sequence[Check] | None
"""What a check gives: one finding, several, or none where it does not apply."""


def examine(patient: Patient, *, mend: bool = False) -> list[Check]:
    """Every check, in order. A check that itself breaks is a failed check. With `mend`, what can be mended without harm
    is, and looked at again."""
    return [mended(found, check, patient) if mend else found for check in CHECKS for found in _run(check, patient)]


def mended(found: Check, check: Callable[[Patient], Found], patient: Patient) -> Check:
    """The finding after its remedy, if it has one; one that cannot be applied leaves it as it is."""
    if found.remedy is None:
        return found
    try:
        found.remedy()
    except OSError as error:
        return replace(found, fix="doctor.cannot_mend", parameters={**found.parameters, "why": error.strerror or error})
    again = next((each for each in _run(check, patient) if each.name == found.name), found)
    return replace(again, is_mended=again.status == "ok")


def _run(check: Callable[[Patient], Found], patient: Patient) -> Sequence[Check]:
    try:
        found = check(patient)
    except Exception as error:  # a broken installation breaks in ways nobody lists; the other checks go on
        name = check.__name__.removeprefix("check_")
        return (Check(name, "fail", "doctor.broken", {"name": name, "why": error}, "doctor.reinstall"),)
    return () if found is None else (found,) if isinstance(found, Check) else found


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

    place = (patient.data or Path()).absolute()
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


CHECKS: tuple[Callable[[Patient], Found], ...] = (
    check_python, check_core, check_dissectors, check_texts, check_rules, check_store, check_disk, check_tshark,
    check_fonts, check_console, check_time_zone, check_privileges, check_clock, check_interfaces, check_data, check_tls,
    check_spools, check_sensors, check_content, check_services,
)  # fmt: skip
