//! The association: who calls whom, with what proof, and what was agreed (ISO 9506-2 Initiate).
//!
//! | request | [0] local detail 4 | [1] services outstanding calling | [2] called | [3] nesting | [4] detail |
//! | response | the same, negotiated |
//! | detail | [0] version | [1] parameter conformance | [2] services supported, a bit each |

use super::acse::{self, Acse};
use super::pdu::{field, number};
use super::status::Status;
use crate::dataset::Operation;
use crate::dataset::rows::SessionRow;
use crate::flow::{Side, Span};
use crate::protocol::iso::cotp::{self, Connect};
use crate::protocol::{Exchange, Function, Item, Outcome, Reply, Talk, defaults};
use crate::text::{self, Details};

/// Bytes by which the layers around a PDU may make it longer than agreed, as stacks count differently.
const ALLOWANCE: i64 = 64;

/// What is known of the association.
#[derive(Debug, Default)]
pub struct Association {
    tsaps: Vec<(&'static str, String)>,
    open: Option<Open>,
    /// Longest PDU agreed.
    most: Option<i64>,
}

/// A request not answered yet.
#[derive(Debug)]
struct Open {
    side: Side,
    span: Span,
    ordinal: i64,
    bytes: u32,
    names: Vec<(&'static str, String)>,
    proposed: Vec<(&'static str, i64)>,
    secret: &'static str,
    known: Option<bool>,
    blind: bool,
}

/// How it ended.
struct End<'a> {
    outcome: Outcome,
    status: Option<Status>,
    reply: Reply,
    last: Span,
    agreed: &'a [u8],
    responder: Option<String>,
}

impl Association {
    /// The transport connection is asked for.
    pub fn called(&mut self, connect: &Connect<'_>, talk: &mut Talk<'_>) {
        self.close(talk);
        let of = |key, value: Option<&[u8]>| value.map(|tsap| (key, cotp::tsap(tsap)));
        self.tsaps =
            [of("calling_tsap", connect.calling), of("called_tsap", connect.called)].into_iter().flatten().collect();
        self.most = None;
    }

    /// Somebody asks for an association.
    pub fn asked(&mut self, side: Side, acse: &Acse<'_>, body: &[u8], span: Span, talk: &mut Talk<'_>) {
        self.close(talk);
        let mut names = std::mem::take(&mut self.tsaps);
        let of = |key, value: Option<String>| value.map(|text| (key, text));
        names.extend(of("calling_title", acse.own()));
        names.extend(of("called_title", acse.called()));
        names.extend(of("mechanism", acse.mechanism_name()));
        self.open = Some(Open {
            side,
            span,
            ordinal: talk.ordinal(),
            bytes: u32::try_from(body.len()).unwrap_or(u32::MAX),
            names,
            proposed: parameters(body),
            secret: acse.secret_kind(),
            known: acse.password().map(|password| defaults::known("", password)),
            blind: false,
        });
    }

    /// It was accepted or refused.
    pub fn answered(&mut self, acse: &Acse<'_>, body: &[u8], span: Span, talk: &mut Talk<'_>) {
        let accepted = acse.result.unwrap_or(0) == 0;
        if accepted {
            self.most = number(body, 0x80);
        }
        let status = acse.diagnostic.filter(|_| !accepted).map(|(source, code)| {
            let number = u32::from(source) * 256 + u32::try_from(code).unwrap_or(255);
            (number, acse::diagnosis(source, code))
        });
        let refused_proof = acse.diagnostic.is_some_and(|(source, code)| acse::about_authentication(source, code));
        let outcome = if accepted { Outcome::Success } else { Outcome::Failure };
        let (agreed, responder) = (body, acse.own());
        let end = End { outcome, status, reply: Reply::Answered, last: span, agreed, responder };
        let proof = self.open.as_ref().is_some_and(|open| open.secret != "none");
        self.tell(end, talk);
        if !accepted && (refused_proof || proof) {
            talk.refused_login();
        }
    }

    /// A lower layer or the MMS user refused it.
    pub fn refused(&mut self, status: Option<Status>, talk: &mut Talk<'_>) {
        if self.open.is_some() {
            self.tell(End { status, ..End::new(Outcome::Failure, Reply::Answered, talk.span()) }, talk);
        }
    }

    /// One side gives up at once: source 0 the user, 1 the service provider.
    pub fn aborted(&mut self, side: Side, source: Option<i64>, talk: &mut Talk<'_>) {
        let name = if source == Some(1) { "Aborted by the service provider" } else { "Aborted by the user" };
        self.refused(None, talk);
        ended(side, "abort", Some((u32::try_from(source.unwrap_or(0)).unwrap_or(0), name)), talk);
    }

    pub fn released(&mut self, side: Side, talk: &mut Talk<'_>) {
        ended(side, "release", None, talk);
    }

    pub fn gap(&mut self) {
        if let Some(open) = &mut self.open {
            open.blind = true;
        }
    }

    /// The flow is over, or another association begins.
    pub fn close(&mut self, talk: &mut Talk<'_>) {
        let Some(open) = &self.open else { return };
        let reply = if open.blind { Reply::None } else { Reply::Unanswered };
        let last = open.span;
        self.tell(End::new(Outcome::Unknown, reply, last), talk);
    }

    /// Whether a PDU is longer than was agreed.
    pub fn too_long(&self, length: usize) -> bool {
        self.most.is_some_and(|most| i64::try_from(length).is_ok_and(|length| length > most.saturating_add(ALLOWANCE)))
    }

    fn tell(&mut self, end: End<'_>, talk: &mut Talk<'_>) {
        let Some(open) = self.open.take() else { return };
        let mut details = Details::default();
        for (key, name) in &open.names {
            details.text(key, name);
        }
        if let Some(title) = &end.responder {
            details.text("responding_title", title);
        }
        let agreed = parameters(end.agreed);
        for (key, value) in if agreed.is_empty() { &open.proposed } else { &agreed } {
            details.number(key, *value);
        }
        if let Some(services) = field(end.agreed, 0xa4).and_then(|detail| field(detail, 0x82)) {
            details.text("services", &text::hex(services.get(1..).unwrap_or_default(), 16));
        }
        let details = details.finish();
        let span = Span { first: open.span.first, last: end.last.last };
        let duration = (end.reply == Reply::Answered).then(|| span.last.time.saturating_sub(open.span.last.time));
        let login = open.secret != "none";
        let operation = if login { Operation::SecurityLogin } else { Operation::SessionOpen };
        let row = SessionRow {
            ot_session_kind: Some("mms_association"),
            ot_operation: Some(operation.name()),
            event_outcome: Some(end.outcome.name()),
            ot_status_code: end.status.map(|s| s.0),
            ot_status_name: end.status.map(|s| s.1),
            ot_reply: Some(end.reply.name()),
            event_duration: duration,
            ot_secret_kind: Some(open.secret),
            ot_secret_encrypted: (open.secret == "password").then_some(false),
            ot_secret_known: open.known,
            ot_details: details.as_deref(),
            ..SessionRow::default()
        };
        talk.session(open.side, span, open.ordinal, row);
        let mut items = vec![Item::new(Operation::SessionOpen)];
        if login {
            items.push(Item::new(Operation::SecurityLogin));
        }
        talk.exchange(&Exchange {
            function: Function { code: None, name: Some("initiate") },
            outcome: end.outcome,
            status: end.status,
            reply: end.reply,
            duration,
            bytes: open.bytes,
            flagged: talk.flagged(),
            ..Exchange::new(span, open.side, open.ordinal, &items)
        });
    }
}

impl End<'_> {
    const fn new(outcome: Outcome, reply: Reply, last: Span) -> Self {
        Self { outcome, status: None, reply, last, agreed: &[], responder: None }
    }
}

fn parameters(body: &[u8]) -> Vec<(&'static str, i64)> {
    let version = field(body, 0xa4).and_then(|detail| number(detail, 0x80));
    let read = [
        ("mms_version", version),
        ("pdu_size", number(body, 0x80)),
        ("outstanding_calling", number(body, 0x81)),
        ("outstanding_called", number(body, 0x82)),
        ("nesting", number(body, 0x83)),
    ];
    read.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
}

fn ended(side: Side, name: &'static str, status: Option<Status>, talk: &mut Talk<'_>) {
    let items = [Item::new(Operation::SessionClose)];
    talk.exchange(&Exchange {
        function: Function { code: None, name: Some(name) },
        status,
        flagged: talk.flagged(),
        ..Exchange::new(talk.span(), side, talk.ordinal(), &items)
    });
}
