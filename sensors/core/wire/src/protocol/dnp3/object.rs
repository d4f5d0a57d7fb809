//! Objects by group and variation: how many bytes, what value, whether flags and a time (IEEE 1815-2012 annex A).

/// How a value stands in its bytes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Value {
    /// Bit 7 of the flags.
    State,
    /// Bits 7 and 6 of the flags.
    Double,
    U8,
    U16,
    U32,
    I16,
    I32,
    F32,
    F64,
}

/// What stands behind a value.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Stamp {
    None,
    /// Milliseconds since 1970, 6 bytes.
    Absolute,
    /// Milliseconds since the common time of occurrence (group 51), 2 bytes.
    Relative,
}

/// Layout of one object.
#[derive(Clone, Copy, Debug)]
pub enum Layout {
    /// So many bits each, least significant first.
    Packed(u8),
    /// Flags, value, time; for group 41 the status stands behind the value.
    Point { flags: bool, value: Value, stamp: Stamp },
    /// So many bytes, read by their own group.
    Bytes(usize),
    /// Code 1, length 1, data (device attributes).
    Attribute,
}

impl Value {
    pub const fn size(self) -> usize {
        match self {
            Self::State | Self::Double => 0,
            Self::U8 => 1,
            Self::U16 | Self::I16 => 2,
            Self::U32 | Self::I32 | Self::F32 => 4,
            Self::F64 => 8,
        }
    }

    /// Word of `ot.value.type`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::State => "bit",
            Self::Double => "double_bit",
            Self::U8 => "uint8",
            Self::U16 => "uint16",
            Self::U32 => "uint32",
            Self::I16 => "int16",
            Self::I32 => "int32",
            Self::F32 => "float32",
            Self::F64 => "float64",
        }
    }
}

impl Stamp {
    pub const fn size(self) -> usize {
        match self {
            Self::None => 0,
            Self::Absolute => 6,
            Self::Relative => 2,
        }
    }
}

const fn point(flags: bool, value: Value, stamp: Stamp) -> Option<Layout> {
    Some(Layout::Point { flags, value, stamp })
}

/// Layout of an object; None when the standard names none, so that its length is not known.
pub const fn layout(group: u8, variation: u8) -> Option<Layout> {
    use Stamp::{Absolute, None as Untimed, Relative};
    use Value::{Double, F32, F64, I16, I32, State, U8, U16, U32};
    match (group, variation) {
        (0, _) => Some(Layout::Attribute),
        (1 | 10 | 80, 1) | (12, 3) => Some(Layout::Packed(1)),
        (3, 1) => Some(Layout::Packed(2)),
        (1 | 10, 2) | (2 | 11 | 13, 1) => point(true, State, Untimed),
        (2 | 11 | 13, 2) => point(true, State, Absolute),
        (2, 3) => point(true, State, Relative),
        (3, 2) | (4, 1) => point(true, Double, Untimed),
        (4, 2) => point(true, Double, Absolute),
        (4, 3) => point(true, Double, Relative),
        (12, 1 | 2) => Some(Layout::Bytes(11)),
        (20..=23, 1 | 3) => point(true, U32, Untimed),
        (20..=23, 2 | 4) => point(true, U16, Untimed),
        (20, 5 | 7) | (21, 9 | 11) => point(false, U32, Untimed),
        (20, 6 | 8) | (21, 10 | 12) => point(false, U16, Untimed),
        (21..=23, 5 | 7) => point(true, U32, Absolute),
        (21..=23, 6 | 8) => point(true, U16, Absolute),
        (30 | 31 | 40 | 32 | 33 | 42 | 43, 1) => point(true, I32, Untimed),
        (30 | 31 | 40 | 32 | 33 | 42 | 43, 2) => point(true, I16, Untimed),
        (30, 3) | (31, 5) => point(false, I32, Untimed),
        (30, 4) | (31, 6) => point(false, I16, Untimed),
        (31 | 32 | 33 | 42 | 43, 3) => point(true, I32, Absolute),
        (31 | 32 | 33 | 42 | 43, 4) => point(true, I16, Absolute),
        (30 | 32 | 33 | 42 | 43, 5) | (31, 7) | (40, 3) => point(true, F32, Untimed),
        (30 | 32 | 33 | 42 | 43, 6) | (31, 8) | (40, 4) => point(true, F64, Untimed),
        (32 | 33 | 42 | 43, 7) => point(true, F32, Absolute),
        (32 | 33 | 42 | 43, 8) => point(true, F64, Absolute),
        (34, 1) | (52, 1 | 2) | (101, 1) => point(false, U16, Untimed),
        (34, 2) | (101, 2) => point(false, U32, Untimed),
        (34, 3) => point(false, F32, Untimed),
        (41, 1) => Some(Layout::Bytes(5)),
        (41, 2) => Some(Layout::Bytes(3)),
        (41, 3) => Some(Layout::Bytes(5)),
        (41, 4) => Some(Layout::Bytes(9)),
        (50, 1 | 3) | (51, 1 | 2) => Some(Layout::Bytes(6)),
        (50, 2) => Some(Layout::Bytes(10)),
        (50, 4) => Some(Layout::Bytes(11)),
        (60, _) => Some(Layout::Bytes(0)),
        (81, 1) => Some(Layout::Bytes(3)),
        (101, 3) => Some(Layout::Bytes(8)),
        (102, 1) => point(false, U8, Untimed),
        (120, 3) => Some(Layout::Bytes(6)),
        (120, 4) => Some(Layout::Bytes(2)),
        (121 | 122, 1) => Some(Layout::Bytes(7)),
        (122, 2) => Some(Layout::Bytes(13)),
        _ => Option::None,
    }
}

/// Kind of what a group addresses: the same word for a point's state, its events and its commands.
pub const fn kind(group: u8) -> Option<&'static str> {
    Some(match group {
        0 => "attribute",
        1 | 2 => "binary-input",
        3 | 4 => "double-bit-input",
        10..=13 => "binary-output",
        20 | 22 => "counter",
        21 | 23 => "frozen-counter",
        30 | 32 => "analog-input",
        31 | 33 => "frozen-analog-input",
        34 => "analog-deadband",
        40..=43 => "analog-output",
        50..=52 => "time",
        60 => "class",
        70 => "file",
        80 => "indication",
        81..=83 | 85..=91 => "data-set",
        101 => "bcd",
        102 => "integer",
        110 | 111 => "octet-string",
        112 | 113 => "virtual-terminal",
        120 => "authentication",
        121 | 122 => "security-statistic",
        _ => return None,
    })
}

/// Groups whose variation is their length in bytes.
pub const fn sized_by_variation(group: u8) -> bool {
    matches!(group, 110..=113)
}

/// Groups that tell of an event, not of a state.
pub const fn event(group: u8) -> bool {
    matches!(group, 2 | 4 | 11 | 13 | 22 | 23 | 32 | 33 | 42 | 43 | 111 | 113 | 122)
}
