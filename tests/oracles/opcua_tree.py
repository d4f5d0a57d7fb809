"""Parts of tshark's trees of OPC UA: node ids, variants and data values as text (OPC UA Part 6, 5.2.2)."""

from __future__ import annotations

import base64
import struct
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from tests.oracles.agreement import TEXT_LIMIT, said
from tests.oracles.tshark import Tree

Value = tuple[str, str]
"""Type and value as text."""

# Built-in types (5.1.2): number, name, form of a number in bytes.
NUMBERS = {1: ("Boolean", "<B"), 2: ("SByte", "<b"), 3: ("Byte", "<B"), 4: ("Int16", "<h"), 5: ("UInt16", "<H"),
           6: ("Int32", "<i"), 7: ("UInt32", "<I"), 8: ("Int64", "<q"), 9: ("UInt64", "<Q"), 10: ("Float", "<f"),
           11: ("Double", "<d"), 19: ("StatusCode", "<I")}  # fmt: skip
TEXTS = {12: "String", 13: "DateTime", 14: "Guid", 17: "NodeId", 18: "ExpandedNodeId", 20: "QualifiedName",
         21: "LocalizedText"}  # fmt: skip
OTHERS = {15: "ByteString", 16: "XmlElement", 22: "ExtensionObject", 23: "DataValue", 24: "Variant",
          25: "DiagnosticInfo"}  # fmt: skip
COMPARED = frozenset(name for name, _ in NUMBERS.values()) | frozenset(TEXTS.values())
"""Types whose values are compared; of the others only the type."""


def part(tree: Tree, *labels: str) -> Tree | None:
    """The node below `tree` on the way of these labels: `NodesToRead`, `[0]`, `AttributeId`."""
    for label in labels:
        found = next((child for child in tree if _label(child) == label), None)
        if found is None:
            return None
        tree = found
    return tree


def parts(tree: Tree | None, *labels: str) -> list[Tree]:
    """Elements of the array there."""
    array = tree and part(tree, *labels)
    return (
        [node for node in array if node.name not in ("opcua.variant.ArraySize", "")]
        + [node for node in array if not node.name and node.show.startswith("[")]
        if array
        else []
    )


def _label(node: Tree) -> str:
    return node.name.removeprefix("opcua.") if node.name else node.show.split(":")[0].strip()


def raw(node: Tree | None) -> bytes:
    return bytes.fromhex(node.value) if node else b""


def text(node: Tree | None) -> str:
    """A String; tshark shows the length of one that is null."""
    if node is None or (not node.show and raw(node) == b"\xff\xff\xff\xff"):
        return ""
    return raw(node)[:TEXT_LIMIT].decode(errors="replace") if node.show else ""


def number(tree: Tree | None, *labels: str) -> int | None:
    node = part(tree, *labels) if tree else None
    return int(node.show, 0) if node and node.show else None


def real(tree: Tree, *labels: str) -> str:
    node = part(tree, *labels)
    return said(float(struct.unpack("<d", raw(node))[0])) if node else "-"


def node_id(node: Tree | None) -> str:
    """A NodeId or ExpandedNodeId as in 5.1.12."""
    if node is None:
        return ""
    server = next(iter(node.all("opcua.expandednodeid.serverindex") or node.all("opcua.ServerIndex")), None)
    uri = next(iter(node.all("opcua.expandednodeid.namespaceuri") or node.all("opcua.NamespaceUri")), None)
    prefix = f"svr={server.show};" if server and server.show != "0" else ""
    prefix += f"nsu={text(uri)};" if uri else ""
    space = next(iter(node.all("opcua.nodeid.nsindex")), None)
    prefix += f"ns={int(space.show, 0)};" if space and int(space.show, 0) else ""
    for name, form in (("numeric", _numeric), ("string", _string), ("guid", _guid), ("bytestring", _opaque)):
        for found in node.all(f"opcua.nodeid.{name}"):
            return prefix + form(found)
    return prefix


def _numeric(node: Tree) -> str:
    return f"i={int(node.show, 0)}"


def _string(node: Tree) -> str:
    return f"s={text(node)}"


def _guid(node: Tree) -> str:
    return f"g={uuid.UUID(bytes_le=raw(node))}"


def _opaque(node: Tree) -> str:
    return f"b={base64.b64encode(raw(node)[:256]).decode()}"


def iso(ticks: int) -> str:
    """DateTime, 100 ns since 1601, as ISO 8601 (5.2.2.5)."""
    if ticks <= 0:
        return ""
    try:
        whole = datetime(1601, 1, 1, tzinfo=UTC) + timedelta(seconds=ticks // 10_000_000)
    except OverflowError:
        return "9999-12-31T23:59:59Z"
    fraction = f".{ticks % 10_000_000:07}".rstrip("0").rstrip(".")
    return f"{whole:%Y-%m-%dT%H:%M:%S}{fraction}Z"


def time(node: Tree | None) -> str:
    return iso(int.from_bytes(raw(node), "little", signed=True)) if node else ""


def variant(node: Tree | None) -> Value | None:
    """Type and value of a Variant; None when it holds nothing."""
    mask = number(node, "variant.has_value") if node else None
    if node is None or not mask:
        return None
    kind = mask & 0x3F
    if mask & 0x80:
        array = next((child for child in node if child.show.startswith("Value") or "Array of" in child.show), node)
        elements = [child for child in array if _holds(child)]
        if kind in NUMBERS and elements:
            return NUMBERS[kind][0], "[" + ", ".join(_number(child, kind) for child in elements) + "]"
        return _name(kind), _joined(_text(child, kind) for child in elements)
    held = [child for child in node if _holds(child)]
    if kind == 23 and held:
        return variant(part(held[0], "Value"))  # A DataValue is what it holds.
    if kind in NUMBERS:
        return NUMBERS[kind][0], _number(held[0], kind)
    return _name(kind), _text(held[0], kind) if held else ""


def _name(kind: int) -> str:
    return TEXTS.get(kind) or OTHERS.get(kind, f"type {kind}")


def _holds(node: Tree) -> bool:
    return not node.name.startswith("opcua.variant.") and "ArrayDimensions" not in node.show


def _joined(elements: Iterator[str]) -> str:
    out = "["
    for i, element in enumerate(elements):
        if len(out.encode()) + len(element.encode()) > TEXT_LIMIT:
            continue
        out += ("" if i == 0 else ", ") + element
    return out + "]"


def _number(node: Tree, kind: int) -> str:
    value = struct.unpack(NUMBERS[kind][1], raw(node))[0]
    return said(bool(value) if kind == 1 else value)


def _text(node: Tree, kind: int) -> str:
    if kind == 12:
        return text(node)
    if kind == 13:
        return time(node)
    if kind == 14:
        return str(uuid.UUID(bytes_le=raw(node)))
    if kind in (17, 18):
        return node_id(node)
    if kind == 20:
        return qualified(node)
    return text(part(node, "loctext.Text")) if kind == 21 else ""


def qualified(node: Tree | None) -> str:
    if node is None:
        return ""
    space, name = number(node, "qualname.Id"), text(part(node, "qualname.Name"))
    return f"{space}:{name}" if space else name


def data_value(node: Tree | None) -> dict[str, str]:
    """Status, value with type, and source time of a DataValue."""
    if node is None:
        return {}
    fields = {"status": said(number(node, "StatusCode") or 0)}
    value = variant(part(node, "Value"))
    if value:
        fields["type"] = value[0]
        if value[0] in COMPARED:
            fields["value"] = value[1]
    when = time(part(node, "datavalue.SourceTimestamp"))
    return fields | ({"source time": when} if when else {})
