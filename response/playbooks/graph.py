"""A playbook as a graph with places: layers from top to bottom, the same for the same document on every machine."""

from __future__ import annotations

from dataclasses import dataclass

from response.playbooks.model import Playbook
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
    """A way from step to step; `label` is the key of the document (`on_true`, `on_failure`, a case …)."""

    source: str
    target: str
    label: str


@dataclass(frozen=True)
class Graph:
    """Nodes in the order of their layers, edges in that of their sources."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def graph_of(playbook: Playbook, lang: Lang) -> Graph:
    """The graph of a playbook. A layer is the longest way from the start, so that no way leads upwards; in a layer
    steps stand in the order in which the document's ways reach them."""
    edges = _edges(playbook)
    layers = _layers(playbook, edges)
    nodes = []
    for number, names in enumerate(layers):
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


def _edges(playbook: Playbook) -> tuple[Edge, ...]:
    """Ways in the order of a walk from the start; a way for success and failure alike is one. What follows a step with
    branches is gone to when they have ended."""
    found: list[Edge] = []
    waiting, seen = [playbook.start, *([playbook.exception] if playbook.exception else [])], set[str]()
    while waiting:
        name = waiting.pop(0)
        if name in seen:
            continue
        seen.add(name)
        step = playbook.steps[name]
        ways = [*step.branches(), *step.followers()]
        merged = {target: "on_completion" for label, target in ways if [t for _, t in ways].count(target) > 1}
        named = dict.fromkeys((target, merged.get(target, label)) for label, target in ways)
        found += [Edge(name, target, label) for target, label in named]
        waiting += [target for target, _ in named]
    return tuple(found)


def _layers(playbook: Playbook, edges: tuple[Edge, ...]) -> list[list[str]]:
    """The checker has seen to it that no way leads back, so the longest ways are found by going round until nothing
    changes, at most once for each step."""
    order = list(dict.fromkeys([playbook.start, *(each.target for each in edges), *playbook.steps]))
    depth = dict.fromkeys(order, 0)
    for _ in order:
        moved = False
        for edge in edges:
            if depth[edge.target] <= depth[edge.source]:
                depth[edge.target], moved = depth[edge.source] + 1, True
        if not moved:
            break
    layers: list[list[str]] = [[] for _ in range(max(depth.values()) + 1)]
    for name in order:
        layers[depth[name]].append(name)
    return layers
