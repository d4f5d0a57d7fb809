"""Which channels hear of news. Pure: settings, site model and the moment are given."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from detection.site import Site
from response.alerts import SEVERITIES, TRIAGE_CLASSES
from response.notify.model import Channel, Hours, Route, Settings
from response.notify.news import PERSONAL, TEAM, News
from response.times import SECOND

OWN = Route("own", ())
"""The route of a person's own channels."""


@dataclass(frozen=True)
class Way:
    """A channel, and the route that leads there."""

    channel: Channel
    route: Route


def ways(news: News, settings: Settings, site: Site | None, now: int) -> tuple[Way, ...]:
    """Where news go, each channel once, in the order of the routes; `now` in ns."""
    found: dict[str, Way] = {}
    for way in (*_personal(news, settings), *_routed(news, settings, site, now)):
        found.setdefault(way.channel.name, way)
    return tuple(found.values())


def _personal(news: News, settings: Settings) -> Iterator[Way]:
    if news.kind in PERSONAL and not news.drill:
        yield from (Way(channel, OWN) for channel in settings.channels if channel.person in news.persons)


def _routed(news: News, settings: Settings, site: Site | None, now: int) -> Iterator[Way]:
    channels = settings.by_name
    for route in settings.routes:
        if not fits(route, news, site, now):
            continue
        yield from (Way(channels[name], route) for name in route.to if name in channels)
        if settings.match == "first":
            return


def fits(route: Route, news: News, site: Site | None, now: int) -> bool:
    """Whether a route takes the news at `now` (ns)."""
    return (
        news.kind in (route.kinds or TEAM)
        and (route.drill == "both" or news.drill == (route.drill == "drill"))
        and _grave(route, news)
        and _classed(route, news)
        and (not route.zones or not set(route.zones).isdisjoint(news.zones))
        and (not route.rules or news.rule in route.rules)
        and _timely(route, site, now)
    )


def _grave(route: Route, news: News) -> bool:
    """News without a severity (a sensor that fell silent, a mention) pass: no severity says that they matter less."""
    if route.severity is None or news.severity is None:
        return True
    return SEVERITIES.index(news.severity) >= SEVERITIES.index(route.severity)


def _classed(route: Route, news: News) -> bool:
    """What is for lists of its own (posture) is no message unless a route asks for it."""
    return news.rule_class in (route.classes or (*TRIAGE_CLASSES, "health", None))


def _timely(route: Route, site: Site | None, now: int) -> bool:
    zone: tzinfo = site.zone_info if site is not None else UTC
    moment = datetime.fromtimestamp(now // SECOND, zone)
    if route.hours is not None and not _inside(route.hours, moment):
        return False
    # Without a calendar nobody knows when people work: a message too many rather than one too few.
    if not route.times or site is None or site.calendar is None:
        return True
    return site.calendar.word(moment) in route.times


def _inside(hours: Hours, moment: datetime) -> bool:
    clock, today = moment.time(), moment.weekday()
    if hours.begin < hours.end:
        return hours.begin <= clock < hours.end and (not hours.days or today in hours.days)
    if clock >= hours.begin:
        return not hours.days or today in hours.days
    yesterday = (moment - timedelta(days=1)).weekday()
    return clock < hours.end and (not hours.days or yesterday in hours.days)
