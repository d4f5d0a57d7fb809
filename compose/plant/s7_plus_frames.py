"""S7comm-plus messages made by hand, after captures of real controllers: what the stack does not speak."""

from __future__ import annotations

import struct

from compose.plant.s7_frames import tpkt

HMI, ES = b"SIMATIC-ROOT-HMI", b"SIMATIC-ROOT-ES"
EXPLORE, CREATE, DELETE, SET, GET_LINK = 0x04BB, 0x04CA, 0x04D4, 0x04F2, 0x0524
SET_MULTI, GET_MULTI, BEGIN, END, INVOKE = 0x0542, 0x054C, 0x0556, 0x0560, 0x056B
SET_STREAM, GET_STREAM = 0x057C, 0x0586
SESSION, SUBSCRIPTION, DB, OB = 287, 1001, 2574, 2647
CPU, EXECUTION = 50, 52
STATE_REQUEST, VERSION, KEY, LEGITIMATE, CHALLENGE = 2167, 306, 1830, 1846, 303
OBJECT_NOT_FOUND = 0x88895B080EF91FF4
REFUSED = 0x8318890001B3FF8A
_QUALIFIER = bytes.fromhex("000004e8896900120000000 0896a001300896b00040000".replace(" ", ""))


def call(called: bytes, calling: int = 0x0600) -> bytes:
    """A request for a connection to a name."""
    parameters = struct.pack(">BBBBBH", 0xC0, 1, 10, 0xC1, 2, calling) + bytes([0xC2, len(called)]) + called
    return tpkt(bytes([6 + len(parameters), 0xE0, 0, 0, 0, 9, 0]) + parameters)


def accept(called: bytes, calling: int = 0x0600) -> bytes:
    """Its confirmation."""
    parameters = struct.pack(">BBBBBH", 0xC0, 1, 10, 0xC1, 2, calling) + bytes([0xC2, len(called)]) + called
    return tpkt(bytes([6 + len(parameters), 0xD0, 0, 9, 0, 3, 0]) + parameters)


def data(unit: bytes) -> bytes:
    """A unit in a transport PDU."""
    return tpkt(b"\x02\xf0\x80" + unit)


def vlq(number: int) -> bytes:
    """A variable-length quantity of at most 32 bits."""
    out = [number & 0x7F]
    while number := number >> 7:
        out.append(number & 0x7F | 0x80)
    return bytes(reversed(out))


def long_vlq(number: int) -> bytes:
    """A return value: up to 64 bits, the ninth byte whole."""
    if number < 1 << 56:
        return vlq(number)
    head = number >> 8
    return bytes([head >> shift & 0x7F | 0x80 for shift in range(49, -1, -7)]) + bytes([number & 0xFF])


def value(kind: int, contents: bytes, flags: int = 0) -> bytes:
    """A value of a type."""
    return bytes([flags, kind]) + contents


def text(of: str) -> bytes:
    """A WString."""
    encoded = of.encode()
    return value(0x15, vlq(len(encoded)) + encoded)


def blob(contents: bytes) -> bytes:
    """A blob."""
    return value(0x14, b"\0" + vlq(len(contents)) + contents)


def item(object_id: int, kind: int, attributes: dict[int, bytes], inner: bytes = b"") -> bytes:
    """An object."""
    told = b"".join(b"\xa3" + vlq(number) + contents for number, contents in attributes.items())
    return b"\xa1" + struct.pack(">I", object_id) + vlq(kind) + b"\0\0" + told + inner + b"\xa2"


def request(function: int, sequence: int, body: bytes, session: int = 0x120, qualified: bool = False) -> bytes:
    """A request without its frame."""
    tail = _QUALIFIER if qualified else b""
    return struct.pack(">BHHHHIB", 0x31, 0, function, 0, sequence, session, 0x34) + body + tail + bytes(4)


def response(function: int, sequence: int, body: bytes = b"", result: int = 0) -> bytes:
    """A response without its frame."""
    return struct.pack(">BHHHHB", 0x32, 0, function, 0, sequence, 0x34) + long_vlq(result) + body + bytes(4)


def unit(version: int, message: bytes, signed: bool = False, parts: int = 1) -> bytes:
    """A message in its unit, or in several. A digest is a row of numbers: nobody checks it here."""
    digest = bytes([32, *range(32)])
    if signed and version < 3:
        message = message[:-4] + digest
    size = -(-len(message) // parts)
    out = b""
    for part in range(parts):
        inner = (digest if signed and version == 3 else b"") + message[part * size : (part + 1) * size]
        trailer = struct.pack(">BBH", 0x72, version, 0) if part == parts - 1 else b""
        out += data(struct.pack(">BBH", 0x72, version, len(inner)) + inner + trailer)
    return out


def system_event(confirmed: int, event: bytes = b"") -> bytes:
    """Bytes confirmed."""
    body = bytes(4) + struct.pack(">I", confirmed) + bytes(8) + event
    return data(struct.pack(">BBH", 0x72, 0xFE, len(body)) + body)


def open_session(sequence: int, application: str, host: str, role: int) -> bytes:
    """CreateObject of a session."""
    attributes = {233: text("ServerSession_2DCD3"), 289: text("1:::6.0::TCP/IP -> plant"), 296: text(""),
                  297: text(application), 298: text(host), 299: value(4, vlq(role))}  # fmt: skip
    head = struct.pack(">I", 285) + value(4, b"\0") + bytes(4)
    return request(CREATE, sequence, head + item(211, SESSION, attributes))


def session_opened(sequence: int, session: int, product: str, challenge: bool) -> bytes:
    """The controller's answer: ids, its version, a challenge where it wants a key."""
    members = vlq(315) + value(4, vlq(512)) + vlq(319) + text(product) + b"\0"
    attributes = {233: text(""), VERSION: value(0x17, struct.pack(">I", 314) + members)}
    if challenge:
        attributes[CHALLENGE] = value(2, b"\x14" + bytes(range(0x40, 0x54)), 0x10)
    return response(CREATE, sequence, b"\x02" + vlq(session) + vlq(session + 1) + item(288, SESSION, attributes))


def set_up(sequence: int, session: int, key: bool) -> bytes:
    """The first write to a session: its version, and the key encrypted for the controller."""
    version = value(0x17, struct.pack(">I", 314) + vlq(315) + value(4, vlq(512)) + b"\0")
    ids, values = [VERSION], [version]
    if key:
        inner = vlq(1801) + value(4, b"\0") + vlq(1805) + blob(bytes(range(180))) + b"\0"
        ids.append(KEY)
        values.append(value(0x17, struct.pack(">I", 1800) + inner))
    listed = struct.pack(">I", session) + vlq(len(ids)) + vlq(len(ids)) + b"".join(map(vlq, ids))
    told = b"".join(vlq(number) + contents for number, contents in enumerate(values, 1))
    return request(SET_MULTI, sequence, listed + told + b"\0", session, qualified=True)


def symbol(area: int, sub: int, *ids: int, crc: int = 0) -> bytes:
    """Address of a variable."""
    return vlq(crc) + vlq(area) + vlq(1 + len(ids)) + vlq(sub) + b"".join(map(vlq, ids))


def read(sequence: int, session: int, *addresses: bytes) -> bytes:
    """GetMultiVariables."""
    body = bytes(4) + vlq(len(addresses)) + vlq(4 * len(addresses)) + b"".join(addresses)
    return request(GET_MULTI, sequence, body, session, qualified=True)


def were_read(sequence: int, values: dict[int, bytes], errors: dict[int, int] | None = None) -> bytes:
    """Its response: values and errors by number."""
    told = b"".join(vlq(n) + v for n, v in values.items()) + b"\0"
    wrong = b"".join(vlq(n) + long_vlq(code) for n, code in (errors or {}).items()) + b"\0"
    return response(GET_MULTI, sequence, told + wrong)


def write(sequence: int, session: int, **variables: tuple[bytes, bytes]) -> bytes:
    """SetMultiVariables of variables, each an address and a value."""
    addresses = b"".join(address for address, _ in variables.values())
    told = b"".join(vlq(n) + contents for n, (_, contents) in enumerate(variables.values(), 1))
    body = bytes(4) + vlq(len(variables)) + vlq(4 * len(variables)) + addresses + told + b"\0"
    return request(SET_MULTI, sequence, body, session, qualified=True)


def put(sequence: int, session: int, owner: int, attribute: int, contents: bytes) -> bytes:
    """SetVariable of one attribute."""
    return request(
        SET, sequence, struct.pack(">I", owner) + b"\x01" + vlq(attribute) + contents, session, qualified=True
    )


def get(sequence: int, session: int, owner: int, *attributes: int) -> bytes:
    """GetVarSubStreamed of an attribute."""
    ids = value(4, vlq(len(attributes)) + b"".join(map(vlq, attributes)), 0x20)
    return request(GET_STREAM, sequence, struct.pack(">I", owner) + ids + _QUALIFIER + b"\0\1", session)


def stream(sequence: int, session: int, owner: int, attribute: int, contents: bytes) -> bytes:
    """SetVarSubStreamed of an attribute."""
    ids = value(4, b"\x01" + vlq(attribute), 0x20)
    return request(SET_STREAM, sequence, struct.pack(">I", owner) + ids + _QUALIFIER + b"\0\1" + contents, session)


def create(sequence: int, session: int, container: int, made: bytes) -> bytes:
    """CreateObject of anything else."""
    return request(CREATE, sequence, struct.pack(">I", container) + value(4, b"\0") + bytes(4) + made, session)


def block(kind: int, number: int, code: bytes) -> bytes:
    """A block of the program."""
    rid = 0x80000000 | kind << 16 | number
    return item(rid, kind, {233: text(f"Block_{number}"), 2521: value(3, struct.pack(">H", number)), 2580: blob(code)})


def delete(sequence: int, session: int, target: int) -> bytes:
    """DeleteObject."""
    return request(DELETE, sequence, struct.pack(">I", target), session, qualified=True)


def explore(sequence: int, session: int, target: int, *attributes: int) -> bytes:
    """Explore of an object and the attributes wanted."""
    wanted = b"\0\1\0\0\0" + bytes([len(attributes)]) + b"".join(map(vlq, attributes))
    return request(EXPLORE, sequence, struct.pack(">I", target) + wanted, session)


def invoke(sequence: int, session: int, target: int, method: int) -> bytes:
    """Invoke of a method without arguments."""
    return request(INVOKE, sequence, struct.pack(">II", target, method) + b"\0\0", session)


def subscription(references: dict[int, tuple[int, int, int]]) -> bytes:
    """A subscription: reference to access area, sub-area and LID."""
    numbers = [0x80010000, 0, len(references)]
    for reference, (area, sub, lid) in references.items():
        numbers += [0x80040002, reference, 0, area, 0x1234, sub, lid]
    listed = value(4, vlq(len(numbers)) + b"".join(map(vlq, numbers)), 0x20)
    attributes = {233: text("Subscription_1"), 1049: value(4, vlq(500)), 1048: listed, 1053: value(7, b"\xff\xff")}
    return item(0x7FFFC001, SUBSCRIPTION, attributes)


def notification(subscribed: int, sequence: int, listed: bytes, alarms: bytes = b"") -> bytes:
    """What a subscription sends."""
    head = struct.pack(">BIHHHB", 0x33, subscribed, 0x0400, 0, 0, 1) + vlq(sequence) + b"\x01"
    objects = struct.pack(">IHB", subscribed, 0, 0) + alarms if alarms else b""
    return head + listed + b"\0" + objects + bytes(7)
