"""What `|expand` puts in place of `%name%`: lists that grow with the program, so that no rule has to name them.

Sigma, modifiers appendix, `expand`: placeholders are replaced when a rule is read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

from sensors._core import PORTS
from sensors.fields import dissectors, protocols

MODIFIER = "expand"


@cache
def ot_protocols() -> tuple[str, ...]:
    """Protocols of control, read or named only."""
    return tuple(protocols())


@cache
def ot_ports() -> tuple[int, ...]:
    """Ports registered for them."""
    ports = {**PORTS, **{declared.name: list(declared.ports) for declared in dissectors().usable}}
    return tuple(sorted({port for name in ot_protocols() for port in ports[name]}))


@cache
def ot_services() -> tuple[str, ...]:
    """What a port may promise that belongs to OT (`ot.port_protocol`)."""
    return tuple(sorted({*ot_protocols(), "iso_tsap"}))


PLACEHOLDERS: Mapping[str, Callable[[], tuple[str | int, ...]]] = {
    "ot_protocols": ot_protocols,
    "ot_ports": ot_ports,
    "ot_services": ot_services,
}


def expanded(text: str) -> tuple[str | int, ...] | None:
    """The values `%name%` stands for; None when it is no placeholder that is known."""
    if len(text) < 3 or text[0] != "%" or text[-1] != "%":
        return None
    found = PLACEHOLDERS.get(text[1:-1])
    return found() if found else None
