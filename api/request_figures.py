"""How many requests this process answered, how, and how soon: by route, never by path, so that figures stay few."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
SECONDS = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class RequestFigures:
    """Counts requests; any thread may."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=False)
        self._answered = Counter(
            "bittern_http_requests",
            "Requests answered by this process",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self._waited = Histogram(
            "bittern_http_seconds",
            "Seconds until an answer began",
            ("method",),
            buckets=SECONDS,
            registry=self.registry,
        )

    def note(self, scope: Mapping[str, Any], status: int, seconds: float) -> None:
        """A request whose answer began. Routes of the API are named without the prefix that they all have."""
        method = scope["method"] if scope["method"] in METHODS else "other"
        route = getattr(scope.get("route"), "path", None) or "none"
        self._answered.labels(method, route, f"{status // 100}xx").inc()
        self._waited.labels(method).observe(seconds)
