"""News, letters and clocks for the tests of notifications."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from api.texts import texts
from detection.site import Site
from detection.site_reading import read_site
from response.alerts import Alert, fold
from response.notify.news import News, Subject
from response.notify.sender import Letter, Surroundings
from response.notify.wording import Renderer, RuleTexts
from tests.contract.store_cases import START, occurrence
from tests.shipped import shipped_rule_set

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
AROUND = Surroundings(START, "sensor-box", "1.2.3")
SITE = """\
time_zone: Asia/Shanghai
calendar: {days: [mon, tue, wed, thu, fri], begin: "08:00", end: "18:00", holidays: [2026-11-02]}
zones: [{id: control, networks: [10.0.2.0/24]}]
"""


class Clock:
    """A clock that goes on only when it is told."""

    def __init__(self, now: int = START) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now

    def pass_(self, ns: int) -> None:
        self.now += ns


@cache
def rule_texts() -> RuleTexts:
    """The texts of the shipped rules."""
    return RuleTexts(shipped_rule_set())


def renderer(base_url: str = "https://bittern.example") -> Renderer:
    """Words in both languages and the shipped rules."""
    return Renderer({"en": texts("en"), "zh": texts("zh")}, rule_texts(), base_url, site().zone_info)


@cache
def site() -> Site:
    """A site with a calendar: working hours 8 to 18 in Shanghai."""
    return read_site("site.yml", SITE)


def alert(number: int = 0, **changes: Any) -> Alert:
    """An alert of rule MB01."""
    parameters = {"source": "10.0.1.10", "destination": "10.0.2.11", "ot.unit": "1", "ot.object.address": "holding:7"}
    return fold([occurrence(number, parameters={**parameters, "ot.secret": "not-to-be-shown"}, **changes)])[0]


def news(name: str = "a1", **changes: Any) -> News:
    """A raised alert of high severity."""
    usual: Mapping[str, Any] = {
        "kind": "alert_raised",
        "subject": Subject("alert", name),
        "at": START,
        "severity": "high",
        "rule": "MB01",
        "rule_class": "threat",
        "zones": ("control",),
        "parameters": {"sensor": "sensor-1", "first_seen": "2026-11-01T08:00:00.000000000Z", "values": {}},
        "facts": {"rule.name": "MB01", "source.ip": "10.0.1.10", "destination.ip": "10.0.2.11"},
    }
    return News(**{**usual, **changes})


def letter(**changes: Any) -> Letter:
    """A letter with letters that formats must escape."""
    usual: Mapping[str, Any] = {
        "id": "msg_abc",
        "kind": "alert_raised",
        "about": Subject("alert", "a1"),
        "at": START + 1_234_567,
        "subject": "[High] Schreiben ] = | \\ ende",
        "text": 'line "one" ]=|\\\nline two 未授权',
        "lang": "en",
        "severity": "high",
        "link": "https://bittern.example/alerts/a1",
        "facts": {
            "rule.name": "MB|01",
            "source.ip": "10.0.1.10",
            "destination.ip": "fd00::1",
            "source.zone": 'a"]\\=b',
            "threat.technique.id": ["T0855", "T0848"],
        },
    }
    return Letter(**{**usual, **changes})
