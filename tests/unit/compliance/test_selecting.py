"""What evidence queries ask alike."""

from __future__ import annotations

import polars as pl

from response.compliance.selecting import encrypted


def test_traffic_is_hidden_when_its_bytes_say_so_or_its_port_where_they_say_nothing() -> None:
    flows = pl.DataFrame(
        {
            "network.protocol": ["mbaps", None, None, "modbus", None, "mqtt"],
            "ot.port_protocol": [None, "tls", None, "modbus", "mbaps", "mqtts"],
        },
        schema={"network.protocol": pl.String, "ot.port_protocol": pl.String},
    )
    assert flows.select(encrypted()).to_series().to_list() == [True, True, False, False, True, False]
