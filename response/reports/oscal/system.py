"""The system under consideration as the site model and the sensors know it: zones are components, assets inventory."""

from __future__ import annotations

from typing import Any

from response.reports.model import AssetFact, ReportModel
from response.reports.oscal.parts import Ids, joined, metadata, prop, string
from response.reports.wording import Speaker

SITES = "urn:bittern:site"


def system_security_plan(model: ReportModel, ids: Ids, speak: Speaker) -> dict[str, Any]:
    """The smallest plan that says what was assessed; it is derived, not approved by anybody."""
    name = string(model.assessment.site or model.assessment.name)
    this = ids.uuid("component", "this-system")
    zones = [
        {
            "uuid": ids.uuid("component", zone.id),
            "type": "network",
            "title": string(zone.id),
            "description": joined(speak.title(zone.title, zone.id)),
            "props": [
                prop("level", "-" if zone.level is None else zone.level),
                prop("sl-t", "-" if zone.target is None else zone.target),
            ],
            "status": {"state": "operational"},
        }
        for zone in model.zones
    ]
    return {
        "system-security-plan": {
            "uuid": ids.uuid("system-security-plan"),
            "metadata": metadata(model, f"{name}: derived from the site model"),
            "import-profile": {"href": "profile.json"},
            "system-characteristics": {
                "system-ids": [{"identifier-type": SITES, "id": string(model.assessment.site_digest or name)}],
                "system-name": name,
                "description": "System under consideration, derived from the site model and passive observation.",
                "system-information": {
                    "information-types": [
                        {
                            "uuid": ids.uuid("information"),
                            "title": "Process and control data",
                            "description": "Commands, values and programs of the control system.",
                        }
                    ]
                },
                "status": {"state": "operational"},
                "authorization-boundary": {
                    "description": f"Zones: {', '.join(map(string, model.assessment.zones)) or '-'}"
                },
            },
            "system-implementation": {
                "users": [{"uuid": ids.uuid("user", "operator"), "title": "Operators of the plant"}],
                "components": [
                    {
                        "uuid": this,
                        "type": "this-system",
                        "title": name,
                        "description": "The assessed system as a whole.",
                        "status": {"state": "operational"},
                    },
                    *zones,
                ],
                **_inventory(model, ids),
            },
            "control-implementation": {
                "description": "Not declared here; assessment-results.json says what was seen.",
                "implemented-requirements": [
                    {"uuid": ids.uuid("requirement", token), "control-id": token}
                    for token in dict.fromkeys(ids.control(v.control) for v in ids.reviewed)
                ],
            },
        }
    }


def _inventory(model: ReportModel, ids: Ids) -> dict[str, Any]:
    items = [_item(asset, ids) for asset in model.assets]
    return {"inventory-items": items} if items else {}


def _item(asset: AssetFact, ids: Ids) -> dict[str, Any]:
    facts = {
        "asset-id": asset.key,
        "ipv4-address": next(iter(asset.addresses), None),
        "vendor-name": asset.vendor,
        "hardware-model": asset.product,
        "firmware-version": asset.firmware,
        "zone": asset.zone,
        "owner": asset.owner,
    }
    return {
        "uuid": ids.uuid("asset", asset.key),
        "description": string(asset.name or asset.key),
        "props": [prop(name, value) for name, value in facts.items() if value],
    }
