//! Sparkplug B inside MQTT: payloads of metrics, births and deaths, sequence numbers (Sparkplug 3.0).
//!
//! Payload: | 1 timestamp | 2 metric, repeated | 3 seq | 4 uuid | 5 body |; the topic says what it is. A decoder, no
//! protocol of its own: `network.protocol` stays `mqtt`.

mod metric;
mod nodes;
mod protobuf;
pub mod topic;

#[cfg(test)]
mod tests;

use super::mqtt::told::{Part, Value, merged};
use crate::dataset::{Flag, Operation};
use crate::text::{self, Details, TEXT_LIMIT};
use metric::{Metric, type_name};
use nodes::Nodes;
use protobuf::{Fields, Wire};
use topic::Topic;

/// Metrics of one message that get a row of their own; births of large nodes have thousands.
const METRICS: usize = 256;
/// Keeps shapes of metrics apart by data type (`Part::form`).
const FORM: i64 = 100;
/// Name of the metric that joins a death to its birth.
const BDSEQ: &[u8] = b"bdSeq";

/// What is known of the connection a message came on.
#[derive(Clone, Copy, Debug)]
pub struct Context {
    /// It comes from the edge node, not from the broker.
    pub from_node: bool,
    /// All since the connection's beginning was seen.
    pub complete: bool,
    /// It is a repetition (DUP).
    pub again: bool,
}

/// A payload, read.
#[derive(Debug, Default)]
pub struct Message {
    /// One for each metric.
    pub metrics: Vec<Part>,
    /// How many metrics there were.
    pub count: u32,
    pub sequence: Option<u64>,
    pub bdseq: Option<u64>,
    pub timestamp: Option<u64>,
    pub flags: Vec<(Flag, Option<String>)>,
    /// Metrics or texts were left out.
    pub cut: bool,
}

/// What the births on one connection said.
#[derive(Debug, Default)]
pub struct Sparkplug {
    nodes: Nodes,
}

impl Sparkplug {
    /// Reads the payload of a message. `common` are details every metric's row repeats. None: it is no Sparkplug payload.
    pub fn read(
        &mut self,
        topic: &Topic<'_>,
        payload: &[u8],
        common: Option<&str>,
        context: Context,
    ) -> Option<Message> {
        let mut message = head(payload)?;
        let forgot = self.nodes.forgot;
        let (id, node) = (topic.id(), topic.node_id());
        if topic.kind.birth() {
            self.nodes.birth(&id, topic.device.is_none());
        }
        self.life(topic, &id, &node, &mut message, context);
        for (number, wire) in Fields::new(payload) {
            if let (2, Wire::Bytes(bytes)) = (number, wire) {
                self.metric(topic, (&id, &node), bytes, common, &mut message)?;
            }
        }
        if topic.kind.counted() && message.sequence.is_none() {
            message.flags.push((Flag::SparkplugMalformed, None));
        }
        self.sequence(&node, topic, &mut message, context);
        if self.nodes.forgot && !forgot {
            message.flags.push((Flag::ParserLimit, None));
        }
        Some(message)
    }

    /// Births, deaths, and data that come before a birth.
    fn life(&mut self, topic: &Topic<'_>, id: &str, node: &str, message: &mut Message, context: Context) {
        let before = self.nodes.forgot;
        let Some(entity) = self.nodes.entity(id) else { return };
        if topic.kind.birth() || topic.kind.death() {
            entity.born = topic.kind.birth();
            entity.told_birth = false;
        }
        let data = topic.kind.counted() && !topic.kind.birth() && !topic.kind.death();
        if data && !entity.born && !entity.told_birth && context.from_node && context.complete && !before {
            entity.told_birth = true;
            message.flags.push((Flag::SparkplugBirthMissing, None));
        }
        if topic.kind == topic::Kind::Ndeath
            && let Some(entity) = self.nodes.entity(node)
        {
            entity.next = None;
        }
    }

    /// One metric: its name by alias, its value by type.
    fn metric(
        &mut self,
        topic: &Topic<'_>,
        (id, node): (&str, &str),
        bytes: &[u8],
        common: Option<&str>,
        message: &mut Message,
    ) -> Option<()> {
        let metric = Metric::read(bytes)?;
        message.count = message.count.saturating_add(1);
        message.cut |= metric.cut();
        let name = metric.name.map(|name| text::bounded(name, TEXT_LIMIT).0);
        if topic.kind.birth()
            && let Some(name) = &name
        {
            self.nodes.learn(id, metric.alias, name, metric.datatype);
        }
        if metric.name == Some(BDSEQ) {
            message.bdseq = match metric.raw {
                metric::Raw::Long(value) => Some(value),
                metric::Raw::Int(value) => Some(u64::from(value)),
                _ => None,
            };
        }
        let known = self.nodes.known(id, node, metric.alias, name.as_deref()).cloned().unwrap_or_default();
        let name = name.filter(|n| !n.is_empty()).or_else(|| (!known.name.is_empty()).then(|| known.name.to_string()));
        if name.is_none() {
            self.nameless(id, metric.alias, message);
        }
        if message.metrics.len() >= METRICS {
            message.cut = true;
            return Some(());
        }
        let name = name.or_else(|| metric.alias.map(|alias| format!("#{alias}"))).unwrap_or_default();
        let (address, cut) = text::bounded(format!("{id}:{name}").as_bytes(), TEXT_LIMIT);
        message.cut |= cut;
        let datatype = metric.datatype.or(known.datatype);
        let operation = if topic.kind.command() { Operation::Write } else { Operation::Publish };
        let mut part = Part::of(operation, "metric", address);
        part.form = FORM + i64::from(datatype.unwrap_or(0));
        part.value = metric.value(datatype);
        part.details = merged(common, details(&metric, datatype, &part.value));
        message.metrics.push(part);
        Some(())
    }

    /// A metric without a name whose alias no birth explained.
    fn nameless(&mut self, id: &str, alias: Option<u64>, message: &mut Message) {
        let Some(alias) = alias else {
            message.flags.push((Flag::SparkplugMalformed, None));
            return;
        };
        let forgot = self.nodes.forgot;
        let Some(entity) = self.nodes.entity(id) else { return };
        if entity.born && !entity.told_alias && !forgot {
            entity.told_alias = true;
            let mut details = Details::default();
            details.text("entity", id).number("alias", i64::try_from(alias).unwrap_or(i64::MAX));
            message.flags.push((Flag::SparkplugUnknownAlias, details.finish()));
        }
    }

    /// The number must be one more than that of the node's last message, 0 after 255 (6.4.6.2).
    fn sequence(&mut self, node: &str, topic: &Topic<'_>, message: &mut Message, context: Context) {
        let Some(number) = message.sequence.filter(|_| topic.kind.counted() && context.from_node) else { return };
        if context.again {
            return;
        }
        let Some(entity) = self.nodes.entity(node) else { return };
        let expected = entity.next.filter(|_| topic.kind != topic::Kind::Nbirth);
        let number8 = u8::try_from(number).ok();
        entity.next = number8.map(|n| n.wrapping_add(1));
        if number8.is_none() || expected.is_some_and(|e| number8 != Some(e)) {
            let mut details = Details::default();
            details.text("entity", node).number("observed", i64::try_from(number).unwrap_or(i64::MAX));
            if let Some(expected) = expected {
                details.number("expected", expected);
            }
            message.flags.push((Flag::SparkplugSequenceGap, details.finish()));
        }
    }

    /// Messages of one direction are missing.
    pub fn gap(&mut self) {
        self.nodes.gap();
    }

    pub fn weight(&self) -> usize {
        self.nodes.weight()
    }
}

/// Timestamp and sequence number, and whether the bytes are a payload at all.
fn head(payload: &[u8]) -> Option<Message> {
    let mut message = Message::default();
    let mut fields = Fields::new(payload);
    for (number, wire) in &mut fields {
        match (number, wire) {
            (1, Wire::Varint(time)) => message.timestamp = Some(time),
            (3, Wire::Varint(sequence)) => message.sequence = Some(sequence),
            (2 | 4 | 5, Wire::Bytes(_)) => {}
            (1..=5, _) => return None,
            _ => {}
        }
    }
    (!fields.bad).then_some(message)
}

fn details(metric: &Metric<'_>, datatype: Option<u8>, value: &Value) -> Option<String> {
    let mut details = Details::default();
    if let Some(alias) = metric.alias.and_then(|a| i64::try_from(a).ok()) {
        details.number("metric_alias", alias);
    }
    if let Some(kind) = datatype.and_then(type_name) {
        details.text("metric_type", kind);
    }
    if let Some(time) = metric.timestamp.and_then(|t| i64::try_from(t).ok()) {
        details.number("metric_time", time);
    }
    for (key, truth) in [("historical", metric.historical), ("transient", metric.transient), ("is_null", metric.null)] {
        if truth {
            details.truth(key, true);
        }
    }
    if matches!(metric.raw, metric::Raw::Extension) && matches!(value, Value::None) {
        details.truth("extension", true);
    }
    details.finish()
}
