"""Logs of the ICSNPP parsers for S7comm, EtherNet/IP with CIP, and BACnet: what was asked, by whom, of whom.

Source: READMEs of icsnpp-s7comm, icsnpp-enip, icsnpp-bacnet. They hold no values of variables; passwords, which
bacnet_device_control.log holds as they were sent, are not read.
"""

from __future__ import annotations

import polars as pl

from sensors.feed import cip
from sensors.feeds.zeek.columns import CONNECTION, Frames, Log, chosen, ends, is_true, looked_up, number, transactions

S7_JOBS = {
    0x04: ("Read Var", "read"), 0x05: ("Write Var", "write"), 0x1A: ("Request download", "program.download"),
    0x1B: ("Download block", "program.download"), 0x1C: ("Download ended", "program.download"),
    0x1D: ("Start upload", "program.upload"), 0x1E: ("Upload", "program.upload"),
    0x1F: ("End upload", "program.upload"), 0x28: ("PI-Service", "unknown"), 0x29: ("PLC Stop", "mode.stop"),
    0xF0: ("Setup communication", "session.open"),
}  # fmt: skip
"""By function code. What a PI service does stands in its name, which the log does not have."""
S7_GROUPS = {1: "Programmer commands", 2: "Cyclic services", 3: "Block functions", 4: "CPU functions",
             5: "Security", 7: "Time functions"}  # fmt: skip
S7_TOLD = {
    "2.1": "subscribe.start", "2.4": "subscribe.stop", "3.1": "browse", "3.2": "browse", "3.3": "browse",
    "5.1": "security.login", "5.2": "security.logout", "7.1": "time.read", "7.2": "time.set", "7.3": "time.read",
    "7.4": "time.set",
}  # fmt: skip
"""User data by group and subfunction."""
S7_BLOCKS = {"Organization Block": "OB", "Data Block": "DB", "System Data Block": "SDB", "Function": "FC",
             "System Function": "SFC", "Function Block": "FB", "System Function Block": "SFB"}  # fmt: skip
GROUPS = {str(group): name for group, name in S7_GROUPS.items()}
IDENTIFYING = (0x0011, 0x001C)
"""Partial lists (SZL) that say what a module is."""
BACNET_STATES = {
    "device_communication_control": ("deviceCommunicationControl", 17, {
        "enable": "configure.connection", "disable": "mode.listen_only", "disable_initiation": "mode.listen_only",
    }),
    "reinitialized_device": ("reinitializeDevice", 20, {
        "coldstart": "restart.cold", "warmstart": "restart.warm", "startbackup": "program.upload",
        "endbackup": "program.upload", "startrestore": "program.download", "endrestore": "program.download",
        "abortrestore": "program.download",
    }),
}  # fmt: skip
SAID = ("is_orig",)


def _base(frame: pl.DataFrame, protocol: str, transport: str = "tcp", asker: pl.Expr | None = None) -> pl.DataFrame:
    return frame.with_columns(
        *ends(asker=asker),
        pl.lit(transport).alias("network.transport"),
        pl.lit(protocol).alias("network.protocol"),
        pl.lit(0).alias("ot.item"),
        pl.lit(1).alias("ot.items"),
        pl.lit("unknown").alias("event.outcome"),
    )


def _table(column: pl.Expr, table: dict[int, tuple[str, str]], part: int) -> pl.Expr:
    return looked_up(column.cast(pl.String), {str(code): names[part] for code, names in table.items()}, pl.String())


def _s7comm(frame: pl.DataFrame) -> Frames:
    """Jobs, requests in user data, and replies that refuse."""
    code, kind = number("function_code"), number("rosctr_code")
    group, is_request = code & 0x0F, (code & 0xF0) == 0x40
    refused = pl.col("error_class").is_not_null() & (pl.col("error_class").str.to_lowercase() != "no error")
    told = pl.concat_str([group, number("subfunction_code")], separator=".")
    is_job, is_data = kind == 1, (kind == 7) & is_request & ~((group == 4) & (number("subfunction_code") == 1))
    rows = _base(frame.filter(is_job | is_data | ((kind == 3) & refused)), "s7comm").with_columns(
        pl.when(kind == 7).then(0x0700 + group).otherwise(code).alias("ot.function.code"),
        pl.when(kind == 7).then(looked_up(group.cast(pl.String), GROUPS, pl.String()))
        .otherwise(_table(code, S7_JOBS, 0)).alias("ot.function.name"),
        pl.when(kind == 7).then(looked_up(told, S7_TOLD, pl.String())).otherwise(_table(code, S7_JOBS, 1))
        .fill_null("unknown").alias("ot.operation"),
        pl.when(kind == 7).then(number("subfunction_code")).alias("ot.subfunction.code"),
        pl.when(kind == 7).then(pl.col("subfunction_name")).alias("ot.subfunction.name"),
        pl.when(kind == 3).then(pl.lit("failure")).otherwise(pl.col("event.outcome")).alias("event.outcome"),
        pl.when(kind == 3).then(pl.lit("answered")).alias("ot.reply"),
        pl.when(kind == 3).then(number("error_code")).alias("ot.status.code"),
        pl.when(kind == 3).then(pl.col("error_class")).alias("ot.status.name"),
    )  # fmt: skip
    return {"transaction": chosen(transactions(rows))}


def _szl(frame: pl.DataFrame) -> Frames:
    number_of = number("szl_id")
    identifies = number_of.is_in(IDENTIFYING)
    rows = _base(frame.filter(is_true("is_orig").fill_null(True)), "s7comm").with_columns(
        pl.lit(1796).alias("ot.function.code"),
        pl.lit("CPU functions").alias("ot.function.name"),
        pl.lit(1).alias("ot.subfunction.code"),
        pl.lit("Read SZL").alias("ot.subfunction.name"),
        pl.when(identifies).then(pl.lit("identify.device")).otherwise(pl.lit("diagnose.read")).alias("ot.operation"),
        pl.lit("szl").alias("ot.object.kind"),
        pl.format("SZL:{}/{}", pl.col("szl_id"), number("szl_index").fill_null(0)).alias("ot.object.address"),
    )
    return {"transaction": chosen(transactions(rows))}


def _blocks(frame: pl.DataFrame) -> Frames:
    """The block that begins to move."""
    begins = pl.col("function_name").is_in(["Start Upload", "Request Download"]) & pl.col("block_type").is_not_null()
    kind = looked_up(pl.col("block_type"), S7_BLOCKS, pl.String())
    downward = pl.col("function_name") == "Request Download"
    rows = _base(frame.filter(begins), "s7comm").with_columns(
        pl.coalesce(kind + number("block_number").cast(pl.String), pl.col("filename")).alias("file.name"),
        number("blocklength").alias("file.size"),
        pl.when(downward).then(pl.lit("to_device")).otherwise(pl.lit("from_device")).alias("ot.file_direction"),
        pl.when(downward).then(pl.lit("program.download")).otherwise(pl.lit("program.upload")).alias("ot.operation"),
    )
    return {"file": chosen(rows)}


def _cip(frame: pl.DataFrame) -> Frames:
    """Requests, and replies that refuse."""
    is_request = (pl.col("direction").str.to_lowercase() == "request").fill_null(True)
    code = number("cip_service_code") & 0x7F
    status = number("cip_status_code")
    refused = ~is_request & (status > 0) & (status != 6)
    rows = _base(frame.filter(is_request | refused), "enip").with_columns(
        code.alias("ot.function.code"),
        number("class_id").alias("class"),
        pl.when(refused).then(pl.lit("failure")).otherwise(pl.col("event.outcome")).alias("event.outcome"),
        pl.when(refused).then(pl.lit("answered")).alias("ot.reply"),
        pl.when(refused).then(status).alias("ot.status.code"),
        pl.when(refused).then(pl.col("cip_status")).alias("ot.status.name"),
        pl.when(pl.col("class_id").is_not_null()).then(pl.lit("instance")).alias("ot.object.kind"),
    )
    asked = rows.select("ot.function.code", "class", instance=number("instance_id"), attribute=number("attribute_id"))
    told = [(*_service(code, number_of), cip.path(number_of, *place)) for code, number_of, *place in asked.iter_rows()]
    named = pl.DataFrame(
        told, schema={"ot.function.name": pl.String, "ot.operation": pl.String, "ot.object.address": pl.String},
        orient="row",
    )  # fmt: skip
    return {"transaction": chosen(transactions(rows.hstack(named)))}


def _service(code: int | None, cip_class: int | None) -> tuple[str | None, str]:
    """Name and operation. Replies do not repeat the class, without which a service may be any of several."""
    if code is None:
        return None, "unknown"
    name, operation = cip.service(code, cip_class)
    return name, operation if cip_class is not None or code >= cip.TAGS else "unknown"


def _enip(frame: pl.DataFrame) -> Frames:
    """Commands that carry no CIP; those that do are told by cip.log."""
    code = number("enip_command_code")
    asked = frame.filter(_table(code, cip.COMMANDS, 0).is_not_null() & is_true("is_orig").fill_null(True))
    rows = _base(asked, "enip").with_columns(
        code.alias("ot.function.code"),
        _table(code, cip.COMMANDS, 0).alias("ot.function.name"),
        _table(code, cip.COMMANDS, 1).alias("ot.operation"),
    )
    opened = rows.filter(pl.col("ot.function.code") == 0x65).with_columns(
        pl.lit("cip_register").alias("ot.session_kind")
    )
    return {
        "transaction": chosen(transactions(rows)),
        "session": chosen(opened.drop("ot.function.code", "ot.function.name", "ot.item", "ot.items")),
    }


def _identity(frame: pl.DataFrame) -> Frames:
    """What a device says of itself (ListIdentity, Identity object)."""
    base = _base(frame, "enip", asker=is_true("is_orig").fill_null(False))
    facts = {"vendor": "vendor_name", "model": "product_name", "firmware": "revision", "serial": "serial_number",
             "device_type": "device_type_name", "product_code": "product_code"}  # fmt: skip
    rows = [
        base.filter(pl.col(column).is_not_null()).with_columns(
            pl.lit(attribute).alias("ot.attribute"),
            pl.col(column).alias("ot.attribute_value"),
            pl.lit(0.9).alias("ot.confidence"),
            pl.lit("cip Identity object").alias("ot.evidence"),
        )
        for attribute, column in facts.items()
    ]
    told = pl.concat(rows).drop("ot.item", "ot.items", "event.outcome").sort("line", maintain_order=True)
    return {"identity": chosen(told)}


def _bacnet_control(frame: pl.DataFrame) -> Frames:
    """Restarts, backups, silence; what came of it is the line of the reply."""
    service, asked = pl.col("pdu_service"), is_true("is_orig").fill_null(True)
    refused = ~asked & (pl.col("result") != "SUCCESS") & pl.col("result").is_not_null()
    state = pl.col("device_state").str.replace_all(r"[^a-z_]", "")
    operation: pl.Expr = pl.lit(None, pl.String)
    for name, (_, _, states) in BACNET_STATES.items():
        operation = pl.when(service == name).then(looked_up(state, states, pl.String())).otherwise(operation)
    rows = _base(frame.filter(service.is_in(list(BACNET_STATES)) & (asked | refused)), "bacnet", "udp").with_columns(
        looked_up(service, {name: of for name, (of, _, _) in BACNET_STATES.items()}, pl.String()).alias(
            "ot.function.name"
        ),
        looked_up(service, {name: code for name, (_, code, _) in BACNET_STATES.items()}, pl.Int64()).alias(
            "ot.function.code"
        ),
        operation.fill_null("unknown").alias("ot.operation"),
        pl.when(asked).then(pl.lit("unknown")).otherwise(pl.lit("failure")).alias("event.outcome"),
        pl.when(~asked).then(pl.col("result_code")).alias("ot.status.name"),
        pl.when(~asked).then(pl.lit("answered")).alias("ot.reply"),
    )
    return {"transaction": chosen(transactions(rows))}


_S7_FIELDS = ("rosctr_code", "function_code", "function_name", "subfunction_code", "subfunction_name", "error_class",
              "error_code")  # fmt: skip
LOGS = (
    Log("s7comm", (*CONNECTION, *SAID, *_S7_FIELDS), _s7comm),
    Log("s7comm_read_szl", (*CONNECTION, *SAID, "szl_id", "szl_index"), _szl),
    Log(
        "s7comm_upload_download",
        (*CONNECTION, *SAID, "function_name", "blocklength", "filename", "block_type", "block_number"),
        _blocks,
    ),
    Log(
        "cip",
        (
            *CONNECTION, "direction", "cip_service_code", "cip_status_code", "cip_status", "class_id", "instance_id",
            "attribute_id",
        ),
        _cip,
    ),
    Log("enip", (*CONNECTION, *SAID, "enip_command_code"), _enip),
    Log(
        "cip_identity",
        (
            *CONNECTION, *SAID, "vendor_name", "device_type_name", "product_code", "revision", "serial_number",
            "product_name",
        ),
        _identity,
    ),
    Log(
        "bacnet_device_control",
        (*CONNECTION, *SAID, "pdu_service", "device_state", "result", "result_code"),
        _bacnet_control,
    ),
)  # fmt: skip
