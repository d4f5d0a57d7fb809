"""The list of captures the plant makes: each a script with what it proves. Scripts register with @capture."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from compose.plant.lab import Lab

Script = Callable[[Lab], None]

_MODULES = (
    "proofs_modbus",
    "proofs_modbus_writes",
    "proofs_modbus_probes",
    "proofs_modbus_services",
    "proofs_modbus_odd",
    "golden_modbus",
    "golden_serial",
    "golden_umas",
    "proofs_umas",
    "proofs_mqtt",
    "proofs_sparkplug",
    "proofs_mqtt_logins",
    "proofs_mqtt_raw",
    "golden_mqtt",
    "golden_sparkplug",
    "proofs_opcua",
    "proofs_opcua_security",
    "proofs_opcua_takeover",
    "proofs_opcua_services",
    "proofs_opcua_raw",
    "proofs_general",
    "proofs_unknown",
    "proofs_scans",
    "proofs_availability",
    "proofs_intrusion",
    "proofs_link",
    "proofs_sequence",
    "golden_goose",
    "proofs_goose",
    "golden_sampled_values",
    "proofs_sampled_values",
    "golden_opcua",
    "golden_opcua_security",
    "proofs_s7",
    "golden_s7",
    "golden_s7_plus",
    "proofs_s7_plus",
    "golden_enip",
    "proofs_enip",
    "proofs_enip_control",
    "proofs_enip_use",
    "proofs_iec104",
    "proofs_iec104_bytes",
    "golden_iec104",
    "golden_iec104_bytes",
    "golden_iec101",
    "proofs_iec101",
    "golden_fox",
    "golden_melsoft",
    "proofs_melsoft",
    "golden_suitelink",
    "proofs_suitelink",
    "golden_opc_classic",
    "proofs_opc_classic",
    "golden_secured",
    "golden_lontalk",
    "golden_cc_link",
    "golden_bacnet_sc",
    "golden_logo",
    "golden_deltav",
    "proofs_fox",
    "golden_codesys",
    "proofs_codesys",
    "golden_codesys_v2",
    "proofs_codesys_v2",
    "golden_tristation",
    "proofs_tristation",
    "golden_hsms",
    "proofs_hsms",
    "golden_mms",
    "proofs_mms",
    "golden_iccp",
    "proofs_iccp",
    "golden_dnp3",
    "proofs_dnp3",
    "proofs_dnp3_raw",
    "golden_bacnet",
    "golden_bacnet_bytes",
    "proofs_bacnet",
    "golden_profinet",
    "golden_profinet_frames",
    "proofs_profinet",
    "golden_synchrophasor",
    "proofs_synchrophasor",
    "golden_ethercat",
    "golden_ethercat_frames",
    "proofs_ethercat",
    "golden_ads",
    "proofs_ads",
    "golden_fins",
    "proofs_fins",
    "golden_slmp",
    "golden_slmp_1e",
    "proofs_slmp",
    "proofs_slmp_1e",
    "golden_knx",
    "golden_knx_frames",
    "proofs_knx",
    "proofs_knx_devices",
    "golden_dlms",
    "proofs_dlms",
    "golden_can",
    "golden_canopen",
    "proofs_canopen",
    "golden_j1939",
    "proofs_j1939",
    "golden_devicenet",
    "proofs_devicenet",
    "golden_dosewire",
    "proofs_dosewire",
    "golden_hart",
    "proofs_hart",
    "proofs_hart_sessions",
    "golden_egd",
    "proofs_egd",
    "golden_profibus",
    "proofs_profibus",
    "golden_powerlink",
    "proofs_powerlink",
    "golden_srtp",
    "proofs_srtp",
    "golden_c1222",
    "proofs_c1222",
    "golden_roc",
    "proofs_roc",
    "golden_mbus",
    "proofs_mbus",
)

PROOFS = Path("rules/proofs")
GOLDEN = Path("tests/golden")
UNFINISHED = Path("build/unfinished")  # no half capture may stand where finished ones are kept


@dataclass(frozen=True)
class Capture:
    """One capture file and how it is made.

    file: path below `root`; kind: positive (the rules must fire), benign (the rules must stay quiet) or golden (for
    the parsers); hosts: names in the lab; mirrored: hosts whose port is mirrored, None for all; rules: rule ids;
    learn: benign capture to learn the baseline from first; check: tshark filters that must match, with the least count;
    lose_every: every n-th frame is taken out afterwards, 0 for none; stretch: pauses are that many times longer
    than they were; begin: the capture is moved to this time (ISO 8601), for what depends on the calendar.
    """

    file: str
    root: Path
    kind: str
    protocol: str
    purpose: str
    hosts: tuple[str, ...]
    script: Script
    rules: tuple[str, ...] = ()
    learn: tuple[str, ...] = ()
    mirrored: tuple[str, ...] | None = None
    check: tuple[tuple[str, int], ...] = ()
    lose_every: int = 0
    stretch: int = 1
    begin: str = ""

    @property
    def path(self) -> Path:
        """Path of the capture from the project's root."""
        return self.root / self.file

    @property
    def made_by(self) -> str:
        """The script as module:function."""
        return f"{self.script.__module__}:{self.script.__name__}"


CAPTURES: dict[str, Capture] = {}


def capture(
    file: str,
    purpose: str,
    hosts: str,
    rules: str = "",
    kind: str = "positive",
    learn: str = "",
    mirrored: str | None = None,
    check: dict[str, int] | None = None,
    lose_every: int = 0,
    stretch: int = 1,
    begin: str = "",
) -> Callable[[Script], Script]:
    """Register a script. hosts, rules, learn, mirrored: words separated by blanks; see Capture."""

    def register(script: Script) -> Script:
        root = GOLDEN if kind == "golden" else PROOFS
        name = str(root / file)
        if name in CAPTURES:
            raise ValueError(f"{name} is made twice: {CAPTURES[name].made_by} and {script.__module__}")
        CAPTURES[name] = Capture(
            file=file,
            root=root,
            kind=kind,
            protocol=file.split("/")[0],
            purpose=purpose,
            hosts=tuple(hosts.split()),
            script=script,
            rules=tuple(rules.split()),
            learn=tuple(learn.split()),
            mirrored=None if mirrored is None else tuple(mirrored.split()),
            check=tuple((check or {}).items()),
            lose_every=lose_every,
            stretch=stretch,
            begin=begin,
        )
        return script

    return register


def labelled(name: str, source: str, destination: str, techniques: str, rules: str) -> Callable[[Script], Script]:
    """Label the whole script as one step. techniques, rules: words separated by blanks; see Lab.step."""

    def wrap(script: Script) -> Script:
        @functools.wraps(script)
        def whole(lab: Lab) -> None:
            with lab.step(name, source, destination, techniques.split(), rules.split()):
                script(lab)

        return whole

    return wrap


def load_all() -> dict[str, Capture]:
    """Import every module that makes captures; return all of them in the order in which they are made."""
    for name in _MODULES:
        importlib.import_module(f"compose.plant.{name}")
    return CAPTURES
