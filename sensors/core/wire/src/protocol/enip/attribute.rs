//! Common services on attributes: what is read and set, with values where the attribute's type is known (CIP Networks
//! Library Volume 1, chapter 5A; Volume 2, chapter 5).
//!
//! Get and Set_Attribute_List: | count 2 | then: attribute 2 (reply: status 2) (data) |

use super::data::{self, SHORT_STRING};
use super::identity;
use super::message::{Answer, Ask, extended, plain};
use super::reading::Reading;
use super::service;
use super::status;
use crate::bytes::{le16, le32, u8_at};
use crate::dataset::{Flag, Operation};
use crate::protocol::Outcome;
use crate::protocol::draft::Told;
use crate::text::Details;
use std::fmt::Write as _;
use std::net::Ipv4Addr;

/// Attributes of one list that become items of their own.
const LISTED: u16 = 16;

/// How an attribute's data is laid out.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Layout {
    Type(u16),
    /// Major and minor revision.
    Revision,
    /// TCP/IP interface: addresses of host, mask, gateway, two name servers, domain name.
    Addresses,
    /// So many bytes.
    Bytes(usize),
    /// STRING with a length of two bytes.
    Name,
}

/// Attributes with a known type.
const ATTRIBUTES: &[(u32, u32, Layout)] = &[
    (service::IDENTITY, 1, Layout::Type(data::UINT)),
    (service::IDENTITY, 2, Layout::Type(data::UINT)),
    (service::IDENTITY, 3, Layout::Type(data::UINT)),
    (service::IDENTITY, 4, Layout::Revision),
    (service::IDENTITY, 5, Layout::Type(data::WORD)),
    (service::IDENTITY, 6, Layout::Type(data::UDINT)),
    (service::IDENTITY, 7, Layout::Type(SHORT_STRING)),
    (service::IDENTITY, 8, Layout::Type(data::USINT)),
    (service::WALL_CLOCK_TIME, 6, Layout::Type(data::ULINT)),
    (service::TIME_SYNC, 1, Layout::Type(data::BOOL)),
    (service::TCP_IP_INTERFACE, 1, Layout::Type(data::DWORD)),
    (service::TCP_IP_INTERFACE, 2, Layout::Type(data::DWORD)),
    (service::TCP_IP_INTERFACE, 3, Layout::Type(data::DWORD)),
    (service::TCP_IP_INTERFACE, 5, Layout::Addresses),
    (service::TCP_IP_INTERFACE, 6, Layout::Name),
    (service::TCP_IP_INTERFACE, 8, Layout::Type(data::USINT)),
    (service::TCP_IP_INTERFACE, 10, Layout::Type(data::BOOL)),
    (service::TCP_IP_INTERFACE, 13, Layout::Type(data::UINT)),
    (service::ETHERNET_LINK, 1, Layout::Type(data::UDINT)),
    (service::ETHERNET_LINK, 2, Layout::Type(data::DWORD)),
    (service::ETHERNET_LINK, 3, Layout::Bytes(6)),
    (service::ETHERNET_LINK, 6, Layout::Bytes(4)),
    (service::ETHERNET_LINK, 9, Layout::Type(data::USINT)),
];

fn layout(class: Option<u32>, attribute: u32) -> Option<Layout> {
    let class = class?;
    ATTRIBUTES.iter().find(|(c, a, _)| (*c, *a) == (class, attribute)).map(|(.., layout)| *layout)
}

impl Layout {
    /// Bytes the value takes at the head of `data`; None where they are not all there.
    fn size(self, data: &[u8]) -> Option<usize> {
        let size = match self {
            Self::Type(SHORT_STRING) => 1 + usize::from(u8_at(data, 0)?),
            Self::Type(kind) => data::elementary(kind)?.1,
            Self::Revision => 2,
            Self::Name => 2 + usize::from(le16(data, 0)?).next_multiple_of(2),
            Self::Addresses => 22 + usize::from(le16(data, 20)?).next_multiple_of(2),
            Self::Bytes(size) => size,
        };
        // The pad of a string at the end may be missing.
        Some(size.min(data.len().max(size.saturating_sub(1)))).filter(|size| *size <= data.len())
    }

    fn told(self, bytes: &[u8], out: &mut Reading) -> Told {
        match self {
            Self::Type(kind) => data::typed(kind, bytes, &mut out.drafts),
            Self::Name => data::typed(data::STRING, bytes, &mut out.drafts),
            Self::Bytes(_) => data::bytes("BYTES", bytes, &mut out.drafts),
            Self::Revision => {
                let (major, minor) = (u8_at(bytes, 0).unwrap_or(0), u8_at(bytes, 1).unwrap_or(0));
                let told = out.drafts.texts(|text| {
                    let _ = write!(text, "{major}.{minor}");
                });
                Told::Text("REVISION", told)
            }
            Self::Addresses => Told::Text("ADDRESSES", out.drafts.texts(|text| addresses(bytes, text))),
        }
    }
}

/// `10.9.1.11 255.255.255.0 10.9.1.1`: host, mask, gateway; each an UDINT.
fn addresses(data: &[u8], out: &mut String) {
    for at in [0, 4, 8] {
        let _ = write!(out, "{}{}", if at == 0 { "" } else { " " }, Ipv4Addr::from(le32(data, at).unwrap_or(0)));
    }
}

/// A common service.
pub fn read(ask: &Ask<'_>, answer: Option<&Answer<'_>>, out: &mut Reading) {
    let told = answer.filter(|answer| answer.good()).map(|answer| answer.data);
    let attribute = ask.path.attribute;
    match ask.service {
        service::GET_ATTRIBUTE_SINGLE => single(ask, answer, (attribute, told), out),
        service::SET_ATTRIBUTE_SINGLE => single(ask, answer, (attribute, Some(ask.data)), out),
        service::GET_ATTRIBUTE_LIST => list(ask, answer, (told, true), out),
        service::SET_ATTRIBUTE_LIST => list(ask, answer, (Some(ask.data), false), out),
        service::RESET => reset(ask, answer, out),
        service::GET_ATTRIBUTES_ALL => {
            out.item(ask, answer);
            let values = told.map_or(Told::None, |told| data::bytes("BYTES", told, &mut out.drafts));
            out.values(values);
            failure(answer, out);
            if let Some(told) = told.filter(|_| is_identity(ask)) {
                identity::all(told, out);
            }
        }
        service::SET_ATTRIBUTES_ALL | service::SET_MEMBER => {
            out.item(ask, answer);
            if !out.last().is_some_and(|draft| service::is_secret(draft.operation)) {
                let values = data::bytes("BYTES", ask.data, &mut out.drafts);
                out.values(values);
            }
            failure(answer, out);
        }
        _ => plain(ask, answer, out),
    }
}

/// Instance 1 of the Identity object is the device itself.
fn is_identity(ask: &Ask<'_>) -> bool {
    ask.path.class == Some(service::IDENTITY) && ask.path.instance == Some(1) && ask.path.outer.is_none()
}

fn failure(answer: Option<&Answer<'_>>, out: &mut Reading) {
    let mut details = Details::default();
    extended(answer, &mut details);
    out.details(details);
}

fn single(
    ask: &Ask<'_>,
    answer: Option<&Answer<'_>>,
    (attribute, told): (Option<u32>, Option<&[u8]>),
    out: &mut Reading,
) {
    out.item(ask, answer);
    let told = told.filter(|_| !out.last().is_some_and(|draft| service::is_secret(draft.operation)));
    if let (Some(attribute), Some(bytes)) = (attribute, told) {
        let known = layout(ask.path.class, attribute).filter(|layout| layout.size(bytes).is_some());
        let values = match known {
            Some(layout) => layout.told(bytes, out),
            None => data::bytes("BYTES", bytes, &mut out.drafts),
        };
        out.values(values);
        if ask.service == service::GET_ATTRIBUTE_SINGLE && is_identity(ask) {
            identity::one(attribute, bytes, out);
        }
    }
    failure(answer, out);
}

/// Reset: | type 1 |, which may be left out.
fn reset(ask: &Ask<'_>, answer: Option<&Answer<'_>>, out: &mut Reading) {
    out.item(ask, answer);
    let kind = u8_at(ask.data, 0);
    let mut details = Details::default();
    if let Some(kind) = kind {
        details.number("reset_type", kind);
    }
    extended(answer, &mut details);
    out.details(details);
    if ask.path.class == Some(service::IDENTITY)
        && let Some(operation) = service::identity_reset(kind.unwrap_or(0))
    {
        out.operation(operation);
    }
}

/// The attributes of a list. Those of known type become items each; from the first other one on nobody can tell where
/// the next begins, so that the rest is one item.
fn list(ask: &Ask<'_>, answer: Option<&Answer<'_>>, (told, statuses): (Option<&[u8]>, bool), out: &mut Reading) {
    let count = le16(ask.data, 0).unwrap_or(0);
    if ask.data.len() < 2 || (statuses && ask.data.len() < 2 + 2 * usize::from(count)) {
        out.odd(Flag::EnipServiceLength);
    }
    let mut rest = told.and_then(|told| told.get(2..)).unwrap_or_default();
    let head = if statuses { 4 } else { 2 };
    let mut number = 0;
    while number < count.min(LISTED) {
        let Some(attribute) = le16(rest, 0) else { break };
        let refused = if statuses { le16(rest, 2).unwrap_or(0) } else { 0 };
        let bytes = rest.get(head..).unwrap_or_default();
        let last = number + 1 == count;
        let size = match (refused, last, layout(ask.path.class, u32::from(attribute))) {
            (1.., ..) => 0,
            (_, true, _) => bytes.len(),
            (_, _, Some(layout)) => match layout.size(bytes) {
                Some(size) => size,
                None => break,
            },
            _ => break,
        };
        one_of_list(ask, answer, (attribute, refused, bytes.get(..size).unwrap_or_default()), out);
        rest = bytes.get(size..).unwrap_or_default();
        number += 1;
    }
    if number < count || count == 0 {
        others(ask, answer, (number, rest), out);
    }
}

fn one_of_list(
    ask: &Ask<'_>,
    answer: Option<&Answer<'_>>,
    (attribute, refused, bytes): (u16, u16, &[u8]),
    out: &mut Reading,
) {
    out.item(ask, answer);
    let address = out.drafts.texts(|text| {
        ask.path.write(text);
        let _ = write!(text, "/{attribute}");
    });
    let attribute = u32::from(attribute);
    let known = layout(ask.path.class, attribute).filter(|layout| layout.size(bytes).is_some());
    let secret = out.last().is_some_and(|draft| service::is_secret(draft.operation));
    let values = match known {
        _ if secret => Told::None,
        Some(layout) => layout.told(bytes, out),
        None => data::bytes("BYTES", bytes, &mut out.drafts),
    };
    out.values(values);
    if let Some(draft) = out.last() {
        draft.address = address;
        if let (Ok(code), true) = (u8::try_from(refused), refused != 0) {
            draft.outcome = Some(Outcome::Failure);
            draft.status = Some((u32::from(code), status::general(code).unwrap_or("Reserved status")));
        }
    }
    if ask.service == service::GET_ATTRIBUTE_LIST && is_identity(ask) {
        identity::one(attribute, bytes, out);
    }
}

/// Attributes that could not be told apart, as one item.
fn others(ask: &Ask<'_>, answer: Option<&Answer<'_>>, (done, rest): (u16, &[u8]), out: &mut Reading) {
    out.item(ask, answer);
    if !out.last().is_some_and(|draft| service::is_secret(draft.operation)) {
        let values = data::bytes("BYTES", rest, &mut out.drafts);
        out.values(values);
    }
    let mut details = Details::default();
    if ask.service == service::GET_ATTRIBUTE_LIST {
        let from = 2 + 2 * usize::from(done);
        let asked: Vec<String> = ask
            .data
            .get(from..)
            .unwrap_or_default()
            .chunks_exact(2)
            .take(64)
            .map(|id| le16(id, 0).unwrap_or(0).to_string())
            .collect();
        details.text("attributes", &asked.join(" "));
    } else if let Some(first) = le16(rest, 0) {
        details.text("attributes", &first.to_string());
    }
    extended(answer, &mut details);
    out.details(details);
    if ask.data.is_empty() {
        out.operation(Operation::Unknown);
    }
}
