"""The plant's MQTT broker: mosquitto 2 with passwords; anonymous access, TLS or a bridge where a proof needs it."""

from __future__ import annotations

import datetime
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from compose.plant.addresses import MQTT_PORT, ip
from compose.plant.lab import Lab
from compose.plant.namespaces import PlantError, stop_child

TLS_PORT = 8883
PASSWORDS = {"edge": "heron-7", "operator": "bulrush-3", "historian": "sedge-9", "engineer": "willow-5"}
PASSWORDS |= {"admin": "public"}  # left as EMQX delivers it


@dataclass(frozen=True)
class BrokerSettings:
    """How the broker runs. bridge_to: host name of another broker that gets everything below plant/."""

    host: str = "broker"
    anonymous: bool = False
    tls: bool = False
    bridge_to: str = ""


class Broker:
    """A running mosquitto in a namespace of the lab."""

    def __init__(self, lab: Lab, settings: BrokerSettings | None = None) -> None:
        self.settings = settings or BrokerSettings()
        self._folder = lab.folder / f"mosquitto-{self.settings.host}"
        self._folder.mkdir(exist_ok=True)  # a broker may be stopped and started with other settings
        if shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin") is None:
            raise PlantError("mosquitto is missing. On Debian: apt-get install mosquitto")
        configuration = self._folder / "mosquitto.conf"
        configuration.write_text(self._text())
        space = lab[self.settings.host]
        self._log = self._folder / "log"
        self._child = space.daemon(["/usr/sbin/mosquitto", "-c", str(configuration)], self._log)
        space.call(self._wait)

    def _text(self) -> str:
        address = ip(self.settings.host)
        lines = ["user root", "persistence false", "log_type error", "connection_messages false"]
        lines += [f"listener {MQTT_PORT} {address}", f"allow_anonymous {str(self.settings.anonymous).lower()}"]
        lines += [f"password_file {self._passwords()}"]
        if self.settings.tls:
            certificate, key = server_certificate(self._folder, address)
            lines += [f"listener {TLS_PORT} {address}", f"certfile {certificate}", f"keyfile {key}"]
        if self.settings.bridge_to:
            lines += ["connection plant-mirror", f"address {ip(self.settings.bridge_to)}:{MQTT_PORT}"]
            lines += ["topic plant/# out 0", "remote_clientid bittern-bridge", "start_type automatic"]
        return "\n".join(lines) + "\n"

    def _passwords(self) -> Path:
        file = self._folder / "passwords"
        file.write_text("".join(f"{user}:{secret}\n" for user, secret in PASSWORDS.items()))
        subprocess.run(["mosquitto_passwd", "-U", str(file)], check=True)
        return file

    def _wait(self) -> None:
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                # A free port cannot be bound twice: no packet is needed to see that the broker listens.
                try:
                    probe.bind((ip(self.settings.host), MQTT_PORT))
                except OSError:
                    return
            time.sleep(0.05)
        raise PlantError(f"mosquitto does not start: {self._log.read_text().strip()}")

    def stop(self) -> None:
        """End the broker."""
        stop_child(self._child)


def server_certificate(folder: Path, address: str) -> tuple[Path, Path]:
    """Make a self-signed certificate for an IPv4 address; return the paths of certificate and key (PEM)."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "plant broker")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=30))
        .not_valid_after(now + datetime.timedelta(days=3650))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
    )
    return paths
