"""What a version of content says, read from its folder: rules, site model, baseline. Each file is compared with the
manifest first: what was changed or left half written on the disk is never judged by."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from api.analysis import shipped_rules
from api.content.manifest import BASELINE, MANIFEST, PROOFS, RULES, SIGNATURE, SITE, SITE_FILE, Manifest, read_manifest
from api.content.site_lists import site_lists
from api.content.trouble import BadContent, Trouble, bad, issue_trouble
from api.texts import shipped
from detection.baseline import BadBaseline, Baseline, read_baseline
from detection.baseline.entries import Entry
from detection.sigma.attack import read_techniques
from detection.sigma.load import RuleSet
from detection.sigma.model import Issue
from detection.site import Site
from detection.site_reading import BadSite, load_site


@dataclass(frozen=True)
class Knowledge:
    """What detection judges by. `site` and `known` are None where the content brings none."""

    rules: RuleSet
    site: Site | None
    known: Baseline | None


def manifest_in(folder: Path) -> Manifest:
    """The manifest of an unpacked version. Raises BadContent, OSError."""
    return read_manifest((folder / MANIFEST).read_bytes())


def check_files(folder: Path, manifest: Manifest) -> None:
    """Whether the files are those of the manifest. Raises BadContent: altered, missing, unlisted; OSError."""
    for part in manifest.parts:
        file = folder / part.path
        if not file.is_file() or file.is_symlink():
            raise bad("missing", path=part.path, count=1)
        if file.stat().st_size != part.size or hashlib.sha256(file.read_bytes()).hexdigest() != part.sha256:
            raise bad("altered", path=part.path)
    listed = {part.path for part in manifest.parts} | {MANIFEST, SIGNATURE}
    for file in sorted(folder.rglob("*")):
        if not file.is_dir() and file.relative_to(folder).as_posix() not in listed:
            raise bad("unlisted", path=file.relative_to(folder).as_posix(), count=1)


def read_knowledge(folder: Path, manifest: Manifest) -> Knowledge:
    """Everything in force with this version. Raises BadContent with every mistake of each text, OSError."""
    troubles: list[Trouble] = []
    rules = _rules(folder, manifest)
    # A rule of the release itself that a machine cannot use is left out there as ever; one of the bundle is refused.
    own = f"{folder}/"
    broken = [issue for issue in rules.issues if issue.fatal and issue.file.startswith(own)]
    troubles += (issue_trouble(_below(issue, folder)) for issue in broken)
    if not rules.rules and not rules.correlations:
        troubles.append(Trouble("no_rules"))
    site, known = None, None
    try:
        site = _site(folder, manifest)
    except BadSite as error:
        troubles += (issue_trouble(_below(issue, folder)) for issue in error.issues)
    except BadContent as error:
        troubles += error.troubles
    try:
        known = _baseline(folder, manifest)
    except BadBaseline as error:
        troubles.append(issue_trouble(_below(error.issue, folder)))
    except UnicodeDecodeError as error:
        troubles.append(Trouble("baseline_text", {"offset": error.start}))
    if troubles:
        raise BadContent(*troubles)
    return Knowledge(rules, site, known)


def proof_folders(folder: Path) -> list[Path]:
    """Where proofs of its rules are: its own before those that come with the program."""
    return [folder / PROOFS, Path(str(shipped(PROOFS)))]


def _below(issue: Issue, folder: Path) -> Issue:
    """The issue with its file as the bundle names it."""
    return replace(issue, file=issue.file.removeprefix(f"{folder}/"))


def _rules(folder: Path, manifest: Manifest) -> RuleSet:
    places = [folder / part.path for part in manifest.of(RULES)]
    if manifest.with_shipped:
        places.append(shipped_rules())
    return RuleSet.load(places, read_techniques(Path(str(shipped("attack-ics.json")))))


def _site(folder: Path, manifest: Manifest) -> Site | None:
    parts = {part.path for part in manifest.of(SITE)}
    if SITE_FILE not in parts:
        return None
    text = (folder / SITE_FILE).read_bytes().decode("utf-8", "replace")
    # A model may name any file of the machine; one that came from elsewhere names what came along.
    if strange := [name for name in site_lists(SITE_FILE, text) if f"{SITE}/{name}" not in parts]:
        raise bad("site_list", file=strange[0])
    try:
        return load_site(folder / SITE_FILE)
    except UnicodeDecodeError as error:
        raise bad("site_text", offset=error.start) from error


def _baseline(folder: Path, manifest: Manifest) -> Baseline | None:
    files = [folder / part.path for part in manifest.of(BASELINE)]
    return Baseline(_entries(files)) if files else None


def _entries(files: Sequence[Path]) -> Iterator[Entry]:
    for file in files:
        if not file.is_file():
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(file))
        yield from read_baseline(file).sorted()
