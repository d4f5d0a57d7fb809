"""Implicit I/O in the plant: an adapter with two assemblies and a scanner, both of cm-ethernetip."""

from __future__ import annotations

from compose.plant.addresses import ip
from compose.plant.cip_stack import EipScanner, ForwardOpenConfig, IdentityInfo, ScannerConnection, VirtualDevice

INPUT, OUTPUT, CONFIGURATION = 100, 102, 105
SIZE = 32  # bytes each way


class Station:
    """An I/O station on one host."""

    def __init__(self, host: str) -> None:
        info = IdentityInfo(
            vendor_id=1, device_type=0x0C, product_code=166, major_revision=5, minor_revision=1,
            status=0x0060, serial_number=0x00A1B2C3, product_name="1734-AENT/B Ethernet Adapter",
        )  # fmt: skip
        self.device = VirtualDevice(info, ip(host))
        self.device.add_assembly(INPUT, SIZE)
        self.device.add_assembly(OUTPUT, SIZE)
        self.device.add_assembly(CONFIGURATION, 10)

    async def start(self) -> None:
        """Listen on TCP 44818 and UDP 2222."""
        await self.device.start()
        self.device.assemblies.get_assembly(INPUT).write_dint(0, 4711)

    async def stop(self) -> None:
        """Stop both."""
        await self.device.close()


class Scanner:
    """Who scans a station. interval: requested packet interval, µs."""

    def __init__(self, server: str, interval: int = 50_000) -> None:
        self._server, self._interval = server, interval
        self._scanner = EipScanner()

    async def __aenter__(self) -> Scanner:
        await self._scanner.connect(ip(self._server))
        return self

    async def __aexit__(self, *unused: object) -> None:
        await self._scanner.close()

    def _wanted(self, output: int) -> ForwardOpenConfig:
        return ForwardOpenConfig(
            consumed_assembly=output, produced_assembly=INPUT, config_assembly=CONFIGURATION,
            consumed_size=SIZE, produced_size=SIZE, rpi=self._interval, transport_class=1,
        )  # fmt: skip

    async def open(self) -> ScannerConnection:
        """Open the connection and start to send."""
        return await self._scanner.forward_open(self._wanted(OUTPUT))

    async def refused(self) -> None:
        """Ask for an assembly that is not there."""
        try:
            await self._scanner.forward_open(self._wanted(55))
        except RuntimeError:
            return

    def repeat_old(self, connection: ScannerConnection) -> None:
        """Send a datagram with the first sequence number again, as one who replays would."""
        assert self._scanner.udp is not None
        self._scanner.udp.send_io_data((ip(self._server), 2222), connection.ot_connection_id, 1, b"\x01" * (SIZE + 6))
