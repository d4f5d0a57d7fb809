"""The routes of the API: one file a resource, one line here. Every route names the permission that it needs."""

from __future__ import annotations

from fastapi import APIRouter

from api.routes import (
    alerts,
    assets,
    audit,
    events,
    evidence,
    rules,
    sensors,
    session,
    site,
    stream,
    tokens,
    users,
    views,
)

ROUTES: tuple[APIRouter, ...] = (
    session.router,
    alerts.router,
    evidence.router,
    events.router,
    assets.router,
    rules.router,
    sensors.router,
    site.router,
    stream.router,
    views.router,
    users.router,
    tokens.router,
    audit.router,
)
