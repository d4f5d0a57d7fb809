"""Certificates of the plant's OPC UA applications: issued by a plant CA, or bad ones for the proofs."""

from __future__ import annotations

import contextlib
import datetime
import fcntl
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from compose.plant.addresses import ip

KEPT = Path("build/plant-pki")


@dataclass(frozen=True)
class Credentials:
    """Paths of certificate (DER) and private key (PEM), and the application URI inside the certificate."""

    certificate: Path
    key: Path
    uri: str


@dataclass(frozen=True)
class CertificateWish:
    """What a certificate should be like. valid: days from now to its end, negative when it is over."""

    name: str
    host: str
    uri: str
    bits: int = 2048
    valid: int = 730
    self_signed: bool = False


class Authority:
    """The plant's certificate authority. Keys and certificates are kept in `folder` and used again, so that all
    captures made from one checkout show the same certificates: a changed one is a finding."""

    def __init__(self, folder: Path = KEPT) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        names = [(NameOID.ORGANIZATION_NAME, "Marsh Works"), (NameOID.COMMON_NAME, "Marsh plant CA")]
        self._name = x509.Name([x509.NameAttribute(kind, value) for kind, value in names])
        with self._alone():
            self._key = self._kept_key(folder / "authority.pem", 2048)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        with (self._folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _kept_key(self, path: Path, bits: int) -> rsa.RSAPrivateKey:
        if path.exists():
            key = serialization.load_pem_private_key(path.read_bytes(), None)
            assert isinstance(key, rsa.RSAPrivateKey), f"{path} holds another kind of key"
            return key
        key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
        form, encryption = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        path.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, encryption))
        return key

    def issue(self, wish: CertificateWish) -> Credentials:
        """Return key and certificate (OPC 10000-6, 6.2.2: URI, address, usages), made once for each name and size."""
        stem = self._folder / f"{wish.name.replace(' ', '-')}-{wish.bits}"
        credentials = Credentials(stem.with_suffix(".der"), stem.with_suffix(".pem"), wish.uri)
        with self._alone():
            key = self._kept_key(credentials.key, wish.bits)
            if not credentials.certificate.exists():
                certificate = self._certificate(wish, key)
                credentials.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.DER))
        return credentials

    def _certificate(self, wish: CertificateWish, key: rsa.RSAPrivateKey) -> x509.Certificate:
        names = [(NameOID.ORGANIZATION_NAME, "Marsh Works"), (NameOID.COMMON_NAME, wish.name)]
        subject = x509.Name([x509.NameAttribute(kind, value) for kind, value in names])
        end = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=wish.valid)
        address = ip_address(ip(wish.host))
        alternatives = [x509.UniformResourceIdentifier(wish.uri), x509.IPAddress(address), x509.DNSName(wish.host)]
        usage = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject if wish.self_signed else self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(end - datetime.timedelta(days=1095))
            .not_valid_after(end)
            .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(), critical=True)
            .add_extension(x509.ExtendedKeyUsage(usage), critical=False)
            .sign(key if wish.self_signed else self._key, hashes.SHA256())
        )


def _key_usage() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=True,
        data_encipherment=True,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
