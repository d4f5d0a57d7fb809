"""Who hears of what: severity, class, zone, rule, kind, drill, calendar, hours; first match or all; own channels."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from response.notify.model import Channel, Route, Settings
from response.notify.reading import read_settings
from response.notify.retry import ASKED_AT_MOST, LONGEST, pause
from response.notify.routing import fits, ways
from tests.unit.notify.cases import SECOND, news, site

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(day: int, hour: int, minute: int = 0) -> int:
    """A moment of November 2026 in Shanghai; the 2nd is a Monday and a holiday."""
    return int(datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI).timestamp()) * SECOND


WORK, NIGHT, FREE = at(3, 9), at(3, 22), at(2, 9)


@pytest.mark.parametrize(
    ("route", "changes", "expected"),
    [
        ({}, {}, True),
        ({"severity": "high"}, {"severity": "high"}, True),
        ({"severity": "high"}, {"severity": "medium"}, False),
        ({"severity": "high"}, {"severity": "critical"}, True),
        ({"severity": "high"}, {"severity": None}, True),
        ({"classes": ("policy",)}, {}, False),
        ({"classes": ("threat", "policy")}, {}, True),
        ({}, {"rule_class": "posture"}, False),
        ({"classes": ("posture",)}, {"rule_class": "posture"}, True),
        ({"zones": ("control", "dmz")}, {}, True),
        ({"zones": ("dmz",)}, {}, False),
        ({"zones": ("dmz",)}, {"zones": ()}, False),
        ({"rules": ("MB01",)}, {}, True),
        ({"rules": ("MB02",)}, {}, False),
        ({}, {"kind": "mention"}, False),
        ({"kinds": ("mention",)}, {"kind": "mention"}, True),
        ({"kinds": ("mention",)}, {}, False),
        ({}, {"drill": True}, False),
        ({"drill": "drill"}, {"drill": True}, True),
        ({"drill": "drill"}, {}, False),
        ({"drill": "both"}, {"drill": True}, True),
        ({"drill": "both"}, {}, True),
    ],
)
def test_what_a_route_takes(route: dict[str, Any], changes: dict[str, Any], expected: bool) -> None:
    assert fits(Route("r", ("c",), **route), news(**changes), site(), WORK) is expected


@pytest.mark.parametrize(
    ("text", "moment", "expected"),
    [
        ("when: [working]", WORK, True),
        ("when: [working]", NIGHT, False),
        ("when: [working]", FREE, False),
        ("when: [off, holiday]", WORK, False),
        ("when: off", NIGHT, True),
        ("when: [holiday]", FREE, True),
        ("hours: '22:00-06:00'", NIGHT, True),
        ("hours: '22:00-06:00'", at(4, 5, 59), True),
        ("hours: '22:00-06:00'", at(4, 6), False),
        ("hours: '08:00-18:00'", at(3, 8), True),
        ("hours: '08:00-18:00'", at(3, 18), False),
        ("{hours: '22:00-06:00', days: [tue]}", at(4, 5), True),
        ("{hours: '22:00-06:00', days: [wed]}", at(4, 5), False),
        ("{hours: '22:00-06:00', days: [wed]}", at(4, 23), True),
        ("days: [tue]", at(3, 1), True),
        ("days: [mon]", at(3, 1), False),
    ],
)
def test_when_a_route_takes_it(text: str, moment: int, expected: bool) -> None:
    route = text.strip("{}")
    settings = read_settings(
        "n.yml", f"channels: [{{name: c, type: syslog, address: h}}]\nroutes: [{{name: r, to: [c], {route}}}]"
    )
    assert fits(settings.routes[0], news(), site(), moment) is expected


def test_without_a_calendar_a_message_too_many() -> None:
    route = Route("r", ("c",), times=("working",))
    assert fits(route, news(), None, NIGHT)


def settings(match: str = "all") -> Settings:
    channels = (Channel("a", "syslog", None), Channel("b", "cef", None), Channel("li", "apprise", None, person="li"))
    routes = (
        Route("high", ("a",), severity="high"),
        Route("all", ("b", "a", "gone")),
    )
    return Settings(channels, routes, match)


def told(settings: Settings, **changes: Any) -> list[tuple[str, str]]:
    return [(way.channel.name, way.route.name) for way in ways(news(**changes), settings, site(), WORK)]


def test_first_match_and_all() -> None:
    assert told(settings()) == [("a", "high"), ("b", "all")]
    assert told(settings("first")) == [("a", "high")]
    assert told(settings("first"), severity="low") == [("b", "all"), ("a", "all")]


def test_ones_own_channel_hears_only_what_is_for_oneself() -> None:
    assert told(settings(), kind="mention", persons=("li", "wang")) == [("li", "own")]
    assert told(settings(), kind="mention", persons=("wang",)) == []
    assert told(settings(), kind="mention", persons=("li",), drill=True) == []


def test_back_off() -> None:
    whole = [pause(n, 1 - 1e-12) / SECOND for n in range(1, 14)]
    assert [round(each, 2) for each in whole] == [0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]
    assert [pause(n, 0.0) * 2 for n in (1, 5, 50)] == [SECOND // 2, 8 * SECOND, LONGEST]
    assert pause(1, 0.5, asked=30 * SECOND) == 30 * SECOND
    assert pause(1, 0.5, asked=10**18) == ASKED_AT_MOST
