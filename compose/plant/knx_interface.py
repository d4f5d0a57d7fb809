"""The plant's KNX interface: KNXnet/IP served with the frame classes of `xknx`, over UDP, TCP and routing's multicast.

No server of the protocol could be installed: answers are the plant's own, frames those of the stack.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import cast

from xknx import knxip
from xknx.exceptions import XKNXException
from xknx.knxip.dib import DIBDeviceInformation, DIBSecuredServiceFamilies, DIBSuppSVCFamilies
from xknx.knxip.knxip_enum import ConnectRequestType, DIBServiceFamily, KNXMedium
from xknx.telegram import IndividualAddress

from compose.plant.addresses import KNX_PORT, ip, mac
from compose.plant.knx_bus import CON, BusDevice, address
from compose.plant.knx_secure import ServerSession
from compose.plant.lab import Lab

GROUP = "224.0.23.12"
_FAMILIES = {DIBServiceFamily.CORE: 2, DIBServiceFamily.DEVICE_MANAGEMENT: 2, DIBServiceFamily.TUNNELING: 2,
             DIBServiceFamily.ROUTING: 1}  # fmt: skip
Send = Callable[[bytes], None]


def frame(body: knxip.KNXIPBody) -> bytes:
    """Return a frame with its header."""
    return bytes(knxip.KNXIPFrame.init_from_body(body).to_knx())


@dataclass
class Channel:
    """A connection. kind: tunnel or management; own: individual address of a tunnel; sent: the server's counter."""

    kind: ConnectRequestType
    own: int
    send: Send
    sent: int = 0
    taken: int = -1


@dataclass
class Interface:
    """What the interface holds. secured: it says that tunnels want KNX IP Secure."""

    host: str
    secured: bool = False
    bus: list[BusDevice] = field(default_factory=list)
    channels: dict[int, Channel] = field(default_factory=dict)
    properties: dict[tuple[int, int], bytes] = field(default_factory=dict)
    limit: int = 4

    def __post_init__(self) -> None:
        hall = BusDevice(address("1.1.5"), bytes.fromhex("00c5010a2b05"))
        hall.groups = {address("1/0/1"): b"\0", address("1/2/3"): b"\x0c\x1a", address("1/2/4"): b"\x80",
                       address("1/3/1"): bytes.fromhex("41a80000")}  # fmt: skip
        meter = BusDevice(address("1.1.7"), bytes.fromhex("0083010a2b07"))
        meter.groups = {address("2/0/1"): bytes.fromhex("00000000000012d7")}
        self.bus = [hall, meter]
        self.properties = {
            (0, 11): bytes.fromhex("00c50102af10"),
            (11, 52): b"\x11\x00",
            (11, 76): b"M",
            (11, 60): bytes(4),
        }

    def _dibs(self) -> list[knxip.DIB]:
        device = DIBDeviceInformation()
        device.knx_medium = KNXMedium.TP1
        device.individual_address = IndividualAddress("1.1.0")
        device.serial_number = "00:c5:01:02:af:10"
        device.mac_address = mac(self.host)
        device.name = "KNX IP Interface hall"
        families = DIBSuppSVCFamilies()
        families.families = [DIBSuppSVCFamilies.Family(name, version) for name, version in _FAMILIES.items()]
        dibs: list[knxip.DIB] = [device, families]
        if self.secured:
            secured = DIBSecuredServiceFamilies()
            secured.families = [DIBSuppSVCFamilies.Family(DIBServiceFamily.TUNNELING, 1)]
            dibs.append(secured)
        return dibs

    def take(self, data: bytes, send: Send, acknowledges: bool) -> None:
        """Answer one frame; `acknowledges`: over UDP."""
        try:
            body = knxip.KNXIPFrame.from_knx(data)[0].body
        except (XKNXException, ValueError, IndexError):
            return
        own = knxip.HPAI(ip(self.host), KNX_PORT)
        match body:
            case knxip.SearchRequest() | knxip.SearchRequestExtended():
                kind = (
                    knxip.SearchResponseExtended
                    if isinstance(body, knxip.SearchRequestExtended)
                    else knxip.SearchResponse
                )
                answer = kind(own)
                answer.dibs = self._dibs()
                send(frame(answer))
            case knxip.DescriptionRequest():
                told = knxip.DescriptionResponse()
                told.dibs = self._dibs()
                send(frame(told))
            case knxip.ConnectRequest():
                self._connect(body, own, send)
            case knxip.ConnectionStateRequest():
                known = body.communication_channel_id in self.channels
                status = knxip.ErrorCode.E_NO_ERROR if known else knxip.ErrorCode.E_CONNECTION_ID
                send(frame(knxip.ConnectionStateResponse(body.communication_channel_id, status)))
            case knxip.DisconnectRequest():
                self.channels.pop(body.communication_channel_id, None)
                send(frame(knxip.DisconnectResponse(body.communication_channel_id)))
            case knxip.TunnellingRequest() | knxip.DeviceConfigurationRequest():
                self._carry(body, send, acknowledges)
            case knxip.TunnellingFeatureGet() | knxip.TunnellingFeatureSet():
                self._feature(body, send)
            case _:
                pass

    def _connect(self, body: knxip.ConnectRequest, own: knxip.HPAI, send: Send) -> None:
        kind = body.cri.connection_type
        if len(self.channels) >= self.limit:
            send(b"\x06\x10\x02\x06\0\x08\0\x24")
            return
        number = max(self.channels, default=20) + 1
        place = address("1.1.240") + number - 20
        self.channels[number] = Channel(kind, place, send)
        given = IndividualAddress(place) if kind is ConnectRequestType.TUNNEL_CONNECTION else None
        crd = knxip.ConnectResponseData(kind, given)
        send(frame(knxip.ConnectResponse(number, knxip.ErrorCode.E_NO_ERROR, own, crd)))

    def _carry(self, body: knxip.TunnellingRequest | knxip.DeviceConfigurationRequest, send: Send, ack: bool) -> None:
        number = body.communication_channel_id
        channel = self.channels.get(number)
        if channel is None:
            return
        tunnel = isinstance(body, knxip.TunnellingRequest)
        if ack:
            kind = knxip.TunnellingAck if tunnel else knxip.DeviceConfigurationAck
            send(frame(kind(number, body.sequence_counter)))
        channel.send = send
        if ack and body.sequence_counter == channel.taken:
            return
        channel.taken = body.sequence_counter
        for cemi in self._telegram(channel, body.raw_cemi) if tunnel else self._local(body.raw_cemi):
            self.tell(number, cemi)

    def tell(self, number: int, cemi: bytes) -> None:
        """Send a cEMI frame on a channel."""
        channel = self.channels[number]
        tunnel = channel.kind is ConnectRequestType.TUNNEL_CONNECTION
        kind = knxip.TunnellingRequest if tunnel else knxip.DeviceConfigurationRequest
        channel.send(frame(kind(number, channel.sent, cemi)))
        channel.sent = (channel.sent + 1) & 0xFF

    def _telegram(self, channel: Channel, cemi: bytes) -> list[bytes]:
        begin = 2 + cemi[1]
        control, source, destination = struct.unpack(">HHH", cemi[begin : begin + 6])
        source = source or channel.own
        confirmed = bytearray(cemi)
        confirmed[0] = CON
        confirmed[begin + 2 : begin + 4] = source.to_bytes(2, "big")
        reached = control & 0x80 or destination in (device.own for device in self.bus)
        confirmed[begin] = confirmed[begin] & 0xFE | (not reached)
        tpdu = bytes(cemi[begin + 7 :])
        says = [said for device in self.bus for said in device.take(source, destination, tpdu, bool(control & 0x80))]
        return [bytes(confirmed), *says]

    def _local(self, cemi: bytes) -> list[bytes]:
        if cemi[0] == 0xF1:
            return [b"\xf0"]
        held = (int.from_bytes(cemi[1:3], "big"), cemi[4])
        writes = cemi[0] == 0xF6
        head = bytes([0xF5 if writes else 0xFB]) + cemi[1:5]
        if held not in self.properties or cemi[0] not in (0xF6, 0xFC):
            return [head + bytes([cemi[5] & 0x0F]) + cemi[6:7] + b"\7"]
        if writes:
            self.properties[held] = cemi[7:]
            return [head + cemi[5:7]]
        return [head + cemi[5:7] + self.properties[held]]

    def _feature(self, body: knxip.TunnellingFeatureGet | knxip.TunnellingFeatureSet, send: Send) -> None:
        head = struct.pack(">BBBB", 4, body.communication_channel_id, body.sequence_counter, 0)
        said = head + bytes([body.feature_type.value, 0]) + b"\0\1"
        send(struct.pack(">HHH", 0x0610, 0x0423, 6 + len(said)) + said)


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, interface: Interface) -> None:
        self._interface = interface
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        transport = self._transport
        if transport is not None:
            self._interface.take(data, lambda said: transport.sendto(said, address), True)


async def _converse(interface: Interface, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    session: ServerSession | None = None
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            head = await reader.readexactly(6)
            rest = await reader.readexactly(int.from_bytes(head[4:6], "big") - 6)
            frame = knxip.KNXIPFrame.from_knx(head + rest)[0]
            if isinstance(frame.body, knxip.SessionRequest):
                session = ServerSession(frame.body, writer.write)
            elif isinstance(frame.body, knxip.SecureWrapper) and session is not None:
                session.take(frame, lambda data, send: interface.take(data, send, False))
            else:
                interface.take(head + rest, writer.write, False)
    writer.close()


def _socket(host: str) -> socket.socket:
    end = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    end.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    end.bind(("", KNX_PORT))
    membership = socket.inet_aton(GROUP) + socket.inet_aton(ip(host))
    end.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
    end.setblocking(False)
    return end


@contextlib.contextmanager
def interface(lab: Lab, host: str = "knx", secured: bool = False) -> Iterator[Interface]:
    """A running interface on a host of the lab."""
    device = Interface(host, secured)

    async def serve() -> tuple[asyncio.DatagramTransport, asyncio.Server]:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(device), sock=_socket(host))
        server = await asyncio.start_server(lambda r, w: _converse(device, r, w), ip(host), KNX_PORT)
        return transport, server

    async def stop() -> None:
        transport.close()
        server.close()

    transport, server = lab[host].run(serve())
    try:
        yield device
    finally:
        lab[host].run(stop())
