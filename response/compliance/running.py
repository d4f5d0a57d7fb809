"""One assessment from beginning to end: gather, query, decide, judge, compare; and how it is stored and found again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from detection.site import Site
from response.audit import check_chain
from response.compliance.assessment import Assessment, FrameworkUsed, Verdict
from response.compliance.deciding import Outcome, outcome
from response.compliance.documents import assessment_document, read_assessment
from response.compliance.evidence import QUERIES
from response.compliance.frameworks import Framework
from response.compliance.gathering import Audit, Content, Evidence, Record, gather
from response.compliance.judging import judgements
from response.compliance.levels import zone_levels
from response.compliance.library import Library
from response.compliance.matrix import matrix
from response.compliance.planning import actions, differences
from response.compliance.query import Parameters
from response.compliance.sight import look
from response.compliance.verdicts import verdicts
from response.ports import Store
from response.records import Deed, Put, RecordQuery, Stored

READ_KINDS = ("incident", "run", "user", "drill", "baseline", "report")
IN_PERIOD = ("incident",)
"""Kinds of which only those in the period count; of the others what is in force counts."""
LATEST = 50
PAGE = 500
MOST_RECORDS = 20_000


@dataclass(frozen=True)
class Asked:
    """What is to be assessed, by whom. Times are ns; `zones` empty: all that the site model declares; `parameters` by
    query; `product` is the version of this program; `site_digest` the SHA-256 of the site model's text."""

    name: str
    frameworks: tuple[Framework, ...]
    period: tuple[int, int]
    now: int
    who: str
    product: str
    zones: tuple[str, ...] = ()
    site_name: str | None = None
    site_digest: str | None = None
    parameters: Mapping[str, Parameters] = field(default_factory=dict)
    drill: bool = False


def run_assessment(store: Store, site: Site, asked: Asked, library: Library, content: Content) -> Assessment:
    """Makes an assessment from what a store holds; stores nothing. Raises StoreError."""
    evidence = gather(
        store,
        site,
        asked.period,
        now=asked.now,
        content=content,
        zones=asked.zones,
        records=records_of(store, asked.period),
        audit=audit_of(store),
    )
    outcomes = query_all(evidence, library, asked.parameters)
    results = {name: each.result for name, each in outcomes.items()}
    given = verdicts(asked.frameworks, results, judgements(store), asked.now)
    before = latest(store, asked.name)
    made = _assembled(asked, site, library, content, evidence, outcomes, given)
    if before is None:
        return made
    return replace(made, previous=before.id, differences=differences(before.verdicts, made.verdicts))


def query_all(
    evidence: Evidence,
    library: Library,
    parameters: Mapping[str, Parameters] | None = None,
    only: Sequence[str] = (),
) -> dict[str, Outcome]:
    """The outcome of every query by name, or of some."""
    seen = look(evidence)
    given = parameters or {}
    asked = [query for query in QUERIES if not only or query.name in only]
    return {q.name: outcome(q, library.catalogue[q.name], evidence, seen, given.get(q.name, {})) for q in asked}


def _assembled(
    asked: Asked,
    site: Site,
    library: Library,
    content: Content,
    evidence: Evidence,
    outcomes: Mapping[str, Outcome],
    given: Sequence[Verdict],
) -> Assessment:
    by_control = {verdict.control: verdict for verdict in given}
    results = tuple(each.result for each in outcomes.values())
    return Assessment(
        id=_identifier(asked, content, evidence.zones, outcomes),
        name=asked.name,
        site=asked.site_name,
        site_digest=asked.site_digest,
        rules_digest=content.digest,
        product=asked.product,
        start=evidence.start,
        end=evidence.end,
        made_at=asked.now,
        made_by=asked.who,
        zones=evidence.zones,
        frameworks=tuple(FrameworkUsed(f.id, f.digest, f.title, f.version, len(f.controls)) for f in asked.frameworks),
        visibility=look(evidence),
        results=results,
        verdicts=tuple(given),
        levels=tuple(
            level
            for framework in asked.frameworks
            if framework.requirements
            for level in zone_levels(framework, by_control, outcomes, evidence.zones, site)
        ),
        matrix=matrix(content, results),
        actions=actions(given, outcomes, library.plan, site, asked.now),
        drill=asked.drill,
    )


def _identifier(asked: Asked, content: Content, zones: Sequence[str], outcomes: Mapping[str, Outcome]) -> str:
    """The same question about the same evidence, asked at the same time, has the same id."""
    parts = [asked.name, *map(str, asked.period), str(asked.now), asked.who, asked.site_digest or "", content.digest]
    parts += [*zones, *(framework.digest for framework in asked.frameworks)]
    parts += [f"{name} {each.result.version} {each.result.digest}" for name, each in sorted(outcomes.items())]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:26]


def records_of(store: Store, period: tuple[int, int]) -> dict[str, list[Record]]:
    """The records of people's work that queries read, by kind."""
    found = {kind: list(_of_kind(store, kind, period)) for kind in READ_KINDS}
    former = store.records(RecordQuery("assessment", limit=LATEST)).items
    return {**found, "assessment": [{"id": record.id, **record.body} for record in former]}


def _of_kind(store: Store, kind: str, period: tuple[int, int]) -> Iterator[Record]:
    start, end = period if kind in IN_PERIOD else (None, None)
    cursor: str | None = None
    taken = 0
    while taken < MOST_RECORDS:
        page = store.records(RecordQuery(kind, start=start, end=end, limit=PAGE, cursor=cursor))
        for record in page.items:
            yield {"id": record.id, **record.body}
        taken += len(page.items)
        cursor = page.cursor
        if cursor is None:
            return


def audit_of(store: Store) -> Audit:
    """Walks the whole audit log, for its chain and for what its lines say."""
    found = check_chain(store)
    complete, number = 0, 0
    while lines := store.audit(after=number, limit=PAGE):
        complete += sum(bool(each.deed.at and each.deed.who and each.deed.what) for each in lines)
        number = lines[-1].number
    return Audit(found.lines + (found.broken is not None), found.broken, complete)


def keep_assessment(store: Store, assessment: Assessment, *more: Put) -> Stored:
    """Stores an assessment with its line in the audit log and `more`. Raises Conflict when it is there, StoreError."""
    told = {"name": assessment.name, "frameworks": [used.id for used in assessment.frameworks]}
    deed = Deed(assessment.made_at, assessment.made_by, "assessment.run", "assessment", assessment.id, told)
    stored, *_ = store.commit([Put("assessment", assessment.id, assessment_document(assessment)), *more], deed)
    assert isinstance(stored, Stored)
    return stored


def latest(store: Store, name: str | None = None) -> Assessment | None:
    """The latest stored assessment, of this name if one is given."""
    words = {} if name is None else {"name": name}
    found = store.records(RecordQuery("assessment", equals=words, limit=1)).items
    return read_assessment(found[0].body) if found else None
