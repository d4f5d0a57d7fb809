//! Information elements (7.2.6): how many octets each has.

/// The information element of a type, without address and time tag.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Element {
    /// SIQ: | SPI 1, 0, 0, 0, BL, SB, NT, IV |
    Single,
    /// DIQ: | DPI 2, 0, 0, BL, SB, NT, IV |
    Double,
    /// | VTI: value 7 signed, transient 1 | QDS |
    Step,
    /// | BSI 32 bits | QDS |
    Bits,
    /// | NVA 16 signed, of 2^15 | QDS |
    Normalised,
    /// | SVA 16 signed | QDS |
    Scaled,
    /// | R32-IEEE STD 754 | QDS |
    Float,
    /// BCR: | counter 32 signed | sequence 5, CY, CA, IV |
    Totals,
    /// | SEP: ES 2, 0, EI, BL, SB, NT, IV | CP16 elapsed |
    Protection,
    /// | SPE: GS, SL1, SL2, SL3, SIE, SRD | QDP | CP16 relay duration |
    StartEvents,
    /// | OCI: GC, CL1, CL2, CL3 | QDP | CP16 operating time |
    CircuitInformation,
    /// | SCD: status 16, changed 16 | QDS |
    PackedSingle,
    NormalisedBare,
    /// SCO: | SCS 1, 0, QU 5, S/E 1 |
    SingleCommand,
    /// DCO: | DCS 2, QU 5, S/E 1 |
    DoubleCommand,
    /// RCO: | RCS 2, QU 5, S/E 1 |
    StepCommand,
    /// | NVA | QOS: QL 7, S/E 1 |
    SetNormalised,
    SetScaled,
    SetFloat,
    /// BSI alone.
    SetBits,
    /// COI: | cause 7, after change of parameters 1 |
    Initialised,
    /// QOI, QCC, QRP or QPA.
    Qualifier,
    Nothing,
    /// FBP or TSC: 16 bits that come back as they were sent.
    Pattern,
    /// CP16 delay.
    Delay,
    /// | value | QPM: KPA 6, LPC, POP |
    ParameterNormalised,
    ParameterScaled,
    ParameterFloat,
    /// | NOF 2 | LOF 3 | FRQ |
    FileReady,
    /// | NOF 2 | NOS | LOF 3 | SRQ |
    SectionReady,
    /// | NOF 2 | NOS | SCQ or AFQ |
    FileCall,
    /// | NOF 2 | NOS | LSQ | CHS |
    FileLast,
    /// | NOF 2 | NOS | LOS | so many octets |
    Segment,
    /// | NOF 2 | LOF 3 | SOF |, then its time
    Directory,
    /// | NOF 2 | from CP56 | to CP56 |
    QueryLog,
}

impl Element {
    /// Octets; None for the segment, which says its own length.
    pub const fn size(self) -> Option<usize> {
        Some(match self {
            Self::Nothing => 0,
            Self::Single | Self::Double | Self::SingleCommand | Self::DoubleCommand | Self::StepCommand => 1,
            Self::Initialised | Self::Qualifier => 1,
            Self::Step | Self::NormalisedBare | Self::Pattern | Self::Delay => 2,
            Self::Normalised | Self::Scaled | Self::SetNormalised | Self::SetScaled => 3,
            Self::ParameterNormalised | Self::ParameterScaled | Self::Protection => 3,
            Self::StartEvents | Self::CircuitInformation | Self::SetBits | Self::FileCall => 4,
            Self::Bits | Self::Float | Self::Totals | Self::PackedSingle | Self::SetFloat | Self::ParameterFloat => 5,
            Self::FileLast => 5,
            Self::FileReady | Self::Directory => 6,
            Self::SectionReady => 7,
            Self::QueryLog => 16,
            Self::Segment => return None,
        })
    }

    /// Whether the bits that the standard keeps for later are 0 in the octet that has some.
    pub fn regular(self, data: &[u8]) -> bool {
        let (at, reserved) = match self {
            Self::Single => (0, 0x0e),
            Self::Double => (0, 0x0c),
            Self::SingleCommand => (0, 0x02),
            Self::Step => (1, 0x0e),
            Self::Normalised | Self::Scaled => (2, 0x0e),
            Self::Bits | Self::Float => (4, 0x0e),
            _ => return true,
        };
        data.get(at).is_none_or(|octet| octet & reserved == 0)
    }
}
