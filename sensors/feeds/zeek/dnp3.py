"""dnp3.log, and dnp3_control.log of icsnpp-dnp3.

Source: Zeek manual, dnp3.log; README of icsnpp-dnp3. A command is a line of dnp3.log and one for each point in
dnp3_control.log; the first says what came of it, the others what was commanded, so that both are told.
"""

from __future__ import annotations

import polars as pl

from sensors.feed.dnp3 import CODES, FUNCTIONS, REFUSED, RESTARTED
from sensors.feeds.zeek.columns import CONNECTION, Frames, Log, chosen, ends, looked_up, number, transactions

NAMES = {name: FUNCTIONS[code][0] for name, code in CODES.items()}
OPERATIONS = {name: FUNCTIONS[code][1] for name, code in CODES.items()}


def _rows(frame: pl.DataFrame, function: pl.Expr, asker: pl.Expr | None = None) -> pl.DataFrame:
    return frame.with_columns(
        *ends(asker=asker),
        pl.lit("tcp").alias("network.transport"),
        pl.lit("dnp3").alias("network.protocol"),
        looked_up(function, CODES, pl.Int64()).alias("ot.function.code"),
        pl.coalesce(looked_up(function, NAMES, pl.String()), function).alias("ot.function.name"),
        looked_up(function, OPERATIONS, pl.String()).fill_null("unknown").alias("ot.operation"),
        pl.lit(0).alias("ot.item"),
        pl.lit(1).alias("ot.items"),
    )


def _dnp3(frame: pl.DataFrame) -> Frames:
    """Requests with their replies, and what stations say unasked."""
    indications = number("iin").fill_null(0)
    is_answered = pl.col("fc_reply").is_not_null()
    status: pl.Expr = pl.lit(None, pl.Int64)
    name: pl.Expr = pl.lit(None, pl.String)
    for bit, word in REFUSED.items():
        refused = (indications & bit) > 0
        status = pl.when(refused & status.is_null()).then(bit).otherwise(status)
        name = pl.when(refused & name.is_null()).then(pl.lit(word)).otherwise(name)
    asked = _rows(frame.filter(pl.col("fc_request").is_not_null()), pl.col("fc_request")).with_columns(
        pl.when(is_answered).then(status).alias("ot.status.code"),
        pl.when(is_answered).then(name).alias("ot.status.name"),
        pl.when(is_answered & status.is_not_null()).then(pl.lit("failure"))
        .when(is_answered).then(pl.lit("success")).otherwise(pl.lit("unknown")).alias("event.outcome"),
        pl.when(is_answered).then(pl.lit("answered")).alias("ot.reply"),
    )  # fmt: skip
    unasked = pl.col("fc_request").is_null() & (pl.col("fc_reply") == "UNSOLICITED_RESPONSE")
    said = _rows(frame.filter(unasked), pl.col("fc_reply"), asker=pl.lit(False)).with_columns(
        pl.when((indications & RESTARTED) > 0)
        .then(pl.lit("alarm.raise"))
        .otherwise(pl.col("ot.operation"))
        .alias("ot.operation"),
        pl.when((indications & RESTARTED) > 0).then(pl.lit("indication")).alias("ot.object.kind"),
        pl.when((indications & RESTARTED) > 0).then(pl.lit("indication:device_restart")).alias("ot.object.address"),
        pl.lit("unknown").alias("event.outcome"),
        pl.lit("none").alias("ot.reply"),
    )
    told = pl.concat([asked, said], how="diagonal_relaxed").sort("line", maintain_order=True)
    return {"transaction": chosen(transactions(told))}


def _control(frame: pl.DataFrame) -> Frames:
    """Commands, point by point; replies repeat them with a status, which is told where it refuses."""
    is_reply = (pl.col("function_code") == "RESPONSE").fill_null(False)
    status = pl.col("status_code")
    refused = is_reply & status.is_not_null() & ~status.str.to_uppercase().is_in(["SUCCESS", "0"])
    is_output = pl.col("block_type").str.contains("(?i)relay|pattern").fill_null(False)
    kind = pl.when(is_output).then(pl.lit("binary-output")).otherwise(pl.lit("analog-output"))
    rows = _rows(frame.filter(~is_reply | refused), pl.col("function_code")).with_columns(
        kind.alias("ot.object.kind"),
        (kind + ":" + pl.col("index_number")).alias("ot.object.address"),
        number("index_number").alias("ot.object.start"),
        pl.lit(1).alias("ot.object.count"),
        pl.when(is_reply).then(pl.lit("failure")).otherwise(pl.lit("unknown")).alias("event.outcome"),
        pl.when(is_reply).then(status).alias("ot.status.name"),
        pl.when(is_reply).then(pl.lit("answered")).alias("ot.reply"),
        pl.concat_str([pl.col("trip_control_code"), pl.col("operation_type")], separator=", ", ignore_nulls=True)
        .replace("", None).alias("ot.value.text"),
    )  # fmt: skip
    # A reply says RESPONSE; what it refuses is a command.
    refusing = pl.col("event.outcome") == "failure"
    rows = rows.with_columns(
        pl.when(refusing).then(pl.lit("control.operate")).otherwise(pl.col("ot.operation")).alias("ot.operation")
    )
    return {"transaction": chosen(transactions(rows))}


LOGS = (
    Log("dnp3", (*CONNECTION, "fc_request", "fc_reply", "iin"), _dnp3),
    Log(
        "dnp3_control",
        (
            *CONNECTION, "is_orig", "block_type", "function_code", "index_number", "trip_control_code",
            "operation_type", "status_code",
        ),
        _control,
    ),
)  # fmt: skip
