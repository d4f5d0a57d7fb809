//! Layouts of the commands' data (FCG TS20127, TS20151, TS20155).

use super::layout::Part::{
    Byte, Channel, Code, Date, Flags, Float, In, Latin, Long, Mark, Packed, Skip, Time, Triple, Unit, UnitOf, Variable,
    Word,
};
use super::layout::{Layout, Part, once, repeated};
use super::names;
use super::response::{EXTENDED_STATUS, LOCK_STATE, STANDARDIZED_0, STANDARDIZED_1, STANDARDIZED_2, STANDARDIZED_3};

const SLOT: &[Part] = &[Variable, Mark("")];
const LOOP: &[Part] = &[Byte("polling_address"), Code("loop_current_mode", names::loop_current_mode)];
const TAG: &[Part] = &[Packed("tag", 6), Packed("descriptor", 12), Date("date")];
const UNIT_TAG: &[Part] = &[Packed("unit_tag", 6), Packed("unit_descriptor", 12), Date("unit_date")];
const RANGE: &[Part] = &[UnitOf("pv.range.unit"), Float("pv.range.upper"), Float("pv.range.lower")];
const CHANNEL_RANGE: &[Part] = &[Channel, UnitOf("range.unit"), Float("range.upper"), Float("range.lower")];
const CHANNEL_LEVEL: &[Part] = &[Channel, Unit, Float("level")];
const ASSIGNMENTS: &[Part] =
    &[Byte("pv.assignment"), Byte("sv.assignment"), Byte("tv.assignment"), Byte("qv.assignment")];
const SIMULATION: &[Part] =
    &[Variable, Code("simulation", names::simulation), UnitOf("simulation.unit"), Float(""), Skip(1)];
const TRIM_POINT: &[Part] = &[Variable, Code("trim_point", names::trim_point), Unit, Float("trim")];
const BURST_PERIOD: &[Part] = &[Byte("burst.message"), Long("burst.period"), Long("burst.period.greatest")];
const TRIGGER: &[Part] = &[
    Byte("burst.message"),
    Code("burst.trigger", names::trigger),
    Byte("burst.trigger.classification"),
    UnitOf("burst.trigger.unit"),
    Float("burst.trigger.level"),
];
const COUNTRY: &[Part] = &[Byte("country"), Code("si_units", names::si_units)];

/// What both a request that writes and its reply carry.
pub const fn written(command: u16) -> Option<Layout> {
    Some(match command {
        6 => once(LOOP, 1),
        17 => once(&[Packed("message", 24)], 24),
        18 => once(TAG, 21),
        19 => once(&[Triple("final_assembly_number")], 3),
        22 => once(&[Latin("long_tag", 32)], 32),
        34 => once(&[In("pv.damping", "s")], 4),
        35 => once(RANGE, 9),
        36 => once(&[Mark("pv.range.upper")], 0),
        37 => once(&[Mark("pv.range.lower")], 0),
        39 => once(&[Code("eeprom_control", names::eeprom)], 1),
        40 => once(&[In("loop_current", "mA")], 4),
        44 => once(&[UnitOf("pv.unit")], 1),
        45 => once(&[In("loop_current.zero", "mA")], 4),
        46 => once(&[In("loop_current.gain", "mA")], 4),
        47 => once(&[Code("pv.transfer_function", names::transfer_function)], 1),
        49 => once(&[Triple("pv.transducer_serial")], 3),
        51 => once(ASSIGNMENTS, 1),
        43 => once(&[Mark("pv.zero")], 0),
        52 => once(&[Variable, Mark("zero")], 1),
        53 => once(&[Variable, UnitOf("unit")], 2),
        55 => once(&[Variable, In("damping", "s")], 5),
        56 => once(&[Variable, Triple("transducer_serial")], 4),
        58 => once(UNIT_TAG, 21),
        59 => once(&[Byte("response_preambles")], 1),
        64 => once(&[Channel, In("damping", "s")], 5),
        65 => once(CHANNEL_RANGE, 10),
        66..=68 => once(CHANNEL_LEVEL, 6),
        69 => once(&[Channel, Code("transfer_function", names::transfer_function)], 2),
        71 => once(&[Code("lock", names::lock)], 1),
        72 => once(&[Code("squawk", names::squawk)], 0),
        79 => once(SIMULATION, 8),
        82 => once(TRIM_POINT, 7),
        83 => once(&[Variable, Mark("trim")], 1),
        87 => once(&[Code("io_system.master_mode", names::master_mode)], 1),
        88 => once(&[Byte("io_system.retry_count")], 1),
        89 => once(&[Code("clock.set", names::time_set), Date("clock.date"), Time("clock.time")], 8),
        103 => once(BURST_PERIOD, 9),
        104 => once(TRIGGER, 8),
        107 => once(&[Skip(8), Byte("burst.message")], 4),
        108 => once(&[Word("burst.command"), Byte("burst.message")], 1),
        109 => once(&[Code("burst.mode", names::burst_mode), Byte("burst.message")], 1),
        118 => once(&[Code("event_notification", names::event_control)], 1),
        513 => once(COUNTRY, 2),
        521 => once(&[Latin("process_unit_tag", 32)], 32),
        526 => once(&[Code("status_simulation", names::simulation)], 1),
        527 => once(&[Byte("status_simulation.bit"), Byte("status_simulation.value")], 2),
        539 => once(&[Word("udp_port")], 2),
        540 => once(&[Word("tcp_port")], 2),
        773 => once(&[Word("network_id")], 2),
        _ => return None,
    })
}

/// What a request asks for.
pub const fn asked(command: u16) -> Option<Layout> {
    Some(match command {
        9 => repeated(&[], SLOT, 8, 1),
        11 => once(&[Packed("tag", 6)], 6),
        21 => once(&[Latin("long_tag", 32)], 32),
        33 => repeated(&[], SLOT, 4, 1),
        54 | 80 | 81 | 114 => once(SLOT, 1),
        60 | 63 | 70 => once(&[Channel, Mark("")], 1),
        75 => once(&[Byte("io_card"), Byte("channel"), Byte("polling_address")], 3),
        84 | 86 => once(&[Word("sub_device")], 2),
        85 => once(&[Byte("io_card"), Byte("channel")], 2),
        _ => return None,
    })
}

/// What a reply to a request that reads tells.
pub const fn told(command: u16) -> Option<Layout> {
    Some(match command {
        1 => once(&[Unit, Float("pv")], 5),
        2 => once(&[In("loop_current", "mA"), In("percent_of_range", "%")], 8),
        3 => once(
            &[In("loop_current", "mA"), Unit, Float("pv"), Unit, Float("sv"), Unit, Float("tv"), Unit, Float("qv")],
            9,
        ),
        7 => once(LOOP, 2),
        8 => once(
            &[
                Code("pv.classification", names::classification),
                Code("sv.classification", names::classification),
                Code("tv.classification", names::classification),
                Code("qv.classification", names::classification),
            ],
            4,
        ),
        9 => repeated(
            &[Flags("extended_status", &EXTENDED_STATUS)],
            &[Variable, Skip(1), Unit, Float(""), Code("quality", names::quality)],
            8,
            9,
        ),
        12 => once(&[Packed("message", 24)], 24),
        13 => once(TAG, 21),
        14 => once(
            &[
                Triple("pv.transducer_serial"),
                Unit,
                Float("pv.transducer.upper"),
                Float("pv.transducer.lower"),
                Float("pv.minimum_span"),
            ],
            16,
        ),
        15 => once(
            &[
                Code("pv.alarm_selection", names::alarm_selection),
                Code("pv.transfer_function", names::transfer_function),
                UnitOf("pv.range.unit"),
                Float("pv.range.upper"),
                Float("pv.range.lower"),
                In("pv.damping", "s"),
                Code("write_protect", names::write_protect),
            ],
            16,
        ),
        16 => once(&[Triple("final_assembly_number")], 3),
        20 => once(&[Latin("long_tag", 32)], 32),
        33 => repeated(&[], &[Variable, Unit, Float("")], 4, 6),
        38 => once(&[Word("configuration_change_counter")], 0),
        48 => once(
            &[
                Skip(6),
                Flags("extended_status", &EXTENDED_STATUS),
                Skip(1),
                Flags("standardized_status_0", &STANDARDIZED_0),
                Flags("standardized_status_1", &STANDARDIZED_1),
                Byte("analog_channel_saturated"),
                Flags("standardized_status_2", &STANDARDIZED_2),
                Flags("standardized_status_3", &STANDARDIZED_3),
                Byte("analog_channel_fixed"),
            ],
            6,
        ),
        50 => once(ASSIGNMENTS, 4),
        54 => once(
            &[
                Variable,
                Triple("transducer_serial"),
                UnitOf("unit"),
                Float("transducer.upper"),
                Float("transducer.lower"),
                In("damping", "s"),
                Float("minimum_span"),
                Code("classification", names::classification),
            ],
            21,
        ),
        57 => once(UNIT_TAG, 21),
        60 => once(&[Channel, Unit, Float("level"), In("percent_of_range", "%")], 10),
        61 => once(
            &[Unit, Float("loop_current"), Unit, Float("pv"), Unit, Float("sv"), Unit, Float("tv"), Unit, Float("qv")],
            10,
        ),
        62 => repeated(&[], &[Channel, Unit, Float("level")], 4, 6),
        70 => once(&[Channel, Unit, Float("endpoint.upper"), Float("endpoint.lower")], 10),
        74 => once(
            &[
                Byte("io_system.cards"),
                Byte("io_system.channels"),
                Byte("io_system.devices_per_channel"),
                Word("io_system.devices"),
                Byte("io_system.delayed_responses"),
                Code("io_system.master_mode", names::master_mode),
                Byte("io_system.retry_count"),
            ],
            8,
        ),
        76 => once(&[Flags("lock_state", &LOCK_STATE)], 1),
        80 => once(&[Variable, Unit, Float("trim.lower"), Float("trim.upper")], 10),
        85 => once(
            &[Byte("io_card"), Byte("channel"), Word("stx"), Word("ack"), Word("other_stx"), Word("other_ack")],
            10,
        ),
        86 => once(&[Word("sub_device"), Word("stx"), Word("ack"), Word("burst")], 8),
        90 => once(&[Date("clock.date"), Time("clock.time")], 7),
        95 => once(&[Word("stx"), Word("ack"), Word("burst")], 6),
        105 => once(
            &[
                Code("burst.mode", names::burst_mode),
                Skip(9),
                Byte("burst.message"),
                Skip(1),
                Word("burst.command"),
                Long("burst.period"),
                Long("burst.period.greatest"),
                Code("burst.trigger", names::trigger),
            ],
            2,
        ),
        110 => once(&[Unit, Float("pv"), Unit, Float("sv"), Unit, Float("tv"), Unit, Float("qv")], 5),
        512 => once(COUNTRY, 2),
        520 => once(&[Latin("process_unit_tag", 32)], 32),
        534 => once(SIMULATION, 8),
        538 => once(&[Word("udp_port"), Word("tcp_port")], 4),
        774 => once(&[Word("network_id")], 2),
        776 => once(&[Latin("network_tag", 32)], 32),
        _ => return None,
    })
}
