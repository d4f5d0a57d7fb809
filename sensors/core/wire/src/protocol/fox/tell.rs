//! What is said of a frame, or of a question with its answer.

use super::command;
use super::frame::{self, Frame};
use super::message;
use super::speaker::{Key, Speaker};
use crate::dataset::Operation;
use crate::dataset::rows::SessionRow;
use crate::flow::Side;
use crate::protocol::dialogue::Turns;
use crate::protocol::{Address, Exchange, Function, Item, Object, Outcome, Talk, Values};
use crate::text::Details;

/// Names under which a question says what it is about, and what that is.
const ABOUT: [(&str, &str); 9] = [
    ("path", "file"),
    ("from", "file"),
    ("ord", "component"),
    ("h", "component"),
    ("handle", "component"),
    ("id", "point"),
    ("module", "module"),
    ("type", "type"),
    ("service", "service"),
];
/// What a hello and a summary say of who sends them: name there, attribute.
const IDENTITY: [(&str, &str); 12] = [
    ("hostName", "name"),
    ("station.name", "station"),
    ("stationName", "station"),
    ("app.name", "service"),
    ("app.version", "firmware"),
    ("niagaraVersion", "firmware"),
    ("brandId", "vendor"),
    ("hostId", "serial"),
    ("hostModel", "model"),
    ("product", "model"),
    ("os.name", "os"),
    ("osVersion", "os"),
];

pub fn user(frame: &Frame<'_>) -> Option<String> {
    message::text(frame.body, "username")
}

pub fn method(frame: &Frame<'_>) -> Option<String> {
    message::text(frame.body, "method")
}

/// How it ended; a reason in words where there is one.
fn ending(key: Key, answer: Option<&Frame<'_>>) -> (Outcome, Option<String>) {
    let Some(answer) = answer else { return (Outcome::Unknown, None) };
    let refused = match key {
        Key::Login => answer.command == "rejected",
        Key::Hello => answer.command != "hello",
        _ => answer.kind == frame::REFUSES,
    };
    let said = |name| message::text(answer.body, name);
    let reason = said("authfail_reason").or_else(|| said("message")).or_else(|| said("exception"));
    if refused { (Outcome::Failure, reason) } else { (Outcome::Success, None) }
}

pub fn tell(speaker: &mut Speaker, turns: &Turns<'_, Key>, talk: &mut Talk<'_>) {
    let (asked, answer) = (turns.request.and_then(Frame::read), turns.answer.and_then(Frame::read));
    let Some(first) = asked.or(answer) else { return };
    let (outcome, reason) = ending(turns.key, answer.as_ref());
    if first.kind == frame::CLOSES {
        return hand(turns, Function::default(), &Item::new(Operation::SessionClose), Outcome::Success, talk);
    }
    // A circuit is opened for a command of another channel.
    let opens = (first.channel, first.command) == ("circuit", "open");
    let inner = |name| message::text(first.body, name).filter(|_| opens);
    let (channel, word) = (inner("channel"), inner("command"));
    let known = command::of(channel.as_deref().unwrap_or(first.channel), word.as_deref().unwrap_or(first.command));
    let operation = match known {
        Some(known) if turns.key == Key::Login || known.operation != Operation::SecurityLogin => known.operation,
        Some(_) => Operation::SecurityLogin,
        None => Operation::Unknown,
    };
    let mut details = Details::default();
    details.text("channel", channel.as_deref().unwrap_or(first.channel));
    if known.is_none() {
        details.text("command", word.as_deref().unwrap_or(first.command));
    }
    if let Some(reason) = &reason {
        details.text("reason", reason);
    }
    match turns.key {
        Key::Hello => greet(turns, [asked.as_ref(), answer.as_ref()], outcome, talk),
        Key::Login => log_in(speaker, turns, outcome, &mut details, talk),
        _ if operation == Operation::IdentifyDevice => identify(turns.sender.other(), answer.as_ref(), talk),
        _ => {}
    }
    let about = ABOUT.iter().find_map(|(name, kind)| Some((*kind, message::text(first.body, name)?)));
    let about = about.filter(|_| !opens && !matches!(turns.key, Key::Hello | Key::Login));
    let written = about.as_ref().and_then(|_| message::text(first.body, "value"));
    let details = details.finish();
    let mut item = Item { details: details.as_deref(), ..Item::new(operation) };
    if let Some((kind, address)) = &about {
        item.object = Object { kind: Some(kind), address: Address::Text(address), start: 0, count: 0 };
    }
    if let Some(text) = &written {
        item.values = Values::Text { kind: "text", text };
    }
    hand(turns, Function { code: None, name: known.map(|known| known.name) }, &item, outcome, talk);
}

fn hand(turns: &Turns<'_, Key>, function: Function, item: &Item<'_>, outcome: Outcome, talk: &mut Talk<'_>) {
    talk.exchange(&Exchange {
        function,
        outcome,
        flagged: turns.flagged || (turns.answer.is_some() && talk.flagged()),
        ..turns.exchange(std::slice::from_ref(item))
    });
}

/// Both sides say who they are.
fn greet(turns: &Turns<'_, Key>, told: [Option<&Frame<'_>>; 2], outcome: Outcome, talk: &mut Talk<'_>) {
    let [asked, answer] = told;
    identify(turns.sender, asked, talk);
    identify(turns.sender.other(), answer.filter(|answer| answer.command == "hello"), talk);
    let name = |frame: Option<&Frame<'_>>| frame.and_then(|frame| message::text(frame.body, "hostName"));
    let (client, server) = (name(asked), name(answer));
    let row = SessionRow {
        ot_session_kind: Some("fox"),
        ot_operation: Some(Operation::SessionOpen.name()),
        event_outcome: Some(outcome.name()),
        ot_reply: Some(turns.reply.name()),
        event_duration: turns.duration,
        ot_message: Some(turns.ordinal),
        ot_client_name: client.as_deref(),
        ot_server_name: server.as_deref(),
        ..SessionRow::default()
    };
    talk.session(turns.sender, turns.span, turns.ordinal, row);
}

fn identify(about: Side, frame: Option<&Frame<'_>>, talk: &mut Talk<'_>) {
    let Some(frame) = frame else { return };
    for (name, attribute) in IDENTITY {
        if let Some(value) = message::text(frame.body, name) {
            talk.identity(about, attribute, &value, 0.8, "fox hello");
        }
    }
}

/// A login: who, by what proof, and how it went. The proof itself is never told.
fn log_in(speaker: &mut Speaker, turns: &Turns<'_, Key>, outcome: Outcome, details: &mut Details, talk: &mut Talk<'_>) {
    let (user, method) = (speaker.user.take(), speaker.method.take());
    if let Some(method) = &method {
        details.text("method", method);
    }
    let row = SessionRow {
        ot_session_kind: Some("fox_login"),
        ot_operation: Some(Operation::SecurityLogin.name()),
        event_outcome: Some(outcome.name()),
        ot_reply: Some(turns.reply.name()),
        event_duration: turns.duration,
        ot_message: Some(turns.ordinal),
        user_name: user.as_deref(),
        ot_secret_kind: Some("password"),
        ot_secret_encrypted: method.as_deref().map(|method| !method.eq_ignore_ascii_case("basic")),
        ..SessionRow::default()
    };
    talk.session(turns.sender, turns.span, turns.ordinal, row);
    if outcome == Outcome::Failure {
        talk.refused_login();
    }
}
