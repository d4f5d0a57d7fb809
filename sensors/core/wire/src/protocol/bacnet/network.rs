//! Messages that no application reads: those of the virtual link (annex J.2) and of routers (clause 6.4).
//!
//! 0x00 Who-Is-Router-To-Network (network 2) · 0x01 I-Am-Router-To-Network networks · 0x02 I-Could-Be-Router-To-Network
//! network 2, performance 1 · 0x03 Reject-Message-To-Network reason 1, network 2 · 0x04, 0x05 busy, available: networks ·
//! 0x06, 0x07 routing table: | count 1 | network 2 | port 1 | length 1 | information |… · 0x08 network 2, minutes 1 ·
//! 0x09 network 2 · 0x12 What-Is-Network-Number · 0x13 Network-Number-Is network 2, configured 1

use super::bvlc;
use super::draft::{About, Told};
use super::npdu::Npdu;
use super::reading::Reading;
use crate::bytes::{be16, u8_at};
use crate::dataset::{Flag, Operation};
use crate::protocol::Function;
use crate::text;
use std::fmt::Write as _;

const WHO_IS_ROUTER: u8 = 0x00;
const I_AM_ROUTER: u8 = 0x01;
const I_COULD_BE_ROUTER: u8 = 0x02;
pub const REJECT_MESSAGE: u8 = 0x03;
const ROUTER_BUSY: u8 = 0x04;
const ROUTER_AVAILABLE: u8 = 0x05;
pub const INITIALIZE_ROUTING_TABLE: u8 = 0x06;
pub const INITIALIZE_ROUTING_TABLE_ACK: u8 = 0x07;
const ESTABLISH_CONNECTION: u8 = 0x08;
const DISCONNECT_CONNECTION: u8 = 0x09;
const NETWORK_NUMBER_IS: u8 = 0x13;
const PROPRIETARY: u8 = 0x80;

/// Entries of a table that are told.
const ENTRIES: usize = 64;
/// Bytes of a vendor's message that are shown.
const SHOWN: usize = 64;

/// Name and operation of a message of the network layer.
pub const fn message(kind: u8) -> Option<(&'static str, Operation)> {
    Some(match kind {
        WHO_IS_ROUTER => ("Who-Is-Router-To-Network", Operation::IdentifyNetwork),
        I_AM_ROUTER => ("I-Am-Router-To-Network", Operation::Notify),
        I_COULD_BE_ROUTER => ("I-Could-Be-Router-To-Network", Operation::Notify),
        REJECT_MESSAGE => ("Reject-Message-To-Network", Operation::Notify),
        ROUTER_BUSY => ("Router-Busy-To-Network", Operation::Notify),
        ROUTER_AVAILABLE => ("Router-Available-To-Network", Operation::Notify),
        INITIALIZE_ROUTING_TABLE => ("Initialize-Routing-Table", Operation::ConfigureRoute),
        INITIALIZE_ROUTING_TABLE_ACK => ("Initialize-Routing-Table-Ack", Operation::Notify),
        ESTABLISH_CONNECTION => ("Establish-Connection-To-Network", Operation::ConfigureConnection),
        DISCONNECT_CONNECTION => ("Disconnect-Connection-To-Network", Operation::ConfigureConnection),
        0x0a => ("Challenge-Request", Operation::SecurityLogin),
        0x0b => ("Security-Payload", Operation::Unknown),
        0x0c => ("Security-Response", Operation::Notify),
        0x0d => ("Request-Key-Update", Operation::SecurityKey),
        0x0e => ("Update-Key-Set", Operation::SecurityKey),
        0x0f => ("Update-Distribution-Key", Operation::SecurityKey),
        0x10 => ("Request-Master-Key", Operation::SecurityKey),
        0x11 => ("Set-Master-Key", Operation::SecurityKey),
        0x12 => ("What-Is-Network-Number", Operation::IdentifyNetwork),
        NETWORK_NUMBER_IS => ("Network-Number-Is", Operation::Notify),
        PROPRIETARY..=0xff => ("vendor's network message", Operation::Unknown),
        _ => return None,
    })
}

/// Reasons of a Reject-Message-To-Network (6.4.4).
const fn reject_reason(code: u8) -> &'static str {
    match code {
        0 => "other error",
        1 => "not directly connected to that network",
        2 => "router busy",
        3 => "unknown network message",
        4 => "message too long",
        5 => "BACnet security error",
        6 => "addressing error",
        _ => "reserved",
    }
}

pub fn function(kind: u8) -> Function {
    Function { code: Some(u32::from(kind)), name: Some(message(kind).map_or("reserved network message", |m| m.0)) }
}

/// Answered by a message of its own: a routing table that is set or, without entries, asked for.
pub fn asks(npdu: &Npdu<'_>) -> bool {
    matches!(npdu.message, Some((INITIALIZE_ROUTING_TABLE, _)))
}

pub fn read(kind: u8, vendor: Option<u16>, data: &[u8], out: &mut Reading) {
    let operation = message(kind).map_or(Operation::Unknown, |m| m.1);
    if message(kind).is_none() {
        out.odd(Flag::BacnetNetworkMessage);
    }
    match kind {
        INITIALIZE_ROUTING_TABLE | INITIALIZE_ROUTING_TABLE_ACK => table(operation, data, out),
        REJECT_MESSAGE => rejected(data, out),
        WHO_IS_ROUTER | I_AM_ROUTER | ROUTER_BUSY | ROUTER_AVAILABLE => {
            if !data.len().is_multiple_of(2) {
                out.broken();
            }
            data.chunks_exact(2)
                .take(ENTRIES)
                .filter_map(|entry| be16(entry, 0))
                .for_each(|n| about(operation, n, out));
        }
        I_COULD_BE_ROUTER | ESTABLISH_CONNECTION | DISCONNECT_CONNECTION | NETWORK_NUMBER_IS => match be16(data, 0) {
            Some(network) => about(operation, network, out),
            None => out.broken(),
        },
        PROPRIETARY..=0xff => {
            out.item(operation);
            out.details(|d| {
                d.text("data", &text::hex(data, SHOWN));
                if let Some(vendor) = vendor {
                    d.text("vendor", &super::vendor::name(u32::from(vendor)));
                }
            });
        }
        _ => {}
    }
    if out.drafts.list.is_empty() {
        out.item(operation);
    }
}

/// An item about a network: `network:2001`.
fn about(operation: Operation, network: u16, out: &mut Reading) {
    out.item(operation);
    let address = out.drafts.texts(|text| {
        let _ = write!(text, "network:{network}");
    });
    if let Some(draft) = out.drafts.list.last_mut() {
        draft.about = About::Text("network", address);
    }
}

fn rejected(data: &[u8], out: &mut Reading) {
    let (Some(reason), Some(network)) = (u8_at(data, 0), be16(data, 1)) else { return out.broken() };
    about(Operation::Notify, network, out);
    out.failed(Some((u32::from(reason), reject_reason(reason))));
}

fn table(operation: Operation, data: &[u8], out: &mut Reading) {
    let Some(count) = u8_at(data, 0) else { return out.broken() };
    // Without entries the table is only asked for (6.4.7).
    let operation =
        if count == 0 && operation == Operation::ConfigureRoute { Operation::IdentifyNetwork } else { operation };
    let mut left = data.get(1..).unwrap_or_default();
    for _ in 0..count {
        let (Some(network), Some(port), Some(length)) = (be16(left, 0), u8_at(left, 2), u8_at(left, 3)) else {
            return out.broken();
        };
        about(operation, network, out);
        out.details(|d| {
            d.number("router_port", port);
        });
        left = left.get(4 + usize::from(length)..).unwrap_or_default();
    }
    if out.drafts.list.is_empty() {
        out.item(operation);
    }
}

/// A message of the virtual link without an NPDU, and of its answer the table.
pub fn link(function: u8, asked: &[u8], answer: Option<(u8, &[u8])>, again: bool, out: &mut Reading) {
    let operation = match function {
        bvlc::WRITE_BROADCAST_DISTRIBUTION_TABLE => Operation::ConfigureRoute,
        bvlc::READ_BROADCAST_DISTRIBUTION_TABLE | bvlc::READ_FOREIGN_DEVICE_TABLE => Operation::IdentifyNetwork,
        bvlc::REGISTER_FOREIGN_DEVICE if again => Operation::SessionKeepalive,
        bvlc::REGISTER_FOREIGN_DEVICE => Operation::SessionOpen,
        bvlc::DELETE_FOREIGN_DEVICE_TABLE_ENTRY => Operation::ConfigureConnection,
        bvlc::READ_BROADCAST_DISTRIBUTION_TABLE_ACK | bvlc::READ_FOREIGN_DEVICE_TABLE_ACK | bvlc::RESULT => {
            Operation::Notify
        }
        _ => Operation::Unknown,
    };
    out.item(operation);
    match function {
        bvlc::WRITE_BROADCAST_DISTRIBUTION_TABLE | bvlc::READ_BROADCAST_DISTRIBUTION_TABLE_ACK => {
            entries(asked, true, out);
        }
        bvlc::READ_FOREIGN_DEVICE_TABLE_ACK => entries(asked, false, out),
        bvlc::REGISTER_FOREIGN_DEVICE => out.details(|d| {
            d.number("time_to_live", be16(asked, 0).unwrap_or(0));
        }),
        bvlc::DELETE_FOREIGN_DEVICE_TABLE_ENTRY => {
            let entry = out.drafts.texts(|text| address(asked, text));
            out.told(Told::Text("table", entry));
        }
        _ => {}
    }
    match answer {
        Some((bvlc::READ_BROADCAST_DISTRIBUTION_TABLE_ACK, data)) => entries(data, true, out),
        Some((bvlc::READ_FOREIGN_DEVICE_TABLE_ACK, data)) => entries(data, false, out),
        _ => {}
    }
}

/// Writes address 4 and port 2.
pub fn address(data: &[u8], text: &mut String) {
    if let ([a, b, c, d, ..], Some(port)) = (data, be16(data, 4)) {
        let _ = write!(text, "{a}.{b}.{c}.{d}:{port}");
    }
}

/// Entries of a broadcast distribution table (`address/mask`) or a foreign device table (`address, time to live/left`).
fn entries(data: &[u8], masks: bool, out: &mut Reading) {
    if !data.len().is_multiple_of(bvlc::ENTRY) {
        out.broken();
    }
    let range = out.drafts.texts(|text| {
        for (at, entry) in data.chunks_exact(bvlc::ENTRY).take(ENTRIES).enumerate() {
            if text.len() > text::TEXT_LIMIT {
                break;
            }
            text.push_str(if at > 0 { ", " } else { "" });
            address(entry, text);
            let _ = match entry.get(bvlc::ADDRESS..) {
                Some([a, b, c, d]) if masks => write!(text, "/{a}.{b}.{c}.{d}"),
                Some(rest) => write!(text, " {}/{} s", be16(rest, 0).unwrap_or(0), be16(rest, 2).unwrap_or(0)),
                None => Ok(()),
            };
        }
    });
    out.told(Told::Text("table", range));
    let count = i64::try_from(data.len() / bvlc::ENTRY).unwrap_or(0);
    out.details(|d| {
        d.number("items", count);
    });
}
