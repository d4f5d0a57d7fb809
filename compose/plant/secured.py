"""Control protocols inside TLS: certificates, and a front that wraps what has no TLS of its own.

The front stands in the device's namespace, the back in the client's; what is plain between them and the stacks stays on
their hosts, where no mirror sees it.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import ssl
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID, ObjectIdentifier

from compose.plant.addresses import ip
from compose.plant.lab import Lab

MBAPS_PORT, ENIPS_PORT, IEC104S_PORT, FOXS_PORT = 802, 2221, 19998, 4911
ROLE = ObjectIdentifier("1.3.6.1.4.1.50316.802.1")
"""Role of a client of MODBUS/TCP Security (MB-TCP-Security-v21 8)."""
Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def certificate(folder: Path, name: str, role: str = "") -> tuple[str, str]:
    """Make a self-signed certificate; return the paths of certificate and key (PEM). role: of a Modbus client."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=30))
        .not_valid_after(now + datetime.timedelta(days=3650))
    )
    if role:
        told = bytes([0x0C, len(role)]) + role.encode()  # UTF8String
        builder = builder.add_extension(x509.UnrecognizedExtension(ROLE, told), critical=False)
    paths = folder / f"{name}.crt", folder / f"{name}.key"
    paths[0].write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
    )
    return str(paths[0]), str(paths[1])


def server_side(lab: Lab, host: str, version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> ssl.SSLContext:
    """What a server of the plant shows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.maximum_version = version
    context.load_cert_chain(*certificate(lab.folder, host))
    return context


def client_side() -> ssl.SSLContext:
    """A client that takes any certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError, ssl.SSLError):
        while data := await reader.read(4096):
            writer.write(data)
            await writer.drain()
    writer.close()


@contextlib.contextmanager
def front(lab: Lab, host: str, secured: int, plain: int) -> Iterator[None]:
    """TLS on port `secured` of a host, passed on to `plain` of the same host."""
    context = server_side(lab, host)

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner, outer = await asyncio.open_connection(ip(host), plain)
        await asyncio.gather(_pipe(reader, outer), _pipe(inner, writer))

    with _listening(lab, host, (ip(host), secured), pass_on, context):
        yield


@contextlib.contextmanager
def back(lab: Lab, host: str, plain: int, server: str, secured: int) -> Iterator[None]:
    """Port `plain` of a client's loopback, passed on inside TLS to `secured` of the server."""

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner, outer = await asyncio.open_connection(ip(server), secured, ssl=client_side())
        await asyncio.gather(_pipe(reader, outer), _pipe(inner, writer))

    with _listening(lab, host, ("127.0.0.1", plain), pass_on, None):
        yield


@contextlib.contextmanager
def _listening(
    lab: Lab, host: str, at: tuple[str, int], handler: Handler, context: ssl.SSLContext | None
) -> Iterator[None]:
    async def serve() -> asyncio.Server:
        return await asyncio.start_server(handler, *at, ssl=context)

    async def stop() -> None:
        server.close()

    server = lab[host].run(serve())
    try:
        yield
    finally:
        lab[host].run(stop())
