//! Blocks of DCP: what each option is called and how its value is written (IEC 61158-6-10, 4.3.1.4).
//!
//! | 0 Option 1 | 1 Suboption 1 | 2 DCPBlockLength 2 | 4 BlockInfo or BlockQualifier 2, where the service has one |
//! value | padding to an even length |

use super::vendor;
use crate::bytes::{be16, be32, u8_at};
use crate::dataset::Operation;
use crate::text;
use std::fmt::Write as _;
use std::net::Ipv4Addr;

pub const IP_PARAMETER: u16 = 0x0102;
pub const FULL_IP_SUITE: u16 = 0x0103;
pub const TYPE_OF_STATION: u16 = 0x0201;
pub const NAME_OF_STATION: u16 = 0x0202;
pub const DEVICE_ID: u16 = 0x0203;
pub const DEVICE_ROLE: u16 = 0x0204;
pub const RESPONSE: u16 = 0x0504;
const ALL: u16 = 0xffff;
/// Octets of an unknown value that are shown.
const SHOWN: usize = 64;

/// One block of a request or an answer.
#[derive(Clone, Copy, Debug)]
pub struct Block<'a> {
    /// Option and suboption as one number.
    pub option: u16,
    /// BlockInfo or BlockQualifier.
    pub info: Option<u16>,
    pub value: &'a [u8],
}

/// Walks over blocks; `left` holds what does not fit.
pub struct Blocks<'a> {
    pub left: &'a [u8],
    /// Each block carries two octets in front of its value.
    pub informed: bool,
}

impl<'a> Iterator for Blocks<'a> {
    type Item = Block<'a>;

    fn next(&mut self) -> Option<Block<'a>> {
        let (option, length) = (be16(self.left, 0)?, usize::from(be16(self.left, 2)?));
        let whole = self.left.get(4..4 + length)?;
        // Response blocks (5.4) name an option and an error; they have no information of their own.
        let informed = self.informed && option != RESPONSE && length >= 2;
        let (info, value) = if informed { (be16(whole, 0), whole.get(2..).unwrap_or_default()) } else { (None, whole) };
        self.left = self.left.get(4 + length + length % 2..).unwrap_or_default();
        Some(Block { option, info, value })
    }
}

pub fn name(option: u16) -> &'static str {
    match option {
        0x0101 => "MACAddress",
        IP_PARAMETER => "IPParameter",
        FULL_IP_SUITE => "FullIPSuite",
        TYPE_OF_STATION => "TypeOfStation",
        NAME_OF_STATION => "NameOfStation",
        DEVICE_ID => "DeviceID",
        DEVICE_ROLE => "DeviceRole",
        0x0205 => "DeviceOptions",
        0x0206 => "AliasName",
        0x0207 => "DeviceInstance",
        0x0208 => "OEMDeviceID",
        0x0209 => "StandardGateway",
        0x020a => "RSIProperties",
        0x0300..=0x03ff => "DHCP",
        0x0501 => "StartTransaction",
        0x0502 => "EndTransaction",
        0x0503 => "Signal",
        RESPONSE => "Response",
        0x0505 => "FactoryReset",
        0x0506 => "ResetToFactory",
        0x0601 => "DeviceInitiative",
        0x0701..=0x07ff => "NMEDomain",
        ALL => "AllSelector",
        0x8000..=0xfeff => "ManufacturerSpecific",
        _ => "Reserved",
    }
}

/// What setting an option does.
pub fn deed(option: u16) -> Operation {
    match option {
        0x0100..=0x01ff | 0x0209 | 0x0300..=0x03ff => Operation::ConfigureNetwork,
        NAME_OF_STATION | 0x0206 => Operation::NameChange,
        0x0501 => Operation::SessionOpen,
        0x0502 => Operation::SessionClose,
        0x0503 => Operation::MethodCall,
        0x0505 | 0x0506 => Operation::RestartFactory,
        _ => Operation::ConfigureDevice,
    }
}

/// Error of one block in the answer to a Set.
pub fn error(code: u8) -> &'static str {
    match code {
        0 => "OK",
        1 => "Option not supported",
        2 => "Suboption not supported or no data set available",
        3 => "Suboption not set",
        4 => "Resource error",
        5 => "Set not possible by local reasons",
        6 => "In operation, set not possible",
        _ => "Reserved block error",
    }
}

/// The value of a block as people write it.
pub fn value(block: &Block<'_>) -> String {
    let data = block.value;
    let known = match block.option {
        0x0101 => data.first_chunk::<6>().map(|mac| text::mac(*mac)),
        IP_PARAMETER | FULL_IP_SUITE => addresses(data),
        TYPE_OF_STATION | NAME_OF_STATION | 0x0206 => Some(text::bounded(data, text::TEXT_LIMIT).0),
        DEVICE_ID | 0x0208 => {
            be16(data, 0).zip(be16(data, 2)).map(|(maker, device)| format!("0x{maker:04X}/0x{device:04X}"))
        }
        DEVICE_ROLE => u8_at(data, 0).map(roles),
        0x0207 => u8_at(data, 0).zip(u8_at(data, 1)).map(|(high, low)| format!("{high}.{low}")),
        0x0205 => Some(options(data)),
        0x0209 => address(data, 0).map(|ip| ip.to_string()),
        0x0503 => be16(data, 0)
            .map(|signal| if signal == 0x0100 { "flash once".to_owned() } else { format!("0x{signal:04X}") }),
        0x0506 => block.info.map(|qualifier| reset(qualifier).to_owned()),
        0x0601 => be16(data, 0).map(|on| if on == 1 { "issues Hello" } else { "no Hello" }.to_owned()),
        _ => None,
    };
    known.unwrap_or_else(|| text::hex(data, SHOWN))
}

pub fn address(data: &[u8], at: usize) -> Option<Ipv4Addr> {
    be32(data, at).map(Ipv4Addr::from)
}

/// | address 4 | mask 4 | gateway 4 | name servers 4 each, in the full suite |.
fn addresses(data: &[u8]) -> Option<String> {
    let (ip, mask, gateway) = (address(data, 0)?, address(data, 4)?, address(data, 8)?);
    let mut out = format!("{ip}/{mask} via {gateway}");
    let mut servers = (12..28).step_by(4).filter_map(|at| address(data, at)).peekable();
    if servers.peek().is_some() {
        out.push_str(" dns");
    }
    for server in servers {
        let _ = write!(out, " {server}");
    }
    Some(out)
}

/// Bits of DeviceRoleDetails.
const ROLES: [(u8, &str); 4] =
    [(0x01, "IO-Device"), (0x02, "IO-Controller"), (0x04, "IO-Multidevice"), (0x08, "IO-Supervisor")];

fn roles(bits: u8) -> String {
    let mut out = String::new();
    for (_, name) in ROLES.iter().filter(|(bit, _)| bits & bit != 0) {
        out.push_str(if out.is_empty() { "" } else { " " });
        out.push_str(name);
    }
    out
}

fn options(data: &[u8]) -> String {
    let mut out = String::new();
    for option in data.chunks_exact(2).filter_map(|pair| be16(pair, 0)) {
        out.push_str(if out.is_empty() { "" } else { " " });
        out.push_str(name(option));
    }
    text::bounded(out.as_bytes(), text::TEXT_LIMIT).0
}

/// What a reset to factory throws away: BlockQualifier, bits 1 to 15.
fn reset(qualifier: u16) -> &'static str {
    match qualifier >> 1 {
        1 => "application data",
        2 => "communication parameters",
        3 => "engineering parameters",
        4 => "all stored data",
        8 => "device",
        9 => "reset and restore",
        _ => "reserved mode",
    }
}

/// Facts about the host that tells a block of itself: attribute, value.
pub fn identity(block: &Block<'_>) -> Option<(&'static str, String)> {
    let value = match block.option {
        TYPE_OF_STATION => ("model", value(block).trim_end_matches(['\u{fffd}', ' ']).to_owned()),
        NAME_OF_STATION => ("name", value(block)),
        DEVICE_ID => ("vendor", vendor::shown(be16(block.value, 0)?)),
        DEVICE_ROLE => ("role", value(block)),
        IP_PARAMETER | FULL_IP_SUITE => {
            ("address", address(block.value, 0).filter(|ip| !ip.is_unspecified())?.to_string())
        }
        _ => return None,
    };
    Some(value).filter(|(_, value)| !value.is_empty())
}
