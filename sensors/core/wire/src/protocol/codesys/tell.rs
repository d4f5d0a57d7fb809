//! Exchanges, sessions, files and identity as rows.

use super::channel::Packet;
use super::datagram::{CHANNEL, Datagram, address};
use super::description::{self, Account, Both};
use super::device::{self, Login};
use super::error;
use super::group::{self, DEVICE, FILE_TRANSFER};
use super::name_service::Package;
use super::result;
use super::service::Service;
use super::speaker::{Key, Speaker};
use super::{file, speaker};
use crate::dataset::Operation;
use crate::dataset::rows::SessionRow;
use crate::protocol::dialogue::Turns;
use crate::protocol::draft::Draft;
use crate::protocol::{Address, Exchange, Function, Item, Object, Outcome, Talk};
use crate::text::Details;

type Status = Option<(u32, &'static str)>;

pub fn tell(speaker: &mut Speaker, turns: &Turns<'_, Key>, talk: &mut Talk<'_>) {
    match turns.key {
        Key::Service { group, service, .. } => services(speaker, (group, service), turns, talk),
        Key::Name(_) => names(turns, talk),
        Key::Address => addresses(turns, talk),
        Key::Info | Key::Open(_) | Key::None => channels(turns, talk),
    }
}

/// A service of the runtime.
fn services(speaker: &mut Speaker, code: (u16, u16), turns: &Turns<'_, Key>, talk: &mut Talk<'_>) {
    let (asked, told) = (turns.request.and_then(Service::of), turns.answer.and_then(Service::of));
    let (outcome, status) = result::of(told.as_ref());
    let both = Both { asked, told, done: outcome == Outcome::Success };
    let group = group::of(code.0);
    let service = group.and_then(|group| group.service(code.1));
    let mut drafts = std::mem::take(&mut speaker.drafts);
    drafts.clear();
    let mut account = Account {
        drafts: &mut drafts,
        details: Details::default(),
        operation: service
            .map(|service| service.operation)
            .or(group.map(|group| group.unnamed))
            .unwrap_or(Operation::Unknown),
        untold: 0,
    };
    description::read(code, &both, &mut speaker.known, &mut account);
    let operation = account.operation;
    if turns.repeats > 0 {
        account.details.number("repeats", turns.repeats);
    }
    if account.untold > 0 {
        account.details.number("untold", account.untold);
    }
    let details = account.details.finish();
    if drafts.list.is_empty() {
        drafts.list.push(Draft::new(operation));
    }
    let written = drafts.texts(|out| out.push_str(details.as_deref().unwrap_or_default()));
    for draft in &mut drafts.list {
        (draft.operation, draft.details) = (operation, written.clone());
    }
    let known = &speaker.known;
    drafts.hand(|items| {
        talk.exchange(&Exchange {
            function: Function { code: Some(u32::from(code.0)), name: group.map(|group| group.name) },
            subfunction: Function { code: Some(u32::from(code.1)), name: service.map(|service| service.name) },
            outcome,
            status,
            session: asked.or(told).map(|service| i64::from(service.session)).filter(|session| *session != 0),
            user: known.user.as_deref(),
            client_name: known.client.as_deref(),
            flagged: turns.flagged || (turns.answer.is_some() && talk.flagged()),
            ..turns.exchange(items)
        });
    });
    speaker.drafts = drafts;
    if code.0 == FILE_TRANSFER {
        file::tell(code.1, &both, turns, talk);
    }
    if code == (DEVICE, group::LOGIN) {
        login(&speaker.known, &both, (outcome, status), turns, talk);
    }
    if code == (DEVICE, group::IDENTIFY) && both.done {
        device::identity(both.told(), turns.sender.other(), talk);
    }
}

/// A login with credentials; before it the controller's key may be asked for in the same way.
fn login(known: &speaker::Known, both: &Both<'_>, end: (Outcome, Status), turns: &Turns<'_, Key>, talk: &mut Talk<'_>) {
    let login = Login::read(both.asked());
    if !login.credentials {
        return;
    }
    let (outcome, status) = end;
    let row = SessionRow {
        ot_session_kind: Some("codesys_login"),
        ot_operation: Some(Operation::SecurityLogin.name()),
        event_outcome: Some(outcome.name()),
        ot_status_code: status.map(|status| status.0),
        ot_status_name: status.map(|status| status.1),
        ot_reply: Some(turns.reply.name()),
        event_duration: turns.duration,
        ot_message: Some(turns.ordinal),
        user_name: login.user.as_deref(),
        ot_secret_kind: Some(if login.password { "password" } else { "none" }),
        ot_secret_encrypted: login.password.then_some(login.encrypted),
        ot_client_name: known.client.as_deref(),
        ..SessionRow::default()
    };
    talk.session(turns.sender, turns.span, turns.ordinal, row);
    if outcome == Outcome::Failure {
        talk.refused_login();
    }
}

/// Who is there, and where a name is.
fn names(turns: &Turns<'_, Key>, talk: &mut Talk<'_>) {
    let package = |data: &'_ [u8]| Datagram::read(data).map(|datagram| datagram.payload.to_vec());
    let (asked, told) = (turns.request.and_then(package), turns.answer.and_then(package));
    let asked = asked.as_deref().and_then(Package::read);
    let node = told.as_deref().and_then(Package::read).and_then(|package| package.node());
    let mut details = Details::default();
    if let Some(node) = &node {
        details.number("target_type", node.kind).number("target_id", node.id);
        node.tell(turns.sender.other(), talk);
    }
    let resolves = asked.is_some_and(|asked| asked.resolves());
    let operation = if resolves { Operation::NameResolve } else { Operation::IdentifyDevice };
    let name = asked.and_then(|asked| asked.name()).map(|name| format!("node:{name}"));
    let details = details.finish();
    let mut item = Item { details: details.as_deref(), ..Item::new(operation) };
    if let Some(name) = &name {
        item.object = Object { kind: Some("node"), address: Address::Text(name), start: 0, count: 0 };
    }
    let function = Function {
        code: asked.map(|asked| u32::from(asked.kind)),
        name: Some(if resolves { "Resolve name" } else { "Identify node" }),
    };
    let outcome = if node.is_some() { Outcome::Success } else { Outcome::Unknown };
    hand(turns, function, &item, (outcome, None), talk);
}

/// A node that asks for its place below another one.
fn addresses(turns: &Turns<'_, Key>, talk: &mut Talk<'_>) {
    let mut details = Details::default();
    if let Some(datagram) = turns.request.or(turns.answer).and_then(Datagram::read) {
        details.text("sender", &address(datagram.sender));
    }
    let details = details.finish();
    let item = Item { details: details.as_deref(), ..Item::new(Operation::IdentifyNetwork) };
    let outcome = if turns.answer.is_some() { Outcome::Success } else { Outcome::Unknown };
    hand(turns, Function { code: None, name: Some("Address notification") }, &item, (outcome, None), talk);
}

/// Channels that open, live and close.
fn channels(turns: &Turns<'_, Key>, talk: &mut Talk<'_>) {
    let packet = |data| {
        let datagram = Datagram::read(data).filter(|datagram| datagram.service == CHANNEL)?;
        Packet::read(datagram.payload)
    };
    let (asked, told) = (turns.request.and_then(packet), turns.answer.and_then(packet));
    let mut details = Details::default();
    let ended = |code: u16| {
        let code = u32::from(code);
        let outcome = if code == 0 { Outcome::Success } else { Outcome::Failure };
        (outcome, (code != 0).then(|| (code, error::name(code))))
    };
    let none = (Outcome::Unknown, None);
    let (name, operation, end) = match told.or(asked) {
        Some(Packet::OpenResponse { reason, channel, .. }) => {
            details.number("channel", channel);
            ("Open channel", Operation::SessionOpen, ended(reason))
        }
        Some(Packet::OpenRequest { .. }) => ("Open channel", Operation::SessionOpen, none),
        Some(Packet::InfoResponse { channels }) => {
            details.number("channels", channels);
            ("Get information", Operation::DiagnoseRead, ended(0))
        }
        Some(Packet::InfoRequest) => ("Get information", Operation::DiagnoseRead, none),
        Some(Packet::KeepAlive { channel }) => {
            details.number("channel", channel);
            ("Keep alive", Operation::SessionKeepalive, none)
        }
        Some(Packet::Close { channel, reason }) => {
            details.number("channel", channel);
            ("Close channel", Operation::SessionClose, (Outcome::Unknown, ended(reason).1))
        }
        Some(Packet::Error { channel, error }) => {
            details.number("channel", channel);
            ("Channel error", Operation::SessionClose, ended(error))
        }
        Some(Packet::Block(_)) => ("Secure channel", Operation::SessionOpen, none),
        Some(Packet::Acknowledge) | None => return,
    };
    let details = details.finish();
    let item = Item { details: details.as_deref(), ..Item::new(operation) };
    hand(turns, Function { code: None, name: Some(name) }, &item, end, talk);
}

fn hand(turns: &Turns<'_, Key>, function: Function, item: &Item<'_>, end: (Outcome, Status), talk: &mut Talk<'_>) {
    talk.exchange(&Exchange {
        function,
        outcome: end.0,
        status: end.1,
        flagged: turns.flagged || (turns.answer.is_some() && talk.flagged()),
        ..turns.exchange(std::slice::from_ref(item))
    });
}
