//! Names that TASE.2 reserves (IEC 60870-6-503, 8; IEC 60870-6-802, 6 and 7): what an object is by its name alone.
//!
//! | name | scope | what it is |
//! | `TASE2_Version`, `Supported_Features` | VMD | of the server |
//! | `Bilateral_Table_ID`, `Next_DSTransfer_Set` | domain | agreement between two centres; the next free transfer set |
//! | `Transfer_Set_Name`, `Transfer_Set_Time_Stamp`, `DSConditions_Detected`, `Event_Code_Detected` | members of data sets |
//! | `Transfer_Report_ACK`, `Transfer_Report_NACK` | reported by the client |
//! | `Info_Mess_Header`, `Info_Buff_…` | information messages |
//! | `X_SBO`, `X_TAG` | domain | select and tag of the device `X` |

use super::super::name::Name;
use crate::hash;

/// What a name stands for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Object {
    BilateralTable,
    Version,
    Features,
    NextTransferSet,
    TransferSet,
    /// A member of a data set that says of which transfer set a report is, when and why it was sent.
    Report(Field),
    Acknowledge,
    Refuse,
    Message,
}

/// Such a member.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Field {
    TransferSet,
    Conditions,
    Other,
}

impl Object {
    /// Its word in `ot.details`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::BilateralTable => "bilateral-table",
            Self::Version => "version",
            Self::Features => "features",
            Self::NextTransferSet => "next-transfer-set",
            Self::TransferSet => "transfer-set",
            Self::Report(_) => "transfer-report",
            Self::Acknowledge => "report-acknowledge",
            Self::Refuse => "report-refuse",
            Self::Message => "information-message",
        }
    }

    /// A reserved name; None for all others, those of IEC 61850 among them.
    pub fn of(name: &Name<'_>) -> Option<Self> {
        Some(match name.item {
            b"Bilateral_Table_ID" => Self::BilateralTable,
            b"TASE2_Version" => Self::Version,
            b"Supported_Features" => Self::Features,
            b"Next_DSTransfer_Set" | b"Next_TSTransfer_Set" => Self::NextTransferSet,
            b"IM_Transfer_Set" => Self::TransferSet,
            b"Transfer_Set_Name" => Self::Report(Field::TransferSet),
            b"DSConditions_Detected" => Self::Report(Field::Conditions),
            b"Transfer_Set_Time_Stamp" | b"Event_Code_Detected" => Self::Report(Field::Other),
            b"Transfer_Report_ACK" => Self::Acknowledge,
            b"Transfer_Report_NACK" => Self::Refuse,
            b"Info_Mess_Header" => Self::Message,
            item if item.starts_with(b"Info_Buff_") => Self::Message,
            item if item.starts_with(b"DSTransferSet_") || item.starts_with(b"DSTransfer_Set") => Self::TransferSet,
            _ => return None,
        })
    }
}

/// What belongs to a device, by the end of its name.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Suffix {
    Select,
    Tag,
}

impl Suffix {
    /// The suffix and the device that it belongs to.
    pub fn of(name: &Name<'_>) -> Option<(Self, u64)> {
        let found = |suffix, of: &[u8]| Some((suffix, key(name.domain, of)));
        if let Some(device) = name.item.strip_suffix(b"_SBO") {
            return found(Self::Select, device);
        }
        let device = name.item.strip_suffix(b"_TAG").or_else(|| name.item.strip_suffix(b"_Tag"))?;
        found(Self::Tag, device)
    }
}

/// Key of an object; of a component (`X$Status`) that of the whole.
pub fn key(domain: Option<&[u8]>, item: &[u8]) -> u64 {
    let whole = item.split(|octet| *octet == b'$').next().unwrap_or_default();
    hash::quick(domain.unwrap_or_default()).rotate_left(1) ^ hash::quick(whole)
}

#[cfg(test)]
mod tests {
    use super::{Name, Object, Suffix, key};

    #[test]
    fn reserved_names_are_told_and_those_of_iec_61850_are_not() {
        let of = |text: &str| Object::of(&Name::of_reference(text.as_bytes()));
        assert_eq!(of("ICC1/Next_DSTransfer_Set"), Some(Object::NextTransferSet));
        assert_eq!(of("TASE2_Version"), Some(Object::Version));
        assert_eq!(of("ICC1/Info_Buff_32"), Some(Object::Message));
        for other in ["LD0/XCBR1$ST$Pos", "LD0/LLN0$RP$urcb01$RptEna", "ICC1/FEEDER_1", "LD0/Info"] {
            assert_eq!(of(other), None);
        }
    }

    #[test]
    fn select_and_tag_belong_to_a_device() {
        let of = |text: &str| Suffix::of(&Name::of_reference(text.as_bytes()));
        let device = key(Some(b"ICC1"), b"CB_4");
        assert_eq!(of("ICC1/CB_4_SBO"), Some((Suffix::Select, device)));
        assert_eq!(of("ICC1/CB_4_TAG"), Some((Suffix::Tag, device)));
        assert_eq!(of("ICC1/CB_4"), None);
        assert_eq!(key(Some(b"ICC1"), b"TS0$Status"), key(Some(b"ICC1"), b"TS0"));
    }
}
