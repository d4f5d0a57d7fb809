//! Type identifications (7.2.1.1): mnemonic, information element, time tag, whether a sequence of elements is allowed.

use super::element::Element as E;
use super::time::Tag as T;

/// One type identification.
#[derive(Debug)]
pub struct Kind {
    pub code: u8,
    pub name: &'static str,
    pub element: E,
    pub time: T,
    /// SQ = 1 (one address, then elements of consecutive addresses) is allowed.
    pub sequence: bool,
}

/// First type of a command with an information object of the process.
pub const C_SC_NA_1: u8 = 45;
pub const C_BO_TA_1: u8 = 64;
pub const M_EI_NA_1: u8 = 70;
pub const C_IC_NA_1: u8 = 100;
pub const C_CI_NA_1: u8 = 101;
pub const C_RD_NA_1: u8 = 102;
pub const C_CS_NA_1: u8 = 103;
pub const C_TS_NA_1: u8 = 104;
pub const C_RP_NA_1: u8 = 105;
pub const C_CD_NA_1: u8 = 106;
pub const C_TS_TA_1: u8 = 107;
pub const P_ME_NA_1: u8 = 110;
pub const P_AC_NA_1: u8 = 113;
pub const F_FR_NA_1: u8 = 120;
pub const F_SR_NA_1: u8 = 121;
pub const F_SC_NA_1: u8 = 122;
pub const F_LS_NA_1: u8 = 123;
pub const F_AF_NA_1: u8 = 124;
pub const F_SG_NA_1: u8 = 125;
pub const F_DR_TA_1: u8 = 126;
pub const F_SC_NB_1: u8 = 127;

const fn kind(code: u8, name: &'static str, element: E, time: T, sequence: bool) -> Kind {
    Kind { code, name, element, time, sequence }
}

/// In the order of their codes. 127 is IEC 60870-5-104:2006, 8.9; the others with CP56Time2a in control direction 8.1–8.8.
static KINDS: [Kind; 67] = [
    kind(1, "M_SP_NA_1", E::Single, T::None, true),
    kind(2, "M_SP_TA_1", E::Single, T::Cp24, false),
    kind(3, "M_DP_NA_1", E::Double, T::None, true),
    kind(4, "M_DP_TA_1", E::Double, T::Cp24, false),
    kind(5, "M_ST_NA_1", E::Step, T::None, true),
    kind(6, "M_ST_TA_1", E::Step, T::Cp24, false),
    kind(7, "M_BO_NA_1", E::Bits, T::None, true),
    kind(8, "M_BO_TA_1", E::Bits, T::Cp24, false),
    kind(9, "M_ME_NA_1", E::Normalised, T::None, true),
    kind(10, "M_ME_TA_1", E::Normalised, T::Cp24, false),
    kind(11, "M_ME_NB_1", E::Scaled, T::None, true),
    kind(12, "M_ME_TB_1", E::Scaled, T::Cp24, false),
    kind(13, "M_ME_NC_1", E::Float, T::None, true),
    kind(14, "M_ME_TC_1", E::Float, T::Cp24, false),
    kind(15, "M_IT_NA_1", E::Totals, T::None, true),
    kind(16, "M_IT_TA_1", E::Totals, T::Cp24, false),
    kind(17, "M_EP_TA_1", E::Protection, T::Cp24, false),
    kind(18, "M_EP_TB_1", E::StartEvents, T::Cp24, false),
    kind(19, "M_EP_TC_1", E::CircuitInformation, T::Cp24, false),
    kind(20, "M_PS_NA_1", E::PackedSingle, T::None, true),
    kind(21, "M_ME_ND_1", E::NormalisedBare, T::None, true),
    kind(30, "M_SP_TB_1", E::Single, T::Cp56, false),
    kind(31, "M_DP_TB_1", E::Double, T::Cp56, false),
    kind(32, "M_ST_TB_1", E::Step, T::Cp56, false),
    kind(33, "M_BO_TB_1", E::Bits, T::Cp56, false),
    kind(34, "M_ME_TD_1", E::Normalised, T::Cp56, false),
    kind(35, "M_ME_TE_1", E::Scaled, T::Cp56, false),
    kind(36, "M_ME_TF_1", E::Float, T::Cp56, false),
    kind(37, "M_IT_TB_1", E::Totals, T::Cp56, false),
    kind(38, "M_EP_TD_1", E::Protection, T::Cp56, false),
    kind(39, "M_EP_TE_1", E::StartEvents, T::Cp56, false),
    kind(40, "M_EP_TF_1", E::CircuitInformation, T::Cp56, false),
    kind(45, "C_SC_NA_1", E::SingleCommand, T::None, false),
    kind(46, "C_DC_NA_1", E::DoubleCommand, T::None, false),
    kind(47, "C_RC_NA_1", E::StepCommand, T::None, false),
    kind(48, "C_SE_NA_1", E::SetNormalised, T::None, false),
    kind(49, "C_SE_NB_1", E::SetScaled, T::None, false),
    kind(50, "C_SE_NC_1", E::SetFloat, T::None, false),
    kind(51, "C_BO_NA_1", E::SetBits, T::None, false),
    kind(58, "C_SC_TA_1", E::SingleCommand, T::Cp56, false),
    kind(59, "C_DC_TA_1", E::DoubleCommand, T::Cp56, false),
    kind(60, "C_RC_TA_1", E::StepCommand, T::Cp56, false),
    kind(61, "C_SE_TA_1", E::SetNormalised, T::Cp56, false),
    kind(62, "C_SE_TB_1", E::SetScaled, T::Cp56, false),
    kind(63, "C_SE_TC_1", E::SetFloat, T::Cp56, false),
    kind(64, "C_BO_TA_1", E::SetBits, T::Cp56, false),
    kind(70, "M_EI_NA_1", E::Initialised, T::None, false),
    kind(100, "C_IC_NA_1", E::Qualifier, T::None, false),
    kind(101, "C_CI_NA_1", E::Qualifier, T::None, false),
    kind(102, "C_RD_NA_1", E::Nothing, T::None, false),
    kind(103, "C_CS_NA_1", E::Nothing, T::Cp56, false),
    kind(104, "C_TS_NA_1", E::Pattern, T::None, false),
    kind(105, "C_RP_NA_1", E::Qualifier, T::None, false),
    kind(106, "C_CD_NA_1", E::Delay, T::None, false),
    kind(107, "C_TS_TA_1", E::Pattern, T::Cp56, false),
    kind(110, "P_ME_NA_1", E::ParameterNormalised, T::None, false),
    kind(111, "P_ME_NB_1", E::ParameterScaled, T::None, false),
    kind(112, "P_ME_NC_1", E::ParameterFloat, T::None, false),
    kind(113, "P_AC_NA_1", E::Qualifier, T::None, false),
    kind(120, "F_FR_NA_1", E::FileReady, T::None, false),
    kind(121, "F_SR_NA_1", E::SectionReady, T::None, false),
    kind(122, "F_SC_NA_1", E::FileCall, T::None, false),
    kind(123, "F_LS_NA_1", E::FileLast, T::None, false),
    kind(124, "F_AF_NA_1", E::FileCall, T::None, false),
    kind(125, "F_SG_NA_1", E::Segment, T::None, false),
    kind(126, "F_DR_TA_1", E::Directory, T::Cp56, true),
    kind(127, "F_SC_NB_1", E::QueryLog, T::None, false),
];

/// The type of a code, if the standards define it.
pub fn of(code: u8) -> Option<&'static Kind> {
    KINDS.binary_search_by_key(&code, |kind| kind.code).ok().and_then(|at| KINDS.get(at))
}

impl Kind {
    /// Bytes of an element with its time tag, without the address; None where each says its own.
    pub const fn size(&self) -> Option<usize> {
        match self.element.size() {
            Some(size) => Some(size + self.time.size()),
            None => None,
        }
    }

    /// Process information and end of initialisation: what only a controlled station sends.
    pub const fn monitor(&self) -> bool {
        self.code <= M_EI_NA_1 && !self.commands()
    }

    /// A command or set point for an object of the process.
    pub const fn commands(&self) -> bool {
        self.code >= C_SC_NA_1 && self.code <= C_BO_TA_1
    }

    pub const fn system(&self) -> bool {
        self.code >= C_IC_NA_1 && self.code <= C_TS_TA_1
    }

    pub const fn parameter(&self) -> bool {
        self.code >= P_ME_NA_1 && self.code <= P_AC_NA_1
    }

    pub const fn file(&self) -> bool {
        self.code >= F_FR_NA_1
    }

    /// The outstation tells that it has done the deed, not only that it took it on (7.2.3, causes 10 of the type).
    pub const fn terminates(&self) -> bool {
        self.commands() || self.code == C_IC_NA_1 || self.code == C_CI_NA_1
    }
}

#[cfg(test)]
mod tests {
    use super::{KINDS, of};

    #[test]
    fn the_table_is_in_order_and_sizes_are_those_of_the_standard() {
        assert!(KINDS.windows(2).all(|pair| pair[0].code < pair[1].code));
        let size = |code| of(code).unwrap().size();
        for (code, bytes) in [(1, 1), (2, 4), (6, 5), (8, 8), (14, 8), (17, 6), (18, 7), (19, 7), (20, 5), (21, 2)] {
            assert_eq!(size(code), Some(bytes), "type {code}");
        }
        for (code, bytes) in [(30, 8), (36, 12), (38, 10), (39, 11), (40, 11), (48, 3), (63, 12), (64, 11), (102, 0)] {
            assert_eq!(size(code), Some(bytes), "type {code}");
        }
        for (code, bytes) in
            [(103, 7), (107, 9), (112, 5), (120, 6), (121, 7), (122, 4), (123, 5), (126, 13), (127, 16)]
        {
            assert_eq!(size(code), Some(bytes), "type {code}");
        }
        assert_eq!(size(125), None);
        assert!(of(0).is_none() && of(22).is_none() && of(128).is_none());
    }
}
