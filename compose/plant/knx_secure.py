"""The server's side of a KNX IP Secure session over TCP (KNX 3/8/9 2.4), with the ciphers of `xknx`."""

from __future__ import annotations

from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from xknx import knxip
from xknx.io.ip_secure import COUNTER_0_HANDSHAKE, MESSAGE_TAG_TUNNELLING, _IPSecureTransportLayer
from xknx.knxip.knxip_enum import SecureSessionStatusCode
from xknx.secure.security_primitives import (
    calculate_message_authentication_code_cbc,
    derive_device_authentication_password,
    encrypt_data_ctr,
    generate_ecdh_key_pair,
)
from xknx.secure.util import bytes_xor, sha256_hash

DEVICE_PASSWORD, USER_PASSWORD, USER = "reed-bed-7", "bulrush-3", 2
Answer = Callable[[bytes, Callable[[bytes], None]], None]


class ServerSession(_IPSecureTransportLayer):
    """One session: its key, its counter, and what is wrapped in it. Every user is let in."""

    def __init__(self, request: knxip.SessionRequest, send: Callable[[bytes], None], number: int = 7) -> None:
        private, public = generate_ecdh_key_pair()
        client = request.ecdh_client_public_key
        self._key = sha256_hash(private.exchange(X25519PublicKey.from_public_bytes(client)))[:16]
        self.session_id = number
        self._sent = 0
        self._send = send
        head = bytes.fromhex("061009520038") + number.to_bytes(2, "big") + bytes_xor(client, public)
        code = derive_device_authentication_password(DEVICE_PASSWORD)
        plain = calculate_message_authentication_code_cbc(key=code, additional_data=head)
        _, mac = encrypt_data_ctr(key=code, counter_0=COUNTER_0_HANDSHAKE, mac_cbc=plain)
        self._write(knxip.KNXIPFrame.init_from_body(knxip.SessionResponse(number, public, mac)))

    def get_sequence_information(self) -> bytes:
        """Count the wrappers that were sent."""
        self._sent += 1
        return (self._sent - 1).to_bytes(6, "big")

    def get_message_tag(self) -> bytes:
        """Return the tag of tunnels."""
        return bytes(MESSAGE_TAG_TUNNELLING)

    def _write(self, frame: knxip.KNXIPFrame) -> None:
        self._send(bytes(frame.to_knx()))

    def take(self, frame: knxip.KNXIPFrame, answer: Answer) -> None:
        """Open a wrapper; let the user in, or hand on what is inside with a way to answer wrapped."""
        inner = self.decrypt_frame(frame)
        if isinstance(inner.body, knxip.SessionAuthenticate):
            status = knxip.SessionStatus(SecureSessionStatusCode.STATUS_AUTHENTICATION_SUCCESS)
            self._write(self.encrypt_frame(knxip.KNXIPFrame.init_from_body(status)))
        elif not isinstance(inner.body, knxip.SessionStatus):
            answer(bytes(inner.to_knx()), self.wrapped)

    def wrapped(self, data: bytes) -> None:
        """Send a frame in a wrapper."""
        self._write(self.encrypt_frame(knxip.KNXIPFrame.from_knx(data)[0]))
