"""`make oracles`: a table of agreement with tshark on every third-party capture that holds the protocol."""

from __future__ import annotations

import csv
import sys

from tests.needs import shared
from tests.oracles import modbus


def main() -> int:
    root = shared("captures")
    total = differ = 0
    print(f"{'capture':72} {'both':>7} {'tshark':>7} {'ours':>7} {'values':>7} {'differ':>7}")
    with (root / "manifest.csv").open(newline="", encoding="utf-8") as manifest:
        for row in csv.DictReader(manifest):
            if "modbus:" not in row["ot_protocols"]:
                continue
            found = modbus.compare(root / row["file"])
            alone = found.tshark_alone.total(), found.ours_alone.total()
            total += found.both
            differ += sum(alone) + len(found.values_differ)
            print(
                f"{row['file'][-72:]:72} {found.both:7} {alone[0]:7} {alone[1]:7} {found.values_equal:7}"
                f" {len(found.values_differ):7}"
            )
            if "-v" in sys.argv:
                for name, counts in (("tshark", found.tshark_alone), ("ours", found.ours_alone)):
                    for key in sorted(counts, key=str)[:12]:
                        print(f"    {name} alone: {key}")
                for frame in found.values_differ[:5]:
                    print(f"    values differ in frame {frame}")
    print(f"modbus: {total} messages agree, {differ} differ")
    return 0


if __name__ == "__main__":
    sys.exit(main())
