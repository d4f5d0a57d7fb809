"""Suricata's EVE log (eve.json): one JSON object a line."""

from sensors.feed.feed import Feed
from sensors.feeds.suricata.parser import EveParser

FEED = Feed(name="suricata", parser=lambda _: EveParser(), endings=(".json", ".ndjson"))

__all__ = ["FEED"]
