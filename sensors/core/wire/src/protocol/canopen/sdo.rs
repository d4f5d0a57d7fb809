//! Service data objects (CiA 301, 7.2.4): one object written (download) or read (upload), at once, in segments or in blocks.
//!
//! | 0 specifier 3 bits and its own 5 bits | 1 index 2 | 3 subindex 1 | 4 data, size, abort code or block size |; a segment:
//! | 0 specifier 3 bits, toggle 1 bit, unused bytes 3 bits, last 1 bit | 1 data 7 |; one of a block:
//! | 0 last 1 bit, number 7 bits | 1 data 7 |.

use super::tell::{self, Ending};
use super::transfer::{Phase, Transfer};
use super::{Node, guard};
use crate::bytes::{le16, le32, u8_at};
use crate::dataset::Flag;
use crate::protocol::can::frame::Frame;
use crate::protocol::dictionary::abort;
use crate::protocol::{Reply, Talk};

const LENGTH: usize = 8;
/// Specifiers of a client.
const DOWNLOAD_SEGMENT: u8 = 0;
const DOWNLOAD: u8 = 1;
const UPLOAD: u8 = 2;
const UPLOAD_SEGMENT: u8 = 3;
const ABORT: u8 = 4;
const BLOCK_UPLOAD: u8 = 5;
const BLOCK_DOWNLOAD: u8 = 6;
const NOTHING: u8 = 7;
/// Specifiers of a server that differ from them.
const UPLOADED_SEGMENT: u8 = 0;
const DOWNLOADED_SEGMENT: u8 = 1;
const UPLOADED: u8 = 2;
const DOWNLOADED: u8 = 3;
const BLOCK_DOWNLOADED: u8 = 5;
const BLOCK_UPLOADED: u8 = 6;
/// An abort's first byte: no segment of a block has the number 0.
const ABORTED: u8 = 0x80;

const TOGGLE: u8 = 0x10;
const LAST: u8 = 0x01;
/// Parts of a block transfer, in the lowest bits.
const BEGIN: u8 = 0;
const END: u8 = 1;
const ACKNOWLEDGE: u8 = 2;
const START: u8 = 3;
const WITH_SIZE: u8 = 2;
const WITH_CRC: u8 = 4;
const LAST_OF_ALL: u8 = 0x80;

/// What a message did to the transfer.
enum Then {
    GoesOn,
    Done,
    /// It does not fit what came before.
    Odd,
}

/// Tells a transfer that nobody went on with.
pub fn expire(known: &mut Node, node: u8, now: i64, talk: &mut Talk<'_>) {
    if let Some(transfer) = known.transfer.take_if(|transfer| transfer.asked.over(now)) {
        transfer.tell(node, Ending::SILENCE, &mut known.identity, talk);
    }
}

fn odd(frame: &Frame<'_>, talk: &mut Talk<'_>) -> Option<u8> {
    if frame.data.len() != LENGTH {
        talk.flag(Flag::CanopenLength, None, None);
        return None;
    }
    u8_at(frame.data, 0)
}

/// The client's side.
pub fn asks(known: &mut Node, node: u8, frame: &Frame<'_>, talk: &mut Talk<'_>) {
    tell::to(node, talk);
    let data = frame.data;
    let Some(command) = odd(frame, talk) else { return };
    let sends_block = known.transfer.as_ref().is_some_and(|t| t.phase == Phase::Block && !t.upload);
    let begins = match command >> 5 {
        _ if command == ABORTED || sends_block => None,
        DOWNLOAD => Some((false, false)),
        UPLOAD => Some((true, false)),
        BLOCK_UPLOAD if command & 3 == BEGIN => Some((true, true)),
        BLOCK_DOWNLOAD if command & 1 == BEGIN => Some((false, true)),
        _ => None,
    };
    if let Some((upload, block)) = begins {
        return begin(known, node, data, (upload, block), talk);
    }
    if command >> 5 == ABORT && !sends_block || command == ABORTED {
        return end(known, node, data, true, talk);
    }
    let Some(transfer) = known.transfer.as_deref_mut() else {
        // In the midst of one that nobody saw begin.
        if command >> 5 == NOTHING {
            talk.flag(Flag::CanopenSdoCommand, None, None);
        }
        return;
    };
    let then = match command >> 5 {
        _ if sends_block => block_segment(transfer, command, data),
        DOWNLOAD_SEGMENT if !transfer.upload && !transfer.block => {
            toggles(transfer, command, talk);
            segment(transfer, command, data);
            Then::GoesOn
        }
        UPLOAD_SEGMENT if transfer.upload && !transfer.block => {
            toggles(transfer, command, talk);
            Then::GoesOn
        }
        BLOCK_UPLOAD if transfer.upload && transfer.block => uploads_block(transfer, command, data),
        BLOCK_DOWNLOAD if !transfer.upload && transfer.block => {
            finish_block(transfer, command, data, talk);
            Then::GoesOn
        }
        _ => Then::Odd,
    };
    follow(known, node, then, data.len(), talk);
}

fn begin(known: &mut Node, node: u8, data: &[u8], (upload, block): (bool, bool), talk: &mut Talk<'_>) {
    let Some(mut transfer) = Transfer::begin(data, upload, block, talk) else { return };
    let command = u8_at(data, 0).unwrap_or(0);
    if block {
        transfer.checked = command & WITH_CRC != 0;
        transfer.size = le32(data, 4).filter(|_| !upload && command & WITH_SIZE != 0);
    } else if !upload {
        transfer.first(data);
    }
    if let Some(before) = known.transfer.replace(Box::new(transfer)) {
        before.tell(node, Ending::SILENCE, &mut known.identity, talk);
        tell::to(node, talk);
    }
}

/// The server's side.
pub fn answers(known: &mut Node, node: u8, frame: &Frame<'_>, talk: &mut Talk<'_>) {
    tell::to(node, talk);
    let data = frame.data;
    let Some(command) = odd(frame, talk) else { return };
    if known.guard.state == Some(guard::STOPPED) {
        talk.flag(Flag::CanopenStopped, None, None);
    }
    if command == ABORTED {
        return end(known, node, data, false, talk);
    }
    let Some(transfer) = known.transfer.as_deref_mut() else {
        return lone(known, node, data, talk);
    };
    let then = match command >> 5 {
        _ if transfer.upload && transfer.phase == Phase::Block => block_segment(transfer, command, data),
        UPLOADED if transfer.upload && transfer.phase == Phase::Asked && transfer.names(data) => {
            // A server may answer a block upload with a plain one.
            transfer.block = false;
            transfer.first(data);
            if transfer.expedited { Then::Done } else { Then::GoesOn }
        }
        DOWNLOADED if !transfer.upload && transfer.names(data) => {
            if transfer.expedited {
                Then::Done
            } else {
                Then::GoesOn
            }
        }
        UPLOADED_SEGMENT if transfer.upload && transfer.phase == Phase::Segments => {
            toggled(transfer, command, talk);
            segment(transfer, command, data);
            if transfer.phase == Phase::Ending { Then::Done } else { Then::GoesOn }
        }
        DOWNLOADED_SEGMENT if !transfer.upload && transfer.toggle.is_some() => {
            toggled(transfer, command, talk);
            if transfer.phase == Phase::Ending { Then::Done } else { Then::GoesOn }
        }
        BLOCK_DOWNLOADED if transfer.block && !transfer.upload => downloads_block(transfer, command, data),
        BLOCK_UPLOADED if transfer.block && transfer.upload => {
            if command & 1 == BEGIN {
                transfer.checked &= command & WITH_CRC != 0;
                transfer.size = le32(data, 4).filter(|_| command & WITH_SIZE != 0);
            } else {
                finish_block(transfer, command, data, talk);
            }
            Then::GoesOn
        }
        _ => Then::Odd,
    };
    follow(known, node, then, data.len(), talk);
}

fn follow(known: &mut Node, node: u8, then: Then, length: usize, talk: &mut Talk<'_>) {
    if matches!(then, Then::Odd) {
        talk.flag(Flag::CanopenSdoCommand, None, None);
    }
    let Some(transfer) = known.transfer.as_deref_mut() else { return };
    if matches!(then, Then::Done) && !transfer.sized() {
        talk.flag(Flag::CanopenSdoSize, None, None);
    }
    transfer.asked.goes_on(length, talk);
    if matches!(then, Then::Done)
        && let Some(transfer) = known.transfer.take()
    {
        transfer.tell(node, Ending::DONE, &mut known.identity, talk);
    }
}

/// The toggle begins at nought and changes with each segment that is asked for or sent.
fn toggles(transfer: &mut Transfer, command: u8, talk: &mut Talk<'_>) {
    let expected = transfer.toggle.map_or(0, |before| before ^ TOGGLE);
    transfer.toggle = Some(command & TOGGLE);
    if command & TOGGLE != expected {
        talk.flag(Flag::CanopenSdoToggle, None, None);
    }
}

/// The answer to a segment has its toggle.
fn toggled(transfer: &Transfer, command: u8, talk: &mut Talk<'_>) {
    if transfer.toggle.is_some_and(|toggle| toggle != command & TOGGLE) {
        talk.flag(Flag::CanopenSdoToggle, None, None);
    }
}

fn segment(transfer: &mut Transfer, command: u8, data: &[u8]) {
    let unused = usize::from(command >> 1 & 7);
    transfer.content.take(data.get(1..LENGTH.saturating_sub(unused)).unwrap_or_default());
    if command & LAST != 0 {
        transfer.phase = Phase::Ending;
    }
}

/// A segment of a block; the last of all leaves the block's acknowledgement to come.
fn block_segment(transfer: &mut Transfer, command: u8, data: &[u8]) -> Then {
    let number = usize::from(command & !LAST_OF_ALL);
    if !transfer.content.segment(number, data.get(1..).unwrap_or_default()) {
        // The other side will say up to where it heard them.
        return if number == 0 { Then::Odd } else { Then::GoesOn };
    }
    if command & LAST_OF_ALL != 0 {
        transfer.phase = Phase::Ending;
    }
    Then::GoesOn
}

/// | 0 command 1 | 1 segments that arrived 1 | 2 segments of the next block 1 |
fn acknowledged(transfer: &mut Transfer, data: &[u8]) -> Then {
    let arrived = usize::from(u8_at(data, 1).unwrap_or(0));
    let all = transfer.content.acknowledged(arrived);
    if transfer.phase != Phase::Ending || !all {
        transfer.phase = Phase::Block;
    }
    Then::GoesOn
}

/// The server of a block download.
fn downloads_block(transfer: &mut Transfer, command: u8, data: &[u8]) -> Then {
    match command & 3 {
        BEGIN if transfer.names(data) => {
            transfer.checked &= command & WITH_CRC != 0;
            transfer.phase = Phase::Block;
            Then::GoesOn
        }
        ACKNOWLEDGE => acknowledged(transfer, data),
        END => Then::Done,
        _ => Then::Odd,
    }
}

/// The client of a block upload.
fn uploads_block(transfer: &mut Transfer, command: u8, data: &[u8]) -> Then {
    match command & 3 {
        START => {
            transfer.phase = Phase::Block;
            Then::GoesOn
        }
        ACKNOWLEDGE => acknowledged(transfer, data),
        END => Then::Done,
        _ => Then::Odd,
    }
}

/// | 0 specifier 3 bits, bytes of the last segment that are padding 3 bits, 1 | 1 checksum 2 |
fn finish_block(transfer: &mut Transfer, command: u8, data: &[u8], talk: &mut Talk<'_>) {
    transfer.content.last(usize::from(command >> 2 & 7));
    if transfer.checked && le16(data, 1) != Some(transfer.content.crc()) {
        talk.flag(Flag::CanopenSdoCrc, None, None);
    }
}

/// An answer whose request was not seen: the first one of a transfer says which object it is.
fn lone(known: &mut Node, node: u8, data: &[u8], talk: &mut Talk<'_>) {
    let upload = match u8_at(data, 0).unwrap_or(0) >> 5 {
        UPLOADED => true,
        DOWNLOADED => false,
        _ => return,
    };
    let Some(mut transfer) = Transfer::begin(data, upload, false, talk) else { return };
    if upload {
        transfer.first(data);
    }
    if upload && !transfer.expedited {
        known.transfer = Some(Box::new(transfer));
    } else {
        transfer.tell(node, Ending::LONE, &mut known.identity, talk);
    }
}

/// | 0 command 1 | 1 index 2 | 3 subindex 1 | 4 abort code 4 |, from either side. A client that
/// gives up got no answer to its request.
fn end(known: &mut Node, node: u8, data: &[u8], from_client: bool, talk: &mut Talk<'_>) {
    let code = le32(data, 4).unwrap_or(0);
    let (transfer, reply) = match known.transfer.take() {
        Some(mut transfer) => {
            transfer.asked.goes_on(data.len(), talk);
            let unanswered = from_client && transfer.phase == Phase::Asked;
            (Some(transfer), if unanswered { Reply::Unanswered } else { Reply::Answered })
        }
        None => (Transfer::begin(data, true, false, talk).map(Box::new), Reply::Unexpected),
    };
    let Some(transfer) = transfer else { return };
    transfer.tell(node, Ending::failed(reply, code, abort::name(code)), &mut known.identity, talk);
}
