"""Runs tshark and gives the fields of each frame, or the messages of a protocol as trees."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

from tests.needs import tool

SEPARATOR = "\x1f"


def fields(capture: Path, display_filter: str, names: Sequence[str], *options: str) -> Iterator[dict[str, list[str]]]:
    """For each frame that passes `display_filter`: the values of `names`, all occurrences in order."""
    form = ("-T", "fields", "-E", f"separator={SEPARATOR}", "-E", "occurrence=a", "-E", "aggregator=;")
    command = [tool("tshark"), "-n", "-r", str(capture), "-Y", display_filter, *form, *options]
    for name in names:
        command += ["-e", name]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    for line in done.stdout.splitlines():
        values = line.split(SEPARATOR)
        yield {name: value.split(";") if value else [] for name, value in zip(names, values, strict=True)}


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


@cache
def messages(capture: Path, protocol: str, *options: str) -> tuple[Message, ...]:
    """All messages of a protocol word of tshark's, in order; segments sent again are passed over."""
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
