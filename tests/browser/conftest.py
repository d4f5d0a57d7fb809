"""Fixtures of the console's tests."""

from __future__ import annotations

from tests.browser.console import browser, demo, guard, screens

__all__ = ["browser", "demo", "guard", "screens"]
