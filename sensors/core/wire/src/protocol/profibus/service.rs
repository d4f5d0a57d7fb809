//! Services of DP by their access points (IEC 61158-5-3 and -6-3; EN 50170-2 part 8). A master of class 1 speaks from 62
//! (cyclic) and 51 (acyclic), one of class 2 from 50, masters among themselves from 54.

use super::frame::Telegram;
use super::function;
use super::tell::{fdl, named};
use crate::dataset::Operation;
use crate::protocol::Function;

const RESOURCES: u8 = 49;
const CLASS_2: u8 = 50;
const CLASS_1: u8 = 51;
const MASTERS: u8 = 54;

/// What a request is about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Service {
    /// A function of the data link layer itself.
    Link,
    Status,
    Ident,
    DataExchange,
    SetAddress,
    ReadInputs,
    ReadOutputs,
    GlobalControl,
    GetConfiguration,
    Diagnosis,
    SetParameters,
    SetMoreParameters,
    CheckConfiguration,
    /// DPV1: reads, writes and alarms by slot and index.
    Extended,
    Masters,
    /// An access point of no known service.
    Unknown,
}

impl Service {
    /// Of a request.
    pub const fn of(telegram: &Telegram<'_>) -> Self {
        match telegram.function() {
            function::STATUS => return Self::Status,
            function::IDENT => return Self::Ident,
            0 | 8 | function::POINTS => return Self::Link,
            code if function::request(code).is_none() => return Self::Unknown,
            _ => {}
        }
        Self::at(telegram.to_point, telegram.from_point)
    }

    /// Of an access point of a slave; `other` is that of the master.
    pub const fn at(point: Option<u8>, other: Option<u8>) -> Self {
        match (point, other) {
            (None, None) => Self::DataExchange,
            (Some(MASTERS), _) => Self::Masters,
            (Some(53), _) => Self::SetMoreParameters,
            (Some(55), _) => Self::SetAddress,
            (Some(56), _) => Self::ReadInputs,
            (Some(57), _) => Self::ReadOutputs,
            (Some(58), _) => Self::GlobalControl,
            (Some(59), _) => Self::GetConfiguration,
            (Some(60), _) => Self::Diagnosis,
            (Some(61), _) => Self::SetParameters,
            (Some(62), _) => Self::CheckConfiguration,
            (Some(_), Some(CLASS_1 | CLASS_2)) | (Some(RESOURCES), _) => Self::Extended,
            _ => Self::Unknown,
        }
    }

    /// The protocol's term, with the slave's access point as code.
    pub const fn function(self) -> Function {
        match self {
            Self::Link | Self::Unknown => Function { code: None, name: None },
            Self::Status => fdl("FDL status"),
            Self::Ident => fdl("Ident"),
            Self::DataExchange => fdl("Data_Exchange"),
            Self::SetMoreParameters => named(53, "Set_Ext_Prm"),
            Self::SetAddress => named(55, "Set_Slave_Add"),
            Self::ReadInputs => named(56, "RD_Inp"),
            Self::ReadOutputs => named(57, "RD_Outp"),
            Self::GlobalControl => named(58, "Global_Control"),
            Self::GetConfiguration => named(59, "Get_Cfg"),
            Self::Diagnosis => named(60, "Slave_Diag"),
            Self::SetParameters => named(61, "Set_Prm"),
            Self::CheckConfiguration => named(62, "Chk_Cfg"),
            Self::Extended => fdl("MSAC"),
            Self::Masters => named(54, "MSMM"),
        }
    }

    pub const fn operation(self) -> Operation {
        match self {
            Self::Link => Operation::IdentifyServices,
            Self::Status => Operation::IdentifyNetwork,
            Self::Ident => Operation::IdentifyDevice,
            Self::DataExchange => Operation::Publish,
            Self::SetAddress => Operation::ConfigureNetwork,
            Self::ReadInputs | Self::ReadOutputs | Self::GetConfiguration => Operation::Read,
            Self::GlobalControl => Operation::ControlDirect,
            Self::Diagnosis => Operation::DiagnoseRead,
            Self::SetParameters | Self::SetMoreParameters | Self::CheckConfiguration => Operation::ConfigureDevice,
            Self::Extended | Self::Masters | Self::Unknown => Operation::Unknown,
        }
    }

    /// What it acts upon.
    pub const fn object(self) -> Option<(&'static str, &'static str)> {
        Some(match self {
            Self::ReadInputs => ("input", "input"),
            Self::ReadOutputs => ("output", "output"),
            Self::GetConfiguration | Self::CheckConfiguration => ("configuration", "configuration"),
            Self::Diagnosis => ("diagnosis", "diagnosis"),
            Self::SetParameters | Self::SetMoreParameters => ("parameters", "parameters"),
            Self::SetAddress => ("station", "address"),
            _ => return None,
        })
    }

    /// Whether only the master that a slave is bound to has business with it so.
    pub const fn of_its_master(self) -> bool {
        matches!(
            self,
            Self::DataExchange
                | Self::SetParameters
                | Self::SetMoreParameters
                | Self::CheckConfiguration
                | Self::SetAddress
        )
    }
}
