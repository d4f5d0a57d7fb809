"""Playbook files to a set of playbooks. A broken one never stops the others: it is left out and named as an issue."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from detection.sigma.model import Issue
from detection.sigma.wrong import WrongError, unlisted, wrong
from response.playbooks.check import check_document
from response.playbooks.effects import EFFECTS, Effect
from response.playbooks.model import Playbook, playbook_id, read_playbook
from response.playbooks.places import line_at, lines_of, pointer
from response.playbooks.schema import Found, Schemas


@dataclass(frozen=True)
class Playbooks:
    """Usable playbooks by slug, and all issues."""

    by_slug: Mapping[str, Playbook]
    issues: tuple[Issue, ...]

    @classmethod
    def load(cls, paths: Sequence[Path], schemas: Schemas) -> Playbooks:
        """Reads files, and every *.json directly in folders. A file that cannot be read is an issue."""
        found: dict[str, Playbook] = {}
        issues: list[Issue] = []
        texts: dict[str, tuple[str, str]] = {}
        for path in _files(paths):
            try:
                texts[path.stem] = (str(path), path.read_text(encoding="utf-8"))
            except UnicodeDecodeError as error:
                issues.append(Issue(str(path), 0, wrong("not_utf8", offset=error.start)))
            except OSError as error:
                message = error.strerror or str(error)
                issues.append(Issue(str(path), 0, wrong("unreadable", errno=error.errno or 0, message=message)))
        for slug, (file, text) in texts.items():
            document, troubles = read_document(file, text, slug, schemas)
            issues += troubles
            if not troubles:
                found[slug] = read_playbook(document)
        return cls(*_resolved(found, texts, issues))

    def by_id(self) -> dict[str, Playbook]:
        """The same by id."""
        return {each.id: each for each in self.by_slug.values()}

    def with_called(self, slug: str) -> tuple[Playbook, ...]:
        """The playbook and all that it calls, itself first. Raises KeyError."""
        by_id, order = self.by_id(), [self.by_slug[slug]]
        for each in order:
            order += sorted(
                (by_id[name] for name in each.called() if by_id[name] not in order), key=lambda called: called.slug
            )
        return tuple(order)

    def strongest(self, slug: str) -> Effect:
        """The strongest effect of any step of the playbook and of those that it calls. Raises KeyError."""
        effects = (step.effect for each in self.with_called(slug) for step in each.steps.values())
        return max(effects, key=EFFECTS.index)


def read_document(file: str, text: str, slug: str, schemas: Schemas) -> tuple[Any, list[Issue]]:
    """The document of one file, and what is wrong with it."""
    try:
        document = json.loads(text, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        place = wrong("playbook_not_json", column=error.colno, why=error.msg)
        return None, [Issue(file, error.lineno, place, slug)]
    except WrongError as error:
        return None, [Issue(file, 1, error.wrong, slug)]
    except RecursionError:
        return None, [Issue(file, 1, wrong("playbook_deep"), slug)]
    return document, _placed(file, text, slug, check_document(document, slug, schemas))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise WrongError(wrong("playbook_twice", name=next(name for name in names if names.count(name) > 1)))
    return found


def _placed(file: str, text: str, slug: str, found: Sequence[Found]) -> list[Issue]:
    lines = lines_of(text) if found else {}
    return [Issue(file, line_at(lines, path), what, slug) for path, what in found]


def _resolved(
    found: dict[str, Playbook], texts: Mapping[str, tuple[str, str]], issues: list[Issue]
) -> tuple[dict[str, Playbook], tuple[Issue, ...]]:
    """Leaves out, until nothing changes, what calls a playbook that is not there or comes back to itself."""
    by_id = {playbook_id(slug): slug for slug in found}
    while True:
        bad = {slug: problem for slug, each in found.items() if (problem := _calls_badly(each, found, by_id))}
        if not bad:
            return found, tuple(sorted(issues, key=lambda issue: (issue.file, issue.line)))
        for slug, problem in bad.items():
            file, text = texts[slug]
            issues += _placed(file, text, slug, [problem])
            del found[slug]


def _calls_badly(playbook: Playbook, found: Mapping[str, Playbook], by_id: Mapping[str, str]) -> Found | None:
    for name, step in playbook.steps.items():
        at = ("workflow", name, "playbook_id")
        if step.playbook and by_id.get(step.playbook) not in found:
            return at, unlisted("playbook_called", step.playbook, by_id, where=pointer(at), called=step.playbook)
        if step.playbook and playbook.slug in _below(step.playbook, found, by_id):
            return at, wrong("playbook_calls_itself", where=pointer(at), called=by_id[step.playbook])
    return None


def _below(name: str, found: Mapping[str, Playbook], by_id: Mapping[str, str]) -> set[str]:
    reached: set[str] = set()
    waiting = [name]
    while waiting:
        slug = by_id.get(waiting.pop(), "")
        if slug in found and slug not in reached:
            reached.add(slug)
            waiting += found[slug].called()
    return reached


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(path.glob("*.json"))
        else:
            yield path
