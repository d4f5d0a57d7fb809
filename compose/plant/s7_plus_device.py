"""The plant's S7-1500 and its clients: the emulator and the client of s7commplus 0.3.0."""

from __future__ import annotations

import contextlib
import datetime as dt
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from s7commplus import Client
from s7commplus.protocol import ProtocolVersion
from s7commplus.server import S7CommPlusServer

from compose.plant.addresses import S7_PORT, ip
from compose.plant.lab import Lab

HMI, ES = "hmi", "es"


def _certificate(folder: Path) -> tuple[str, str]:
    """A certificate the controller signed itself, and its key."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "PLC_1")])
    day = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, day, day + dt.timedelta(days=7300))
    certificate = made.sign(key, hashes.SHA256())
    paths = folder / "plc.pem", folder / "plc.key"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return str(paths[0]), str(paths[1])


@contextlib.contextmanager
def controller_plus(lab: Lab, host: str = "plc1", tls: bool = False) -> Iterator[S7CommPlusServer]:
    """A running controller with two data blocks; with `tls` its sessions are encrypted."""
    server = S7CommPlusServer(protocol_version=ProtocolVersion.V2 if tls else ProtocolVersion.V1)
    server.register_db(1, {"level": ("Real", 0), "speed": ("Int", 4), "valve": ("Bool", 6), "batch": ("DInt", 8)}, 64)
    server.register_raw_db(2, bytearray(range(32)))
    options = {}
    if tls:
        certificate, key = _certificate(lab.folder)
        options = {"tls_cert": certificate, "tls_key": key}
    lab[host].call(lambda: server.start(ip(host), S7_PORT, use_tls=tls, **options))
    try:
        yield server
    finally:
        lab[host].call(server.stop)


def work_plus(
    lab: Lab, host: str, work: Callable[[Client], object], kind: str = HMI, tls: bool = False, server: str = "plc1"
) -> None:
    """Connect from `host` to `server` as an operator or engineering station, do the work and hang up."""

    def talk() -> None:
        client = Client()
        client.connect(ip(server), S7_PORT, use_tls=tls, connection_type=kind)
        try:
            work(client)
        finally:
            client.disconnect()
            time.sleep(0.05)

    lab[host].call(talk)
