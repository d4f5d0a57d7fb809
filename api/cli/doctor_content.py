"""The check of `bittern doctor` on the content of this machine's sensors."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from api.cli.doctor_findings import Check, Patient

if TYPE_CHECKING:
    from pathlib import Path

    from api.content.folder import ContentFolder
    from api.content.state import State

SOON = 14
"""Days before content may no longer be taken at which it is told."""
OLD = 180
"""Days after which rules that nobody renewed are told: what attackers do has changed by then."""
DAY = 86_400 * 10**9


def check_content(patient: Patient) -> list[Check]:
    """Whether content is in force, in its time, taken by the sensors, and nothing newer was refused."""
    from api.content.folder import ContentFolder
    from api.content.state import FILE
    from api.content.trouble import BadContent

    root = patient.content or (patient.data / "content" if patient.data else None)
    if root is None or (patient.content is None and not (root / FILE).is_file()):
        return []
    folder = ContentFolder(root)
    try:
        state = folder.state
        if state.current is None:
            return [Check("content", "warn", "doctor.no_content", {"path": root}, "doctor.no_content_fix")]
        return [_age(folder, state.current, patient.now), *_refused(state), *_failing(root, state)]
    except (BadContent, OSError) as error:
        troubles = error.troubles if isinstance(error, BadContent) else ()
        found = {"path": root, "troubles": troubles, "why": "" if troubles else error}
        return [Check("content", "fail", "doctor.content_unreadable", found, "doctor.content_unreadable_fix")]


def _age(folder: ContentFolder, current: str, now: int) -> Check:
    manifest = folder.manifest(current)
    days = (now - manifest.made_at) // DAY
    found = {"label": manifest.label, "days": days, "date": ""}
    if manifest.expires is not None:
        found["date"] = f"{datetime.fromtimestamp(manifest.expires / 1e9, UTC):%Y-%m-%d}"
        if manifest.expires <= now:
            return Check("content", "fail", "doctor.content_expired", found, "doctor.content_fix")
        if manifest.expires - now < SOON * DAY:
            return Check("content", "warn", "doctor.content_soon", found, "doctor.content_fix")
    if days > OLD:
        return Check("content", "warn", "doctor.content_old", found, "doctor.content_fix")
    return Check("content", "ok", "doctor.content", found)


def _refused(state: State) -> list[Check]:
    """A version that was refused: what is in force is not what somebody wanted."""
    if state.refused is None:
        return []
    found = {"version": state.refused.version, "troubles": state.refused.troubles}
    return [Check("content:refused", "warn", "doctor.content_refused", found, "doctor.content_refused_fix")]


def _failing(root: Path, state: State) -> list[Check]:
    """Sensors that do not take what is in force."""
    from api.content.running import read_running

    return [
        Check(
            f"content:{each.sensor}", "fail", "doctor.content_failing",
            {"sensor": each.sensor, "troubles": each.troubles}, "doctor.content_failing_fix",
        )
        for each in read_running(root)
        if each.state == "failed" and each.version == state.current
    ]  # fmt: skip
