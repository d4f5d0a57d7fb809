"""Says at the end of a run which parts were not tested and how to get them (with BITTERN_REQUIRE_ALL=1: a failure)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.needs import require_all

if TYPE_CHECKING:
    from _pytest.terminal import TerminalReporter


class Skips:
    """Counts skipped tests and modules by reason."""

    def __init__(self) -> None:
        self.reasons: Counter[str] = Counter()

    def _note(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        if report.skipped and not hasattr(report, "wasxfail") and isinstance(report.longrepr, tuple):
            self.reasons[report.longrepr[2].removeprefix("Skipped: ")] += 1

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._note(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self._note(report)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.reasons and require_all():
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: TerminalReporter) -> None:
        if not self.reasons:
            return
        terminalreporter.section("parts not tested here")
        for reason, count in sorted(self.reasons.items()):
            terminalreporter.write_line(f"{count:5} skipped, {reason}")
        if require_all():
            terminalreporter.write_line("BITTERN_REQUIRE_ALL=1 allows no skip: the run fails.", red=True)


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Skips(), "bittern-skips")
