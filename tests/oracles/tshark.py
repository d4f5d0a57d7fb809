"""Runs tshark and gives the fields of each frame, or the messages of a protocol as trees."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from threading import Lock
from xml.etree import ElementTree

from tests.needs import tool
from tests.oracles.together import Group, group_of

SEPARATOR = "\x1f"
_starting = Lock()
"""One reads a file of many captures; who wants the same waits for it."""


FRAMES = ("frame.number", "tcp.segment", "enip.response_to", "modbus.request_frame", "dnp3.al.fragment")
"""Fields that name frames."""
ADDRESSES = ("ip.src", "ip.dst", "ipv6.src", "ipv6.dst")
Row = dict[str, list[str]]


def fields(capture: Path, display_filter: str, names: Sequence[str], *options: str) -> Iterator[Row]:
    """For each frame that passes `display_filter`: the values of `names`, all occurrences in order."""
    group = group_of(capture)
    if group is None:
        return _fields(capture, display_filter, names, options)
    with _starting:
        return iter(_fields_of(group, display_filter, tuple(names), options).get(capture, ()))


@cache
def _fields_of(
    group: Group, display_filter: str, names: tuple[str, ...], options: tuple[str, ...]
) -> dict[Path, list[Row]]:
    """The same of each capture of a file."""
    found: dict[Path, list[Row]] = {}
    for row in _fields(group.file, display_filter, ("frame.number", *names), options):
        capture, before = group.whose(int(row["frame.number"][0]))
        told = {name: row[name] for name in names}
        for name in FRAMES:
            if name in told:
                told[name] = [str(int(number) - before) for number in told[name]]
        for name in ADDRESSES:
            if name in told:
                told[name] = [group.own(address) for address in told[name]]
        found.setdefault(capture, []).append(told)
    return found


def _fields(capture: Path, display_filter: str, names: Sequence[str], options: Sequence[str]) -> Iterator[Row]:
    form = ("-T", "fields", "-E", f"separator={SEPARATOR}", "-E", "occurrence=a", "-E", "aggregator=;")
    command = [tool("tshark"), "-n", "-r", str(capture), "-Y", display_filter, *form, *options]
    for name in names:
        command += ["-e", name]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    for line in done.stdout.splitlines():
        values = line.split(SEPARATOR)
        yield {name: value.split(";") if value else [] for name, value in zip(names, values, strict=True)}


def forget() -> None:
    """Lets go of what was read: captures are compared once."""
    for read in (_fields_of, _messages_of, _messages):
        read.cache_clear()


class Tree:
    """A node of a packet's tree: name, what is shown, bytes, and the nodes below."""

    def __init__(self, element: ElementTree.Element) -> None:
        self._element = element
        self.name = element.get("name", "")
        self.show = element.get("show", "")
        self.label = element.get("showname", "")
        self.value = element.get("value", "")

    def __iter__(self) -> Iterator[Tree]:
        return (Tree(child) for child in self._element)

    def all(self, name: str) -> list[Tree]:
        """Every node of that name below this one, in order."""
        return [Tree(node) for node in self._element.iter("field") if node.get("name") == name]

    def first(self, name: str) -> str | None:
        """What the first node of that name shows."""
        return next((node.get("show", "") for node in self._element.iter("field") if node.get("name") == name), None)

    def renumber(self, before: int) -> None:
        """Takes so many off the numbers of frames that nodes below this one show."""
        for node in self._element.iter("field"):
            if node.get("name") in FRAMES and (shown := node.get("show")):
                node.set("show", str(int(shown) - before))

    def number(self, name: str) -> int | None:
        """The same as a number, decimal or hexadecimal."""
        shown = self.first(name)
        return None if shown is None else int(shown, 0)


@dataclass(frozen=True)
class Message:
    """One message: frames in which it began and ended, TCP stream, sender's address and port, the tree."""

    first: int
    last: int
    stream: int
    sender: str
    tree: Tree


def messages(capture: Path, protocol: str, *options: str) -> tuple[Message, ...]:
    """All messages of a protocol word of tshark's, in order; segments sent again are passed over."""
    group = group_of(capture)
    if group is None:
        return _messages(capture, protocol, options)
    with _starting:
        return _messages_of(group, protocol, options).get(capture, ())


@cache
def _messages_of(group: Group, protocol: str, options: tuple[str, ...]) -> dict[Path, tuple[Message, ...]]:
    """The same of each capture of a file."""
    found: dict[Path, list[Message]] = {}
    for message in _messages(group.file, protocol, options):
        capture, before = group.whose(message.last)
        message.tree.renumber(before)
        first, last = message.first - before, message.last - before
        found.setdefault(capture, []).append(
            replace(message, first=first, last=last, sender=_own_end(group, message.sender))
        )
    return {capture: tuple(own) for capture, own in found.items()}


def _own_end(group: Group, sender: str) -> str:
    """An address, or address and port, as the capture has it; an IPv6 address holds colons too."""
    if (own := group.own(sender)) != sender:
        return own
    address, colon, port = sender.rpartition(":")
    return group.own(address) + colon + port


@cache
def _messages(capture: Path, protocol: str, options: tuple[str, ...]) -> tuple[Message, ...]:
    sieve = f"{protocol} && !tcp.analysis.retransmission"
    command = [tool("tshark"), "-n", "-2", "-r", str(capture), "-Y", sieve, "-T", "pdml", *options]
    found: list[Message] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as running:
        assert running.stdout is not None
        for _, element in ElementTree.iterparse(running.stdout):
            if element.tag == "packet":
                found += _of_packet(element, protocol)
                element.clear()
    return tuple(found)


def _of_packet(packet: ElementTree.Element, protocol: str) -> Iterator[Message]:
    frame, stream, sender, began = 0, -1, "", 0
    for proto in packet:
        tree = Tree(proto)
        if tree.name == "geninfo":
            frame = began = int(tree.first("num") or 0)
        elif tree.name == "tcp":
            stream, sender = int(tree.first("tcp.stream") or -1), f"{sender}:{tree.first('tcp.srcport')}"
        elif tree.name in ("ip", "ipv6"):
            sender = tree.first(f"{tree.name}.src") or ""
        elif tree.name == "fake-field-wrapper":
            began = min((int(node.show) for node in tree.all("tcp.segment")), default=frame)
        elif tree.name == protocol:
            # Children move to a tree of their own, as the packet is forgotten.
            own = ElementTree.Element("proto", proto.attrib)
            own.extend(list(proto))
            yield Message(began, frame, stream, sender, Tree(own))
            began = frame
