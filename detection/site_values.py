"""Values of a site model: numbers, addresses, networks, times; what is wrong with one is an issue with its line."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from detection.sigma.addresses import no_network
from detection.sigma.model import Step
from detection.sigma.reading import Reading, dotted
from detection.sigma.wrong import plain_value, wrong
from detection.site import Address, Network


class SiteValues:
    """Reads values by path. What is wrong goes to `reading.issues`, and the value given instead is empty."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading

    def places(self, *path: Step) -> range:
        """Places in a list; none where there is no list."""
        found = self.reading.value(*path)
        return range(len(found)) if isinstance(found, list) else range(0)

    def one_or_many(self, *path: Step) -> tuple[str, ...]:
        """A text, or a list of them."""
        return self.reading.words(*path, required=False)

    def address(self, text: str, *path: Step) -> Address | None:
        """`text` as an IP address."""
        try:
            return ipaddress.ip_address(text)
        except ValueError:
            self.reading.complain(path, wrong("not_address", value=text))
            return None

    def network(self, *path: Step) -> Network | None:
        """A network such as 10.0.2.0/24, without bits below its mask."""
        text = self.reading.text(*path)
        try:
            return ipaddress.ip_network(text)
        except ValueError:
            self.reading.complain(path, no_network(text))
            return None

    def networks(self, *path: Step) -> tuple[Network, ...]:
        """A list of networks."""
        found = (self.network(*path, place) for place in self.places(*path))
        return tuple(each for each in found if each is not None)

    def wholes(self, *path: Step) -> tuple[int, ...]:
        """A list of whole numbers."""
        found = (self.whole(*path, place) for place in self.places(*path))
        return tuple(each for each in found if each is not None)

    def whole(self, *path: Step) -> int | None:
        """A whole number."""
        found = self.reading.value(*path)
        if found is None or (isinstance(found, int) and not isinstance(found, bool)):
            return found
        self.reading.complain(path, wrong("not_whole_number", path=dotted(path)))
        return None

    def number(self, *path: Step, default: float | None = None) -> float | None:
        """A number."""
        found = self.reading.value(*path)
        if found is None:
            return default
        if isinstance(found, int | float) and not isinstance(found, bool):
            return float(found)
        self.reading.complain(path, wrong("not_number", path=dotted(path)))
        return default

    def moment(self, zone: ZoneInfo, *path: Step) -> datetime:
        """A time in UTC; without an offset it is meant in `zone`."""
        text = self.reading.value(*path)
        try:
            found = text if isinstance(text, datetime) else datetime.fromisoformat(str(text))
        except ValueError:
            self.reading.complain(path, wrong("not_time", value=plain_value(text)))
            return datetime.fromtimestamp(0, UTC)
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)

    def clock(self, *path: Step, default: time) -> time:
        """A time of day."""
        text = self.reading.text(*path, required=False)
        try:
            return time.fromisoformat(text) if text else default
        except ValueError:
            self.reading.complain(path, wrong("not_time_of_day", value=text))
            return default
