"""OPC Classic in the lab: the plant's server on a host, clients on others.

They are programs of their own: opc_server.py, opc_client.py, opc_utgard.java.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

from compose.plant.addresses import ip
from compose.plant.lab import Lab
from compose.plant.namespaces import PlantError, stop_child

_PYTHON = "build/plant-venv-opc/bin/python"
_JAVA = ("java", "-cp", "build/plant-jars/*", "compose/plant/opc_utgard.java")


@contextlib.contextmanager
def serving(lab: Lab, host: str = "opc") -> Iterator[None]:
    """A running server."""
    log = lab.folder / f"opc-{host}.log"
    child = lab[host].daemon((_PYTHON, "compose/plant/opc_server.py", ip(host)), log)
    try:
        deadline = time.monotonic() + 20
        while b"serving" not in log.read_bytes():
            if time.monotonic() > deadline:
                raise PlantError(f"the OPC server does not start: {log.read_text()}")
            time.sleep(0.05)
        yield
    finally:
        stop_child(child)


def client(lab: Lab, host: str, job: str, user: str = "operator", level: str = "connect", server: str = "opc") -> None:
    """Let Impacket on a host do a job of opc_client; level: none, connect, integrity, privacy."""
    lab[host].command(_PYTHON, "compose/plant/opc_client.py", job, ip(server), user, level)


def utgard(lab: Lab, host: str, server: str = "opc") -> None:
    """Let OpenSCADA Utgard on a host read and write items."""
    lab[host].command(*_JAVA, ip(server), "operator", "k1ln-9")
