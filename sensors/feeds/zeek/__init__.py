"""Logs of Zeek and of the ICSNPP parsers of CISA: TSV with its header, or JSON, plain or packed."""

from sensors.feed.feed import Feed
from sensors.feeds.zeek.parser import LogParser

FEED = Feed(
    name="zeek",
    parser=LogParser,
    # What modbus.log says, modbus_detailed.log says with addresses and values.
    covers={"modbus": "modbus_detailed"},
    endings=(".log",),
)

__all__ = ["FEED"]
