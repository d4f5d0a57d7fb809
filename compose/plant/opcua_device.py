"""The plant's OPC UA server on asyncua: tank and drive as nodes, methods, history, users."""

from __future__ import annotations

import asyncio
import datetime
import logging
from dataclasses import dataclass
from typing import Any

from asyncua import ua
from asyncua.common.methods import uamethod
from asyncua.common.node import Node
from asyncua.crypto.permission_rules import User, UserRole
from asyncua.server.server import Server
from asyncua.server.user_managers import UserManager

from compose.plant.addresses import OPCUA_PORT, ip
from compose.plant.opcua_names import own
from compose.plant.opcua_security import Credentials
from compose.plant.opcua_services import add_missing_services
from compose.plant.process import Drive, Tank

for _name in ("asyncua", "asyncio"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)

NAMESPACE = "urn:marsh.example:line1"
SERVER_URI = "urn:marsh.example:opc:line1"
PASSWORDS = {"operator": "bulrush-3", "historian": "sedge-9", "engineer": "willow-5"}
PASSWORDS |= {"sysadmin": "demo"}  # left as the reference server delivers it
_BUILT = datetime.datetime(2026, 3, 2, tzinfo=datetime.UTC)
_KEPT = datetime.timedelta(minutes=10)
_POLICIES = ua.SecurityPolicyType
SECURE = (_POLICIES.Basic256Sha256_Sign, _POLICIES.Basic256Sha256_SignAndEncrypt)
OPEN = (_POLICIES.NoSecurity, *SECURE)


@dataclass(frozen=True)
class ServerSettings:
    """How the server is protected. credentials: None for a server without a certificate."""

    policies: tuple[ua.SecurityPolicyType, ...] = OPEN
    credentials: Credentials | None = None
    anonymous: bool = True
    advertised: str = ""


class Users(UserManager):
    """Knows the plant's users; the engineer may change the address space."""

    def __init__(self, anonymous: bool) -> None:
        self._anonymous = anonymous

    def get_user(
        self, iserver: object, username: str | None = None, password: str | None = None, certificate: object = None
    ) -> User | None:
        """Return the user, or None to refuse."""
        if username is None:
            return User(role=UserRole.User, name="anonymous") if self._anonymous else None
        if PASSWORDS.get(username) != password:
            return None
        return User(role=UserRole.Admin if username == "engineer" else UserRole.User, name=username)


class PlantServer:
    """The OPC UA server of the line; `nodes` by name once it runs."""

    def __init__(self, settings: ServerSettings, host: str = "opc") -> None:
        self.settings = settings
        self.host = host
        self.nodes: dict[str, Node] = {}
        self.tank, self.drive = Tank(), Drive()
        self._server = Server(user_manager=Users(settings.anonymous))

    async def start(self) -> None:
        """Listen on port 4840 of the host's address."""
        add_missing_services()
        server, credentials = self._server, self.settings.credentials
        await server.init()
        server.set_endpoint(f"opc.tcp://{ip(self.host)}:{OPCUA_PORT}/line1")
        server.set_server_name("Marsh line 1")
        await server.set_application_uri(credentials.uri if credentials else SERVER_URI)
        await server.set_build_info("urn:marsh.example", "Marsh Works", "Line gateway", "4.2.1", "1187", _BUILT)
        server.set_security_policy(list(self.settings.policies))
        if credentials is not None:
            await server.load_certificate(credentials.certificate)
            await server.load_private_key(credentials.key)
        await self._fill(await server.register_namespace(NAMESPACE))
        await server.start()
        for name in ("Tank.Level", "Tank.Temperature"):
            await server.historize_node_data_change(self.nodes[name], period=_KEPT, count=200)
        if self.settings.advertised:
            server.set_match_discovery_endpoint_url(False)
            server.set_match_discovery_client_ip(False)
            for endpoint in server.iserver.endpoints:
                endpoint.EndpointUrl = self.settings.advertised
                endpoint.Server.DiscoveryUrls = [self.settings.advertised]

    async def stop(self) -> None:
        """Close all sessions and the port."""
        await self._server.stop()

    async def _fill(self, index: int) -> None:
        objects = self._server.nodes.objects
        values: dict[str, dict[str, tuple[object, ua.VariantType]]] = {
            "Tank": {
                "Level": (2000.0, ua.VariantType.Double),
                "Temperature": (65.2, ua.VariantType.Float),
                "Valve": (50, ua.VariantType.Int32),
                "Pump": (True, ua.VariantType.Boolean),
                "Setpoint": (2000.0, ua.VariantType.Double),
                "TemperatureSetpoint": (65.0, ua.VariantType.Double),
                "Batch": ("B-0117", ua.VariantType.String),
            },
            "Drive": {
                "Speed": (1450.0, ua.VariantType.Double),
                "Current": (12.2, ua.VariantType.Float),
                "Setpoint": (1450.0, ua.VariantType.Double),
                "Running": (True, ua.VariantType.Boolean),
            },
        }
        for group, points in values.items():
            parent = await objects.add_object(own(group), f"{index}:{group}")
            self.nodes[group] = parent
            for name, (value, kind) in points.items():
                node = await parent.add_variable(own(f"{group}.{name}"), f"{index}:{name}", value, varianttype=kind)
                await node.set_writable(name.endswith("Setpoint") or name == "Batch")
                self.nodes[f"{group}.{name}"] = node
        for group, method in (("Tank", "AcknowledgeAlarm"), ("Drive", "Start"), ("Drive", "Stop")):
            node_id = own(f"{group}.{method}")
            node = await self.nodes[group].add_method(
                node_id,
                f"{index}:{method}",
                _methods(self.drive, method),
                [ua.VariantType.String],
                [ua.VariantType.Boolean],
            )
            self.nodes[f"{group}.{method}"] = node

    async def live(self) -> None:
        """Let the process run and show it in the nodes, twice a second, until cancelled."""
        while True:
            self.tank.level_setpoint = float(await self.nodes["Tank.Setpoint"].read_value())
            self.drive.speed_setpoint = float(await self.nodes["Drive.Setpoint"].read_value())
            for _ in range(5):
                self.tank.step(0.1)
                self.drive.step(0.1)
            await self.show()
            await asyncio.sleep(0.5)

    async def show(self) -> None:
        """Write the state of the process into the nodes."""
        await self._put("Tank.Level", round(self.tank.level, 2), ua.VariantType.Double)
        await self._put("Tank.Temperature", round(self.tank.temperature / 10, 2), ua.VariantType.Float)
        await self._put("Tank.Valve", round(self.tank.valve), ua.VariantType.Int32)
        await self._put("Tank.Pump", self.tank.pump, ua.VariantType.Boolean)
        await self._put("Drive.Speed", round(self.drive.speed, 1), ua.VariantType.Double)
        await self._put("Drive.Current", round(self.drive.current / 10, 2), ua.VariantType.Float)
        await self._put("Drive.Running", self.drive.running, ua.VariantType.Boolean)

    async def _put(self, name: str, value: float | bool, kind: ua.VariantType) -> None:
        await self.nodes[name].write_value(value, kind)


def _methods(drive: Drive, name: str) -> Any:  # what uamethod returns is untyped
    @uamethod
    def call(parent: ua.NodeId, who: str) -> bool:
        if name in ("Start", "Stop"):
            drive.running = name == "Start"
        return True

    return call
