"""Triage and incidents over a store, put together from what is shipped: policy, matrix, steps of the rules."""

from __future__ import annotations

from functools import cache

from api.texts import shipped
from detection.sigma.load import RuleSet
from detection.site import Site
from response.incidents.follow import Incidents
from response.incidents.killchain import Matrix, read_matrix
from response.incidents.reach import Judges
from response.incidents.steps import rule_steps
from response.ports import Store
from response.triage.bulk import Bulk
from response.triage.desk import TriageDesk
from response.triage.follow import Follower
from response.triage.policy import Policy, read_policy


@cache
def matrix() -> Matrix:
    """ATT&CK for ICS as shipped."""
    return read_matrix(shipped("attack-ics.json"))


@cache
def policy() -> Policy:
    """The policy as shipped."""
    return read_policy(shipped("triage.yml"))


def incidents_over(store: Store, rules: RuleSet, site: Site | None) -> Incidents:
    """The incidents of a store."""
    return Incidents(store, Judges(matrix(), policy(), site), rule_steps(rules))


def desk_over(store: Store, rules: RuleSet) -> TriageDesk:
    """Where decisions about the alerts of a store are made."""
    return TriageDesk(store, rules, policy())


def followed(store: Store, rules: RuleSet, site: Site | None, now: int) -> bool:
    """Holds back and joins what changed since the last time, and goes on with bulk jobs; whether there was anything."""
    turn = Follower(store, incidents_over(store, rules, site)).turn(now)
    bulk = Bulk(store)
    jobs = bulk.unfinished()
    for job in jobs:
        bulk.resume(job)
    return bool(turn.changes or turn.ended or jobs)
