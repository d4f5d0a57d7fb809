"""The indexes beside the captures: rules/proofs/index.yml and tests/golden/<protocol>/case.yml."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import yaml

from compose.plant.addresses import HOSTS
from compose.plant.catalogue import CAPTURES, GOLDEN, PROOFS, Capture

Record = dict[str, object]
_ABOUT_PROOFS = """# Proof captures, made by compose/plant (`make captures`). Do not edit: written anew each time.
# kind positive: `rules` must fire; benign: they must stay quiet. learn: captures to take the baseline from first.
# steps: what was done when. Addresses, zones, roles and ranges: site.yml beside this file, one for all captures.
"""
_ABOUT_GOLDEN = """# Golden captures of {protocol}, made by compose/plant (`make captures`). Do not edit.
"""


def folder_of(capture: Capture) -> Path:
    """Return the folder whose index lists the capture, from the project's root."""
    return PROOFS if capture.root == PROOFS else GOLDEN / capture.protocol


def declared(capture: Capture) -> Record:
    """Return what the script declares: file, kind, purpose, rules, baseline."""
    record: Record = {"file": str(capture.path.relative_to(folder_of(capture))), "kind": capture.kind}
    record |= {"protocol": capture.protocol, "purpose": capture.purpose, "made_by": capture.made_by}
    if capture.rules:
        record["rules"] = list(capture.rules)
    if capture.learn:
        record["learn"] = list(capture.learn)
    return record


def write_indexes(measured: Mapping[str, Record], into: Path) -> None:
    """Write every index anew: what scripts declare, with what was measured when each capture was made.

    measured: records of the captures made now, by path; those of the others are taken from the old index.
    into: folder in place of the project's root.
    """
    for folder in sorted({folder_of(capture) for capture in CAPTURES.values()}):
        captures = [capture for capture in CAPTURES.values() if folder_of(capture) == folder]
        if any(str(capture.path) in measured for capture in captures):
            _write(into / folder, captures, measured)


def _write(folder: Path, captures: list[Capture], measured: Mapping[str, Record]) -> None:
    proofs = captures[0].root == PROOFS
    path = folder / ("index.yml" if proofs else "case.yml")
    old = yaml.safe_load(path.read_text())["captures"] if path.exists() else []
    kept = {str(entry["file"]): entry for entry in old}
    entries = []
    for capture in sorted(captures, key=lambda capture: capture.file):
        own = declared(capture)
        found = measured.get(str(capture.path)) or _measurement(kept.get(str(own["file"]), {}))
        if found:
            entries.append(own | found)
    body: Record = {"site": "site.yml", "hosts": _hosts()} if proofs else {}
    about = _ABOUT_PROOFS if proofs else _ABOUT_GOLDEN.format(protocol=captures[0].protocol)
    text = yaml.safe_dump(body | {"captures": entries}, sort_keys=False, allow_unicode=True, width=118)
    path.write_text(about + text)


def _measurement(entry: Record) -> Record:
    return {key: entry[key] for key in ("frames", "seconds", "bytes", "steps") if key in entry}


def _hosts() -> dict[str, Record]:
    return {
        host.name: {"ip": host.ip, "mac": host.mac.upper().replace(":", "-"), "role": host.role}
        for host in HOSTS.values()
    }
