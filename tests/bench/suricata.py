"""Suricata beside us: its OT parsers, 200 OT rules and its transaction log on, tuned so that it reads sessions without
a beginning. The rules are made here, for those that ship with it know protocol errors only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

SETTINGS = """%YAML 1.1
---
vars:
  address-groups: {HOME_NET: "any", EXTERNAL_NET: "any"}
  port-groups: {MODBUS_PORT: "any"}
default-log-dir: .
stats: {enabled: no}
outputs:
  - eve-log:
      enabled: yes
      filetype: regular
      filename: eve.json
      types: [{alert: {}}, {modbus: {}}, {mqtt: {}}, {dnp3: {}}, {flow: {}}]
logging:
  default-log-level: error
  outputs: [{console: {enabled: yes}}]
pcap-file: {checksum-checks: no}
app-layer:
  protocols:
    modbus: {enabled: yes, detection-ports: {dp: 502}, stream-depth: 0}
    mqtt: {enabled: yes}
    dnp3: {enabled: yes, detection-ports: {dp: 20000}}
    enip: {enabled: yes, detection-ports: {dp: 44818, sp: 44818}}
    http: {enabled: yes}
    tls: {enabled: yes, detection-ports: {dp: 443}}
    dns: {tcp: {enabled: yes, detection-ports: {dp: 53}}, udp: {enabled: yes, detection-ports: {dp: 53}}}
    smb: {enabled: yes, detection-ports: {dp: "139, 445"}}
stream:
  memcap: 512mb
  checksum-validation: no
  midstream: yes
  async-oneside: yes
  reassembly: {memcap: 1gb, depth: 0}
flow: {memcap: 512mb, hash-size: 262144, prealloc: 10000}
detect: {profile: high, sgh-mpm-context: auto}
mpm-algo: auto
spm-algo: auto
host-mode: sniffer-only
"""


def write(folder: Path) -> tuple[Path, Path]:
    """Writes settings and rules into `folder`; returns where they are."""
    settings, rules = folder / "suricata.yaml", folder / "ot.rules"
    settings.write_text(SETTINGS, encoding="utf-8")
    lines = [
        f'alert {protocol} any any -> any any (msg:"{name}"; {test}; sid:{number}; rev:1;)'
        for number, (protocol, name, test) in enumerate(_rules(), 9_000_001)
    ]
    rules.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return settings, rules


def _rules() -> Iterator[tuple[str, str, str]]:
    """Protocol, name and test of each rule: what our own rules look for, as far as the language can say it. None stands
    on a function that ordinary polling uses: it would alert on every poll."""
    for code in (*range(7, 15), *range(17, 23), 24, 43, *range(65, 73), *range(90, 111)):
        yield "modbus", f"Modbus function {code}", f"modbus: function {code}"
    for sub in range(22):
        yield "modbus", f"Modbus diagnostics {sub}", f"modbus: function 8, subfunction {sub}"
    for start in range(0, 10_000, 250):
        yield "modbus", f"Modbus coils {start}", f"modbus: access write coils, address {start}<>{start + 249}"
    for address in range(1000, 1040):
        yield "modbus", f"Modbus register {address}", f"modbus: access write holding, address {address}, value >60000"
    for unit in range(200, 248, 4):
        yield "modbus", f"Modbus unit {unit}", f"modbus: unit {unit}, access write"
    for flag in ("will", "will_retain"):
        yield "mqtt", f"MQTT connect with {flag}", f"mqtt.type:CONNECT; mqtt.connect.flags:{flag}"
    for code in (1, 2, 3, 4, 5, 134, 135, 137):
        yield "mqtt", f"MQTT refused {code}", f"mqtt.type:CONNACK; mqtt.reason_code:{code}"
    for topic in ("#", "$SYS/#", "+/#", "spBv1.0/#", "cmd/", "NCMD", "DCMD"):
        yield "mqtt", f"MQTT subscription {topic}", f'mqtt.subscribe.topic; content:"{topic}"'
    for topic in ("NCMD", "DCMD", "NDEATH", "NBIRTH", "/set", "/cmd"):
        yield "mqtt", f"MQTT publication {topic}", f'mqtt.publish.topic; content:"{topic}"'
    for code in (3, 4, 5, 6, 13, 14, 18, 21, 25, 26, 27):
        yield "dnp3", f"DNP3 function {code}", f"dnp3_func:{code}"
