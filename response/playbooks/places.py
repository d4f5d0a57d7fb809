"""Lines of a JSON text: where a path begins. Only read when there is something to say about it."""

from __future__ import annotations

from collections.abc import Mapping

import yaml

LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Path = tuple[str | int, ...]


def lines_of(text: str) -> Mapping[Path, int]:
    """The line (from 1) of every path of a JSON text; of an entry of an object, the line of its key.

    JSON is a subset of YAML but for odd white space and escapes: where YAML cannot read it, there are no lines.
    """
    found: dict[Path, int] = {(): 1}
    try:
        root = yaml.compose(text, Loader=LOADER)
    except (yaml.YAMLError, ValueError, RecursionError):
        return found
    below: list[tuple[Path, yaml.Node]] = [((), root)] if root is not None else []
    while below:
        path, node = below.pop()
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                inner = (*path, str(key.value))
                found[inner] = key.start_mark.line + 1
                below.append((inner, value))
        elif isinstance(node, yaml.SequenceNode):
            for number, value in enumerate(node.value):
                inner = (*path, number)
                found[inner] = value.start_mark.line + 1
                below.append((inner, value))
    return found


def line_at(lines: Mapping[Path, int], path: Path) -> int:
    """The line of a path, or of what is nearest above it."""
    while path not in lines and path:
        path = path[:-1]
    return lines.get(path, 1)


def pointer(path: Path) -> str:
    """A path as people read it: `workflow / action--… / timeout`; `/` is the whole document."""
    return " / ".join(map(str, path)) or "/"
