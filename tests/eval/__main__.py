"""`make eval`: alerts against per-packet labels. No threshold is chosen on the labels; shipped rules, no baseline."""

from __future__ import annotations

import sys
from pathlib import Path

from api.analysis import Options, analyse, load_rules
from response.alerts import Alert
from tests.needs import SHARED

LABELLED = {
    "lemay_modbus/characterization_modbus_6RTU_with_operate.pcap": (
        "labels/lemay/characterization_modbus_6RTU_with_operate_labeled.csv"
    )
}


def labels(path: Path) -> set[int]:
    """Frame numbers labelled as attack; lines are `number;0` or `number;1`."""
    return {int(line.split(";")[0]) for line in path.read_text().split() if line.endswith(";1")}


def touches(alert: Alert, attack: set[int]) -> bool:
    return any(frame in attack for packets in alert.packets for frame in range(packets.first, packets.last + 1))


def main() -> int:
    root = SHARED / "captures"
    if not root.exists():
        print("eval: needs ../shared/captures: put the project's shared folder beside the checkout", file=sys.stderr)
        return 3
    rules = load_rules([])
    print(f"{'capture':62} {'alerts':>7} {'>=medium':>9} {'on attack':>10} {'elsewhere':>10}")
    for name, label in LABELLED.items():
        attack = labels(root / label)
        found = [a for a in analyse(Options((root / name,)), rules).alerts if a.rule_class in ("threat", "policy")]
        loud = [a for a in found if a.severity in ("medium", "high", "critical")]
        hit = [a for a in loud if touches(a, attack)]
        print(f"{name[-62:]:62} {len(found):7} {len(loud):9} {len(hit):10} {len(loud) - len(hit):10}")
        for alert in loud:
            where = "attack" if alert in hit else "benign"
            print(f"    {alert.rule} {alert.severity} {alert.dedup} x{alert.count} {where}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
