"""Modbus in other sensors' logs: what a function does, in the words of our vocabulary.

Source: MODBUS Application Protocol V1.1b3, sections 5 to 7; names are those of our own parser
(`sensors/core/wire/src/protocol/modbus`).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Function:
    """A function: its operation, our name for it, the kind of its objects and the type of their values."""

    operation: str
    name: str
    kind: str | None = None
    type: str | None = None


FUNCTIONS = {
    1: Function("read", "Read Coils", "coil", "bit"),
    2: Function("read", "Read Discrete Inputs", "discrete", "bit"),
    3: Function("read", "Read Holding Registers", "holding", "uint16"),
    4: Function("read", "Read Input Registers", "input", "uint16"),
    5: Function("write", "Write Single Coil", "coil", "bit"),
    6: Function("write", "Write Single Register", "holding", "uint16"),
    7: Function("diagnose.read", "Read Exception Status"),
    8: Function("diagnose.read", "Diagnostics"),
    11: Function("diagnose.read", "Get Comm Event Counter"),
    12: Function("diagnose.read", "Get Comm Event Log"),
    15: Function("write", "Write Multiple Coils", "coil", "bit"),
    16: Function("write", "Write Multiple Registers", "holding", "uint16"),
    17: Function("identify.device", "Report Server ID"),
    20: Function("read", "Read File Record", "file", "uint16"),
    21: Function("file.write", "Write File Record", "file", "uint16"),
    22: Function("write", "Mask Write Register", "holding"),
    23: Function("write", "Read/Write Multiple Registers", "holding", "uint16"),
    24: Function("read", "Read FIFO Queue", "fifo", "uint16"),
    43: Function("identify.device", "Encapsulated Interface Transport"),
}
SUBFUNCTIONS = {
    0: ("diagnose.echo", "Return Query Data"),
    1: ("restart.communication", "Restart Communications Option"),
    2: ("diagnose.read", "Return Diagnostic Register"),
    3: ("configure.device", "Change ASCII Input Delimiter"),
    4: ("mode.listen_only", "Force Listen Only Mode"),
    10: ("diagnose.clear", "Clear Counters and Diagnostic Register"),
    11: ("diagnose.read", "Return Bus Message Count"),
    12: ("diagnose.read", "Return Bus Communication Error Count"),
    13: ("diagnose.read", "Return Bus Exception Error Count"),
    14: ("diagnose.read", "Return Server Message Count"),
    15: ("diagnose.read", "Return Server No Response Count"),
    16: ("diagnose.read", "Return Server NAK Count"),
    17: ("diagnose.read", "Return Server Busy Count"),
    18: ("diagnose.read", "Return Bus Character Overrun Count"),
    20: ("diagnose.clear", "Clear Overrun Counter and Flag"),
}
"""Of function 8: operation and name."""
EXCEPTIONS = {
    1: "Illegal Function",
    2: "Illegal Data Address",
    3: "Illegal Data Value",
    4: "Server Device Failure",
    5: "Acknowledge",
    6: "Server Device Busy",
    8: "Memory Parity Error",
    10: "Gateway Path Unavailable",
    11: "Gateway Target Device Failed To Respond",
}


def span(kind: str | None, start: int | None, count: int | None) -> str | None:
    """The address of a range, as `holding:100-109`."""
    if kind is None or start is None:
        return None
    last = start + max(count or 1, 1) - 1
    return f"{kind}:{start}" if last == start else f"{kind}:{start}-{last}"
