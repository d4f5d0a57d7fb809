"""Roles inferred from traffic: who answers, who polls (vocabulary §1).

A role learned from a row holds from the next ten-second tick of packet time on, so that the order of rows inside a tick
and the borders of batches cannot matter. `writer`, `programmer` and `scanner` are never inferred: an attacker's first
write must not make him a writer.
"""

from __future__ import annotations

import polars as pl

from sensors.fields import protocols
from sensors.frames import selected

TICK = 10_000_000_000
SERVER_ROLES = {name: protocol.server_roles for name, protocol in protocols().items()}
SCADA_SERVERS = 3
"""Polling so many servers in cycles makes a client a SCADA server rather than one operator's HMI."""


Step = tuple[int, tuple[str, ...]]


class Roles:
    """Inferred roles by address, each with the tick it holds from."""

    def __init__(self) -> None:
        self._since: dict[str, dict[str, int]] = {}
        self._polled: dict[str, set[str]] = {}
        self._units: dict[str, set[str]] = {}
        self._steps: dict[str, tuple[Step, ...]] = {}

    def observe(self, transactions: pl.DataFrame, cadence: pl.DataFrame) -> None:
        """Takes the evidence of one batch: answered requests, and cyclic polls, of stations that have an IP address."""
        is_answered = (pl.col("ot.reply") == "answered").alias("answered")
        told = selected(transactions, is_answered, "ot.server.ip", "network.protocol", "ot.unit", _tick().alias("tick"))
        self._servers(told.filter("answered").drop_nulls("ot.server.ip"))
        is_polled = ((pl.col("ot.cadence.kind") == "cyclic") & (pl.col("ot.operation") == "read")).alias("polled")
        told = selected(cadence, is_polled, "ot.client.ip", "ot.server.ip", _tick().alias("tick"))
        self._pollers(told.filter("polled").drop_nulls())

    def _servers(self, answered: pl.DataFrame) -> None:
        if answered.is_empty():
            return
        seen = answered.group_by("ot.server.ip", "network.protocol", "ot.unit").agg(pl.col("tick").min())
        for ip, protocol, unit, tick in sorted(seen.iter_rows(), key=lambda row: (row[3], str(row[:3]))):
            for role in SERVER_ROLES.get(protocol, ()):
                self._add(ip, role, tick)
            units = self._units.setdefault(ip, set())
            units.add(unit or "")
            if protocol == "modbus" and len(units) > 1:
                self._add(ip, "gateway", tick)

    def _pollers(self, polls: pl.DataFrame) -> None:
        if polls.is_empty():
            return
        seen = polls.group_by("ot.client.ip", "ot.server.ip").agg(pl.col("tick").min())
        for client, server, tick in sorted(seen.iter_rows(), key=lambda row: (row[2], str(row[:2]))):
            servers = self._polled.setdefault(client, set())
            servers.add(server)
            self._add(client, "scada" if len(servers) >= SCADA_SERVERS else "hmi", tick)

    def _add(self, ip: str, role: str, tick: int) -> None:
        known = self._since.setdefault(ip, {})
        if known.get(role, tick + 2) > tick + 1:
            known[role] = tick + 1
            self._steps.pop(ip, None)

    def of(self, ip: str) -> tuple[str, ...]:
        """All roles of an address so far, in order of name."""
        return tuple(sorted(self._since.get(ip, ())))

    def addresses(self) -> tuple[str, ...]:
        return tuple(sorted(self._since))

    def steps(self, ip: str | None) -> tuple[Step, ...]:
        """Each tick at which the roles of an address grew, with all it had from then on."""
        known = self._since.get(ip) if ip is not None else None
        if known is None or ip is None:
            return ()
        if ip not in self._steps:
            ticks = sorted(set(known.values()))
            self._steps[ip] = tuple((t, tuple(sorted(r for r, since in known.items() if since <= t))) for t in ticks)
        return self._steps[ip]


def _tick() -> pl.Expr:
    return pl.col("ot.clock").dt.epoch("ns") // TICK
