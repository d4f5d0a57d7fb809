//! What is said of a message, or of a question with its answer.

use super::frame::{self, Message};
use super::item::{self, Tag, Value};
use super::speaker::{Key, Speaker, Who};
use crate::dataset::Operation;
use crate::dataset::rows::SessionRow;
use crate::protocol::dialogue::Turns;
use crate::protocol::{Address, Exchange, Function, Item, Object, Outcome, Reply, Talk, Unit, Values};
use crate::text::{Details, TEXT_LIMIT, bounded};

const CONNECT: Function = Function { code: Some(0x8001), name: Some("Connect") };
/// Bits of an OPC quality that say good.
const GOOD: u16 = 0xc0;

pub fn tell(speaker: &mut Speaker, turns: &Turns<'_, Key>, talk: &mut Talk<'_>) {
    let Some(first) = turns.request.or(turns.answer) else { return };
    match frame::read(first) {
        Some(Message::Handshake(magic, body)) => handshake(speaker, *magic, body, turns, talk),
        Some(Message::Tags(frame::CONNECT, body)) => connect(speaker, body, turns, talk),
        Some(Message::Tags(kind, body)) => tags(speaker, kind, body, turns, talk),
        _ => {}
    }
}

/// One tag as it is told.
struct Line<'a> {
    name: &'a str,
    kind: &'static str,
    number: Option<f64>,
    text: Option<String>,
    details: Option<String>,
}

fn line<'a>(speaker: &'a Speaker, tag: &Tag<'_>) -> Line<'a> {
    let (kind, number, text) = match tag.value {
        Value::Discrete(on) => ("bool", Some(f64::from(u8::from(on))), None),
        Value::Integer(number) => ("int32", Some(f64::from(number)), None),
        Value::Real(number) => ("float32", Some(f64::from(number)), None),
        Value::Message(bytes) => ("string", None, Some(bounded(bytes, TEXT_LIMIT).0)),
    };
    let details = tag.quality.filter(|quality| quality & GOOD != GOOD).and_then(|quality| {
        let mut details = Details::default();
        details.number("opc_quality", quality);
        details.finish()
    });
    Line { name: speaker.name(tag.id).unwrap_or_default(), kind, number, text, details }
}

/// Reads items until they end or one is broken, which is flagged where they are read first.
fn all<'a, T>(body: &'a [u8], read: impl Fn(&'a [u8]) -> Option<(T, &'a [u8])>) -> Vec<T> {
    let (mut rest, mut found) = (body, Vec::new());
    while let Some((one, behind)) = read(rest) {
        found.push(one);
        rest = behind;
    }
    found
}

fn tags(speaker: &Speaker, kind: u16, body: &[u8], turns: &Turns<'_, Key>, talk: &mut Talk<'_>) {
    let bare = |id: u32| Line {
        name: speaker.name(id).unwrap_or_default(),
        kind: "",
        number: None,
        text: None,
        details: None,
    };
    let (name, operation, lines) = match kind {
        frame::UPDATE => {
            ("Update", Operation::Notify, all(body, item::update).iter().map(|tag| line(speaker, tag)).collect())
        }
        frame::POKE | frame::POKE_OLD => {
            ("Poke", Operation::Write, all(body, item::poke).iter().map(|tag| line(speaker, tag)).collect())
        }
        frame::ADVISE => {
            let ids = all(body, |data| item::advise(data).map(|(id, _, rest)| (id, rest)));
            ("Advise", Operation::SubscribeStart, ids.into_iter().map(bare).collect::<Vec<_>>())
        }
        frame::UNADVISE => {
            let ids = all(body, |data| Some((crate::bytes::le32(data, 0)?, data.get(4..)?)));
            ("Unadvise", Operation::SubscribeStop, ids.into_iter().map(bare).collect())
        }
        // An answer whose question was not seen tells no tag that could be named.
        _ => {
            return hand(
                &speaker.who,
                turns,
                Function { code: Some(u32::from(kind)), name: answer(kind) },
                &[Item::new(lone(kind))],
                talk,
            );
        }
    };
    let items: Vec<Item<'_>> = lines.iter().map(|line| named(operation, line)).collect();
    let whole = [Item::new(operation)];
    let told = if items.is_empty() { &whole[..] } else { &items };
    hand(&speaker.who, turns, Function { code: Some(u32::from(kind)), name: Some(name) }, told, talk);
}

fn named<'a>(operation: Operation, line: &'a Line<'_>) -> Item<'a> {
    let mut item = Item { details: line.details.as_deref(), ..Item::new(operation) };
    item.object = Object { kind: Some("tag"), address: Address::Text(line.name), start: 0, count: 0 };
    item.values = match (&line.number, &line.text) {
        (Some(number), _) => Values::Numbers { kind: line.kind, numbers: std::slice::from_ref(number), exact: None },
        (_, Some(text)) => Values::Text { kind: line.kind, text },
        _ => Values::None,
    };
    item
}

fn answer(kind: u16) -> Option<&'static str> {
    match kind {
        frame::HANDSHAKE_ACK => Some("Handshake Ack"),
        frame::ADVISE_ACK => Some("Advise Ack"),
        frame::UNADVISE_ACK => Some("Unadvise Ack"),
        frame::POKE_ACK => Some("Poke Ack"),
        _ => None,
    }
}

/// The operation that an answer without its question answers.
fn lone(kind: u16) -> Operation {
    match kind {
        frame::HANDSHAKE_ACK => Operation::SessionOpen,
        frame::ADVISE_ACK => Operation::SubscribeStart,
        frame::UNADVISE_ACK => Operation::SubscribeStop,
        frame::POKE_ACK => Operation::Write,
        _ => Operation::Unknown,
    }
}

fn hand(who: &Who, turns: &Turns<'_, Key>, function: Function, items: &[Item<'_>], talk: &mut Talk<'_>) {
    // What an acknowledgement says of success is not published.
    talk.exchange(&Exchange {
        function,
        unit: if who.unit.is_empty() { Unit::None } else { Unit::Text(&who.unit) },
        client_name: who.client.as_deref(),
        user: who.user.as_deref(),
        outcome: Outcome::Unknown,
        flagged: turns.flagged || (turns.reply == Reply::None && talk.flagged()),
        ..turns.exchange(items)
    });
}

/// A client asks for an application, and may say on which node it is and who sits there.
fn handshake(speaker: &mut Speaker, magic: frame::Magic, body: &[u8], turns: &Turns<'_, Key>, talk: &mut Talk<'_>) {
    let (mut application, mut node, mut user) = (None, None, None);
    if magic == frame::QUERY_OLD {
        let end = body.iter().position(|byte| *byte == 0).unwrap_or(body.len());
        application = body.get(..end).map(|name| bounded(name, TEXT_LIMIT).0);
    } else if let Some(texts) = body.get(20..) {
        let read = item::ended(texts);
        let behind = read.as_ref().and_then(|(_, rest)| item::ended(rest)).filter(|_| magic == frame::QUERY);
        user = behind.as_ref().and_then(|(_, rest)| item::ended(rest)).map(|(user, _)| user);
        application = read.map(|(application, _)| application);
        node = behind.map(|(node, _)| node);
    }
    let name = if magic == frame::REGISTER { "Register" } else { "Query" };
    speaker.who =
        Who { unit: application.unwrap_or_default(), client: None, user: user.filter(|user| !user.is_empty()) };
    if let Some(node) = node.filter(|node| !node.is_empty()) {
        talk.identity(turns.sender, "name", &node, 0.8, "suitelink query");
    }
    hand(
        &speaker.who,
        turns,
        Function { code: None, name: Some(name) },
        &[Item::new(Operation::IdentifyServices)],
        talk,
    );
}

/// A connection to a topic of an application.
///
/// | application | topic | ? 3 | client | client's node | user | server's node | ? 20 | time zones |, texts behind their length.
fn connect(speaker: &mut Speaker, body: &[u8], turns: &Turns<'_, Key>, talk: &mut Talk<'_>) {
    let texts = |data| {
        let (application, data) = item::text(data)?;
        let (topic, data) = item::text(data)?;
        let (client, data) = item::text(data.get(3..)?)?;
        let (client_node, data) = item::text(data)?;
        let (user, data) = item::text(data)?;
        let (server_node, _) = item::text(data)?;
        Some([application, topic, client, client_node, user, server_node])
    };
    let Some([application, topic, client, client_node, user, server_node]) = texts(body) else {
        talk.flag(crate::dataset::Flag::SuitelinkItem, Some(4), None);
        return hand(&speaker.who, turns, CONNECT, &[Item::new(Operation::SessionOpen)], talk);
    };
    for (about, node) in [(turns.sender, &client_node), (turns.sender.other(), &server_node)] {
        if !node.is_empty() {
            talk.identity(about, "name", node, 0.8, "suitelink connect");
        }
    }
    talk.identity(turns.sender.other(), "service", &application, 0.8, "suitelink connect");
    let row = SessionRow {
        ot_session_kind: Some("suitelink"),
        ot_operation: Some(Operation::SessionOpen.name()),
        event_outcome: Some(Outcome::Unknown.name()),
        ot_reply: Some(turns.reply.name()),
        ot_message: Some(turns.ordinal),
        ot_client_name: Some(&client),
        ot_server_name: Some(&server_node),
        user_name: Some(&user).filter(|user| !user.is_empty()).map(String::as_str),
        ..SessionRow::default()
    };
    talk.session(turns.sender, turns.span, turns.ordinal, row);
    let user = Some(user).filter(|user| !user.is_empty());
    speaker.who = Who { unit: format!("{application}|{topic}"), client: Some(client), user };
    hand(&speaker.who, turns, CONNECT, &[Item::new(Operation::SessionOpen)], talk);
}
