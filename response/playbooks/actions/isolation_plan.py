"""Writes down how a person could isolate a host: lines for switches and firewalls, and those that undo them."""

from response.playbooks.action import Action, Argument, Outcome, Task, done
from response.playbooks.isolation import isolation_plans
from response.playbooks.ports import Ports


def perform(task: Task, _: Ports) -> Outcome:
    """Makes the plans. Nothing is executed: the lines are shown to the person who will decide."""
    given = task.arguments
    plans = isolation_plans(given["address"], given.get("mac") or "", given.get("port") or "")
    if not plans:
        return Outcome("failed", "no_plan", {"address": given["address"]})
    shown = [{"maker": p.maker, "where": p.where, "do": list(p.do), "undo": list(p.undo)} for p in plans]
    return done("plan_made", {"__plans__": str(len(plans))}, address=given["address"], plans=shown)


ACTION = Action(
    name="isolation-plan",
    effect="record",
    undo=False,
    perform=perform,
    arguments={"address": Argument(), "mac": Argument(required=False), "port": Argument(required=False)},
    gives=("__plans__",),
)
