"""Other sensors' logs as our datasets: one file, or folder, each; `FEEDS` is the list a contract test walks."""

from sensors.feed.feed import Feed
from sensors.feeds import suricata, syslog, windows, zeek

FEEDS: tuple[Feed, ...] = (zeek.FEED, suricata.FEED, syslog.FEED, windows.FEED)

__all__ = ["FEEDS", "Feed"]
