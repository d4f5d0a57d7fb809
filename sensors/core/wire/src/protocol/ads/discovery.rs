//! Discovery and routes on UDP 48899: devices are searched, routes are added with a user and a password in the clear.
//! Not published; read from Beckhoff's own AdsLib and captures of TwinCAT 2 and 3.
//!
//! | 0 magic 4 (03 66 14 71) | 4 invoke id 4 | 8 service 4, replies with the top bit set | 12 NetId 6 | 18 port 2 |
//! | 20 tags 4 | for each tag: number 2 | length 2 | data |

use super::header::{Ams, ams};
use super::names::write_net_id;
use super::status;
use super::tell::name;
use crate::bytes::{le16, le32, u8_at};
use crate::dataset::rows::SessionRow;
use crate::dataset::{Flag, Operation};
use crate::flow::{Side, Transport};
use crate::protocol::dialogue::{Dialogue, Language, Turn, Turns};
use crate::protocol::{Address, Object};
use crate::protocol::{Exchange, Framing, Function, Guess, Item, Outcome, Probe, Protocol, Talk, defaults};
use crate::text::Details;

const PORT: u16 = 48899;
const MAGIC: &[u8] = &[0x03, 0x66, 0x14, 0x71];
const HEADER: usize = 24;
const RESPONSE: u32 = 0x8000_0000;
/// Tags of one datagram that are looked at.
const TAGS: usize = 32;

const IDENTIFY: u32 = 1;
const ADD_ROUTE: u32 = 6;

const STATUS: u16 = 1;
const PASSWORD: u16 = 2;
const TWINCAT_VERSION: u16 = 3;
const OS_VERSION: u16 = 4;
const COMPUTER_NAME: u16 = 5;
const NET_ID: u16 = 7;
const OPTIONS: u16 = 9;
const ROUTE_NAME: u16 = 12;
const USER_NAME: u16 = 13;
const FINGERPRINT: u16 = 18;

pub const PROTOCOL: Protocol = Protocol {
    name: "ads",
    ports: &[PORT],
    transports: &[Transport::Udp],
    probe,
    parser: || Box::<Dialogue<Discovery>>::default(),
};

fn probe(probe: &Probe<'_>) -> Guess {
    let Some(message) = Message::read(probe.data).filter(|m| m.service().0.is_some()) else { return Guess::No };
    let sender = if message.answers() { Side::Server } else { Side::Client };
    Guess::Yes { confidence: 0.97, sender: Some(sender) }
}

/// One datagram.
#[derive(Clone, Copy, Debug)]
struct Message<'a> {
    invoke: u32,
    code: u32,
    partner: Ams,
    count: u32,
    tags: &'a [u8],
}

impl<'a> Message<'a> {
    fn read(data: &'a [u8]) -> Option<Self> {
        if !data.starts_with(MAGIC) {
            return None;
        }
        Some(Self {
            invoke: le32(data, 4)?,
            code: le32(data, 8)?,
            partner: ams(data, 12)?,
            count: le32(data, 20)?,
            tags: data.get(HEADER..)?,
        })
    }

    const fn answers(&self) -> bool {
        self.code & RESPONSE != 0
    }

    const fn service(&self) -> (Option<&'static str>, Operation) {
        match self.code & !RESPONSE {
            IDENTIFY => (Some("Identify"), Operation::IdentifyDevice),
            ADD_ROUTE => (Some("Add Route"), Operation::ConfigureRoute),
            _ => (None, Operation::Unknown),
        }
    }

    /// Tags in order, as far as they are whole.
    fn each(&self) -> impl Iterator<Item = (u16, &'a [u8])> + use<'a> {
        let mut rest = self.tags;
        let count = usize::try_from(self.count).unwrap_or(TAGS).min(TAGS);
        (0..count).map_while(move |_| {
            let length = usize::from(le16(rest, 2)?);
            let tag = (le16(rest, 0)?, rest.get(4..4 + length)?);
            rest = rest.get(4 + length..)?;
            Some(tag)
        })
    }

    fn tag(&self, number: u16) -> Option<&'a [u8]> {
        self.each().find(|(tag, _)| *tag == number).map(|(_, data)| data)
    }

    /// Whether the tags come out even.
    fn even(&self) -> bool {
        let used: usize = self.each().map(|(_, data)| 4 + data.len()).sum();
        usize::try_from(self.count).is_ok_and(|count| count == self.each().count()) && used == self.tags.len()
    }
}

/// Discovery on one flow.
#[derive(Default)]
pub struct Discovery;

impl Language for Discovery {
    type Key = (u32, u32);

    /// A datagram holds one message.
    fn framing(&self, _side: Side, data: &[u8]) -> Framing {
        Framing::Message(data.len())
    }

    fn resynchronise(&self, _side: Side, data: &[u8]) -> (usize, bool) {
        (0, !data.is_empty())
    }

    fn read<'a>(&mut self, _side: Side, data: &'a [u8], talk: &mut Talk<'_>) -> Turn<'a, Self::Key> {
        let Some(message) = Message::read(data) else {
            talk.flag(Flag::AdsDiscovery, None, None);
            return Turn::Pass;
        };
        if !message.even() {
            talk.flag(Flag::AdsDiscovery, Some(20), None);
        }
        if message.service().0.is_none() {
            talk.flag(Flag::AdsCommand, Some(8), None);
        }
        let key = (message.invoke, message.code & !RESPONSE);
        // A search is sent to everybody, or to one who may not be there.
        match key.1 {
            _ if message.answers() => Turn::Answer { key, data },
            IDENTIFY => Turn::Call { key, data },
            _ => Turn::Ask { key, data },
        }
    }

    fn tell(&mut self, turns: &Turns<'_, Self::Key>, talk: &mut Talk<'_>) {
        let request = turns.request.and_then(Message::read);
        let answer = turns.answer.and_then(Message::read);
        let Some(message) = request.or(answer) else { return };
        let code = answer.map(|a| a.tag(STATUS).and_then(|data| le32(data, 0)));
        let code = match message.code & !RESPONSE {
            ADD_ROUTE => code.flatten(),
            // A reply to a search says nothing of its success.
            _ => code.map(|code| code.unwrap_or(status::NO_ERROR)),
        };
        let mut details = Details::default();
        if let Some(answer) = &answer {
            identify(answer, turns.sender.other(), &mut details, talk);
        }
        let mut item = Item::new(message.service().1);
        let (mut user, mut route) = (None, None);
        if let Some(request) = request.filter(|r| r.code == ADD_ROUTE) {
            user = request.tag(USER_NAME).map(name);
            route = request.tag(ROUTE_NAME).map(name);
            asked(&request, &mut details);
            login(&request, code, turns, talk);
        }
        if let Some(route) = &route {
            item.object = Object { kind: Some("route"), address: Address::Text(route), start: 0, count: 0 };
        }
        let details = details.finish();
        item.details = details.as_deref();
        let client = request.map(|r| write_net_id(r.partner));
        let function = Function { code: Some(message.code & !RESPONSE), name: message.service().0 };
        talk.exchange(&Exchange {
            function,
            client_name: client.as_deref(),
            user: user.as_deref(),
            outcome: code.map_or(Outcome::Unknown, status::outcome),
            status: code.map(status::status),
            flagged: turns.flagged || talk.flagged(),
            ..turns.exchange(std::slice::from_ref(&item))
        });
    }
}

/// The route that is asked for.
fn asked(request: &Message<'_>, details: &mut Details) {
    if let Some(net) = request.tag(NET_ID).and_then(|data| ams(&[data, &[0, 0]].concat(), 0)) {
        details.text("net_id", &write_net_id(net));
    }
    if let Some(host) = request.tag(COMPUTER_NAME) {
        details.text("host", &name(host));
    }
    if let Some(options) = request.tag(OPTIONS).and_then(|data| le32(data, 0)) {
        details.number("route_options", options);
    }
}

/// Who the device says that it is.
fn identify(answer: &Message<'_>, about: Side, details: &mut Details, talk: &mut Talk<'_>) {
    const EVIDENCE: &str = "ADS discovery";
    let net = write_net_id(answer.partner);
    talk.identity(about, "service", &format!("AMS {net}"), 0.9, EVIDENCE);
    if answer.code & !RESPONSE != IDENTIFY {
        return;
    }
    details.text("device_net_id", &net);
    talk.identity(about, "vendor", "Beckhoff", 0.8, EVIDENCE);
    if let Some(host) = answer.tag(COMPUTER_NAME).map(name).filter(|host| !host.is_empty()) {
        talk.identity(about, "name", &host, 0.9, EVIDENCE);
        details.text("device_name", &host);
    }
    if let Some((version, revision, build)) =
        answer.tag(TWINCAT_VERSION).and_then(|data| Some((u8_at(data, 0)?, u8_at(data, 1)?, le16(data, 2)?)))
    {
        let version = format!("{version}.{revision}.{build}");
        talk.identity(about, "firmware", &format!("TwinCAT {version}"), 0.9, EVIDENCE);
        details.text("version", &version);
    }
    if let Some(system) = answer.tag(OS_VERSION).and_then(system) {
        talk.identity(about, "os", &system, 0.8, EVIDENCE);
        details.text("os", &system);
    }
    if let Some(print) = answer.tag(FINGERPRINT).map(name).filter(|print| !print.is_empty()) {
        details.text("fingerprint", &print);
    }
}

/// | size 4 | major 4 | minor 4 | build 4 | platform 4 | service pack 256 | (Win32 OSVERSIONINFOW)
fn system(data: &[u8]) -> Option<String> {
    let (major, minor, build, platform) = (le32(data, 4)?, le32(data, 8)?, le32(data, 12)?, le32(data, 16)?);
    let (family, build) = match platform {
        2 => ("Windows NT", build),
        3 => ("Windows CE", build),
        _ => return Some(format!("platform {platform}, version {major}.{minor}.{build}")),
    };
    Some(format!("{family} {major}.{minor}.{build}"))
}

/// User and password of whoever wants a route. The password is looked up among makers' own and not kept.
fn login<K: Copy>(request: &Message<'_>, code: Option<u32>, turns: &Turns<'_, K>, talk: &mut Talk<'_>) {
    let Some(user) = request.tag(USER_NAME).map(name) else { return };
    let secret = request.tag(PASSWORD).map(|data| {
        let end = data.iter().position(|byte| *byte == 0).unwrap_or(data.len());
        data.get(..end).unwrap_or_default()
    });
    let outcome = code.map_or(Outcome::Unknown, status::outcome);
    let row = SessionRow {
        ot_session_kind: Some("ads_route"),
        ot_operation: Some(Operation::SecurityLogin.name()),
        event_outcome: Some(outcome.name()),
        ot_status_code: code,
        ot_status_name: code.map(|code| status::status(code).1),
        ot_reply: Some(turns.reply.name()),
        event_duration: turns.duration,
        user_name: Some(user.as_ref()),
        ot_secret_kind: Some(if secret.is_some() { "password" } else { "none" }),
        ot_secret_encrypted: secret.map(|_| false),
        ot_secret_known: secret.map(|secret| defaults::known(&user, secret)),
        ..SessionRow::default()
    };
    talk.session(turns.sender, turns.span, turns.ordinal, row);
    if outcome == Outcome::Failure {
        talk.refused_login();
    }
}

#[cfg(test)]
mod tests {
    use super::{Message, probe, system};
    use crate::flow::{Side, Transport};
    use crate::protocol::{Guess, Probe};

    fn message(code: u32, count: u32, tags: &[u8]) -> Vec<u8> {
        let head = [&[3, 0x66, 0x14, 0x71, 0, 0, 0, 0][..], &code.to_le_bytes(), &[5, 1, 1, 1, 1, 1, 0x10, 0x27]];
        [&head.concat()[..], &count.to_le_bytes(), tags].concat()
    }

    #[test]
    fn tags_are_read_as_far_as_they_are_whole() {
        let tags = b"\x0d\0\x03\0eng\x02\0\x02\0pw";
        let whole = message(6, 2, tags);
        let read = Message::read(&whole).unwrap();
        assert!(read.even() && read.tag(13) == Some(b"eng") && read.tag(2) == Some(b"pw") && read.tag(7).is_none());
        for (count, bytes) in [(3, &tags[..]), (1, tags), (2, &tags[..tags.len() - 1]), (u32::MAX, tags)] {
            assert!(!Message::read(&message(6, count, bytes)).unwrap().even());
        }
        assert!(Message::read(&whole[..23]).is_none());
    }

    #[test]
    fn datagrams_are_told_by_their_magic_and_service() {
        let guess = |data: &[u8]| {
            probe(&Probe { data, transport: Transport::Udp, source_port: 1, destination_port: 2, ended: true })
        };
        let yes = |side| Guess::Yes { confidence: 0.97, sender: Some(side) };
        assert_eq!(guess(&message(1, 0, &[])), yes(Side::Client));
        assert_eq!(guess(&message(0x8000_0001, 0, &[])), yes(Side::Server));
        assert_eq!(guess(&message(77, 0, &[])), Guess::No);
        assert_eq!(guess(b"\x03\x66\x14\x71"), Guess::No);
    }

    #[test]
    fn systems_are_named_by_platform() {
        let version = |platform: u32| {
            let words = [276, 10, 0, 19_041, platform];
            words.iter().flat_map(|word: &u32| word.to_le_bytes()).collect::<Vec<u8>>()
        };
        assert_eq!(system(&version(2)).unwrap(), "Windows NT 10.0.19041");
        assert_eq!(system(&version(3)).unwrap(), "Windows CE 10.0.19041");
        assert_eq!(system(&version(9)).unwrap(), "platform 9, version 10.0.19041");
        assert!(system(&[1, 2]).is_none());
    }
}
