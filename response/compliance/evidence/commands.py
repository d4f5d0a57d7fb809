"""Queries on use: who wrote, programmed and configured what, and whether he was allowed to."""

from __future__ import annotations

import polars as pl

from response.compliance.assessment import Reason
from response.compliance.gathering import UNKNOWN, Evidence
from response.compliance.query import VIOLATION, WHO, Found, Parameters, Query, no_traffic, table_rows, text_is
from response.compliance.selecting import crossing, handled, having, in_window
from sensors.fields import protocols

COMMAND = (*WHO, "network.protocol", "ot.operation", "ot.function.code", "ot.function.name", "ot.unit", "address",
           "event.outcome", "ot.window")  # fmt: skip
WRITES = ("write", "control.")
ENGINEERING = ("program.", "firmware.update", "mode.", "restart.", "configure.", "file.write", "file.delete",
               "security.password", "time.set", "diagnose.clear")  # fmt: skip
PROGRAM = ("program.", "firmware.", "mode.", "security.password", "time.set", "restart.")
DRIFT = ("attribute_changed", "attribute_new", "new_asset", "new_conversation", "security_lowered")
BARE = tuple(name for name, protocol in protocols().items() if protocol.unauthenticated)
"""Protocols that cannot authenticate who sends, as plants use them: DNP3 without its secure authentication."""
BARE_PORTS = ("iso_tsap", "enip", "iec104", "dnp3", "profinet", "bacnet")
"""What ports promise of protocols that usually do not."""


def _asked(evidence: Evidence, *operations: str) -> pl.DataFrame:
    """Requests with one of the operations. What a broker or server passes on to its clients is nobody's command."""
    facts = evidence.table("transaction")
    wanted = pl.any_horizontal(pl.col("ot.operation").str.starts_with(word) for word in operations)
    passed_on = (pl.col("source.ip") == pl.col("ot.server.ip")).fill_null(False)
    return facts.filter(wanted.fill_null(False), ~passed_on)


def _commands_seen(evidence: Evidence) -> tuple[Reason, ...]:
    return () if len(evidence.table("transaction")) else (no_traffic("command"),)


def unauthenticated_ot_protocol(evidence: Evidence, parameters: Parameters) -> Found:
    """Control traffic whose sender nobody checks, by pair of zones; across zones it is a violation."""
    flows = evidence.table("flow").filter(pl.col("established") > 0)
    bare = text_is("network.protocol", *BARE) | (
        pl.col("network.protocol").is_null() & text_is("ot.port_protocol", *BARE_PORTS)
    )
    columns = (*WHO, "ot.server.port", "network.protocol", "ot.port_protocol")
    open_channels = evidence.table("session").filter(
        text_is("ot.session_kind", "opcua_session"), text_is("event.outcome", "success"),
        text_is("ot.security.policy", "None"),
    )  # fmt: skip
    rows = (*table_rows(flows.filter(bare), columns), *table_rows(open_channels, (*columns, "ot.security.policy")))
    marked = tuple({**row, VIOLATION: row.get("ot.source.zone") != row.get("ot.destination.zone")} for row in rows)
    return Found(marked, unknown=() if len(flows) else (no_traffic("control"),))


def write_from_unauthorised_host(evidence: Evidence, parameters: Parameters) -> Found:
    """Writes and control commands of hosts that the site model does not name as writers or programmers."""
    allowed = text_is("ot.source.asset", *having(evidence.site, "writer", "programmer"))
    strange = _asked(evidence, *WRITES).filter(~allowed, ~in_window(evidence))
    return Found(table_rows(strange, (*COMMAND, "least", "greatest")), unknown=_commands_seen(evidence))


def engineering_from_unexpected_host(evidence: Evidence, parameters: Parameters) -> Found:
    """Engineering functions used by hosts that are no declared engineering station."""
    allowed = text_is("ot.source.asset", *having(evidence.site, "engineering", "programmer"))
    strange = _asked(evidence, *ENGINEERING).filter(~allowed, ~in_window(evidence))
    return Found(table_rows(strange, COMMAND), unknown=_commands_seen(evidence))


def program_change_events(evidence: Evidence, parameters: Parameters) -> Found:
    """Every change of program, mode, firmware, password or time; each has to be explained by a work order."""
    changes = _asked(evidence, *PROGRAM).with_columns(in_window(evidence).alias("explained"))
    rows = table_rows(changes, (*COMMAND, "explained"), **{VIOLATION: False})
    open_changes = sum(not row["explained"] for row in rows)
    explained = (Reason("unexplained", {"count": open_changes}),) if open_changes else ()
    return Found(rows, unknown=(*explained, *_commands_seen(evidence)))


def program_change_unapproved(evidence: Evidence, parameters: Parameters) -> Found:
    """Changes of program, mode or firmware outside any maintenance window that allows them."""
    changes = _asked(evidence, *PROGRAM).filter(~in_window(evidence))
    return Found(table_rows(changes, COMMAND), unknown=_commands_seen(evidence))


def wan_control_plaintext(evidence: Evidence, parameters: Parameters) -> Found:
    """Readable commands from or to what lies in no zone of the plant."""
    outside = (pl.col("ot.source.zone") == UNKNOWN) | (pl.col("ot.destination.zone") == UNKNOWN)
    commands = _asked(evidence, *WRITES, *ENGINEERING, "method.call").filter(outside.fill_null(False))
    across = crossing(evidence).filter(outside)
    return Found(table_rows(commands, COMMAND), unknown=() if len(across) else (no_traffic("outside"),))


def config_drift(evidence: Evidence, parameters: Parameters) -> Found:
    """What differs from the baseline in force: attributes, conversations, hosts; unless people closed the alerts."""
    facts = evidence.table("finding").filter(text_is("ot.maturity", "active"), ~in_window(evidence, "ot.attribute"))
    drift = facts.filter(text_is("ot.finding", *DRIFT))
    rows = table_rows(drift, (*WHO, "network.protocol", "ot.finding", "ot.attribute", "ot.observed", "ot.expected"))
    marked = tuple({**row, VIOLATION: not handled(evidence.alerts, dict(row))} for row in rows)
    return Found(marked, unknown=_baseline_in_force(evidence))


def new_command_type(evidence: Evidence, parameters: Parameters) -> Found:
    """Operations and objects that are not in the baseline in force, unless people closed the alerts on them."""
    facts = evidence.table("finding").filter(text_is("ot.maturity", "active"))
    news = facts.filter(text_is("ot.finding", "new_operation", "new_object"))
    rows = table_rows(news, (*WHO, "network.protocol", "ot.finding", "ot.operation", "ot.object.address", "ot.unit"))
    marked = tuple({**row, VIOLATION: not handled(evidence.alerts, dict(row))} for row in rows)
    return Found(marked, unknown=(*_baseline_in_force(evidence), *_commands_seen(evidence)))


def _baseline_in_force(evidence: Evidence) -> tuple[Reason, ...]:
    """Nothing when learners judged by a baseline, or one was approved; else why what is new cannot be told."""
    judged = evidence.table("finding").filter(
        text_is("ot.maturity", "active"), text_is("ot.learner", "D1", "D2", "D3", "D7")
    )
    entries = evidence.records_of("baseline") or ()
    approved = [entry for entry in entries if entry.get("state") in ("approved", "active")]
    return () if len(judged) or approved else (Reason("no_baseline"),)


def setpoint_out_of_range(evidence: Evidence, parameters: Parameters) -> Found:
    """Written values outside the engineering range that the site model declares for the point."""
    outside = evidence.table("finding").filter(
        text_is("ot.learner", "D4"), text_is("ot.finding", "out_of_range"), ~text_is("ot.maturity", "learn")
    )
    columns = (*WHO, "network.protocol", "ot.operation", "ot.object.address", "ot.unit", "ot.observed", "ot.expected")
    writes = _asked(evidence, *WRITES)
    return Found(table_rows(outside, columns), unknown=() if len(writes) else (no_traffic("write"),))


QUERIES = (
    Query("unauthenticated_ot_protocol", unauthenticated_ot_protocol, "flows", ("zones",)),
    Query("write_from_unauthorised_host", write_from_unauthorised_host, "content", ("writers",)),
    Query("engineering_from_unexpected_host", engineering_from_unexpected_host, "content", ("assets",)),
    Query("program_change_events", program_change_events),
    Query("program_change_unapproved", program_change_unapproved),
    Query("wan_control_plaintext", wan_control_plaintext, "readable"),
    Query("config_drift", config_drift),
    Query("new_command_type", new_command_type),
    Query("setpoint_out_of_range", setpoint_out_of_range, "content", ("ranges",)),
)
