"""The logs that are read, by the name that Zeek gives them. Others are counted and passed over."""

from __future__ import annotations

from collections.abc import Mapping

from sensors.feeds.zeek import automation, connections, dnp3, modbus, security
from sensors.feeds.zeek.columns import Log

LOGS: Mapping[str, Log] = {
    log.name: log for part in (connections, modbus, dnp3, automation, security) for log in part.LOGS
}
