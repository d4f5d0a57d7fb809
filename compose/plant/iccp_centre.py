"""Two control centres that speak ICCP (TASE.2, IEC 60870-6), each as client and server of one association.

No free stack has a server of TASE.2. Associations, services and data are open61850's at both ends; what is here is the
objects that IEC 60870-6-802 puts on top of them, and that both ends of one association may ask. The client of
pyiec61850-ng, which has a TASE.2 layer of its own, talks to the same server.
"""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable, Iterator

from open61850.ber import iter_tlvs
from open61850.data import BitStringData, BoolData, FloatData, IECData, IntData, StructureData, UIntData
from open61850.data import VisibleStringData as Text
from open61850.mms import pdu
from open61850.mms.client import MmsClient
from open61850.mms.pdu import ObjectName, encode_object_name
from open61850.server import IedModel, MmsServer, protocol
from open61850.server.server import ServerConnection

from compose.plant.addresses import MMS_PORT, ip
from compose.plant.lab import Lab
from compose.plant.mms_ied import conclude, element

DOMAIN = "ICC_MARSH"
TABLE = "MARSH-HILL-7"
VERSION = (2000, 8)
DENIED, ABSENT = 3, 10
DEFINE, DELETE = 11, 13
_ASKED, _ANSWERED, _TOLD = 0xA0, 0xA1, 0xA3


def named(item: str) -> ObjectName:
    """An object of the bilateral table."""
    return ObjectName(item, DOMAIN)


def reference(item: str) -> StructureData:
    """A name as a value: scope, domain, item."""
    return StructureData([UIntData(1), Text(DOMAIN), Text(item)])


def measured(value: float) -> StructureData:
    """A real value with its quality."""
    return StructureData([FloatData(value), BitStringData(b"\x00")])


def transfer_set(data_set: str, enabled: bool, interval: int = 30) -> StructureData:
    """A transfer set as it is written: report on the interval and on change."""
    numbers = [IntData(0), IntData(interval), IntData(0), IntData(0), IntData(600)]
    conditions = BitStringData(b"\xe0", 3)
    truths = [BoolData(value) for value in (False, False, True, True, enabled)]
    return StructureData([reference(data_set), *numbers, conditions, *truths, IntData(0)])


class Centre(IedModel):
    """The objects of one centre: a bilateral table with points, transfer sets and devices."""

    def __init__(self, table: str = TABLE, version: tuple[int, int] = VERSION) -> None:
        super().__init__()
        self.logical_devices = {DOMAIN: {}}
        self.sets = iter(f"DSTrans{number}" for number in range(1, 1000))
        self.handed: set[str] = set()
        self.barred = False
        self.values: dict[ObjectName, IECData] = {
            ObjectName("TASE2_Version"): StructureData([IntData(part) for part in version]),
            ObjectName("Supported_Features"): BitStringData(b"\xf8\x00", 4),
            named("Bilateral_Table_ID"): Text(table),
            named("FEEDER1_MW"): measured(41.5),
            named("FEEDER2_MW"): measured(17.25),
            named("CB4_STATUS"): StructureData([BitStringData(b"\x80", 0)]),
            named("CB4"): IntData(0),
            named("CB4_SBO"): IntData(7),
            named("CB4_TAG"): StructureData([BitStringData(b"\x00", 6), Text("")]),
            named("SETPOINT_MW"): FloatData(40.0),
            named("DSTransferSet_Status"): BoolData(False),
        }
        for item in ("Transfer_Set_Name", "DSConditions_Detected"):
            self.values[named(item)] = reference("") if item[0] == "T" else BitStringData(b"\x80", 3)
        points = ("Transfer_Set_Name", "DSConditions_Detected", "FEEDER1_MW", "FEEDER2_MW")
        self.data_sets = {named("DS_FEEDERS"): [named(item) for item in points]}

    def names(self, domain: str) -> list[str]:
        """Variables of the bilateral table."""
        return sorted(name.item for name in self.values if name.domain == domain)

    def read(self, name: ObjectName) -> IECData | int:  # type: ignore[override]
        """A value; the next free transfer set; nothing but a refusal for who has no bilateral table."""
        if self.barred and name.domain:
            return DENIED
        if name == named("Next_DSTransfer_Set"):
            item = next(self.sets)
            self.handed.add(item)
            return reference(item)
        return self.values.get(name, ABSENT)

    def write(self, name: ObjectName, value: IECData) -> int | None:
        """Take a value where there is an object for it."""
        if self.barred:
            return DENIED
        if name.item in self.handed or name in self.values:
            self.values[name] = value
            return None
        return ABSENT


class _Connection(ServerConnection):
    """One associated client, which may answer requests and acknowledge reports."""

    def _handle(self, mms_pdu: bytes) -> bool:
        return mms_pdu[0] in (_ANSWERED, _TOLD) or super()._handle(mms_pdu)

    def _service(self, request: protocol.ConfirmedRequest) -> bytes:
        sets = self.server.model.data_sets
        if request.service == DEFINE:
            name, members = list(iter_tlvs(request.content))[:2]
            found = (pdu.decode_object_name(name), protocol.variable_access(element(members.tag, members.value)))
            sets[found[0]] = list(found[1])  # type: ignore[arg-type]
            return protocol.confirmed_response(request.invoke_id, DEFINE, b"", constructed=False)
        if request.service == DELETE:
            listed = next(tlv for tlv in iter_tlvs(request.content) if tlv.tag == 0xA1)
            gone = sum(sets.pop(pdu.decode_object_name(name), None) is not None for name in iter_tlvs(listed.value))
            counts = element(0x80, bytes([gone])) + element(0x81, bytes([gone]))
            return protocol.confirmed_response(request.invoke_id, DELETE, counts)
        return super()._service(request)


class Server(MmsServer):
    """A centre that listens."""

    def _serve(self, client: socket.socket, peer: tuple) -> None:  # type: ignore[type-arg]
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection = _Connection(self, protocol.accept_cotp(client), peer)
        with self._lock:
            self.connections.append(connection)
        connection.serve()

    def report(self, transfer_set: str, data_set: str, conditions: bytes = b"\x80") -> None:
        """Send what a transfer set's data set holds, the list named."""
        values: list[IECData | int] = [reference(transfer_set), BitStringData(conditions, 3)]
        values += [self.model.read(name) for name in self.model.data_sets[named(data_set)][2:]]
        listed = element(_TOLD, element(0xA0, element(0xA1, encode_object_name(named(data_set))) + results(values)))
        self.broadcast(listed)

    def report_each(self, pairs: list[tuple[str, IECData]]) -> None:
        """Send variables by name."""
        names = [named(item) for item, _ in pairs]
        self.broadcast(protocol.information_report([value for _, value in pairs], variables=names))

    def ask(self, *names: ObjectName) -> None:
        """Read from the client, on its own association."""
        self.broadcast(pdu.confirmed_request(9000 + len(names), pdu.read_request(list(names))))


def results(values: list[IECData | int]) -> bytes:
    """Values as a list of results."""
    return element(0xA0, protocol.access_results(values))


class Client(MmsClient):
    """A centre that calls, and answers what the other one asks of it."""

    centre: Centre

    def _receive_loop(self) -> None:
        with contextlib.suppress(OSError):
            while (user_data := self._conn.recv()) is not None:
                data = pdu.unwrap(user_data)
                if data[0] == _ASKED:
                    self._answer(data)
                else:
                    self._dispatch(pdu.decode_pdu(data))
        self._fail_all(ConnectionError("closed"))
        self._conn.close()

    def _answer(self, data: bytes) -> None:
        request = protocol.decode_request(data)
        assert isinstance(request, protocol.ConfirmedRequest)
        names, _ = protocol.read_request(request.content)
        read = protocol.read_response([self.centre.read(name) for name in names])  # type: ignore[union-attr]
        self._conn.send(pdu.wrap(protocol.confirmed_response(request.invoke_id, request.service, read)))

    def acknowledge(self, refuse: bool = False) -> None:
        """Say that a report came, or that it was no use."""
        name = ObjectName("Transfer_Report_NACK" if refuse else "Transfer_Report_ACK")
        stamp = StructureData([reference("DSTrans1"), IntData(1_700_000_000)])
        self._conn.send(pdu.wrap(protocol.information_report([stamp], variables=[name])))

    def introduce(self) -> None:
        """Read what two centres compare before anything else."""
        self.read_many([named("Bilateral_Table_ID"), ObjectName("TASE2_Version"), ObjectName("Supported_Features")])

    def define(self, data_set: str, *points: str) -> None:
        """Define a data set."""
        members = b"".join(element(0x30, element(0xA0, encode_object_name(named(item)))) for item in points)
        self.request(element(0xAB, encode_object_name(named(data_set)) + element(0xA0, members)))

    def delete(self, data_set: str) -> None:
        """Delete a data set."""
        self.request(element(0xAD, element(0x80, b"\0") + element(0xA1, encode_object_name(named(data_set)))))

    def read_data_set(self, data_set: str) -> None:
        """Read all of a data set."""
        self.request(element(0xA4, element(0xA1, element(0xA1, encode_object_name(named(data_set))))))

    def begin(self, data_set: str, interval: int = 30) -> str:
        """Take a transfer set and start it; its name."""
        handed = self.read(named("Next_DSTransfer_Set"))
        item = str(handed.members[2].value)  # type: ignore[union-attr]
        self.write(named(item), transfer_set(data_set, True, interval))
        return item

    def tag(self, device: str, flag: int, reason: str) -> None:
        """Tag a device: 0 none, 1 no command at all, 2 no closing."""
        self.write(named(f"{device}_TAG"), StructureData([BitStringData(bytes([flag << 6]), 6), Text(reason)]))


Work = Callable[[Client], None]


@contextlib.contextmanager
def serving(lab: Lab, centre: Centre | None = None, host: str = "cc1") -> Iterator[Server]:
    """A centre at work on a host."""
    server = Server(centre or Centre(), ip(host), MMS_PORT, vendor="Marsh Controls", model_name="ICC-2", revision="5.1")
    server.reports_enabled = server.controls_enabled = server.setting_groups_enabled = False
    lab[host].call(server.start)
    try:
        yield server
    finally:
        lab[host].call(server.stop)


def work_as(lab: Lab, host: str, work: Work, server: str = "cc1", centre: Centre | None = None) -> None:
    """Associate from a host and do a piece of work."""

    def session() -> None:
        with Client.connect(ip(server), MMS_PORT) as client:
            assert isinstance(client, Client)
            client.centre = centre or Centre()
            work(client)
            time.sleep(0.1)
            conclude(client)

    lab[host].call(session)


def message(text: str, reference_number: int = 4) -> list[tuple[str, IECData]]:
    """An information message: header and buffer."""
    header = StructureData([IntData(reference_number), IntData(1), IntData(7), IntData(len(text))])
    return [("Info_Mess_Header", header), ("Info_Buff_32", Text(text))]
