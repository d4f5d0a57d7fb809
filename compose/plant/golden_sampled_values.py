"""Golden captures of sampled values for the parser."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from open61850.sv import SMP_SYNCH_LOCAL, SMP_SYNCH_NONE

from compose.plant import routed
from compose.plant.catalogue import capture
from compose.plant.lab import Lab
from compose.plant.sampled_values import BAY, FEEDER, TEST, frame, inject, publish, sample

OTHER = "BAY1LD0/LLN0$ds2"


@capture(
    "sampled_values/streams.pcap",
    "Two merging units: four currents and voltages as 9-2LE has them, a sample a frame, whose counter turns each"
    " second; nine channels as IEC 61869-9 has them, two samples a frame, tagged, with the name of the data set.",
    "plc1 hmi",
    kind="golden",
    check={"sv": 90},
)
def streams(lab: Lab) -> None:
    """Two and a half turns of the first, one and a half of the second."""
    publish(lab, "plc1", [BAY], 2.4, rate=30)
    publish(lab, "plc1", [FEEDER], 1.4, asdus=2)


@capture(
    "sampled_values/odd.pcap",
    "Samples out of turn: a gap, copies, a fall; the clock lost; another revision, rate and data set; a test;"
    " simulation; all optional fields; a security field; data sets of other layouts; lengths and numbers that do not"
    " fit. Made by open61850's encoder, sent one by one; the last four frames are changed by hand.",
    "plc1 hmi",
    kind="golden",
    check={"sv": 28},
)
def odd(lab: Lab) -> None:
    """Each flag once at least."""
    counts = [10, 11, 12, 17, 17, 18, 3, 19, 20]
    frames = [frame([sample(count)]) for count in counts]
    local, unsynchronised = replace(BAY, smp_synch=SMP_SYNCH_LOCAL), replace(BAY, smp_synch=SMP_SYNCH_NONE)
    frames += [frame([sample(21, stream=local)]), frame([sample(22, stream=unsynchronised)]), frame([sample(23)])]
    other = replace(BAY, conf_rev=4)
    frames += [frame([sample(24, stream=other)]), frame([replace(sample(25, stream=other), dat_set=OTHER)])]
    frames += [frame([sample(26, quality=TEST)]), frame([sample(27, quality=3)]), frame([sample(28)])]
    frames += [frame([sample(29)], replace(BAY, simulation=True)), frame([sample(30)], security=b"\x80\x02\x01\x02")]
    full = replace(
        sample(31), refr_tm=datetime(2026, 11, 29, tzinfo=UTC), smp_rate=80, smp_mod=0, gm_identity=bytes(range(8))
    )  # fmt: skip
    frames += [frame([full]), frame([replace(full, smp_cnt=32)])]
    octets = replace(BAY, sv_id="BAY1MU09", app_id=0x4002)
    for count, data in enumerate((bytes(range(12)), bytes(range(1, 13)), bytes(range(240, 256)))):
        frames.append(frame([replace(sample(count, stream=octets), sample=data)], octets))
    many = [sample(count, stream=octets) for count in range(5, 15)]
    frames.append(frame(many, octets))
    whole = frame([sample(33), sample(34)])
    frames += [whole[:17] + b"\x40" + whole[18:], whole.replace(b"\x80\x01\x02", b"\x80\x01\x03", 1)]
    frames += [whole[:-30], frame([sample(35)]).replace(b"\x85\x01", b"\x95\x01", 1), frame([sample(36)])]
    inject(lab, "plc1", frames)


@capture(
    "sampled_values/routed.pcap",
    "R-SV of libiec61850 to a group: unsigned; signed; encrypted and signed.",
    "plc1 hmi",
    kind="golden",
    check={"udp.dstport == 102": 12},
)
def routed_streams(lab: Lab) -> None:
    """Four samples each way."""
    for security in (routed.UNSIGNED, routed.SIGNED, routed.ENCRYPTED):
        routed.publish(lab, "plc1", "samples", security)
