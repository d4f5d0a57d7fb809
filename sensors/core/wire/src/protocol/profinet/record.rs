//! Record data (IEC 61158-6-10, 5.2.2): what is read from and written to a submodule, by its index.
//!
//! Header block of a request and its answer, from the body on: | 0 sequence 2 | 2 ARUUID 16 | 18 API 4 | 22 slot 2 |
//! 24 subslot 2 | 26 padding 2 | 28 index 2 | 30 length 4 | answer: 34 additional values 4, write: 38 PNIOStatus 4 |.
//! The header block has 64 octets; the data stands behind it.

use super::block::Blocks;
use super::vendor;
use crate::bytes::{be16, be32, u8_at};
use crate::dataset::Operation;
use crate::text;

pub const WRITE_REQUEST: u16 = 0x0008;
pub const READ_REQUEST: u16 = 0x0009;
pub const WRITE_RESPONSE: u16 = 0x8008;
pub const READ_RESPONSE: u16 = 0x8009;
pub const HEADER: usize = 64;
const IM0: u16 = 0x0020;
const IM1: u16 = 0x0021;
const IM3: u16 = 0x0023;
/// Several writes in one call.
pub const MULTIPLE: u16 = 0xe040;

/// Where a record is.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    pub relation: [u8; 16],
    pub api: u32,
    pub slot: u16,
    pub subslot: u16,
    pub index: u16,
    pub length: u32,
    pub status: Option<u32>,
}

/// A header block with what stands behind it.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    pub kind: u16,
    pub place: Place,
    pub data: &'a [u8],
}

/// Reads the record at the head of `data`. None: no record's header.
pub fn read(data: &[u8]) -> Option<Record<'_>> {
    let block = Blocks { left: data }.next()?;
    if !matches!(block.kind, WRITE_REQUEST | READ_REQUEST | WRITE_RESPONSE | READ_RESPONSE) {
        return None;
    }
    let body = block.body;
    let place = Place {
        relation: *body.get(2..)?.first_chunk::<16>()?,
        api: be32(body, 18)?,
        slot: be16(body, 22)?,
        subslot: be16(body, 24)?,
        index: be16(body, 28)?,
        length: be32(body, 30)?,
        status: (block.kind == WRITE_RESPONSE).then(|| be32(body, 38)).flatten(),
    };
    Some(Record { kind: block.kind, place, data: data.get(HEADER..).unwrap_or_default() })
}

impl Place {
    /// `api/slot/subslot/index`.
    pub fn address(&self) -> String {
        format!("{}/{}/0x{:04X}/0x{:04X}", self.api, self.slot, self.subslot, self.index)
    }

    /// What reading or writing it does.
    pub fn deed(&self, write: bool) -> Operation {
        match (self.index, write) {
            (0xaff0..=0xafff | 0xf840, false) => Operation::IdentifyDevice,
            (0x800a..=0x8017 | 0xc00a..=0xc017 | 0xe00a..=0xe017 | 0xf00a..=0xf017 | 0xf80c | 0xf830, false) => {
                Operation::DiagnoseRead
            }
            (_, false) => Operation::Read,
            (0xaff0..=0xafff, true) => Operation::ConfigureDevice,
            (0x802a..=0x8090 | 0xf850..=0xf852, true) => Operation::ConfigureNetwork,
            (_, true) => Operation::WriteParameter,
        }
    }
}

/// Names of indexes that are the same on every device.
pub fn name(index: u16) -> &'static str {
    match index {
        0x0000..=0x7fff => "User record",
        0x8000 => "ExpectedIdentificationData",
        0x8001 => "RealIdentificationData",
        0x800a => "Diagnosis in channel coding",
        0x800b => "Diagnosis in all codings",
        0x800c => "Diagnosis, maintenance, qualified and status",
        0x801e => "SubstituteValue",
        0x8020 => "PDIRSubframeData",
        0x8027 => "PDPortDataRealExtended",
        0x8028 => "RecordInputDataObjectElement",
        0x8029 => "RecordOutputDataObjectElement",
        0x802a => "PDPortDataReal",
        0x802b => "PDPortDataCheck",
        0x802c => "PDIRData",
        0x802d => "PDSyncData",
        0x802f => "PDPortDataAdjust",
        0x8030 => "IsochronousModeData",
        0x8031 => "PDTimeData",
        0x8050 => "PDInterfaceMrpDataReal",
        0x8051 => "PDInterfaceMrpDataCheck",
        0x8052 => "PDInterfaceMrpDataAdjust",
        0x8053 => "PDPortMrpDataAdjust",
        0x8054 => "PDPortMrpDataReal",
        0x8060 => "PDPortFODataReal",
        0x8061 => "PDPortFODataCheck",
        0x8062 => "PDPortFODataAdjust",
        0x8070 => "PDNCDataCheck",
        0x8071 => "PDInterfaceAdjust",
        0x8072 => "PDPortStatistic",
        0x8080 => "PDInterfaceDataReal",
        0x8090 => "PDInterfaceFSUDataAdjust",
        0xaff0 => "I&M0",
        0xaff1 => "I&M1",
        0xaff2 => "I&M2",
        0xaff3 => "I&M3",
        0xaff4 => "I&M4",
        0xaff5..=0xafff => "I&M",
        0xb000..=0xbfff => "Profile record",
        0xc000 => "ExpectedIdentificationData of slot",
        0xc001 => "RealIdentificationData of slot",
        0xc00a..=0xc017 => "Diagnosis of slot",
        0xe000 => "ExpectedIdentificationData of AR",
        0xe001 => "RealIdentificationData of AR",
        0xe002 => "ModuleDiffBlock of AR",
        0xe00a..=0xe017 => "Diagnosis of AR",
        0xe030 => "ISTransmitData",
        MULTIPLE => "MultipleWrite",
        0xe050 => "ARFSUData",
        0xf000 => "RealIdentificationData of API",
        0xf00a..=0xf017 => "Diagnosis of API",
        0xf020 => "ARData of API",
        0xf80c => "Diagnosis of device",
        0xf820 => "ARData",
        0xf821 => "APIData",
        0xf830 => "LogBookData",
        0xf831 => "PDevData",
        0xf840 => "I&M0FilterData",
        0xf841 => "PDRealData",
        0xf842 => "PDExpectedData",
        0xf850 => "AutoConfiguration",
        0xf860 => "GSDUpload",
        _ => "Record",
    }
}

/// Facts about the device in I&M records (5.2.3.10).
pub fn identity(data: &[u8], told: &mut Vec<(&'static str, String)>) {
    for block in (Blocks { left: data }).take(8) {
        let body = block.body;
        let text = |from: usize, to: usize| {
            let bytes = body.get(from..to)?;
            let text = text::bounded(bytes, text::TEXT_LIMIT).0;
            Some(text.trim_matches([' ', '\u{fffd}']).to_owned()).filter(|text| !text.is_empty())
        };
        let mut tell = |attribute, value: Option<String>| told.extend(value.map(|value| (attribute, value)));
        match block.kind {
            // | maker 2 | order number 20 | serial 16 | hardware 2 | software 4 | counter 2 | profile 4 | version 2 |
            IM0 => {
                tell("vendor", be16(body, 0).map(vendor::shown));
                tell("order_number", text(2, 22));
                tell("serial", text(22, 38));
                tell("hardware", be16(body, 38).map(|revision| revision.to_string()));
                tell("firmware", software(body));
            }
            IM1 => {
                tell("function", text(0, 32));
                tell("location", text(32, 54));
            }
            IM3 => tell("description", text(0, 54)),
            _ => {}
        }
    }
}

/// A letter (V released, R revision, P prototype, U under test, T test) and three numbers.
fn software(body: &[u8]) -> Option<String> {
    let (letter, major, minor, patch) = (u8_at(body, 40)?, u8_at(body, 41)?, u8_at(body, 42)?, u8_at(body, 43)?);
    let letter = if letter.is_ascii_graphic() { char::from(letter) } else { '?' };
    Some(format!("{letter}{major}.{minor}.{patch}"))
}
