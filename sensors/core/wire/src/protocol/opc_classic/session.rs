//! Connections that are bound, and who logs on to them: level of authentication, user, workstation.

use super::activation::shown;
use super::speaker::{Key, Speaker};
use crate::dataset::Operation;
use crate::dataset::rows::SessionRow;
use crate::flow::{Side, Span};
use crate::protocol::dcerpc::header::{self, Header, Verifier};
use crate::protocol::dcerpc::ntlm::{self, Message};
use crate::protocol::dcerpc::pdu::{Offer, Pdu, Verdict};
use crate::protocol::dcerpc::status;
use crate::protocol::dialogue::Turns;
use crate::protocol::draft::Draft;
use crate::protocol::{Exchange, Function, Item, Outcome, Reply, Talk};
use crate::text::Details;

/// A logon whose outcome the first answer tells.
struct Pending {
    side: Side,
    span: Span,
    ordinal: i64,
}

/// Who speaks on a connection, as far as it was said.
#[derive(Default)]
pub struct Who {
    pub user: Option<String>,
    /// What the client calls itself.
    pub client: Option<String>,
    workstation: Option<String>,
    server: Option<String>,
    domain: Option<String>,
    level: Option<u8>,
    authority: Option<u8>,
    pending: Option<Pending>,
}

impl Who {
    /// What a PDU's verifier says of its sender.
    pub fn verifier(&mut self, side: Side, header: &Header<'_>, talk: &mut Talk<'_>) {
        let Some(verifier) = header.verifier else { return };
        if matches!(header.kind, header::BIND | header::ALTER) {
            (self.level, self.authority) = (Some(verifier.level), Some(verifier.kind));
        }
        let evidence = "ntlmssp";
        match ntlm::read(verifier.token) {
            Some(Message::Challenge { computer, full_name, system }) => {
                self.server = computer.or(full_name);
                for (attribute, value) in [("name", &self.server), ("os", &system)] {
                    if let Some(value) = value {
                        talk.identity(side, attribute, value, 0.8, evidence);
                    }
                }
            }
            Some(Message::Authenticate { user, domain, workstation, system }) => {
                for (attribute, value) in [("name", &workstation), ("os", &system)] {
                    if let Some(value) = value {
                        talk.identity(side, attribute, value, 0.7, evidence);
                    }
                }
                (self.user, self.domain, self.workstation) = (user, domain, workstation);
                self.pending = Some(Pending { side, span: talk.span(), ordinal: talk.ordinal() });
            }
            _ => {}
        }
    }

    /// What the client calls itself; its workstation, where it did not say.
    pub fn client(&self) -> Option<&str> {
        self.client.as_deref().or(self.workstation.as_deref())
    }

    /// A call was answered: the logon before it was taken, or refused.
    pub fn answered(&mut self, fault: Option<u32>, talk: &mut Talk<'_>) {
        let Some(pending) = self.pending.take() else { return };
        let refused = fault.filter(|code| status::denies(*code));
        let outcome = if refused.is_some() { Outcome::Failure } else { Outcome::Success };
        self.row(&pending, outcome, refused.map(|code| (code, status::fault(code))), talk);
    }

    /// The connection ends before anything was answered.
    pub fn over(&mut self, talk: &mut Talk<'_>) {
        if let Some(pending) = self.pending.take() {
            self.row(&pending, Outcome::Unknown, None, talk);
        }
    }

    fn row(&self, of: &Pending, outcome: Outcome, status: Option<(u32, &'static str)>, talk: &mut Talk<'_>) {
        let named = self.user.is_some();
        let secret = match self.authority {
            Some(9 | 10) if named => "password",
            Some(9 | 16) => "token",
            _ => "none",
        };
        let row = SessionRow {
            ot_session_kind: Some("dcom"),
            ot_operation: Some(if named { Operation::SecurityLogin } else { Operation::SessionOpen }.name()),
            event_outcome: Some(outcome.name()),
            ot_status_code: status.map(|(code, _)| code),
            ot_status_name: status.map(|(_, name)| name),
            ot_message: Some(of.ordinal),
            user_name: self.user.as_deref(),
            ot_secret_kind: Some(secret),
            ot_secret_encrypted: (secret != "none").then_some(true),
            ot_client_name: self.client(),
            ot_server_name: self.server.as_deref(),
            ot_security_mode: Some(self.level.map_or("none", |level| header::level(level).unwrap_or("unknown"))),
            ot_security_policy: self.authority.map(|kind| header::authority(kind).unwrap_or("unknown")),
            ..SessionRow::default()
        };
        talk.session(of.side, of.span, of.ordinal, row);
        if outcome == Outcome::Failure {
            talk.refused_login();
        }
    }
}

/// How an offer ended.
type End = (Outcome, Option<(u32, &'static str)>);

fn end(verdict: &Verdict) -> End {
    match verdict.result {
        0 => (Outcome::Success, None),
        _ => (Outcome::Failure, Some((u32::from(verdict.reason), status::rejection(verdict.reason)))),
    }
}

/// A bind or change of contexts with its answer: an item for each interface.
pub fn bound(speaker: &mut Speaker, turns: &Turns<'_, Key>, talk: &mut Talk<'_>) {
    let (asked, told) = (turns.request.and_then(Header::read), turns.answer.and_then(Header::read));
    let offers = match asked.as_ref().and_then(Pdu::read) {
        Some(Pdu::Bind(offers)) => offers,
        _ => Vec::new(),
    };
    let (verdicts, refused) = match told.as_ref().and_then(Pdu::read) {
        Some(Pdu::Bound(verdicts)) => (verdicts, None),
        Some(Pdu::Refused(reason)) => (Vec::new(), Some((u32::from(reason), status::refusal(reason)))),
        _ => (Vec::new(), None),
    };
    speaker.contexts.judge(&offers, &verdicts);
    let mut ends: Vec<(&Offer, Option<End>)> = Vec::new();
    for (at, offer) in offers.iter().enumerate() {
        let mine = verdicts.get(at).map(end);
        // One interface is offered in several transfer syntaxes, of which one is taken; a syntax of its own asks for features.
        match ends.iter_mut().find(|(known, _)| known.interface == offer.interface) {
            Some((_, known)) if mine.is_some_and(|(outcome, _)| outcome == Outcome::Success) => *known = mine,
            Some(_) => {}
            None => ends.push((offer, mine)),
        }
    }
    let taken = ends.iter().any(|(_, end)| end.is_some_and(|(outcome, _)| outcome == Outcome::Success));
    let (outcome, status) = match (refused, told) {
        (Some(reason), _) => (Outcome::Failure, Some(reason)),
        (None, Some(_)) if taken || ends.is_empty() => (Outcome::Success, None),
        (None, Some(_)) => (Outcome::Failure, ends.first().and_then(|(_, end)| end.and_then(|(_, status)| status))),
        (None, None) => (Outcome::Unknown, None),
    };
    let first = asked.or(told);
    let alters = first.is_some_and(|header| matches!(header.kind, header::ALTER | header::ALTER_RESPONSE));
    if let (Some(header), false) = (asked, alters) {
        begun(speaker, &header, (outcome, status), turns, talk);
    }
    let mut drafts = std::mem::take(&mut speaker.drafts);
    drafts.clear();
    let details = security(asked.and_then(|header| header.verifier), &speaker.who);
    let details = drafts.texts(|out| out.push_str(&details));
    for (offer, end) in &ends {
        let address = drafts.texts(|out| out.push_str(&shown(offer.interface)));
        let mut draft = Draft { kind: Some("interface"), address, ..Draft::new(Operation::SessionOpen) };
        draft.details = details.clone();
        if let Some((outcome, status)) = end {
            (draft.outcome, draft.status) = (Some(*outcome), *status);
        }
        drafts.list.push(draft);
    }
    if drafts.list.is_empty() {
        drafts.list.push(Draft::new(Operation::SessionOpen));
    }
    drafts.hand(|items| {
        talk.exchange(&Exchange {
            function: Function {
                code: first.map(|header| u32::from(header.kind)),
                name: Some(if alters { "alter_context" } else { "bind" }),
            },
            outcome,
            status,
            user: speaker.who.user.as_deref(),
            client_name: speaker.who.client(),
            flagged: turns.flagged || (turns.answer.is_some() && talk.flagged()),
            ..turns.exchange(items)
        });
    });
    speaker.drafts = drafts;
}

fn security(verifier: Option<Verifier<'_>>, who: &Who) -> String {
    let mut details = Details::default();
    let level = verifier.map(|verifier| verifier.level).or(who.level);
    details.text("authentication_level", level.map_or("none", |level| header::level(level).unwrap_or("unknown")));
    if let Some(verifier) = verifier {
        details.text("authentication", header::authority(verifier.kind).unwrap_or("unknown"));
    }
    details.finish().unwrap_or_default()
}

/// A connection on which nobody logs on with NTLM, or that is refused at once, is told as it is bound.
fn begun(
    speaker: &mut Speaker,
    header: &Header<'_>,
    (outcome, status): End,
    turns: &Turns<'_, Key>,
    talk: &mut Talk<'_>,
) {
    let ntlm = header.verifier.is_some_and(|verifier| ntlm::read(verifier.token).is_some());
    if turns.answer.is_none() || (ntlm && outcome != Outcome::Failure) {
        return;
    }
    let begun = Pending { side: turns.sender, span: turns.span, ordinal: turns.ordinal };
    speaker.who.row(&begun, outcome, status, talk);
}

/// A PDU that nobody answers: the end of a logon, a call given up.
pub fn said(speaker: &mut Speaker, turns: &Turns<'_, Key>, talk: &mut Talk<'_>) {
    let Some(header) = turns.request.and_then(Header::read) else { return };
    let (name, operation) = match header.kind {
        header::AUTH3 => ("auth3", Operation::SecurityLogin),
        header::CANCEL => ("co_cancel", Operation::SubscribeStop),
        header::ORPHANED => ("orphaned", Operation::SubscribeStop),
        _ => ("shutdown", Operation::SessionClose),
    };
    let mut details = Details::default();
    if header.kind == header::AUTH3 {
        if let Some(domain) = &speaker.who.domain {
            details.text("domain", domain);
        }
        if speaker.who.user.is_none() && speaker.who.pending.is_some() {
            details.truth("anonymous", true);
        }
    }
    let details = details.finish();
    talk.exchange(&Exchange {
        function: Function { code: Some(u32::from(header.kind)), name: Some(name) },
        user: speaker.who.user.as_deref(),
        client_name: speaker.who.client(),
        flagged: turns.flagged || (turns.reply == Reply::None && talk.flagged()),
        ..turns.exchange(&[Item { details: details.as_deref(), ..Item::new(operation) }])
    });
}
