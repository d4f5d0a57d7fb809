"""R-GOOSE and R-SV of the plant: libiec61850, run as a script in an environment of its own."""

from __future__ import annotations

from compose.plant.lab import Lab

_NATIVE = ("build/plant-venv-mms/bin/python", "compose/plant/routed_native.py")
GROUP = "239.192.0.1"
UNSIGNED, SIGNED, ENCRYPTED = "unsigned", "signed", "encrypted"


def publish(lab: Lab, host: str, job: str, security: str, states: int = 2) -> None:
    """Publishes to the group from a host. job: `states` of a control block or `samples`; see routed_native."""
    space = lab[host]
    if "239.192" not in space.command("ip", "route"):
        space.command("ip", "route", "add", "239.192.0.0/16", "dev", "eth0")
    space.command(*_NATIVE, job, GROUP, security, str(states))
