//! What a publication holds, as parts of its exchange: one value, the leaves of a document, or Sparkplug metrics.

use super::alias::Resolved;
use super::flow::Flow;
use super::payload::{self, Form, Payload};
use super::publish::Publication;
use super::told::{Part, Told, merged};
use crate::dataset::{Flag, Operation};
use crate::protocol::Talk;
use crate::protocol::sparkplug::{self, topic::Topic};
use crate::text::{Details, TEXT_LIMIT};

impl Flow {
    /// Parts and details by what the payload is; true when some of it was left out.
    pub(super) fn content(
        &mut self,
        publication: &Publication<'_>,
        told: &mut Told,
        delivery: bool,
        talk: &mut Talk<'_>,
    ) -> bool {
        let topic = match &publication.topic {
            Resolved::Topic(topic) => Some(topic.as_str()),
            Resolved::Unknown => None,
        };
        match topic.and_then(sparkplug::topic::read) {
            Some(Some(address)) if address.kind == sparkplug::topic::Kind::State => {
                told.function.name = Some(address.kind.name());
            }
            Some(Some(address)) => {
                told.function.name = Some(address.kind.name());
                if let Some(cut) = self.metrics(&address, publication, told, delivery, talk) {
                    return cut;
                }
                talk.flag(Flag::SparkplugMalformed, None, None);
            }
            Some(None) => talk.flag(Flag::SparkplugTopic, None, None),
            None => {}
        }
        let payload = payload::read(publication.payload);
        let cut = payload.cut;
        told.details = described(publication, &payload.shape, payload.hash.as_deref());
        told.parts = parts(topic, payload, operation(told));
        cut
    }

    /// A Sparkplug payload, and whether some of it was left out; None when it is none.
    fn metrics(
        &mut self,
        address: &Topic<'_>,
        publication: &Publication<'_>,
        told: &mut Told,
        delivery: bool,
        talk: &mut Talk<'_>,
    ) -> Option<bool> {
        let context = sparkplug::Context { from_node: !delivery, complete: self.complete(), again: publication.dup };
        let common = described(publication, "sparkplug", None);
        let mut message = self.sparkplug.read(address, publication.payload, common.as_deref(), context)?;
        for (flag, details) in &message.flags {
            talk.flag(*flag, None, details.as_deref());
        }
        let mut details = Details::default();
        details.text("sparkplug_type", address.kind.name()).number("sparkplug_metrics", message.count);
        for (key, value) in [
            ("sparkplug_seq", message.sequence),
            ("sparkplug_bdseq", message.bdseq),
            ("sparkplug_time", message.timestamp),
        ] {
            if let Some(value) = value.and_then(|v| i64::try_from(v).ok()) {
                details.number(key, value);
            }
        }
        let details = details.finish();
        // Births and deaths begin and end the session of a node: they are never folded away.
        let operation = match address.kind {
            kind if kind.birth() => Operation::SessionOpen,
            kind if kind.death() => Operation::SessionClose,
            kind if kind.command() => Operation::Write,
            _ => Operation::Publish,
        };
        // What the message says of itself stands on its first row: that of the topic, or a command's first metric.
        match message.metrics.first_mut().filter(|_| address.kind.command()) {
            Some(first) => first.details = merged(first.details.as_deref(), details),
            None => {
                told.details = merged(common.as_deref(), details);
                if let Resolved::Topic(topic) = &publication.topic {
                    let mut head = Part::of(operation, "topic", topic.as_str());
                    head.form = Form::Sparkplug.code();
                    told.parts.push(head);
                }
            }
        }
        told.parts.extend(message.metrics);
        Some(message.cut)
    }
}

/// A message for a Sparkplug command topic is a command even where its payload is none.
fn operation(told: &Told) -> Operation {
    if matches!(told.function.name, Some("NCMD" | "DCMD")) { Operation::Write } else { Operation::Publish }
}

/// What every row of the publication says.
fn described(publication: &Publication<'_>, shape: &str, hash: Option<&str>) -> Option<Box<str>> {
    let mut details = Details::default();
    details.text("payload_shape", shape).number("payload_bytes", wide(publication.payload.len()));
    if let Some(hash) = hash {
        details.text("payload_hash", hash);
    }
    merged(publication.details.as_deref(), details.finish())
}

fn wide(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// The topic itself, and behind it each leaf of a document.
fn parts(topic: Option<&str>, payload: Payload, operation: Operation) -> Vec<Part> {
    let mut whole = Part::new(operation);
    whole.kind = Some("topic");
    whole.address = topic.map(Into::into);
    whole.form = payload.mark;
    whole.value = payload.value;
    let mut parts = vec![whole];
    let Some(topic) = topic else { return parts };
    for (path, form, value) in payload.leaves {
        let mut address = [topic, "$", &path].concat();
        address.truncate(address.floor_char_boundary(TEXT_LIMIT));
        let mut part = Part::of(operation, "topic", address);
        part.form = form.code();
        part.value = value;
        parts.push(part);
    }
    parts
}
