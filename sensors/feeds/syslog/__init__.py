"""Syslog, from files (as rsyslog writes them) or received (`sensors.feeds.syslog.receiver`)."""

from sensors.feed.feed import Feed
from sensors.feeds.syslog.parser import SyslogParser

FEED = Feed(name="syslog", parser=lambda _: SyslogParser(), endings=(".log",))

__all__ = ["FEED"]
