"""modbus.log, and the logs of icsnpp-modbus: modbus_detailed and those of single functions.

Source: Zeek manual, modbus.log; README of icsnpp-modbus, where a line holds a request with its reply (`matched`), and
in older versions one of them (`request_response`).
"""

from __future__ import annotations

import polars as pl

from sensors.feed.modbus import EXCEPTIONS, FUNCTIONS, SUBFUNCTIONS
from sensors.feeds.zeek.columns import CONNECTION, Frames, Log, chosen, ends, looked_up, number, numbers, transactions

CODES = {
    "READ_COILS": 1, "READ_DISCRETE_INPUTS": 2, "READ_HOLDING_REGISTERS": 3, "READ_INPUT_REGISTERS": 4,
    "WRITE_SINGLE_COIL": 5, "WRITE_SINGLE_REGISTER": 6, "READ_EXCEPTION_STATUS": 7, "DIAGNOSTICS": 8,
    "GET_COMM_EVENT_COUNTER": 11, "GET_COMM_EVENT_LOG": 12, "WRITE_MULTIPLE_COILS": 15,
    "WRITE_MULTIPLE_REGISTERS": 16, "REPORT_SLAVE_ID": 17, "READ_FILE_RECORD": 20, "WRITE_FILE_RECORD": 21,
    "MASK_WRITE_REGISTER": 22, "READ_WRITE_MULTIPLE_REGISTERS": 23, "READ_FIFO_QUEUE": 24,
    "ENCAP_INTERFACE_TRANSPORT": 43,
}  # fmt: skip
"""Zeek's name of each function."""
REFUSALS = {
    "ILLEGAL_FUNCTION": 1, "ILLEGAL_DATA_ADDRESS": 2, "ILLEGAL_DATA_VALUE": 3, "SLAVE_DEVICE_FAILURE": 4,
    "ACKNOWLEDGE": 5, "SLAVE_DEVICE_BUSY": 6, "MEMORY_PARITY_ERROR": 8, "GATEWAY_PATH_UNAVAILABLE": 10,
    "GATEWAY_TARGET_DEVICE_FAILED_TO_RESPOND": 11,
}  # fmt: skip
OBJECTS = {
    "VendorName": ("vendor", 0), "ProductCode": ("model", 1), "MajorMinorVersion": ("firmware", 2),
    "VendorURL": ("vendor_url", 3), "ProductName": ("product", 4), "ModelName": ("model_name", 5),
    "UserApplicationName": ("name", 6),
}  # fmt: skip
_BY_CODE = {str(code): function for code, function in FUNCTIONS.items()}


def _rows(frame: pl.DataFrame, refused: pl.Expr) -> pl.DataFrame:
    """Rows by `func`, with what it is in our words; `refused` is the code of an exception."""
    func = pl.col("func").str.strip_suffix("_EXCEPTION")
    code = pl.coalesce(looked_up(func, CODES, pl.Int64()), func.str.extract(r"(\d+)$", 1).cast(pl.Int64, strict=False))
    named, text = code.cast(pl.String), pl.String()
    known = [
        looked_up(named, {code: getattr(function, part) for code, function in _BY_CODE.items()}, text).alias(name)
        for part, name in (
            ("operation", "ot.operation"), ("name", "ot.function.name"), ("kind", "ot.object.kind"),
            ("type", "ot.value.type"),
        )
    ]  # fmt: skip
    rows = frame.with_columns(
        *ends(),
        pl.lit("tcp").alias("network.transport"),
        pl.lit("modbus").alias("network.protocol"),
        pl.col("unit").alias("ot.unit"),
        code.alias("ot.function.code"),
        *known,
        refused.alias("ot.status.code"),
    ).with_columns(
        pl.col("ot.operation").fill_null("unknown"),
        looked_up(pl.col("ot.status.code").cast(pl.String), {str(k): v for k, v in EXCEPTIONS.items()}, pl.String())
        .alias("ot.status.name"),
        pl.lit(0).alias("ot.item"),
        pl.lit(1).alias("ot.items"),
    )  # fmt: skip
    return transactions(rows)


def _answered(is_answered: pl.Expr) -> list[pl.Expr]:
    """Outcome and reply; nothing is said of a request whose reply the log does not have."""
    outcome = pl.when(pl.col("ot.status.code").is_not_null()).then(pl.lit("failure"))
    return [
        outcome.when(is_answered).then(pl.lit("success")).otherwise(pl.lit("unknown")).alias("event.outcome"),
        pl.when(is_answered | pl.col("ot.status.code").is_not_null()).then(pl.lit("answered")).alias("ot.reply"),
    ]


def _modbus(frame: pl.DataFrame) -> Frames:
    """Before Zeek 6 a line for each reply; then for each message, of which replies add what was refused."""
    is_request = pl.col("pdu_type") == "REQ"
    refused = looked_up(pl.col("exception"), REFUSALS, pl.Int64())
    asked = frame.filter(pl.col("pdu_type").is_null() | is_request | refused.is_not_null())
    rows = _rows(asked, refused)
    return {"transaction": chosen(rows.with_columns(*_answered(is_request.fill_null(False).not_())))}


def _detailed(frame: pl.DataFrame) -> Frames:
    code = pl.coalesce(pl.col("error_code"), pl.col("misc"))
    refused = pl.coalesce(looked_up(code, REFUSALS, pl.Int64()), code.str.extract(r"^(\d+)$", 1).cast(pl.Int64))
    both = (pl.col("request_response") == "RESPONSE").fill_null(False)
    told_elsewhere = (pl.col("func") == "READ_WRITE_MULTIPLE_REGISTERS") & pl.col(
        "modbus_detailed_link_id"
    ).is_not_null()
    # A function that Zeek does not read is logged as often as it is said, without anything of it.
    rows = _rows(frame.filter(~both & ~told_elsewhere.fill_null(False)), refused)
    start, count = number("address"), number("quantity")
    count = pl.when(pl.col("ot.function.code").is_in([5, 6, 22])).then(1).otherwise(count)
    named = pl.coalesce(pl.col("request_subfunction_code"), pl.col("subfunction_code"))
    named = named.str.extract(r"^(?:Request: )?([^,]+)", 1).str.strip_chars()
    sub = pl.coalesce(
        named.str.extract(r"^(?:0x)?0*(\d+)$", 1).cast(pl.Int64, strict=False),
        looked_up(named.str.to_lowercase(), {name.lower(): c for c, (_, name) in SUBFUNCTIONS.items()}, pl.Int64()),
    )
    by_sub = sub.cast(pl.String)
    rows = rows.with_columns(
        *_answered((pl.col("matched") == "T").fill_null(False)),
        start.alias("ot.object.start"),
        pl.when(start.is_not_null()).then(count).alias("ot.object.count"),
        pl.coalesce(numbers("request_values"), numbers("response_values"), numbers("values")).alias("ot.value.numbers"),
        pl.when(pl.col("ot.function.code") == 8).then(sub).alias("ot.subfunction.code"),
        looked_up(by_sub, {str(c): name for c, (_, name) in SUBFUNCTIONS.items()}, pl.String()).alias("sub_name"),
        looked_up(by_sub, {str(c): operation for c, (operation, _) in SUBFUNCTIONS.items()}, pl.String()).alias(
            "sub_op"
        ),
    )
    diagnosed = pl.col("ot.subfunction.code").is_not_null()
    rows = rows.with_columns(
        _address(),
        pl.when(diagnosed).then(pl.col("sub_name")).alias("ot.subfunction.name"),
        pl.when(diagnosed & pl.col("sub_op").is_not_null()).then(pl.col("sub_op")).otherwise(pl.col("ot.operation"))
        .alias("ot.operation"),
        pl.when(pl.col("ot.object.start").is_not_null()).then(pl.col("ot.object.kind")).alias("ot.object.kind"),
        _transaction_id(),
    )  # fmt: skip
    return {"transaction": chosen(transactions(rows))}


def _read_write(frame: pl.DataFrame) -> Frames:
    """Function 23: what is written and what is read are two rows of one message."""
    asked = frame.filter((pl.col("request_response") != "RESPONSE").fill_null(True))
    rows = _rows(asked, pl.lit(None, pl.Int64)).with_columns(
        pl.lit(2).alias("ot.items"), pl.lit("unknown").alias("event.outcome"), _transaction_id()
    )
    values = numbers("write_registers")
    write = rows.with_columns(
        number("write_start_address").alias("ot.object.start"), values.list.len().alias("ot.object.count"),
        values.alias("ot.value.numbers"),
    )  # fmt: skip
    read = rows.with_columns(
        pl.lit("read").alias("ot.operation"), pl.lit(1).alias("ot.item"),
        number("read_start_address").alias("ot.object.start"), number("read_quantity").alias("ot.object.count"),
    )  # fmt: skip
    told = pl.concat([write, transactions(read)], how="diagonal_relaxed").with_columns(_address())
    return {"transaction": chosen(told.sort("line", maintain_order=True))}


def _identification(frame: pl.DataFrame) -> Frames:
    """What the server says of itself."""
    attribute = looked_up(pl.col("object_id"), {name: to for name, (to, _) in OBJECTS.items()}, pl.String())
    place = looked_up(pl.col("object_id"), {name: str(place) for name, (_, place) in OBJECTS.items()}, pl.String())
    rows = frame.filter(attribute.is_not_null() & pl.col("object_value").is_not_null()).with_columns(
        *ends(asker=pl.lit(False)),
        pl.lit("tcp").alias("network.transport"),
        pl.lit("modbus").alias("network.protocol"),
        attribute.alias("ot.attribute"),
        pl.col("object_value").alias("ot.attribute_value"),
        pl.lit(0.9).alias("ot.confidence"),
        (pl.lit("modbus 43/14 object ") + place).alias("ot.evidence"),
    )
    return {"identity": chosen(rows)}


def _address() -> pl.Expr:
    kind, start, count = pl.col("ot.object.kind"), pl.col("ot.object.start"), pl.col("ot.object.count")
    last = start + count.fill_null(1).clip(1) - 1
    one = kind + ":" + start.cast(pl.String)
    return pl.when(last > start).then(one + "-" + last.cast(pl.String)).otherwise(one).alias("ot.object.address")


def _transaction_id() -> pl.Expr:
    tid = number("tid").cast(pl.String)
    return ('{"transaction_id":' + tid + "}").alias("ot.details")


_SAID = ("tid", "unit", "uint", "func", "request_response")
LOGS = (
    Log("modbus", (*CONNECTION, "tid", "unit", "pdu_type", "func", "exception"), _modbus),
    Log(
        "modbus_detailed",
        (
            *CONNECTION, *_SAID, "address", "quantity", "values", "request_values", "response_values",
            "modbus_detailed_link_id", "matched", "subfunction_code", "request_subfunction_code", "error_code", "misc",
        ),
        _detailed,
        lists=("values", "request_values", "response_values"),
    ),
    Log(
        "modbus_read_write_multiple_registers",
        (*CONNECTION, *_SAID, "write_start_address", "write_registers", "read_start_address", "read_quantity"),
        _read_write,
        lists=("write_registers",),
    ),
    Log("modbus_read_device_identification", (*CONNECTION, "object_id", "object_value"), _identification),
)  # fmt: skip
