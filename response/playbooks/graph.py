"""A playbook as a graph with places: layers from top to bottom, the same for the same document on every machine."""

from __future__ import annotations

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

    A layer is the longest way from the start, so that no way but `again` leads upwards; in a layer steps stand in the
    order in which the document's ways reach them.
    """
    edges = _Ways(playbook).edges()
    nodes = []
    for number, names in enumerate(_layers(playbook, edges)):
        for place, name in enumerate(names):
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
                    x=(2 * place - len(names) + 1) * COLUMN // 2,
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
    nothing changes, at most once for each step."""
    order = list(dict.fromkeys([playbook.start, *(name for each in edges for name in (each.source, each.target))]))
    depth = dict.fromkeys(order, 0)
    for _ in order:
        moved = False
        for edge in edges:
            if edge.label != "again" and depth[edge.target] <= depth[edge.source]:
                depth[edge.target], moved = depth[edge.source] + 1, True
        if not moved:
            break
    layers: list[list[str]] = [[] for _ in range(max(depth.values()) + 1)]
    for name in order:
        layers[depth[name]].append(name)
    return layers
