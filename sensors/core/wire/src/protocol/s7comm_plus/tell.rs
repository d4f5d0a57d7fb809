//! What is said of a request with its response.

use super::address;
use super::deed::{class_name, of_class, refine};
use super::explore;
use super::facts;
use super::function as fc;
use super::names;
use super::object::{self, Met};
use super::pairing::{Ending, Request};
use super::reader::Reader;
use super::session::{self, Sessions, Standing};
use super::subject::{self, Subject, Subjects};
use super::subscription::{self, Subscriptions};
use super::value::Value;
use crate::dataset::{Flag, Operation};
use crate::protocol::{Address, Exchange, Function, Item, Object, Outcome, Talk, Values};
use crate::text::Details;

/// Objects whose class is remembered.
const CLASSES: usize = 64;
/// Attribute with identification and maintenance data 0 of a module.
const IM0: u32 = 3753;

/// State that a message may change.
#[derive(Debug, Default)]
pub struct Known {
    pub sessions: Sessions,
    pub subscriptions: Subscriptions,
    /// Objects that were created, with their classes.
    classes: Vec<(u32, u32)>,
    value: Value,
}

/// What is said besides the subjects.
#[derive(Default)]
pub struct Besides {
    pub subfunction: Function,
    pub details: Details,
}

impl Known {
    /// A request with how it ended.
    pub fn tell(&mut self, request: &Request, ending: &Ending<'_>, talk: &mut Talk<'_>) {
        let mut besides = Besides::default();
        let mut subjects = self.subjects(request, ending, &mut besides, talk);
        for subject in &mut subjects.list {
            refine(subject);
        }
        self.follow(request, ending, &subjects, talk);
        // What was cut off by a failure is no oddity.
        if subjects.broken && ending.outcome != Outcome::Failure {
            talk.flag(Flag::S7commPlusValue, None, None);
        }
        if subjects.left_out {
            talk.flag(Flag::ParserLimit, None, None);
        }
        besides.details.number("protocol_version", request.version);
        besides.details.text("integrity", if request.signed { "digest" } else { "none" });
        let out = Exchange {
            function: fc::function(request.function),
            subfunction: besides.subfunction,
            outcome: ending.outcome,
            status: ending.status,
            reply: ending.reply,
            duration: ending.duration,
            bytes: ending.bytes,
            session: session::key(request.session, talk),
            client_name: self.sessions.client_name.as_deref(),
            user: self.sessions.user.as_deref(),
            flagged: ending.flagged || talk.flagged(),
            ..Exchange::new(ending.span, request.side, request.ordinal, &[])
        };
        emit(&subjects.list, fc::operation(request.function), besides.details, &out, talk);
    }

    fn subjects(
        &mut self,
        request: &Request,
        ending: &Ending<'_>,
        besides: &mut Besides,
        talk: &mut Talk<'_>,
    ) -> Subjects {
        let (body, response, session) = (&request.body[..], ending.body, request.session);
        match request.function {
            fc::GET_MULTI_VARIABLES => Subjects::several(body, response, session, false),
            fc::SET_MULTI_VARIABLES => Subjects::several(body, response, session, true),
            fc::SET_VARIABLE => Subjects::set(body, session),
            fc::GET_VARIABLE => Subjects::get(body, response, session),
            fc::GET_VAR_SUBSTREAMED => {
                let subjects = Subjects::streamed(body, response, session, false);
                if let Some(blob) = response.and_then(subject::blob).filter(|_| subjects.about(IM0)) {
                    facts::module(request, blob, talk);
                }
                subjects
            }
            fc::SET_VAR_SUBSTREAMED => Subjects::streamed(body, response, session, true),
            fc::CREATE_OBJECT => self.create(request, ending, besides, talk),
            fc::DELETE_OBJECT => self.delete(request),
            fc::EXPLORE => explore::explore(request, ending, talk),
            fc::INVOKE => explore::invoke(body, besides),
            fc::GET_LINK => explore::link(body, session),
            _ => Subjects::default(),
        }
    }

    /// What a write means for sessions and subscriptions.
    fn follow(&mut self, request: &Request, ending: &Ending<'_>, subjects: &Subjects, talk: &mut Talk<'_>) {
        let about = |id: u32| subjects.about(id);
        let writes = matches!(request.function, fc::SET_VARIABLE | fc::SET_MULTI_VARIABLES | fc::SET_VAR_SUBSTREAMED);
        if self.sessions.waits() && request.function != fc::CREATE_OBJECT {
            let keyed = writes && about(names::SESSION_KEY) || request.signed;
            let standing = if keyed { Standing::Signed } else { Standing::Open };
            self.sessions.tell(standing, Some(ending.span), talk);
        }
        if writes && [names::SESSION_RESPONSE, names::SESSION_PASSWORD, names::LEGITIMATE].into_iter().any(about) {
            self.sessions.legitimation(request, ending, talk);
        }
        if writes && about(names::REFERENCE_LIST) {
            self.resubscribe(&request.body, talk);
        }
    }

    /// The reference list of a subscription is changed.
    fn resubscribe(&mut self, body: &[u8], talk: &mut Talk<'_>) {
        let Some((id, changes)) = subscription::changed(body) else { return };
        if !self.subscriptions.change(id, changes) {
            talk.flag(Flag::ParserLimit, None, None);
        }
    }

    /// | container 4 | value | 0 4 | in some versions a number | object |; answered by | count 1 | ids | object |
    fn create(
        &mut self,
        request: &Request,
        ending: &Ending<'_>,
        besides: &mut Besides,
        talk: &mut Talk<'_>,
    ) -> Subjects {
        let mut out = Subjects::default();
        let created = explore::created(ending.body);
        let mut heads = Vec::new();
        let mut changes = None;
        let mut number = None;
        let mut reader = Reader::new(&request.body);
        let (container, value, sessions) = (reader.be32(), &mut self.value, &mut self.sessions);
        let ahead = value.read(&mut reader).and_then(|()| reader.be32());
        if ahead.is_some() && reader.peek() != Some(object::START) {
            reader.vlq();
        }
        let start = reader.rest();
        let whole = object::walk(&mut reader, value, &mut |met| match met {
            Met::Object(object) => {
                if object.depth == 0 && object.class == names::SERVER_SESSION {
                    sessions.begin(talk);
                }
                if heads.len() < CLASSES {
                    heads.push(object);
                }
            }
            Met::Attribute(of, id, value, raw) => match (of.class, id) {
                (names::SERVER_SESSION, _) => sessions.attribute(id, value),
                (_, names::REFERENCE_LIST) => changes = subscription::read(raw),
                (_, names::BLOCK_NUMBER) if of.depth == 0 => number = value.number(),
                _ => {}
            },
        });
        out.broken = ahead.is_none() || whole.is_none();
        let Some(head) = heads.first().copied() else { return out };
        let id = created.unwrap_or(head.id);
        let mut subject = Subject::object(of_class(head.class), "object", class_name(head.class));
        if names::programs(head.class) {
            subject.place.kind = "block";
            subject.place.text = names::block_name(id)
                .or_else(|| number.map(|n| format!("{}{n}", class_name(head.class))))
                .unwrap_or_else(|| class_name(head.class));
            besides.details.text("container", &address::object(container.unwrap_or(0)));
            let length = start.len().saturating_sub(reader.rest().len());
            facts::file(request, ending, &subject.place.text, start.get(..length).unwrap_or_default(), true, talk);
        }
        self.remember(request, ending, (head, id), changes, talk);
        out.list.push(subject);
        out
    }

    /// What the new object is for what comes later.
    fn remember(
        &mut self,
        request: &Request,
        ending: &Ending<'_>,
        (head, id): (object::Object, u32),
        changes: Option<subscription::Changes>,
        talk: &mut Talk<'_>,
    ) {
        if head.class == names::SERVER_SESSION {
            let challenged = self.challenge(request, ending, talk);
            return self.sessions.opened(request, id, challenged, ending, talk);
        }
        if ending.outcome != Outcome::Success {
            return;
        }
        if self.classes.len() >= CLASSES {
            self.classes.remove(0);
        }
        self.classes.push((id, head.class));
        if head.class == names::SUBSCRIPTION && !self.subscriptions.change(id, changes.unwrap_or_default()) {
            talk.flag(Flag::ParserLimit, None, None);
        }
    }

    /// The controller's object in the answer to a new session: whether it gives a challenge, and what it says of itself.
    fn challenge(&mut self, request: &Request, ending: &Ending<'_>, talk: &mut Talk<'_>) -> bool {
        let mut reader = Reader::new(ending.body.unwrap_or_default());
        if let Some(count) = reader.u8() {
            reader.skip_vlq(u32::from(count));
        }
        let mut challenged = false;
        let mut version = None;
        object::walk(&mut reader, &mut self.value, &mut |met| {
            if let Met::Attribute(_, id, value, _) = met {
                challenged |= id == names::SESSION_CHALLENGE;
                if id == names::SESSION_VERSION {
                    version = value.members.iter().find(|(id, _)| *id == names::SYSTEM_PAOM).map(|(_, t)| t.clone());
                }
            }
        });
        if let Some(version) = version {
            facts::product(request, &version, talk);
        }
        challenged
    }

    /// | object 4 | qualifier |
    fn delete(&mut self, request: &Request) -> Subjects {
        let mut out = Subjects::default();
        let Some(id) = Reader::new(&request.body).be32() else {
            out.broken = true;
            return out;
        };
        let class = self.classes.iter().find(|(known, _)| *known == id).map(|(_, class)| *class);
        self.classes.retain(|(known, _)| *known != id);
        self.subscriptions.end(id);
        out.list.push(match (class, names::block_name(id)) {
            // 0: the session the request belongs to.
            _ if id == request.session || id == 0 => {
                Subject::object(Operation::SessionClose, "object", class_name(names::SERVER_SESSION))
            }
            (_, Some(name)) => Subject::object(Operation::ProgramDelete, "block", name),
            (Some(names::SUBSCRIPTION), _) => {
                Subject::object(Operation::SubscribeStop, "object", class_name(names::SUBSCRIPTION))
            }
            (Some(class), _) => Subject::object(of_class(class), "object", class_name(class)),
            (None, None) if names::object(id).is_some() => {
                Subject::object(Operation::ConfigureDevice, "object", address::object(id))
            }
            (None, None) => Subject::object(Operation::Unknown, "object", address::object(id)),
        });
        out
    }

    pub fn weight(&self) -> usize {
        self.sessions.weight() + self.subscriptions.weight() + self.classes.capacity() * size_of::<(u32, u32)>()
    }
}

/// Hands the subjects over, one item each.
pub fn emit(list: &[Subject], operation: Operation, details: Details, out: &Exchange<'_>, talk: &mut Talk<'_>) {
    let text = details.finish();
    let details = text.as_deref();
    match list {
        [] => talk.exchange(&Exchange { items: &[Item { details, ..Item::new(operation) }], ..*out }),
        [one] => talk.exchange(&Exchange { items: &[item(one, details)], ..*out }),
        _ => {
            let items: Vec<Item<'_>> = list.iter().map(|subject| item(subject, details)).collect();
            talk.exchange(&Exchange { items: &items, ..*out });
        }
    }
}

fn item<'a>(subject: &'a Subject, details: Option<&'a str>) -> Item<'a> {
    let address = Address::Text(&subject.place.text);
    Item {
        object: Object { kind: Some(subject.place.kind), address, start: 0, count: 0 },
        values: values(&subject.value),
        outcome: subject.outcome,
        status: subject.status,
        details,
        ..Item::new(subject.operation)
    }
}

fn values(value: &Value) -> Values<'_> {
    match value.kind {
        "" => Values::None,
        kind if !value.numbers.is_empty() => {
            Values::Numbers { kind, numbers: &value.numbers, exact: value.exact.as_deref() }
        }
        kind if !value.text.is_empty() => Values::Text { kind, text: &value.text },
        _ => Values::None,
    }
}
