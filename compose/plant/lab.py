"""The plant's network: a switch with a mirror port, hosts on it, networks behind a router, and the capture."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from compose.plant.addresses import CONTROL_ROUTER, HOSTS, Host
from compose.plant.namespaces import Namespace, PlantError
from compose.plant.recorder import Recorder

_PROGRAMS = ("ip", "tc", "setpriv")
# Lets gPTP and LLDP (01:80:C2:00:00:0E) cross the bridge; without it the peers never meet.
_BRIDGE = "link add br0 type bridge mcast_snooping 0 group_fwd_mask 0x4000"


@dataclass
class Step:
    """What was done when: the label of a piece of a capture. start, end: seconds since the epoch."""

    name: str
    source: str
    destination: str
    techniques: tuple[str, ...]
    rules: tuple[str, ...]
    start: float
    end: float = 0.0
    details: dict[str, str | int] = field(default_factory=dict)

    def as_label(self) -> dict[str, object]:
        """Return the step as plain data for a label file."""
        label: dict[str, object] = {
            "name": self.name,
            "start": utc(self.start),
            "end": utc(self.end),
            "source": self.source,
            "destination": self.destination,
            "techniques": list(self.techniques),
            "rules": list(self.rules),
        }
        return label | ({"details": self.details} if self.details else {})


def utc(moment: float) -> str:
    """Return a time (seconds since the epoch) as labels write it."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Lab:
    """A switch in a namespace, a host in a namespace each, a sensor on the mirror port. Use as a context manager.

    hosts: names of compose.plant.addresses.HOSTS; a host behind the router brings the router with it.
    mirrored: hosts whose port is mirrored (default: all): fewer makes a one-sided mirror.
    Raises PlantError when a program or a right is missing.
    """

    def __init__(self, hosts: Sequence[str], mirrored: Sequence[str] | None = None) -> None:
        missing = [program for program in _PROGRAMS if shutil.which(program, path=_search_path()) is None]
        if missing:
            raise PlantError(
                f"missing programs: {', '.join(missing)}. Run compose/plant/setup, it says what to install"
            )
        wanted = {name: HOSTS[name] for name in hosts}
        if any(host.attached == "router" for host in wanted.values()):
            wanted.setdefault("rtr", HOSTS["rtr"])
        self._hosts = wanted
        self._mirrored = set(wanted if mirrored is None else mirrored)
        self._spaces: dict[str, Namespace] = {}
        self.steps: list[Step] = []
        self.recorded: Path | None = None
        """What a script recorded itself, where its network is none of the mirror port's."""
        self.folder = Path(tempfile.mkdtemp(prefix="plant-"))

    def __enter__(self) -> Lab:
        try:
            self._build()
        except BaseException:
            self._tear_down()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._tear_down()
        except PlantError as error:
            if value is None:
                raise
            value.add_note(str(error))  # what went wrong first is told first

    def __getitem__(self, name: str) -> Namespace:
        return self._spaces[name]

    def __contains__(self, name: str) -> bool:
        return name in self._hosts

    def _build(self) -> None:
        for name in ("switch", "sensor", *self._hosts):
            self._spaces[name] = Namespace(name)
        switch, sensor = self["switch"], self["sensor"]
        for name in self._spaces:
            self[name].system_setting("net/ipv6/conf/all/disable_ipv6", "1")
            self[name].system_setting("net/ipv6/conf/default/disable_ipv6", "1")
        mirror = f"link add sens type veth peer name mon0 netns {sensor.tid}"
        switch.ip_batch([_BRIDGE, "link set br0 up", mirror, "link set sens up"])
        sensor.ip_batch(["link set mon0 up promisc on arp off"])
        for host in self._hosts.values():
            if host.attached == "switch":
                self._attach(host)
        for host in self._hosts.values():
            if host.attached == "router":
                self._route(host)
        if "rtr" in self:
            self["rtr"].system_setting("net/ipv4/ip_forward", "1")
            self["rtr"].system_setting("net/ipv4/conf/all/send_redirects", "0")

    def _attach(self, host: Host) -> None:
        space, switch, port = self[host.name], self["switch"], f"s-{host.name}"
        switch.ip_batch(
            [f"link add {port} type veth peer name eth0 netns {space.tid}", f"link set {port} master br0 up"]
        )
        space.checksums_in_software()
        lines = [f"link set eth0 address {host.mac}", f"addr add {host.ip}/24 dev eth0", "link set lo up"]
        lines.append("link set eth0 up")
        if host.name != "rtr" and "rtr" in self:
            lines.append(f"route add default via {CONTROL_ROUTER}")
        space.ip_batch(lines)
        if host.name in self._mirrored:
            # Ingress of every host port: each frame is then seen once.
            switch.command("tc", "qdisc", "add", "dev", port, "clsact")
            match = "u32 match u32 0 0 action mirred egress mirror dev sens"
            switch.command("tc", *f"filter add dev {port} ingress protocol all {match}".split())

    def _route(self, host: Host) -> None:
        router, space, port = self["rtr"], self[host.name], f"r-{host.name}"
        gateway = host.ip.rsplit(".", 1)[0] + ".1"
        router.ip_batch(
            [
                f"link add {port} type veth peer name eth0 netns {space.tid}",
                f"addr add {gateway}/24 dev {port}",
                f"link set {port} up",
            ]
        )
        space.checksums_in_software()
        router.checksums_in_software(port)
        lines = [f"link set eth0 address {host.mac}", f"addr add {host.ip}/24 dev eth0", "link set lo up"]
        space.ip_batch([*lines, "link set eth0 up", f"route add default via {gateway}"])

    def _tear_down(self) -> None:
        errors: list[str] = []
        for space in reversed(list(self._spaces.values())):
            try:
                space.close()
            except Exception as error:  # every namespace gets its turn, then the first error is told
                errors.append(f"{space.name}: {error!r}")
        shutil.rmtree(self.folder, ignore_errors=True)
        if errors:
            raise PlantError("while stopping the plant: " + "; ".join(errors))

    @contextlib.contextmanager
    def capture(self, path: Path) -> Iterator[None]:
        """Write what the mirror port shows to `path` (pcap) while the block runs."""
        path.parent.mkdir(parents=True, exist_ok=True)
        recorder = self["sensor"].call(Recorder, "mon0", path)
        recording = self["sensor"].begin(recorder.run)
        try:
            yield
            time.sleep(0.3)  # frames still under way
        finally:
            recorder.stop()
            recording.result(30)
        if recorder.dropped:
            raise PlantError(f"{path}: the recorder lost {recorder.dropped} frames; run fewer captures at a time")

    @contextlib.contextmanager
    def step(
        self, name: str, source: str, destination: str, techniques: Sequence[str] = (), rules: Sequence[str] = ()
    ) -> Iterator[Step]:
        """Label what the block does. source, destination: host names or addresses."""
        addresses = [HOSTS[word].ip if word in HOSTS else word for word in (source, destination)]
        step = Step(name, addresses[0], addresses[1], tuple(techniques), tuple(rules), time.time())
        self.steps.append(step)
        try:
            yield step
        finally:
            step.end = time.time()


def _search_path() -> str:
    return os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
