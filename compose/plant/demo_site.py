"""The site model that goes with the demo: that of the proofs, less the assets that the scenario lacks."""

from __future__ import annotations

from pathlib import Path

SITE = Path("rules/proofs/site.yml")
PROOFS_ONLY = (
    "plc5", "plc6", "ipc", "sis", "knx", "mtr1", "mtr2", "mtr3", "mux", "jace", "mach", "drv",
    "vlv", "feeder", "plc7", "plc8", "pac", "robot", "mtr4", "flow", "cc1", "cc2", "mbgw", "dpm", "dp-eng",
)  # fmt: skip
"""Controllers whose cells the scenario lacks: proofs alone are made with them."""


def demo_site(site: Path = SITE) -> str:
    """Return the text of the demo's site model."""
    about = f"# Made from {SITE} without {', '.join(PROOFS_ONLY)}, so that the demo is complete in one folder.\n"
    absent = tuple(f"  - {{id: {host}," for host in PROOFS_ONLY)
    lines = site.read_text(encoding="utf-8").splitlines(keepends=True)
    return about + "".join(line for line in lines if not line.startswith(absent))
