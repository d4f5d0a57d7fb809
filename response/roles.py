"""Who may do what: permissions, and the roles that hold them (design §4).

A permission is `<resource>:<deed>`. A token's scopes are permissions too, and never more than its owner holds. The page
docs/reference/roles.md is generated from this; a test walks it over every route of the API.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

READ = (
    "alerts:read", "incidents:read", "events:read", "assets:read", "map:read", "rules:read", "baseline:read",
    "mutes:read", "playbooks:read", "runs:read", "sensors:read", "site:read", "drill:read", "assessments:read",
    "reports:read", "stream:read", "metrics:read",
)  # fmt: skip
"""What everybody who signs in may see."""
OWN = ("session:own", "tokens:own", "views:own")
"""What everybody may do with what is their own."""
TRIAGE = ("alerts:comment", "alerts:take", "incidents:comment", "views:share")
DECIDE = (
    "alerts:close", "alerts:bulk", "alerts:learn", "alerts:mute", "baseline:change", "incidents:change", "runs:start",
    "runs:answer", "evidence:read", "evidence:export", "notifications:read", "drill:run",
)  # fmt: skip
APPROVE = ("baseline:approve", "runs:approve")
PLANT = ("alerts:comment", "incidents:comment", "assets:change", "sensors:change", "site:change", "evidence:read",
         "drill:run")  # fmt: skip
AUDIT = (
    "assessments:run", "judgements:make", "reports:make", "evidence:read", "evidence:export", "audit:read",
    "notifications:read", "users:read", "settings:read",
)  # fmt: skip
ADMINISTER = (
    "users:read", "users:change", "tokens:change", "audit:read", "settings:read", "settings:change",
    "notifications:change", "rules:change", "sensors:change", "site:change", "assets:change",
    "content:change",
)  # fmt: skip
MACHINE = ("segments:write", "content:read")

ROLES: Mapping[str, frozenset[str]] = {
    "admin": frozenset((*READ, *OWN, *TRIAGE, *DECIDE, *APPROVE, *PLANT, *ADMINISTER)),
    "analyst": frozenset((*READ, *OWN, *TRIAGE, *DECIDE, *APPROVE)),
    "analyst_limited": frozenset((*READ, *OWN, *TRIAGE, "evidence:read")),
    "auditor": frozenset((*READ, *OWN, *AUDIT)),
    "engineer": frozenset((*READ, *OWN, *PLANT)),
    "sensor": frozenset(MACHINE),
    "integrator": frozenset((*READ, "tokens:own")),
}
PERMISSIONS = tuple(sorted(frozenset().union(*ROLES.values())))
PEOPLE = ("admin", "analyst", "analyst_limited", "auditor", "engineer")
"""Roles of those who may sign in."""
MACHINES = ("integrator", "sensor")
"""Roles of programs: their accounts hold tokens and sign in nowhere."""


def held_by(roles: Iterable[str]) -> frozenset[str]:
    """Every permission of these roles; a role that there is not holds none."""
    return frozenset().union(*(ROLES.get(role, frozenset()) for role in roles))
