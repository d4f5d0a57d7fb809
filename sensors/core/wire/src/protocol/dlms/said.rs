//! One APDU with the addresses it came with, however it was carried.
//!
//! | 0 what 1 (0 an APDU, else a command or response of HDLC) | 1 who speaks 1 | 2 client 2 | 4 server 4 | 8 APDU |

use super::apdu::{CONFIRMED_SERVICE_ERROR, EXCEPTION, Sealed, ciphered};
use super::result::{self, Status};
use crate::bytes::{be16, be32, u8_at};
use crate::flow::Side;

const HEAD: usize = 8;
const APDU: u8 = 0;
const BY_CLIENT: u8 = 1;
const BY_SERVER: u8 = 2;

#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    /// Control field of an unnumbered HDLC frame without an APDU.
    pub control: Option<u8>,
    pub speaker: Option<Side>,
    pub client: u16,
    pub server: u32,
    /// The APDU as it can be read: where it is protected but not encrypted, the one inside.
    pub apdu: &'a [u8],
    /// How it is protected; of one that cannot be read the APDU is the protected one.
    pub sealed: Option<Sealed<'a>>,
    /// A ciphered APDU that does not hold together.
    pub broken: bool,
}

/// Who says it to whom.
#[derive(Clone, Copy, Debug)]
pub struct Ends {
    pub speaker: Option<Side>,
    pub client: u16,
    pub server: u32,
}

impl<'a> Said<'a> {
    /// Writes an APDU, or the control field of a frame that has none.
    pub fn write(out: &mut Vec<u8>, control: Option<u8>, ends: Ends, apdu: &[u8]) {
        out.clear();
        let speaker = match ends.speaker {
            None => 0,
            Some(Side::Client) => BY_CLIENT,
            Some(Side::Server) => BY_SERVER,
        };
        out.extend_from_slice(&[control.unwrap_or(APDU), speaker]);
        out.extend_from_slice(&ends.client.to_be_bytes());
        out.extend_from_slice(&ends.server.to_be_bytes());
        out.extend_from_slice(apdu);
    }

    pub fn read(data: &'a [u8]) -> Option<Self> {
        let outer = data.get(HEAD..)?;
        let hidden = outer.first().is_some_and(|tag| ciphered(*tag));
        let sealed = if hidden { Sealed::read(outer) } else { None };
        let speaker = match u8_at(data, 1)? {
            BY_CLIENT => Some(Side::Client),
            BY_SERVER => Some(Side::Server),
            _ => None,
        };
        Some(Self {
            control: u8_at(data, 0).filter(|control| *control != APDU),
            speaker,
            client: be16(data, 2)?,
            server: be32(data, 4)?,
            apdu: sealed.and_then(|sealed| sealed.plain()).unwrap_or(outer),
            sealed,
            broken: hidden && sealed.is_none(),
        })
    }

    pub fn tag(&self) -> u8 {
        u8_at(self.apdu, 0).unwrap_or(0)
    }

    /// Why nothing was done, where the server says so instead of answering.
    pub fn exception(&self) -> Option<Status> {
        match self.tag() {
            EXCEPTION => result::exception(self.apdu),
            CONFIRMED_SERVICE_ERROR => result::service_error(self.apdu),
            _ => None,
        }
    }
}

/// Where an object lives: the logical device, and behind a slash the physical address of HDLC where there is one.
pub fn unit(server: u32) -> String {
    match (server & 0xffff, server >> 16) {
        (logical, 0) => logical.to_string(),
        (logical, physical) => format!("{logical}/{physical}"),
    }
}
