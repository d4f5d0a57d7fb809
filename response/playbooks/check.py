"""Checks a playbook: CACAO's schemas, strict keys, references, and what the runner must be able to rely on.

Every finding has its place, a code with parameters, and a text that says how to mend it (`issue.<code>`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from detection.sigma.wrong import unlisted, wrong
from response.playbooks.check_flow import flow_problems
from response.playbooks.check_step import step_problems
from response.playbooks.model import PLAYBOOK_EXTENSION, STEP_EXTENSION, playbook_id
from response.playbooks.places import Path, pointer
from response.playbooks.schema import Found, Schemas

TIMES = ("created", "modified", "valid_from", "valid_until")
LATER = ("description", "playbook_types", "playbook_extensions", "extension_definitions")
"""Keys that CACAO leaves out at will and this program cannot do without."""


def check_document(document: Any, slug: str, schemas: Schemas) -> list[Found]:
    """Everything that is wrong with the document of the playbook `slug`, each with its path; in stages, so that one
    mistake is told once: what the schemas say, then strict keys, then what the parts mean together."""
    if not isinstance(document, Mapping):
        return [((), wrong("playbook_not_object"))]
    found = list(schemas.violations(document, "playbook.json"))
    found += [((), wrong("playbook_missing", where="/", name=name)) for name in LATER if name not in document]
    if found:
        return found
    found = [*schemas.strays(document, "playbook.json"), *_commands(document, schemas), *_extensions(document, schemas)]
    if found:
        return found
    found = [*_identity(document, slug), *flow_problems(document)]
    for name, step in document["workflow"].items():
        found += step_problems(step, ("workflow", name), document)
    return found


def _commands(document: Mapping[str, Any], schemas: Schemas) -> Iterator[Found]:
    types = schemas.command_types()
    for name, step in document["workflow"].items():
        for number, command in enumerate(step.get("commands", ())):
            if command["type"] in types:
                yield from schemas.violations(command, types[command["type"]], ("workflow", name, "commands", number))


def _extensions(document: Mapping[str, Any], schemas: Schemas) -> Iterator[Found]:
    """Ours are checked by our schemas and must be there; those of others must at least be registered."""
    registered = document["extension_definitions"]
    at: Path = ("playbook_extensions",)
    yield from _registered(document["playbook_extensions"], registered, at)
    own = document["playbook_extensions"].get(PLAYBOOK_EXTENSION)
    if own is None:
        yield at, wrong("playbook_missing", where=pointer(at), name=PLAYBOOK_EXTENSION)
    else:
        yield from schemas.violations(own, "playbook", (*at, PLAYBOOK_EXTENSION))
    for name, step in document["workflow"].items():
        at = ("workflow", name, "step_extensions")
        yield from _registered(step.get("step_extensions", {}), registered, at)
        own = step.get("step_extensions", {}).get(STEP_EXTENSION)
        if own is not None:
            yield from schemas.violations(own, "step", (*at, STEP_EXTENSION))
        elif step["type"] not in ("start", "end"):
            yield at, wrong("playbook_missing", where=pointer(at), name=STEP_EXTENSION)


def _registered(given: Mapping[str, Any], registered: Mapping[str, Any], at: Path) -> Iterator[Found]:
    for name in given:
        if name not in registered:
            yield (*at, name), unlisted("playbook_extension", name, registered, where=pointer(at), extension=name)


def _identity(document: Mapping[str, Any], slug: str) -> Iterator[Found]:
    own = document["playbook_extensions"][PLAYBOOK_EXTENSION]["slug"]
    if own != slug:
        at = ("playbook_extensions", PLAYBOOK_EXTENSION, "slug")
        yield at, wrong("playbook_slug", slug=own, file=slug)
    elif document["id"] != playbook_id(slug):
        yield ("id",), wrong("playbook_id", id=document["id"], expected=playbook_id(slug))
    for name in TIMES:
        if name in document and not _is_time(document[name]):
            yield (name,), wrong("playbook_no_time", where=name, value=document[name])
    if document["modified"] < document["created"]:
        yield ("modified",), wrong("playbook_modified", created=document["created"], modified=document["modified"])


def _is_time(text: str) -> bool:
    """Whether a text of the right form is a moment that there is: no 31st of February."""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
