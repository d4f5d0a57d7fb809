"""Puts together what an assessment is made with: frameworks, rules in force, playbooks, the site model's text."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path

from api.analysis import load_rules, shipped_rules
from api.texts import shipped
from detection.sigma.load import RuleSet
from detection.site import Site
from detection.site_reading import read_site
from response.compliance.assessment import Assessment
from response.compliance.deciding import Outcome
from response.compliance.gathering import Content, gather, span
from response.compliance.library import Library, content_of, load_library
from response.compliance.query import Parameters
from response.compliance.running import Asked, audit_of, query_all, records_of, run_assessment
from response.ports import Store

BY = "command-line"


class NothingStored(ValueError):
    """A store that holds nothing for the period."""


@dataclass(frozen=True)
class SiteText:
    """A site model with the name of its file and the SHA-256 of its text."""

    site: Site
    name: str
    digest: str


@dataclass(frozen=True)
class Order:
    """What somebody asks for. `frameworks`, `zones` empty: all; `start`, `end` None: what the store holds (ns)."""

    name: str
    who: str
    now: int
    frameworks: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    start: int | None = None
    end: int | None = None
    parameters: Mapping[str, Parameters] | None = None
    rules: tuple[Path, ...] = ()


@cache
def library() -> Library:
    """The frameworks that ship with the program, read once."""
    return load_library(shipped("frameworks"))


def site_text(path: Path) -> SiteText:
    """The site model of a file. Raises BadSite, OSError."""
    text = path.read_text(encoding="utf-8")
    return SiteText(read_site(str(path), text), path.name, hashlib.sha256(text.encode()).hexdigest())


def content(folders: Sequence[Path], rules: RuleSet | None = None) -> Content:
    """What rules, proofs and playbooks are in force; `folders` of rules, the shipped ones when none is named."""
    return content_of(rules or load_rules(folders), library().techniques, playbooks(), _installed(folders))


def playbooks() -> tuple[str, ...]:
    """Names of the playbooks that ship with the program."""
    folder = shipped("playbooks")
    found = folder.iterdir() if folder.is_dir() else ()
    return tuple(sorted(each.name.removesuffix(".json") for each in found if each.name.endswith(".json")))


def _installed(folders: Sequence[Path]) -> int | None:
    """When the newest of the rules in use was installed or changed, ns."""
    files = [path for folder in folders or [shipped_rules()] for path in Path(folder).rglob("*.yml")]
    return max((path.stat().st_mtime_ns for path in files), default=None)


def assess(store: Store, model: SiteText, order: Order) -> Assessment:
    """An assessment of what the store holds. Raises NothingStored, KeyError for an unknown framework, StoreError."""
    known = library()
    asked = Asked(
        name=order.name,
        frameworks=known.chosen(order.frameworks),
        period=period_of(store, order),
        now=order.now,
        who=order.who,
        product=metadata.version("bittern"),
        zones=order.zones,
        site_name=model.name,
        site_digest=model.digest,
        parameters=order.parameters or {},
    )
    return run_assessment(store, model.site, asked, known, content(order.rules))


def period_of(store: Store, order: Order) -> tuple[int, int]:
    """The period that an order means now (ns). Raises NothingStored."""
    held = span(store)
    start = order.start if order.start is not None else held[0] if held else None
    end = order.end if order.end is not None else held[1] if held else None
    if start is None or end is None or start >= end:
        raise NothingStored
    return start, end


def found_again(store: Store, model: SiteText, made: Assessment, query: str, rules: Sequence[Path]) -> Outcome:
    """The outcome of a query now, asked as the assessment asked it. Raises StopIteration for an unknown query."""
    then = next(result for result in made.results if result.query == query)
    evidence = gather(
        store,
        model.site,
        (made.start, made.end),
        now=made.made_at,
        content=content(rules),
        zones=made.zones,
        records=records_of(store, (made.start, made.end)),
        audit=audit_of(store),
    )
    return query_all(evidence, library(), {query: then.parameters}, only=(query,))[query]
