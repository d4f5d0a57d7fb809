"""Golden captures of IEC 60870-5-104 on c104 (lib60870-C): process values of every type it has, commands."""

from __future__ import annotations

import time
from operator import or_  # c104's own hints leave out that its flags can be joined

import c104

from compose.plant import iec104_station as rtu
from compose.plant.catalogue import capture
from compose.plant.iec104_station import FIXED, Outstation, Station
from compose.plant.lab import Lab

Q, T = c104.Quality, c104.Type


def _values(station: Outstation) -> list[c104.Point]:
    bad = or_(Q.Invalid, Q.NonTopical)
    counter = c104.BinaryCounterInfo(counter=-7, sequence=c104.UInt5(3), quality=c104.BinaryCounterQuality.Carry)
    packed = c104.StatusAndChanged(
        status=or_(c104.PackedSingle.I0, c104.PackedSingle.I15), changed=c104.PackedSingle.I1
    )
    plain: list[tuple[int, c104.Type, c104.Information]] = [
        (1001, T.M_SP_NA_1, c104.SingleInfo(on=True)),
        (1002, T.M_SP_NA_1, c104.SingleInfo(on=False, quality=Q.Blocked)),
        (1003, T.M_DP_NA_1, c104.DoubleInfo(state=c104.Double.ON)),
        (1004, T.M_ST_NA_1, c104.StepInfo(c104.Int7(-13), True)),
        (1005, T.M_BO_NA_1, c104.BinaryInfo(blob=c104.Byte32(0xDEADBEEF))),
        (1006, T.M_ME_NA_1, c104.NormalizedInfo(actual=c104.NormalizedFloat(-0.25), quality=bad)),
        (1007, T.M_ME_NB_1, c104.ScaledInfo(actual=c104.Int16(-1234), quality=Q.Overflow)),
        (1008, T.M_ME_NC_1, c104.ShortInfo(actual=230.5)),
        (1009, T.M_ME_ND_1, c104.NormalizedInfo(actual=c104.NormalizedFloat(0.5))),
        (1010, T.M_PS_NA_1, packed),
        (1011, T.M_IT_NA_1, counter),
        (1101, T.M_SP_TB_1, c104.SingleInfo(on=True, recorded_at=FIXED)),
        (1103, T.M_DP_TB_1, c104.DoubleInfo(state=c104.Double.OFF, recorded_at=FIXED)),
        (1104, T.M_ST_TB_1, c104.StepInfo(c104.Int7(31), False, recorded_at=FIXED)),
        (1105, T.M_BO_TB_1, c104.BinaryInfo(blob=c104.Byte32(1), recorded_at=FIXED)),
        (1106, T.M_ME_TD_1, c104.NormalizedInfo(actual=c104.NormalizedFloat(0.75), recorded_at=FIXED)),
        (1107, T.M_ME_TE_1, c104.ScaledInfo(actual=c104.Int16(77), recorded_at=FIXED)),
        (1108, T.M_ME_TF_1, c104.ShortInfo(actual=-1.5, quality=Q.Substituted, recorded_at=FIXED)),
        (1111, T.M_IT_TB_1, c104.BinaryCounterInfo(99, c104.UInt5(4), c104.BinaryCounterQuality(), FIXED)),
        (1201, T.M_EP_TD_1, c104.ProtectionEventInfo(c104.EventState.ON, c104.UInt16(120), recorded_at=FIXED)),
        (
            1202,
            T.M_EP_TE_1,
            c104.ProtectionStartInfo(
                or_(c104.StartEvents.General, c104.StartEvents.PhaseL2), c104.UInt16(45), recorded_at=FIXED
            ),
        ),
        (
            1203,
            T.M_EP_TF_1,
            c104.ProtectionCircuitInfo(c104.OutputCircuits.PhaseL1, c104.UInt16(12), recorded_at=FIXED),
        ),
    ]
    return [station.point(*point) for point in plain]


@capture(
    "iec104/values.pcap",
    "Process values of every type that c104 has, with quality and time: station interrogation, counter interrogation, "
    "read, spontaneous, cyclic.",
    "rtu hmi",
    kind="golden",
    check={"iec60870_asdu.typeid==100": 3, "iec60870_asdu.typeid==40": 1, "iec60870_asdu.causetx==1": 2},
)
def values(lab: Lab) -> None:
    """One station, every value."""

    def serve() -> tuple[Outstation, list[c104.Point]]:
        station = Outstation("rtu")
        points = _values(station)
        station.point(1301, T.M_ME_NC_1, c104.ShortInfo(actual=50.01), report_ms=300)
        station.start()
        return station, points

    def ask(master: Station) -> None:
        connection = master.connection
        connection.interrogation(common_address=1)
        connection.interrogation(common_address=1, qualifier=c104.Qoi.GROUP_1)
        connection.counter_interrogation(common_address=1)
        connection.counter_interrogation(common_address=1, freeze=c104.Frz.FREEZE_WITHOUT_RESET)
        for address, kind in ((1001, T.M_SP_NA_1), (1008, T.M_ME_NC_1), (1108, T.M_ME_TF_1)):
            master.point(address, kind).read()

    station, points = lab["rtu"].call(serve)

    def deed(master: Station) -> None:
        ask(master)
        for point in points:
            point.transmit(cause=c104.Cot.SPONTANEOUS)
        time.sleep(0.7)

    lab["hmi"].call(lambda: rtu.work("rtu", deed, originator=7))
    lab["rtu"].call(station.server.stop)


def _commands() -> Outstation:
    station = Outstation("rtu")
    for offset, kind in enumerate(
        (T.C_SC_NA_1, T.C_DC_NA_1, T.C_RC_NA_1, T.C_SE_NA_1, T.C_SE_NB_1, T.C_SE_NC_1, T.C_BO_NA_1)
    ):
        station.command(4001 + offset, kind)
    for offset, kind in enumerate(
        (T.C_SC_TA_1, T.C_DC_TA_1, T.C_RC_TA_1, T.C_SE_TA_1, T.C_SE_TB_1, T.C_SE_TC_1, T.C_BO_TA_1)
    ):
        station.command(4101 + offset, kind)
    station.command(4201, T.C_SC_NA_1, select=True)
    station.command(4202, T.C_SE_NC_1, select=True)
    station.command(4203, T.C_DC_TA_1, select=True)
    station.command(4301, T.C_SC_NA_1, refuse=True)
    station.start()
    return station


def _order_all(master: Station) -> None:
    short = c104.Qoc.SHORT_PULSE
    at = FIXED
    orders: list[tuple[int, c104.Type, c104.Information, bool]] = [
        (4001, T.C_SC_NA_1, c104.SingleCmd(on=True, qualifier=short), False),
        (4002, T.C_DC_NA_1, c104.DoubleCmd(state=c104.Double.ON), False),
        (4003, T.C_RC_NA_1, c104.StepCmd(direction=c104.Step.HIGHER), False),
        (4004, T.C_SE_NA_1, c104.NormalizedCmd(target=c104.NormalizedFloat(0.5)), False),
        (4005, T.C_SE_NB_1, c104.ScaledCmd(target=c104.Int16(-300)), False),
        (4006, T.C_SE_NC_1, c104.ShortCmd(target=12.25), False),
        (4007, T.C_BO_NA_1, c104.BinaryCmd(blob=c104.Byte32(0x0102)), False),
        (4101, T.C_SC_TA_1, c104.SingleCmd(on=False, recorded_at=at), False),
        (4102, T.C_DC_TA_1, c104.DoubleCmd(state=c104.Double.OFF, recorded_at=at), False),
        (4103, T.C_RC_TA_1, c104.StepCmd(direction=c104.Step.LOWER, recorded_at=at), False),
        (4104, T.C_SE_TA_1, c104.NormalizedCmd(target=c104.NormalizedFloat(-0.5), recorded_at=at), False),
        (4105, T.C_SE_TB_1, c104.ScaledCmd(target=c104.Int16(300), recorded_at=at), False),
        (4106, T.C_SE_TC_1, c104.ShortCmd(target=-2.5, recorded_at=at), False),
        (4107, T.C_BO_TA_1, c104.BinaryCmd(blob=c104.Byte32(7), recorded_at=at), False),
        (4201, T.C_SC_NA_1, c104.SingleCmd(on=True), True),
        (4202, T.C_SE_NC_1, c104.ShortCmd(target=49.5), True),
        (4203, T.C_DC_TA_1, c104.DoubleCmd(state=c104.Double.ON, recorded_at=at), True),
        (4301, T.C_SC_NA_1, c104.SingleCmd(on=True), False),
        (4999, T.C_SC_NA_1, c104.SingleCmd(on=True), False),
    ]
    for address, kind, info, select in orders:
        master.order(master.point(address, kind, select), info)
    master.connection.clock_sync(common_address=1)
    master.connection.test(common_address=1)
    master.connection.test(common_address=1, with_time=False)
    master.connection.interrogation(common_address=77)


@capture(
    "iec104/commands.pcap",
    "Every command of c104, direct and select before operate, with and without time; refused, unknown object and "
    "station; clock, test.",
    "rtu hmi",
    kind="golden",
    check={f"iec60870_asdu.typeid=={code}": 2 for code in (*range(45, 52), *range(58, 65))},
)
def commands(lab: Lab) -> None:
    """One station, every command."""
    station = lab["rtu"].call(_commands)
    lab["hmi"].call(lambda: rtu.work("rtu", _order_all, originator=7))
    lab["rtu"].call(station.server.stop)
