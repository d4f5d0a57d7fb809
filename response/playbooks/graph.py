"""A playbook as a graph with places: layers from top to bottom, the same for the same document on every machine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from response.playbooks.model import Playbook, Step
from response.playbooks.steps import Lang

LAYER, COLUMN = 110, 240
"""Distance of layers and of columns in the units of the drawing."""


@dataclass(frozen=True)
class Node:
    """A step at its place; `x` grows to the right, `y` downwards, 0 is the start."""

    id: str
    kind: str
    name: str
    effect: str | None
    approvals: int
    manual: bool
    playbook: str | None
    x: int
    y: int


@dataclass(frozen=True)
class Edge:
    """A way from step to step. `label` is the key of the document (`on_true`, `on_failure`, a case …), "" where there
    is only one way, `else` where no branch was taken, `again` where a round is over: the only way upwards."""

    source: str
    target: str
    label: str


@dataclass(frozen=True)
class Graph:
    """Nodes in the order of their layers, edges in that of their sources."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def graph_of(playbook: Playbook, lang: Lang) -> Graph:
    """The graph of a playbook as it is gone through: the end of a branch leads to what follows the step that opened it.

    A layer is the longest way from the start, so that no way but `again` leads upwards; each branch has columns of its
    own, side by side below the step that opens it.
    """
    edges = _Ways(playbook).edges()
    columns = _columns(playbook, edges)
    nodes = []
    for number, names in enumerate(_layers(playbook, edges)):
        for name in names:
            step = playbook.steps[name]
            acting = step.kind == "action"
            nodes.append(
                Node(
                    id=name,
                    kind=step.kind,
                    name=step.name[lang],
                    effect=step.effect if acting else None,
                    approvals=step.approvals,
                    manual=step.manual,
                    playbook=step.playbook or None,
                    x=columns[name] * COLUMN // 2,
                    y=number * LAYER,
                )
            )
    return Graph(tuple(nodes), edges)


class _Ways:
    """Walks the document from its start, branch by branch."""

    def __init__(self, playbook: Playbook) -> None:
        self._playbook = playbook
        self._seen: set[str] = set()
        self._edges: dict[Edge, None] = {}

    def edges(self) -> tuple[Edge, ...]:
        """Every way once."""
        self._go(self._playbook.start, None)
        if self._playbook.exception:
            self._go(self._playbook.exception, None)
        return tuple(self._edges)

    def _go(self, name: str, behind: str | None) -> None:
        """All ways from a step; an end leads to `behind`, what follows the branch, where there is anything."""
        step = self._playbook.steps[name]
        if name in self._seen or step.kind == "end":
            return
        self._seen.add(name)
        branches = list(step.branches())
        after = step.on_success or step.on_completion
        follows = self._real(after, behind) if after else behind
        rounds = step.kind == "while-condition"
        for label, head in branches:
            inner = name if rounds else follows
            self._way(name, self._real(head, inner) or head, label)
            self._go(head, inner)
        if follows and (not branches or rounds or self._may_skip(step)):
            self._way(name, follows, "else" if branches else "")
        if after:
            self._go(after, behind)
        if step.on_failure and step.on_failure != after:
            self._way(name, self._real(step.on_failure, behind) or step.on_failure, "on_failure")
            self._go(step.on_failure, behind)

    def _real(self, name: str, behind: str | None) -> str | None:
        """What is shown for a step: what comes behind the branch for its end."""
        return behind if behind and self._playbook.steps[name].kind == "end" else name

    def _may_skip(self, step: Step) -> bool:
        if step.kind == "if-condition":
            return step.on_false is None
        return step.kind == "switch-condition" and "default" not in step.cases

    def _way(self, source: str, target: str, label: str) -> None:
        upwards = target in self._seen and self._playbook.steps[target].kind == "while-condition"
        self._edges[Edge(source, target, "again" if upwards else label)] = None


def _layers(playbook: Playbook, edges: tuple[Edge, ...]) -> list[list[str]]:
    """The checker has seen to it that no way but `again` leads back, so the longest ways are found by going round until
    nothing changes, at most once for each step. What follows a loop stands below its last round."""
    ways = [(each.source, each.target) for each in edges if each.label != "again"]
    rounds = [each for each in edges if each.label == "again"]
    ways += [(back.source, each.target) for back in rounds for each in edges if _leaves(each, back)]
    order = list(dict.fromkeys([playbook.start, *(name for each in edges for name in (each.source, each.target))]))
    depth = dict.fromkeys(order, 0)
    for _ in order:
        moved = False
        for source, target in ways:
            if depth[target] <= depth[source]:
                depth[target], moved = depth[source] + 1, True
        if not moved:
            break
    layers: list[list[str]] = [[] for _ in range(max(depth.values()) + 1)]
    for name in order:
        layers[depth[name]].append(name)
    return layers


def _leaves(way: Edge, back: Edge) -> bool:
    """Whether a way leaves the loop that `back` goes round."""
    return way.source == back.target and way.label == "else"


def _columns(playbook: Playbook, edges: tuple[Edge, ...]) -> dict[str, int]:
    """The place of every step from left to right in halves of a column, 0 the middle of the first step."""
    lanes = _Lanes(playbook)
    lanes.lay(playbook.start, 0)
    if playbook.exception:
        lanes.lay(playbook.exception, lanes.width(playbook.start))
    middle = lanes.placed[playbook.start]
    ends = {each.target for each in edges} - set(lanes.placed)
    return {name: place - middle for name, place in lanes.placed.items()} | dict.fromkeys(sorted(ends), 0)


class _Lanes:
    """Gives each sequence a lane as wide as its widest step, whose branches have lanes side by side inside it."""

    def __init__(self, playbook: Playbook) -> None:
        self._playbook = playbook
        self.placed: dict[str, int] = {}
        """Twice the column of the middle of each step."""
        self._widths: dict[str, int] = {}

    def width(self, first: str) -> int:
        """Columns of the sequence that begins at a step."""
        if first not in self._widths:
            self._widths[first] = max([1, *(sum(self._parts(step)) for step in self._sequence(first))])
        return self._widths[first]

    def lay(self, first: str, left: int) -> None:
        """Place the sequence and all below it, from the column `left` on; what is placed stays."""
        width = self.width(first)
        for step in self._sequence(first):
            if step.id in self.placed:
                return
            self.placed[step.id] = 2 * left + width - 1
            parts = self._parts(step)
            inner = left + (width - sum(parts)) // 2
            for head, part in zip(self._heads(step), parts, strict=False):
                if head not in self.placed:
                    self.lay(head, inner)
                inner += part

    def _sequence(self, first: str) -> Iterator[Step]:
        """The steps one after the other; an end that is the last of all belongs to it; others are not shown."""
        step: Step | None = self._playbook.steps[first]
        while step is not None:
            yield step
            after = step.on_success or step.on_completion
            step = self._playbook.steps[after] if after else None

    def _heads(self, step: Step) -> list[str]:
        heads = [head for _, head in step.branches()]
        failure = step.on_failure if step.on_failure != step.on_success else None
        return [*heads, *([failure] if failure else [])]

    def _parts(self, step: Step) -> list[int]:
        """Widths of the branches, and of a free lane for the way past a single one."""
        parts = [self.width(head) for head in self._heads(step)]
        return [*parts, 1] if len(parts) == 1 else parts
