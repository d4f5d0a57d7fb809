"""What is said to the mirror doctor on the command line: the maker of the switch, what should be seen."""

from __future__ import annotations

from ipaddress import ip_network
from typing import TYPE_CHECKING

from api.cli.exit_codes import ExitCode
from api.cli.failures import Failure

if TYPE_CHECKING:
    from api.cli.terminal import Terminal
    from response.mirror.switches import Switch
    from sensors.doctor import Expected


def switch_of(maker: str | None, terminal: Terminal) -> Switch | None:
    """The answers of a maker. Raises Failure for one that is not known."""
    from api.cli.usage import nearest
    from api.mirror_rules import switch, switch_words

    if maker is None:
        return None
    try:
        return switch(maker.lower())
    except KeyError:
        known = switch_words()
        near = nearest(maker, known, terminal.texts)
        raise Failure(ExitCode.USAGE, "error.mirror_switch", maker=maker, makers=", ".join(known), near=near) from None


def expected_of(vlans: list[int] | tuple[()], networks: list[str] | tuple[()]) -> Expected:
    """What should be seen. Raises Failure."""
    from sensors.doctor import Expected

    found = []
    for text in networks:
        try:
            found.append(ip_network(text, strict=False))
        except ValueError:
            raise Failure(ExitCode.USAGE, "error.no_network", value=text) from None
    return Expected(tuple(dict.fromkeys(vlans)), tuple(found))


def macs_of(texts: list[str] | tuple[()]) -> list[bytes]:
    """MAC addresses as bytes. Raises Failure."""
    found = []
    for text in texts:
        try:
            mac = bytes.fromhex(text.replace(":", "").replace("-", ""))
        except ValueError:
            mac = b""
        if len(mac) != 6:
            raise Failure(ExitCode.USAGE, "error.mirror_mac", value=text)
        found.append(mac)
    return found
