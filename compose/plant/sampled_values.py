"""Merging units of the plant: open61850's publisher on a host's interface, and frames that it makes, out of turn."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace

from open61850.sv import SMP_SYNCH_GLOBAL, SvAsdu, SvPDU, encode_int32_samples, encode_sv_frame
from open61850.sv_publisher import Publisher, SvStream, three_phase

from compose.plant.addresses import mac
from compose.plant.lab import Lab

BAY = SvStream(
    "BAY1MU01", 0x4000, "01:0c:cd:04:00:01", mac("plc1"), three_phase(i_peak=400, v_peak=89_815, layout="4I4U"),
    conf_rev=3, smp_synch=SMP_SYNCH_GLOBAL,
)  # fmt: skip
"""9-2LE: four currents, four voltages."""
FEEDER = SvStream(
    "BAY2MU02", 0x4001, "01:0c:cd:04:00:02", mac("plc1"), three_phase(i_peak=10, v_peak=100, i_lag_deg=30),
    smp_synch=SMP_SYNCH_GLOBAL, vlan_id=10, vlan_priority=4, dat_set="BAY2LD0/LLN0$dsPhs",
)  # fmt: skip
"""IEC 61869-9: six currents, three voltages, two samples a frame, tagged."""
TEST = 0x0800
"""Quality: a test."""


def publish(lab: Lab, host: str, streams: Iterable[SvStream], seconds: float, rate: int = 40, asdus: int = 1) -> None:
    """Publishes streams from a host for `seconds`, at `rate` samples a second: slower than in a substation."""

    def work() -> None:
        publisher = Publisher("eth0", rate=rate, asdus_per_frame=asdus, engine="python")
        for stream in streams:
            publisher.add(replace(stream, src_mac=mac(host)))
        begin = int(time.time()) + 1
        publisher.start(at_second=begin)
        time.sleep(begin + seconds - time.time())
        publisher.stop()

    lab[host].call(work)


def sample(count: int, current: int = 1000, quality: int = 0, stream: SvStream = BAY) -> SvAsdu:
    """One sample of a stream, all its channels the same."""
    pairs = [(current, quality)] * 4 + [(-current, quality)] * 4
    return SvAsdu(stream.sv_id, count, stream.conf_rev, stream.smp_synch, encode_int32_samples(pairs))


def frame(asdus: Sequence[SvAsdu], stream: SvStream = BAY, security: bytes | None = None) -> bytes:
    """A frame with these samples."""
    pdu = SvPDU(list(asdus), security)
    made = encode_sv_frame(pdu, dst_mac=stream.dst_mac, src_mac=stream.src_mac, app_id=stream.app_id)
    return made[:18] + b"\x80" + made[19:] if stream.simulation else made


def inject(lab: Lab, host: str, frames: Iterable[bytes], pause: float = 0.02) -> None:
    """Sends frames from a host, one by one."""

    def work() -> None:
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as raw:
            raw.bind(("eth0", 0))
            for one in frames:
                raw.send(one)
                time.sleep(pause)

    lab[host].call(work)
