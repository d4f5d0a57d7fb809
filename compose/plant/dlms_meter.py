"""An electricity meter that speaks DLMS/COSEM: associations, ciphering and frames of dlms-cosem.

The library is a client: it reads requests of associations and makes their answers, but none of Get, Set and Action.
Those are made by hand here, and taken by the client of another library, gurux-dlms.
"""

from __future__ import annotations

import contextlib
import hashlib
import socket
import sys
import threading
from collections.abc import Callable
from typing import Any

import attrs
from dlms_cosem import enumerations, security  # type: ignore[import-untyped]  # a stack without types
from dlms_cosem.hdlc import frames  # type: ignore[import-untyped]  # a stack without types
from dlms_cosem.hdlc.address import HdlcAddress  # type: ignore[import-untyped]  # a stack without types
from dlms_cosem.protocol import acse, xdlms  # type: ignore[import-untyped]  # a stack without types
from dlms_cosem.protocol.acse import UserInformation  # type: ignore[import-untyped]  # a stack without types
from dlms_cosem.protocol.xdlms.conformance import Conformance  # type: ignore[import-untyped]  # a stack without types

PORT = 4059
HDLC_PORT = 4060
PASSWORD = b"Meter-7531"
METER_TITLE = b"KFM" + bytes.fromhex("6640027781")
KEY = bytes.fromhex("000102030405060708090A0B0C0D0E0F")
AUTHENTICATION_KEY = bytes.fromhex("D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF")
CHALLENGE = b"StoC-0123456789"
HLS_GMAC, HLS_MD5 = enumerations.AuthenticationMechanism.HLS_GMAC, enumerations.AuthenticationMechanism.HLS_MD5
PDU = 400
SEGMENT = 110
"""Bytes of information in a frame."""

CLOCK = (8, "0.0.1.0.0.255")
ENERGY = (3, "1.0.1.8.0.255")
POWER = (3, "1.0.1.7.0.255")
PROFILE = (7, "1.0.99.1.0.255")
EVENT_LOG = (7, "0.0.99.98.0.255")
BREAKER = (70, "0.0.96.3.10.255")
IMAGE = (18, "0.0.44.0.0.255")
SECURITY = (64, "0.0.43.0.0.255")
ASSOCIATION = (15, "0.0.40.0.0.255")
GLOBAL_RESET = (9, "0.0.10.0.0.255")
BREAKER_SCRIPT = (9, "0.0.10.0.106.255")
BREAKER_SCHEDULE = (22, "0.0.15.0.1.255")
CALENDAR = (20, "0.0.13.0.0.255")
LIMITER = (71, "0.0.17.0.0.255")
PUSH = (40, "0.7.25.9.0.255")
DEVICE_NAME = (1, "0.0.42.0.0.255")
SERIAL = (1, "0.0.96.1.0.255")
FIRMWARE = (1, "1.0.0.2.0.255")
ALARMS = (1, "0.0.97.98.0.255")

TIME = bytes.fromhex("07EA0B1D070A1E0000FE2000")
CONFORMANCE = Conformance(
    block_transfer_with_get_or_read=True,
    block_transfer_with_set_or_write=True,
    multiple_references=True,
    get=True,
    set=True,
    selective_access=True,
    event_notification=True,
    action=True,
    priority_management_supported=True,
)
READ_WRITE_DENIED, OBJECT_UNDEFINED = 3, 4
CONFIRMED = 0x40
SERVICE_NOT_ALLOWED, SERVICE_UNKNOWN, OPERATION_NOT_POSSIBLE = b"\xd8\x01\x03", b"\xd8\x02\x02", b"\xd8\x01\x01"
GENERAL_GLO = 0xDB
GENERAL_TITLE = b"BTN" + bytes.fromhex("0000000043")
"""The head-end that is served with general ciphering."""
SEALED = {0xC8: 0xCC, 0xC9: 0xCD, 0xCB: 0xCF}
"""Answers to ciphered requests."""


def _number(tag: int, size: int) -> Callable[[int], bytes]:
    """A coder of whole numbers: the library leaves most of them to its user."""
    return lambda value: bytes([tag]) + (value & (1 << 8 * size) - 1).to_bytes(size, "big")


_bool, _i32, _u32, _i8, _u8, _enum = (
    _number(tag, size) for tag, size in ((3, 1), (5, 4), (6, 4), (15, 1), (17, 1), (22, 1))
)


def _octets(value: bytes) -> bytes:
    return b"\x09" + bytes([len(value)]) + value


def _unit(scaler: int, unit: int) -> bytes:
    return b"\x02\x02" + _i8(scaler) + _enum(unit)


def _rows() -> bytes:
    """A day of the load profile: time, energy."""
    rows = [b"\x02\x02" + _octets(TIME[:5] + bytes([hour, 0]) + TIME[7:]) + _u32(120 + hour) for hour in range(24)]
    return b"\x01" + bytes([len(rows)]) + b"".join(rows)


def _objects() -> dict[tuple[int, str, int], bytes]:
    return {
        (*CLOCK, 2): _octets(TIME),
        (*ENERGY, 2): _u32(1_234_567),
        (*ENERGY, 3): _unit(-1, 30),
        (*POWER, 2): _i32(2_345),
        (*POWER, 3): _unit(0, 27),
        (*PROFILE, 2): _rows(),
        (*PROFILE, 4): _u32(3600),
        (*EVENT_LOG, 2): b"\x01\x01\x02\x02" + _octets(TIME) + _u8(23),
        (*BREAKER, 2): _bool(True),
        (*BREAKER, 3): _enum(1),
        (*BREAKER, 4): _enum(4),
        (*LIMITER, 4): _u32(9_000),
        (*SECURITY, 2): _enum(3),
        (*DEVICE_NAME, 2): _octets(b"KFM6640027781"),
        (*SERIAL, 2): _octets(b"66400277"),
        (*FIRMWARE, 2): _octets(b"KFM-2.10.4"),
        (*ALARMS, 2): _u32(4),
        (*ASSOCIATION, 2): b"\x01\x01\x02\x04\x12\x00\x08\x11\x00"
        + _octets(bytes([0, 0, 1, 0, 0, 255]))
        + b"\x02\x02\x01\x00\x01\x00",
    }


class Meter:
    """The meter behind one connection."""

    def __init__(self, objects: dict[tuple[int, str, int], bytes]) -> None:
        self.objects = objects
        self.associated = False
        self.client_title = b""
        self.counter = 100
        self.challenge = b""
        self.digests = False
        self.left: list[bytes] = []

    def answer(self, apdu: bytes) -> bytes | None:
        """What the meter says to an APDU."""
        tag = apdu[0] if len(apdu) > 1 else 0
        if tag == 0x60:
            return self._associate(apdu)
        if tag == 0x62:
            self.associated = False
            return bytes.fromhex("6303800100")
        if tag == GENERAL_GLO:
            inside = self.answer(self._unseal(b"\x00" + apdu[2 + apdu[1] :]))
            head = bytes([GENERAL_GLO, len(METER_TITLE)]) + METER_TITLE
            return None if inside is None else head + self._seal(GENERAL_GLO, inside)[1:]
        if tag in SEALED:
            inside = self.answer(self._unseal(apdu))
            return None if inside is None else self._seal(SEALED[tag], inside)
        if not self.associated:
            return SERVICE_NOT_ALLOWED
        if not tag or len(apdu) < (7 if apdu[1] in (2, 3) else 13):
            return OPERATION_NOT_POSSIBLE
        if tag == 0xC0:
            return self._get(apdu)
        if tag not in (0xC1, 0xC3):
            return SERVICE_UNKNOWN
        answer = self._set(apdu) if tag == 0xC1 else self._act(apdu)
        return answer if apdu[2] & CONFIRMED else None

    def _associate(self, apdu: bytes) -> bytes:
        asked = acse.ApplicationAssociationRequest.from_bytes(apdu)
        mechanism = asked.authentication
        user = enumerations.AcseServiceUserDiagnostics
        diagnostics, result = user.NULL, enumerations.AssociationResult.ACCEPTED
        proof: dict[str, Any] = {}
        if mechanism == enumerations.AuthenticationMechanism.LLS and asked.authentication_value != PASSWORD:
            diagnostics, result = user.AUTHENTICATION_FAILED, enumerations.AssociationResult.REJECTED_PERMANENT
        elif mechanism in (HLS_GMAC, HLS_MD5):
            diagnostics = user.AUTHENTICATION_REQUIRED
            self.challenge, self.digests = asked.authentication_value, mechanism == HLS_MD5
            proof = {"authentication": mechanism, "authentication_value": CHALLENGE}
        self.associated = result == enumerations.AssociationResult.ACCEPTED
        agreed = attrs.evolve(CONFORMANCE, general_protection=asked.system_title == GENERAL_TITLE)
        initiated: Any = xdlms.InitiateResponse(negotiated_conformance=agreed, server_max_receive_pdu_size=PDU)
        ciphered = asked.ciphered
        if asked.system_title:
            self.client_title = asked.system_title
        if ciphered:
            control = security.SecurityControlField(0, authenticated=True, encrypted=True)
            text = self._encrypt(control, initiated.to_bytes())
            initiated = xdlms.GlobalCipherInitiateResponse(control, self.counter, text)
        return bytes(
            acse.ApplicationAssociationResponse(
                result=result,
                result_source_diagnostics=diagnostics,
                ciphered=ciphered,
                system_title=METER_TITLE if ciphered or proof else None,
                user_information=UserInformation(content=initiated),
                **proof,
            ).to_bytes()
        )

    def _encrypt(self, control: Any, plain: bytes) -> bytes:
        self.counter += 1
        return bytes(security.encrypt(control, METER_TITLE, self.counter, KEY, plain, AUTHENTICATION_KEY))

    def _seal(self, tag: int, plain: bytes) -> bytes:
        control = security.SecurityControlField(0, authenticated=True, encrypted=True)
        text = self._encrypt(control, plain)
        body = bytes(control.to_bytes()) + self.counter.to_bytes(4, "big") + text
        length = bytes([len(body)]) if len(body) < 128 else b"\x82" + len(body).to_bytes(2, "big")
        return bytes([tag]) + length + body

    def _unseal(self, apdu: bytes) -> bytes:
        skip = 2 if apdu[1] < 128 else 2 + (apdu[1] & 0x7F)
        body = apdu[skip:]
        control = security.SecurityControlField.from_bytes(body[:1])
        counter = int.from_bytes(body[1:5], "big")
        return bytes(security.decrypt(control, self.client_title, counter, KEY, body[5:], AUTHENTICATION_KEY))

    def _get(self, apdu: bytes) -> bytes:
        invoke = apdu[2:3]
        if apdu[1] == 2:
            return self._block(int.from_bytes(apdu[3:7], "big") + 1, invoke)
        if apdu[1] == 3:
            listed = [self.objects.get(_key(apdu[at : at + 9])) for at in range(4, len(apdu), 10)]
            told = [b"\x00" + value if value is not None else b"\x01\x04" for value in listed]
            return b"\xc4\x03" + invoke + bytes([len(told)]) + b"".join(told)
        value = self.objects.get(_key(apdu[3:12]))
        if value is None:
            return b"\xc4\x01" + invoke + b"\x01\x04"
        if len(value) > PDU - 8:
            self.left = [value[at : at + PDU - 20] for at in range(0, len(value), PDU - 20)]
            return self._block(1, invoke)
        return b"\xc4\x01" + invoke + b"\x00" + value

    def _block(self, number: int, invoke: bytes) -> bytes:
        part = self.left[number - 1]
        length = b"\x82" + len(part).to_bytes(2, "big") if len(part) > 127 else bytes([len(part)])
        last = bytes([number == len(self.left)])
        return b"\xc4\x02" + invoke + last + number.to_bytes(4, "big") + b"\x00" + length + part

    def _set(self, apdu: bytes) -> bytes:
        form, invoke = apdu[1], apdu[2:3]
        if form == 2:
            number = apdu[14:18]
            return b"\xc5" + (b"\x03" + invoke + b"\x00" if apdu[13] else b"\x02" + invoke) + number
        if form == 3:
            number = apdu[4:8]
            return b"\xc5" + (b"\x03" + invoke + b"\x00" if apdu[3] else b"\x02" + invoke) + number
        if form == 4:
            return b"\xc5\x05" + invoke + bytes([apdu[3]]) + b"\x00" * apdu[3]
        key = _key(apdu[3:12])
        if key[:2] in (ENERGY, SERIAL):
            return b"\xc5\x01" + invoke + bytes([READ_WRITE_DENIED])
        self.objects[key] = apdu[13:]
        return b"\xc5\x01" + invoke + b"\x00"

    def _act(self, apdu: bytes) -> bytes:
        key, invoke = _key(apdu[3:12]), apdu[2:3]
        if key == (*ASSOCIATION, 1):
            return self._prove(apdu[12:], invoke)
        if key[:2] == BREAKER:
            self.objects[*BREAKER, 2] = _bool(key[2] == 2)
        known = any(key[:2] == known for known in ACTING)
        return b"\xc7\x01" + invoke + bytes([0 if known else OBJECT_UNDEFINED, 0])

    def _prove(self, given: bytes, invoke: bytes) -> bytes:
        """Accept a good answer to the challenge and answer the client's."""
        control = security.SecurityControlField(0, authenticated=True)
        proof = given[3:]
        if self.digests:
            if proof != _digest(CHALLENGE):
                return b"\xc7\x01" + invoke + bytes([READ_WRITE_DENIED, 0])
            return b"\xc7\x01" + invoke + b"\x00\x01\x00" + _octets(_digest(self.challenge))
        theirs = security.gmac(
            control, self.client_title, int.from_bytes(proof[1:5], "big"), KEY, AUTHENTICATION_KEY, CHALLENGE
        )
        if proof[5:] != theirs:
            return b"\xc7\x01" + invoke + bytes([READ_WRITE_DENIED, 0])
        self.counter += 1
        own = security.gmac(control, METER_TITLE, self.counter, KEY, AUTHENTICATION_KEY, self.challenge)
        told = _octets(control.to_bytes() + self.counter.to_bytes(4, "big") + own)
        return b"\xc7\x01" + invoke + b"\x00\x01\x00" + told


def _digest(challenge: bytes) -> bytes:
    """The answer to a challenge of HLS 3."""
    return hashlib.md5(challenge + PASSWORD, usedforsecurity=False).digest()


ACTING = (
    BREAKER,
    IMAGE,
    SECURITY,
    ASSOCIATION,
    GLOBAL_RESET,
    BREAKER_SCRIPT,
    CALENDAR,
    PROFILE,
    EVENT_LOG,
    PUSH,
    CLOCK,
    ENERGY,
)
"""Objects whose methods do something."""


def _key(descriptor: bytes) -> tuple[int, str, int]:
    return int.from_bytes(descriptor[:2], "big"), ".".join(str(part) for part in descriptor[2:8]), descriptor[8]


def wrapped(meter: Meter, message: bytes) -> bytes:
    """What the meter answers to a message in the wrapper."""
    answer = meter.answer(message[8:])
    if answer is None:
        return b""
    return message[:2] + message[4:6] + message[2:4] + len(answer).to_bytes(2, "big") + answer


def _serve_wrapped(connection: socket.socket, objects: dict[tuple[int, str, int], bytes]) -> None:
    meter = Meter(objects)
    while head := connection.recv(8, socket.MSG_WAITALL):
        size = int.from_bytes(head[6:8], "big")
        connection.sendall(wrapped(meter, head + connection.recv(size, socket.MSG_WAITALL)))


def _serve_framed(connection: socket.socket, objects: dict[tuple[int, str, int], bytes]) -> None:
    """HDLC: frames of the library's own, a long answer in segments."""
    meter, sent, taken, parts, heard = Meter(objects), 0, 0, [b""], b""
    parts.clear()
    while head := connection.recv(3, socket.MSG_WAITALL):
        size = int.from_bytes(head[1:3], "big") & 0x7FF
        frame = head + connection.recv(size - 1, socket.MSG_WAITALL)
        if frames.FCS.calculate_for(frame[1:-3]) != frame[-3:-1]:
            continue
        ends = HdlcAddress.find_address_in_frame_bytes(frame)
        (logical, physical, length), (client, _, _) = ends
        server = HdlcAddress(logical, physical, "server")
        at = 3 + length + 1
        control, ask = frame[at], HdlcAddress(client, None, "client")
        if control & 0xEF in (0x83, 0x43):
            sent, taken, heard = 0, 0, b""
            connection.sendall(frames.UnNumberedAcknowledgmentFrame(ask, server).to_bytes())
            continue
        if control & 1 == 0:
            taken = (taken + 1) & 7
            heard += frame[at + 3 : -3]
            if head[1] & 0x08:
                connection.sendall(frames.ReceiveReadyFrame(ask, server, receive_sequence_number=taken).to_bytes())
                continue
            answer, heard = b"\xe6\xe7\x00" + (meter.answer(heard[3:]) or b""), b""
            parts = [answer[start : start + SEGMENT] for start in range(0, len(answer), SEGMENT)]
        if parts:
            part = parts.pop(0)
            told = frames.InformationFrame(
                ask, server, part, segmented=bool(parts), send_sequence_number=sent, receive_sequence_number=taken
            )
            sent = (sent + 1) & 7
            connection.sendall(told.to_bytes())


def _listen(address: str, port: int, serve: Any, objects: dict[tuple[int, str, int], bytes]) -> None:
    listening = socket.create_server((address, port))

    def each(connection: socket.socket) -> None:
        with connection, contextlib.suppress(ConnectionError):
            serve(connection, objects)

    while True:
        connection, _ = listening.accept()
        threading.Thread(target=each, args=(connection,), daemon=True).start()


def _datagrams(address: str, objects: dict[tuple[int, str, int], bytes]) -> None:
    line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    line.bind((address, PORT))
    meter = Meter(objects)
    while True:
        message, sender = line.recvfrom(65536)
        if answer := wrapped(meter, message):
            line.sendto(answer, sender)


def serve(address: str) -> None:
    """Be a meter until killed: the wrapper over TCP and UDP, HDLC over TCP."""
    objects = _objects()
    for target, args in (
        (_listen, (address, PORT, _serve_wrapped, objects)),
        (_listen, (address, HDLC_PORT, _serve_framed, objects)),
        (_datagrams, (address, objects)),
    ):
        threading.Thread(target=target, args=args, daemon=True).start()
    print("serving", flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    serve(sys.argv[1])
