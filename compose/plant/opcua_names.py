"""Node identifiers of the plant's OPC UA server and of the standard's own nodes."""

from __future__ import annotations

from asyncua import ua

INDEX = 2  # namespace index of the plant's own nodes


def own(name: str) -> ua.NodeId:
    """Return the identifier of a plant node by its name, such as Tank.Level."""
    return ua.NodeId(ua.String(name), ua.Int16(INDEX))


def standard(number: int) -> ua.NodeId:
    """Return the identifier of a node of the standard (namespace 0)."""
    return ua.NodeId(ua.Int32(number))


def status(code: int) -> ua.StatusCode:
    """Return a status code as the stack wants it."""
    return ua.StatusCode(ua.UInt32(code))
