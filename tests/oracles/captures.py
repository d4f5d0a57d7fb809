"""Which captures are compared: third parties' that hold the protocol, our own golden and proof captures."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path

from sensors.fields import core_protocols, protocols
from tests.needs import PROJECT, shared

PROTOCOLS = tuple(
    name
    for name, protocol in core_protocols().items()
    if protocol.tier == "deep" or Path(__file__).with_name(f"{name}.py").exists()
)
"""Each protocol that is read deep needs a second opinion; others have one where somebody wrote it."""
NEAR = {"modbus": ("proofs/general", "proofs/link", "proofs/sequence")}
"""Folders of our own captures that hold a protocol, beside its golden ones and its proofs."""
TOO_LONG = {"goose": 100_000}
"""Packets of a capture beyond which it holds the same again and again."""
IN_PIECES = {"serial-one-wire.pcap", "serial-odd.pcap"}
"""Serial lines whose frames stand in several records: tshark reads each record by itself."""
FOLDERS = {"golden": PROJECT / "tests" / "golden", "proofs": PROJECT / "rules" / "proofs"}
_MELSEC = ("129_clean", "UDP_clean_1", "UDP_clean_2")
PORTS = {
    ("dlms", "background/ndpi/dlms.pcap"): (),
    ("modbus", "golden/modbus/rtu-over-tcp.pcap"): ("-d", "tcp.port==502,mbrtu"),
    ("modbus", "golden/modbus/serial-rtu.pcap"): ("-d", "rtacser.data,mbrtu"),
    ("dnp3", "golden/dnp3/serial.pcap"): ("-d", "rtacser.data,dnp3"),
    ("iec101", "golden/iec101/serial.pcap"): ("-d", "rtacser.data,iec60870_101"),
    ("modbus", "proofs/general/protocol-mismatch.pcap"): ("-o", "mbtcp.tcp.port:502,8502"),
    **{("melsoft", f"iti_ics_security_tools/pcaps/MELSEC/melsoft_{each}.pcap"): () for each in _MELSEC},
    ("mqtt", "ndpi/tests/cfgs/default/pcap/coap_mqtt.pcap"): ("-d", "tcp.port==17501,mqtt"),
    ("opcua", "iti_ics_security_tools/pcaps/OPC/opc-ua-ap-method-wireshark-freeze.pcap"): (
        "-d",
        "tcp.port==12001,opcua",
    ),
    ("opcua", "kiwimiri_opcua/pcaps/auto_capture_20251026_014839.pcap"): ("-d", "tcp.port==4841,opcua"),
    ("canopen", "emreekin_ics_pcaps/CANopen/CANopen.pcap"): ("-d", "can.subdissector,canopen"),
    ("synchrophasor", "arkime/tests/pcap/synchrophasor_synthetic.pcap"): ("-d", "udp.port==5000,synphasor"),
}
"""Where tshark, which goes by ports, has to be told."""


def captures(protocol: str, long_too: bool = False) -> Iterator[tuple[str, Path, tuple[str, ...]]]:
    """Name, path, and tshark's options. long_too: also those that hold the same again and again."""
    most = sys.maxsize if long_too else TOO_LONG.get(protocol, sys.maxsize)
    for name, path in (*_third_parties(protocol, most), *_own(protocol)):
        yield name, path, PORTS.get((protocol, name), ())


def _third_parties(protocol: str, most: int) -> Iterator[tuple[str, Path]]:
    root = shared("captures")
    # A word with an asterisk is a guess of the reference dissector, which then decodes nothing.
    words = {word for word in protocols()[protocol].seen_as if not word.endswith("*")}
    with (root / "manifest.csv").open(newline="", encoding="utf-8") as manifest:
        for row in csv.DictReader(manifest):
            told = {part.rpartition(":")[0] for part in row["ot_protocols"].replace(";", " ").split()}
            if int(row["packets"]) > most:
                continue
            if told & words or (protocol, row["file"]) in PORTS:
                yield row["file"], root / row["file"]


def _own(protocol: str) -> Iterator[tuple[str, Path]]:
    for folder in (f"golden/{protocol}", f"proofs/{protocol}", *NEAR.get(protocol, ())):
        kind, _, rest = folder.partition("/")
        for path in sorted((FOLDERS[kind] / rest).glob("*.pcap")):
            if path.name in IN_PIECES:
                continue
            yield f"{folder}/{path.name}", path
