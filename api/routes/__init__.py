"""The routes of the API: one file a resource, one line here. Every route names the permission that it needs."""

from __future__ import annotations

from fastapi import APIRouter

from api.routes import (
    alerts,
    assessments,
    assets,
    audit,
    drill,
    events,
    evidence,
    exports,
    incidents,
    jobs,
    notifications,
    oidc,
    overview,
    plant_map,
    playbooks,
    reports,
    rules,
    sensors,
    session,
    settings,
    site,
    stream,
    tokens,
    triage,
    users,
    views,
)

ROUTES: tuple[APIRouter, ...] = (
    session.router,
    oidc.router,
    jobs.router,  # before the rules, whose names would take its path of accuracy
    evidence.router,
    triage.router,
    incidents.router,
    events.router,
    exports.router,
    assets.router,
    overview.router,
    plant_map.router,
    rules.router,
    playbooks.router,
    notifications.router,
    assessments.router,
    reports.router,
    drill.router,
    sensors.router,
    settings.router,
    site.router,
    alerts.router,
    stream.router,
    views.router,
    users.router,
    tokens.router,
    audit.router,
)
