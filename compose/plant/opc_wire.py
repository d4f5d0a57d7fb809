"""The server's side of DCE/RPC with Impacket's PDUs and NTLM: connections, logons, signed and sealed answers."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from Cryptodome.Cipher import ARC4  # type: ignore[import-untyped,import-not-found,unused-ignore]
from impacket import ntlm  # type: ignore[import-untyped,import-not-found,unused-ignore]
from impacket.dcerpc.v5 import rpcrt  # type: ignore[import-untyped,import-not-found,unused-ignore]
from impacket.uuid import bin_to_string  # type: ignore[import-untyped,import-not-found,unused-ignore]

USERS = {"operator": "k1ln-9", "historian": "arch1ve-4", "visitor": "v1sit-2", "guest": "guest-7"}
NDR = bytes.fromhex("045d888aeb1cc9119fe808002b10486002000000")
ACCESS_DENIED = 0x00000005
FRAGMENT = 4280
Handler = Callable[[str, int, bytes, str, bytes], bytes | int]
"""Interface, operation, object, user, stub: the answer's stub, or a fault's status."""


@dataclass
class Connection:
    """One connection."""

    end: socket.socket
    handler: Handler
    name: str
    contexts: dict[int, str] = field(default_factory=dict)
    parts: dict[int, bytes] = field(default_factory=dict)
    level: int = 1
    user: str = ""
    flags: int = 0
    keys: dict[bytes, dict[str, Any]] = field(default_factory=dict)
    """Of each security context."""

    def serve(self) -> None:
        """Answer until the client leaves."""
        with self.end:
            while True:
                head = self._exactly(16)
                if len(head) < 16:
                    return
                data = head + self._exactly(struct.unpack_from("<H", head, 8)[0] - 16)
                self._answer(data)

    def _exactly(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            more = self.end.recv(count - len(data))
            if not more:
                break
            data += more
        return data

    def _answer(self, data: bytes) -> None:
        kind, (token, call) = data[2], struct.unpack_from("<HI", data, 10)
        trailer = data[len(data) - token - 8 : len(data) - token] if token else b""
        auth = data[len(data) - token :] if token else b""
        if kind in (rpcrt.MSRPC_BIND, rpcrt.MSRPC_ALTERCTX):
            self._bind(data, kind, call, trailer, auth)
        elif kind == rpcrt.MSRPC_AUTH3:
            self._logon(auth, trailer[4:])
        elif kind == rpcrt.MSRPC_REQUEST:
            self._request(data, call, trailer, token)

    def _bind(self, data: bytes, kind: int, call: int, trailer: bytes, auth: bytes) -> None:
        results, at = b"", 28
        for _ in range(data[24]):
            context, syntaxes = struct.unpack_from("<HB", data, at)
            taken = data[at + 24 : at + 44] == NDR
            if taken:
                self.contexts[context] = bin_to_string(data[at + 4 : at + 20]).lower()
            results += struct.pack("<HH", 0 if taken else 2, 0 if taken else 2) + (NDR if taken else bytes(20))
            at += 24 + 20 * syntaxes
        address = b"135\0" if kind == rpcrt.MSRPC_BIND else b""
        body = struct.pack("<HHIH", FRAGMENT, FRAGMENT, 0x5353, len(address)) + address
        body += bytes(-(16 + len(body)) % 4) + bytes([data[24], 0, 0, 0]) + results
        answer = rpcrt.MSRPCHeader()
        answer["type"] = rpcrt.MSRPC_BINDACK if kind == rpcrt.MSRPC_BIND else rpcrt.MSRPC_ALTERCTX_R
        answer["flags"], answer["call_id"], answer["pduData"] = data[3] & 3, call, body
        if auth[8:9] == b"\1":
            answer["sec_trailer"], answer["auth_data"] = trailer[:2] + b"\0\0" + trailer[4:], self._challenge(auth)
            self.level = trailer[1]
        self.end.sendall(answer.get_packet())

    def _challenge(self, auth: bytes) -> bytes:
        self.flags = struct.unpack_from("<I", auth, 12)[0] | 0x02810000
        self.flags &= ~0x01000000
        facts = ntlm.AV_PAIRS()
        for kind, text in (
            (2, "MARSH"),
            (1, self.name),
            (4, "marsh.example"),
            (3, f"{self.name.lower()}.marsh.example"),
        ):
            facts[kind] = text.encode("utf-16-le")
        told, target = bytes(facts.getData()), "MARSH".encode("utf-16-le")
        head = b"NTLMSSP\0" + struct.pack("<IHHI", 2, len(target), len(target), 56) + struct.pack("<I", self.flags)
        fields = struct.pack("<HHI", len(told), len(told), 56 + len(target))
        return (
            head + b"\x11\x22\x33\x44\x55\x66\x77\x88" + bytes(8) + fields + b"\x0a\0\x63\x45\0\0\0\x0f" + target + told
        )

    def _logon(self, auth: bytes, context: bytes) -> None:
        def told(at: int) -> bytes:
            length, _, offset = struct.unpack_from("<HHI", auth, at)
            return auth[offset : offset + length]

        proof, domain, self.user = told(20), told(28).decode("utf-16-le"), told(36).decode("utf-16-le")
        self.flags = struct.unpack_from("<I", auth, 60)[0]
        if self.level < 4 or self.user not in USERS:
            return
        key = ntlm.NTOWFv2(self.user, USERS[self.user], domain)
        session = ntlm.hmac_md5(key, proof[:16])
        if self.flags & ntlm.NTLMSSP_NEGOTIATE_KEY_EXCH:
            session = ARC4.new(session).decrypt(told(52))
        keys = self.keys[context] = {"sequence": 0}
        for mode in ("Client", "Server"):
            keys[f"{mode} sign"] = ntlm.SIGNKEY(self.flags, session, mode)
            keys[f"{mode} seal"] = ARC4.new(ntlm.SEALKEY(self.flags, session, mode)).encrypt

    def _request(self, data: bytes, call: int, trailer: bytes, token: int) -> None:
        flags, (context, operation) = data[3], struct.unpack_from("<HH", data, 20)
        at = 40 if flags & 0x80 else 24
        end = len(data) - token - 8 if token else len(data)
        stub = data[at:end]
        keys = self.keys.get(trailer[4:], {})
        if token and self.level == 6 and keys:
            stub = keys["Client seal"](stub)
            keys["Client seal"](data[len(data) - token + 4 : len(data) - token + 12])
        if trailer:
            stub = stub[: len(stub) - trailer[2]]
        self.parts[call] = self.parts.get(call, b"") + stub
        if not flags & 2:
            return
        told: bytes | int = ACCESS_DENIED
        if self.level == 1 or not self.user or (self.user in USERS and self.user != "visitor"):
            told = self.handler(self.contexts.get(context, ""), operation, data[24:at], self.user, self.parts.pop(call))
        if isinstance(told, int):
            self._send(rpcrt.MSRPC_FAULT, call, context, struct.pack("<II", told, 0), 3, b"")
            return
        size = FRAGMENT - 128
        pieces = [told[i : i + size] for i in range(0, len(told), size)] or [b""]
        for number, piece in enumerate(pieces):
            flags = (number == 0) | (number + 1 == len(pieces)) << 1
            self._send(rpcrt.MSRPC_RESPONSE, call, context, piece, flags, trailer[4:])

    def _send(self, kind: int, call: int, context: int, stub: bytes, flags: int, security: bytes) -> None:
        answer = rpcrt.MSRPCRespHeader()
        answer["type"], answer["call_id"], answer["ctx_id"], answer["flags"] = kind, call, context, flags
        answer["alloc_hint"], answer["pduData"] = len(stub), stub
        keys = self.keys.get(security, {})
        if not keys or self.level < 5 or kind == rpcrt.MSRPC_FAULT:
            self.end.sendall(answer.get_packet())
            return
        pad = -len(stub) % 4
        plain = stub + bytes(pad)
        answer["pduData"] = plain
        answer["sec_trailer"] = struct.pack("<BBBB", 10, self.level, pad, 0) + security
        answer["auth_data"] = bytes(16)
        sign, seal = keys["Server sign"], keys["Server seal"]
        packet = answer.get_packet()[:-16]
        if self.level == 6:
            sealed, signature = ntlm.SEAL(self.flags, sign, sign, packet, plain, keys["sequence"], seal)
            answer["pduData"] = sealed
        else:
            signature = ntlm.SIGN(self.flags, sign, packet, keys["sequence"], seal)
        answer["auth_data"] = signature.getData()
        keys["sequence"] += 1
        self.end.sendall(answer.get_packet())


def listen(address: str, port: int, name: str, handler: Handler) -> None:
    """Serve on a port, in threads of their own."""
    server = socket.create_server((address, port))

    def accept() -> None:
        while True:
            end, _ = server.accept()
            threading.Thread(target=Connection(end, handler, name).serve, daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
