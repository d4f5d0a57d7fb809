"""Looks up in the inventory what is known of an address."""

from response.playbooks.action import Action, Argument, Outcome, Task, done
from response.playbooks.ports import Ports

GIVES = ("__asset_name__", "__asset_zone__", "__asset_owner__", "__asset_criticality__", "__asset_vendor__")


def perform(task: Task, ports: Ports) -> Outcome:
    """Sets the variables `GIVES` for the asset at `address`, and `__asset_known__` to true or false."""
    assert ports.inventory is not None
    address = task.arguments["address"]
    facts = ports.inventory.about(address) if address else None
    if facts is None:
        return done("asset_unknown", {"__asset_known__": "false"} | dict.fromkeys(GIVES), address=address)
    values = (facts.name, facts.zone, facts.owner, facts.criticality, facts.vendor)
    return done(
        "asset_known",
        {"__asset_known__": "true", **dict(zip(GIVES, values, strict=True))},
        address=address,
        asset=facts.name or facts.key,
        zone=facts.zone,
        owner=facts.owner,
        criticality=facts.criticality,
        vendor=facts.vendor,
    )


ACTION = Action(
    name="enrich",
    effect="observe",
    undo=False,
    perform=perform,
    arguments={"address": Argument()},
    gives=("__asset_known__", *GIVES),
    ports=("inventory",),
)
