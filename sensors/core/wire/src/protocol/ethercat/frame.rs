//! The frame and its datagrams (IEC 61158-4-12, 5.3 and 5.4). Numbers are little-endian.
//!
//! | 0 length 11 bits, reserved 1 bit, type 4 bits | 2 data |. Type 1 holds datagrams:
//! | 0 command 1 | 1 index 1 | 2 address 4: place 2 and offset 2, or logical 4 | 6 length 11 bits, reserved 3 bits,
//! circulating 1 bit, more follow 1 bit | 8 interrupt 2 | 10 data | working counter 2 |

use super::command::{self, ARMW, Command, FRMW, Place, Way};
use crate::bytes::{le16, le32, u8_at};
use crate::dataset::Flag;
use crate::protocol::Talk;

pub const HEADER: usize = 2;
const LENGTH: u16 = 0x07ff;
const RESERVED: u16 = 0x3800;
const CIRCULATING: u16 = 0x4000;
const MORE: u16 = 0x8000;
/// Bytes of a datagram before and behind its data.
const BEFORE: usize = 10;
const BEHIND: usize = 2;

/// Types of the header.
pub const DATAGRAMS: u16 = 1;
pub const NETWORK_VARIABLES: u16 = 4;
pub const MAILBOX: u16 = 5;

/// One datagram.
#[derive(Clone, Copy, Debug)]
pub struct Datagram<'a> {
    pub code: u8,
    pub index: u8,
    /// Place, the upper half of a logical address.
    pub adp: u16,
    /// Offset in the slave's memory.
    pub ado: u16,
    pub logical: u32,
    word: u16,
    pub data: &'a [u8],
    pub counter: u16,
}

impl Datagram<'_> {
    pub fn command(&self) -> Option<&'static Command> {
        command::of(self.code)
    }

    pub fn more(&self) -> bool {
        self.word & MORE != 0
    }

    pub fn way(&self) -> Way {
        self.command().map_or(Way::None, |command| command.way)
    }

    /// Who it speaks to, as it was sent: each slave that it passed has added one to a place in the ring.
    pub fn place(&self) -> Place {
        match self.way() {
            Way::Station => Place::Station(self.adp),
            Way::Position => Place::Position(0_u16.wrapping_sub(self.adp)),
            Way::All => Place::All,
            Way::Logical | Way::None => Place::Nobody,
        }
    }

    /// Whether the addressed slave is read and all others are written.
    pub fn spreads(&self) -> bool {
        matches!(self.code, ARMW | FRMW)
    }
}

/// Datagrams of a frame, in order; ends where one does not fit.
pub struct Datagrams<'a> {
    left: &'a [u8],
    more: bool,
}

impl<'a> Datagrams<'a> {
    pub fn of(body: &'a [u8]) -> Self {
        Self { left: body, more: true }
    }
}

impl<'a> Iterator for Datagrams<'a> {
    type Item = Datagram<'a>;

    fn next(&mut self) -> Option<Datagram<'a>> {
        if !self.more {
            return None;
        }
        let word = le16(self.left, 6)?;
        let end = BEFORE + usize::from(word & LENGTH);
        let datagram = Datagram {
            code: u8_at(self.left, 0)?,
            index: u8_at(self.left, 1)?,
            adp: le16(self.left, 2)?,
            ado: le16(self.left, 4)?,
            logical: le32(self.left, 2)?,
            word,
            data: self.left.get(BEFORE..end)?,
            counter: le16(self.left, end)?,
        };
        self.more = datagram.more();
        self.left = self.left.get(end + BEHIND..)?;
        Some(datagram)
    }
}

/// Type of a frame and what the header says belongs to it.
pub fn head(data: &[u8]) -> Option<(u16, usize)> {
    let word = le16(data, 0)?;
    Some((word >> 12, usize::from(word & LENGTH)))
}

/// Whether bytes are a frame; `exact`: nothing pads it, and all its datagrams have to fit.
pub fn likely(data: &[u8], exact: bool) -> bool {
    let Some((kind, length)) = head(data) else { return false };
    let Some(body) = data.get(HEADER..HEADER + length) else { return !exact && kind == DATAGRAMS && one_fits(data) };
    if exact && data.len() != HEADER + length {
        return false;
    }
    match kind {
        DATAGRAMS if exact => one_fits(data) && fits(body),
        DATAGRAMS => one_fits(data),
        NETWORK_VARIABLES | MAILBOX => !exact && length > BEFORE,
        _ => false,
    }
}

fn one_fits(data: &[u8]) -> bool {
    let first = Datagrams::of(data.get(HEADER..).unwrap_or_default()).next();
    first.is_some_and(|d| d.command().is_some() && d.word & RESERVED == 0)
}

/// Whether known datagrams fill a body to its end.
fn fits(body: &[u8]) -> bool {
    let mut datagrams = Datagrams::of(body);
    let known = datagrams.by_ref().all(|d| (1..=FRMW).contains(&d.code) && d.word & (RESERVED | CIRCULATING) == 0);
    known && datagrams.left.is_empty() && !datagrams.more
}

/// The datagrams' bytes, with flags for what does not fit.
pub fn body<'a>(data: &'a [u8], length: usize, talk: &mut Talk<'_>) -> &'a [u8] {
    let whole = data.get(HEADER..HEADER + length);
    let body = whole.unwrap_or_else(|| data.get(HEADER..).unwrap_or_default());
    let mut datagrams = Datagrams::of(body);
    let mut at = HEADER;
    for datagram in datagrams.by_ref() {
        if datagram.command().is_none() {
            talk.flag(Flag::EthercatCommand, u32::try_from(at).ok(), None);
        }
        if datagram.word & CIRCULATING != 0 {
            talk.flag(Flag::EthercatCirculating, u32::try_from(at + 6).ok(), None);
        }
        at = at.saturating_add(BEFORE + BEHIND + datagram.data.len());
    }
    if whole.is_none() || datagrams.more || !datagrams.left.is_empty() {
        talk.flag(Flag::EthercatLength, Some(0), None);
    }
    body
}

/// Whether two frames are one that was sent and came back: slaves change data, counters and places in the ring only.
pub fn same(sent: &[u8], back: &[u8]) -> bool {
    sent.len() == back.len() && Datagrams::of(sent).zip(Datagrams::of(back)).all(|(a, b)| alike(&a, &b))
}

fn alike(a: &Datagram<'_>, b: &Datagram<'_>) -> bool {
    let place = matches!(a.way(), Way::Position | Way::All) || a.adp == b.adp;
    (a.code, a.index, a.ado, a.word & !CIRCULATING) == (b.code, b.index, b.ado, b.word & !CIRCULATING) && place
}

/// Whether a frame passed a slave since it was sent.
pub fn passed(sent: &[u8], back: &[u8]) -> bool {
    Datagrams::of(sent).zip(Datagrams::of(back)).any(|(a, b)| a.counter != b.counter || a.adp != b.adp)
}

/// Whether any slave counted.
pub fn counted(body: &[u8]) -> bool {
    Datagrams::of(body).any(|datagram| datagram.counter != 0)
}
