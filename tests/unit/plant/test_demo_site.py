"""The demo's site model is that of the proofs, less what the scenario lacks."""

from __future__ import annotations

from compose.plant.demo_site import PROOFS_ONLY, demo_site
from detection.site_reading import load_site
from tests.needs import PROJECT

DEMO = PROJECT / "rules" / "demo" / "demo.site.yml"
PROOFS = PROJECT / "rules" / "proofs" / "site.yml"


def test_it_is_made_from_the_proofs_own() -> None:
    assert DEMO.read_text(encoding="utf-8") == demo_site(PROOFS), (
        "edit the proofs' site model, then write the demo's anew"
    )


def test_what_the_scenario_lacks_is_all_that_is_left_out() -> None:
    declared, left = ({asset.id for asset in load_site(path).assets} for path in (PROOFS, DEMO))
    assert declared - left == set(PROOFS_ONLY)
    assert left < declared
