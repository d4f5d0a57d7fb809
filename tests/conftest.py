"""Says at the end of a run which parts were not tested and how to get them (with BITTERN_REQUIRE_ALL=1: a failure)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from tests.needs import REFUSED, require_all

LONGEST = (
    "tests/integration/test_oracles.py",
    "tests/integration/test_captures.py",
    "tests/contract/test_rules.py",
    "tests/integration/test_drill.py",
    "tests/contract/test_store_crash.py",
    "tests/contract/test_store_faults.py",
    "tests/integration/test_assessment_killed.py",
    "tests/integration/test_report_killed.py",
)
"""Files of minutes: they begin first, in this order, for a process that begins one last is waited for by all others."""

if TYPE_CHECKING:
    from _pytest.terminal import TerminalReporter


class Skips:
    """Counts skipped tests and modules by reason, also where several processes run the tests."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.tests: Counter[str] = Counter()
        self.modules: dict[str, str] = {}
        # A process that runs a part of the tests tells what it did not collect at its end; each collects everything.
        self.told: dict[str, dict[str, str]] | None = getattr(config, "workeroutput", None)

    @property
    def inexcusable(self) -> bool:
        """Whether something was skipped that could have been had."""
        return any(not reason.startswith(REFUSED) for reason in self.reasons)

    @property
    def reasons(self) -> Counter[str]:
        """How often each reason was given."""
        return self.tests + Counter(self.modules.values())

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if why := _why(report):
            self.tests[why] += 1

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if why := _why(report):
            self.modules[report.nodeid] = why
            if self.told is not None:
                self.told["modules not tested"] = self.modules

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """A process is done."""
        self.modules |= getattr(node, "workeroutput", {}).get("modules not tested", {})

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.inexcusable and require_all():
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: TerminalReporter) -> None:
        if not self.reasons:
            return
        terminalreporter.section("parts not tested here")
        for reason, count in sorted(self.reasons.items()):
            terminalreporter.write_line(f"{count:5} skipped, {reason}")
        if self.inexcusable and require_all():
            terminalreporter.write_line("BITTERN_REQUIRE_ALL=1 allows no skip: the run fails.", red=True)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    rank = {file: number for number, file in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.nodeid.partition("::")[0], len(LONGEST)))


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Skips(config), "bittern-skips")


def _why(report: pytest.TestReport | pytest.CollectReport) -> str | None:
    """The reason of a skip."""
    if report.skipped and not hasattr(report, "wasxfail") and isinstance(report.longrepr, tuple):
        return report.longrepr[2].removeprefix("Skipped: ")
    return None
