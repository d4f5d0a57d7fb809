"""A head-end that reads and commands meters: the client of gurux-dlms, and messages by hand."""

from __future__ import annotations

import contextlib
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from gurux_dlms import GXByteBuffer, GXDLMSClient, GXReplyData  # type: ignore[import-untyped]  # a stack without types
from gurux_dlms.enums import (  # type: ignore[import-untyped]  # a stack without types
    Authentication,
    Conformance,
    DataType,
    InterfaceType,
    ObjectType,
    Security,
)
from gurux_dlms.secure import GXDLMSSecureClient  # type: ignore[import-untyped]  # a stack without types

from compose.plant.addresses import ip
from compose.plant.dlms_meter import AUTHENTICATION_KEY, GENERAL_TITLE, HDLC_PORT, KEY, PASSWORD, PORT
from compose.plant.lab import Lab
from compose.plant.namespaces import PlantError, stop_child

HEAD_END_TITLE = b"BTN" + bytes.fromhex("0000000042")
PUBLIC, MANAGEMENT = 16, 1
Object = tuple[int, str]
Work = Callable[["Reader"], None]


class Reader:
    """One association with a meter."""

    def __init__(
        self,
        address: str,
        client: int = MANAGEMENT,
        authentication: Any = Authentication.LOW,
        password: bytes = PASSWORD,
        framed: bool = False,
        udp: bool = False,
        secure: bool = False,
        general: bool = False,
    ) -> None:
        kind = InterfaceType.HDLC if framed else InterfaceType.WRAPPER
        server = GXDLMSClient.getServerAddress(1, 17) if framed else 1
        if secure:
            self.dlms = GXDLMSSecureClient(True, client, server, Authentication.HIGH_GMAC, None, kind)
            self.dlms.ciphering.security = Security.AUTHENTICATION_ENCRYPTION
            self.dlms.ciphering.systemTitle = GENERAL_TITLE if general else HEAD_END_TITLE
            if general:
                self.dlms.proposedConformance |= Conformance.GENERAL_PROTECTION
            self.dlms.ciphering.blockCipherKey = KEY
            self.dlms.ciphering.authenticationKey = AUTHENTICATION_KEY
            self.dlms.ciphering.invocationCounter = 5_000
        else:
            # The library answers a challenge with an object of the secured client alone.
            made_by = GXDLMSSecureClient if authentication > Authentication.LOW else GXDLMSClient
            self.dlms = made_by(True, client, server, authentication, password, kind)
        self.dlms.autoIncreaseInvokeID = True
        self.sent: list[bytes] = []
        self._line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM if udp else socket.SOCK_STREAM)
        self._line.settimeout(10)
        self._line.connect((address, HDLC_PORT if framed else PORT))

    def _exchange(self, message: bytes, reply: Any) -> None:
        buffer = GXByteBuffer()
        self.sent.append(bytes(message))
        self._line.sendall(message)
        while not self.dlms.getData(buffer, reply):
            got = self._line.recv(65536)
            if not got:
                raise ConnectionError("the meter hung up")
            buffer.set(got)

    def _ask(self, messages: Any) -> Any:
        """Send what the library made and take the answer, to its last part."""
        reply = GXReplyData()
        for message in messages if isinstance(messages, list) else [messages]:
            if isinstance(message, list):
                reply = self._ask(message)
                continue
            reply.clear()
            self._exchange(message, reply)
            while reply.isMoreData():
                self._exchange(self.dlms.receiverReady(reply), reply)
        return reply

    def connect(self) -> None:
        """Open the line and the association, prove who calls."""
        if opening := self.dlms.snrmRequest():
            self.dlms.parseUAResponse(self._ask(opening).data)
        self.dlms.parseAareResponse(self._ask(self.dlms.aarqRequest()).data)
        if self.dlms.isAuthenticationRequired:
            reply = self._ask(self.dlms.getApplicationAssociationRequest())
            self.dlms.parseApplicationAssociationResponse(reply.data)

    def refused(self) -> bool:
        """Try to open an association; whether the meter refuses."""
        try:
            self.connect()
        except Exception:  # the library has several kinds of errors for it
            return True
        return False

    def close(self) -> None:
        """Release the association, end the line."""
        with contextlib.suppress(Exception):
            self._ask(self.dlms.releaseRequest())
            if self.dlms.interfaceType == InterfaceType.HDLC:
                self._ask(self.dlms.disconnectRequest())
        self._line.close()

    def _object(self, what: Object) -> Any:
        item = self.dlms.createObject(ObjectType(what[0]))
        item.logicalName = what[1]
        return item

    def get(self, what: Object, attribute: int = 2) -> None:
        """Read an attribute; what the meter refuses is no error here."""
        with contextlib.suppress(Exception):
            self._ask(self.dlms.read(self._object(what), attribute))

    def get_list(self, *what: tuple[Object, int]) -> None:
        """Read several attributes with one request."""
        self._ask(self.dlms.readList([(self._object(each), attribute) for each, attribute in what]))

    def get_entries(self, what: Object, first: int, count: int) -> None:
        """Read entries of a profile."""
        self._ask(self.dlms.readRowsByEntry(self._object(what), first, count))

    def get_range(self, what: Object, begin: Any, end: Any) -> None:
        """Read a span of a profile."""
        self._ask(self.dlms.readRowsByRange(self._object(what), begin, end))

    def set(self, what: Object, attribute: int, value: Any, kind: Any) -> None:
        """Write an attribute."""
        write = self.dlms._GXDLMSClient__write
        with contextlib.suppress(Exception):
            self._ask(write(what[1], value, kind, ObjectType(what[0]), attribute))

    def act(self, what: Object, method: int, value: Any = 0, kind: Any = DataType.INT8) -> None:
        """Call a method."""
        with contextlib.suppress(Exception):
            self._ask(self.dlms.method(self._object(what), method, value, kind))

    def act_raw(self, what: Object, method: int, value: bytes) -> None:
        """Call a method with data that the library's types cannot say."""
        name = bytes(int(part) for part in what[1].split("."))
        self.raw(b"\xc3\x01\xc1" + what[0].to_bytes(2, "big") + name + bytes([method, 1]) + value, pause=0)
        self._line.recv(65536)

    def again(self) -> None:
        """Send the last message once more, as it was."""
        self._line.sendall(self.sent[-1])
        with contextlib.suppress(TimeoutError):
            self._line.recv(65536)

    def raw(self, apdu: bytes, length: int | None = None, version: int = 1, pause: float = 0.1) -> None:
        """An APDU made by hand in the wrapper."""
        size = len(apdu) if length is None else length
        head = b"".join(number.to_bytes(2, "big") for number in (version, MANAGEMENT, 1, size))
        self.say(head + apdu)
        time.sleep(pause)

    def say(self, message: bytes) -> None:
        """Bytes made by hand."""
        self._line.sendall(message)


def answering(address: str, answers: list[bytes]) -> None:
    """A meter that answers one connection by hand, whatever it is asked."""
    listening = socket.create_server((address, PORT))

    def serve() -> None:
        connection, _ = listening.accept()
        with connection, listening, contextlib.suppress(ConnectionError):
            for answer in answers:
                head = connection.recv(8, socket.MSG_WAITALL)
                connection.recv(int.from_bytes(head[6:8], "big"), socket.MSG_WAITALL)
                connection.sendall(b"\x00\x01\x00\x01\x00\x01" + len(answer).to_bytes(2, "big") + answer)
            connection.recv(1)

    threading.Thread(target=serve, daemon=True).start()


@contextlib.contextmanager
def meter(lab: Lab, *hosts: str) -> Iterator[None]:
    """Meters at work on hosts, each in a process of its own."""
    children = []
    try:
        for host in hosts:
            log = lab.folder / f"dlms-{host}.log"
            children.append(lab[host].daemon([sys.executable, "-m", "compose.plant.dlms_meter", ip(host)], log))
            deadline = time.monotonic() + 20
            while b"serving" not in log.read_bytes():
                if time.monotonic() > deadline:
                    raise PlantError(f"the meter does not start: {log.read_text()}")
                time.sleep(0.05)
            time.sleep(0.2)
        yield
    finally:
        for child in children:
            stop_child(child, signal.SIGKILL)


def work_as(lab: Lab, host: str, work: Work, server: str = "plc2", **how: Any) -> None:
    """Associate from a host, do a piece of work, release."""

    def session() -> None:
        reader = Reader(ip(server), **how)
        reader.connect()
        work(reader)
        reader.close()
        time.sleep(0.1)

    lab[host].call(session)
