"""The normal life of OPC UA in a lab: the server, and the certificates and logins of its clients."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future

from asyncua import ua

from compose.plant.lab import Lab
from compose.plant.opcua_client import Login, archive, operate
from compose.plant.opcua_device import OPEN, SERVER_URI, PlantServer, ServerSettings
from compose.plant.opcua_security import Authority, CertificateWish, Credentials


class OpcuaCell:
    """A running server, the plant's CA, and the logins of the usual clients (all sign their messages).

    lives: the server moves a process of its own; False: whoever runs the plant calls server.show().
    """

    def __init__(
        self,
        lab: Lab,
        policies: Sequence[ua.SecurityPolicyType] = OPEN,
        anonymous: bool = True,
        certificate: bool = True,
        advertised: str = "",
        lives: bool = True,
    ) -> None:
        self.lab = lab
        self.authority = Authority()
        self.own = self.authority.issue(CertificateWish("line-server", "opc", SERVER_URI)) if certificate else None
        settings = ServerSettings(tuple(policies), self.own, anonymous, advertised)
        self.server = PlantServer(settings)
        lab["opc"].run(self.server.start())
        self._living = lab["opc"].start(self.server.live()) if lives else None
        self._clients: list[Future[None]] = []

    def credentials(self, host: str, name: str = "") -> Credentials:
        """Issue a client's certificate."""
        name = name or f"{host}-client"
        return self.authority.issue(CertificateWish(name, host, f"urn:marsh.example:{name}"))

    def login(self, host: str, user: str, mode: ua.MessageSecurityMode = ua.MessageSecurityMode.Sign) -> Login:
        """Return the usual login of a client: own certificate, server's certificate known."""
        return Login(f"{host}-client", user, None, self.credentials(host), mode, server=self.own)

    def operate(self, writes: int = 1, pause: float = 3.0) -> None:
        """Start the operator's usual work in the background."""
        self._clients.append(self.lab["hmi"].start(operate(self.login("hmi", "operator"), writes, pause)))

    def archive(self, seconds: float) -> None:
        """Start the historian's usual work in the background."""
        self._clients.append(self.lab["hist"].start(archive(self.login("hist", "historian"), seconds)))

    def finish(self) -> None:
        """Wait for the usual clients."""
        for client in self._clients:
            client.result(90)
        self._clients.clear()

    def stop(self) -> None:
        """End the server."""
        if self._living is not None:
            self._living.cancel()
            if self._living.done() and not self._living.cancelled():
                self._living.result()
        self.lab["opc"].run(self.server.stop())


@contextlib.contextmanager
def opcua_cell(
    lab: Lab,
    policies: Sequence[ua.SecurityPolicyType] = OPEN,
    anonymous: bool = True,
    certificate: bool = True,
    advertised: str = "",
    busy: float = 4.0,
) -> Iterator[OpcuaCell]:
    """Run the cell; busy: seconds of the operator's usual work around the block, 0 for none."""
    cell = OpcuaCell(lab, policies, anonymous, certificate, advertised)
    if busy and "hmi" in lab:
        cell.operate(1, busy)
        time.sleep(1.5)
    yield cell
    cell.finish()
    cell.stop()
