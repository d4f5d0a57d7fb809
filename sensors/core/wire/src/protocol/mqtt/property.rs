//! Properties of MQTT 5 (2.2.2): | length, variable | for each: identifier 1, value |

use super::packet as p;
use super::reader::{Reader, well_formed};
use super::told::Odd;
use crate::dataset::Flag;
use crate::text::{self, Details};

/// Properties kept of one packet; the standard knows 27, more can only be user properties.
const KEPT: usize = 64;
/// The will's properties are asked for with this instead of a packet type.
pub const WILL: u8 = 0;

pub const CONTENT_TYPE: u8 = 0x03;
pub const RESPONSE_TOPIC: u8 = 0x08;
pub const CORRELATION_DATA: u8 = 0x09;
pub const SUBSCRIPTION_ID: u8 = 0x0b;
pub const ASSIGNED_CLIENT_ID: u8 = 0x12;
pub const AUTH_METHOD: u8 = 0x15;
pub const AUTH_DATA: u8 = 0x16;
pub const WILL_DELAY: u8 = 0x18;
pub const TOPIC_ALIAS_MAXIMUM: u8 = 0x22;
pub const TOPIC_ALIAS: u8 = 0x23;
pub const USER_PROPERTY: u8 = 0x26;

#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    Number(u32),
    Text(&'a [u8]),
    Binary(&'a [u8]),
    Pair(&'a [u8], &'a [u8]),
}

#[derive(Clone, Copy)]
enum Kind {
    /// A byte that is 0 or 1.
    Truth,
    Word,
    Double,
    Variable,
    Text,
    Binary,
    Pair,
}

/// Identifier, kind of value, packets it may stand in (a bit each, `WILL` is bit 0), key in `ot.details` (table 2-4).
const TABLE: &[(u8, Kind, &[u8], &str)] = &[
    (0x01, Kind::Truth, &[p::PUBLISH, WILL], "payload_is_text"),
    (0x02, Kind::Double, &[p::PUBLISH, WILL], "message_expiry"),
    (CONTENT_TYPE, Kind::Text, &[p::PUBLISH, WILL], "content_type"),
    (RESPONSE_TOPIC, Kind::Text, &[p::PUBLISH, WILL], "response_topic"),
    (CORRELATION_DATA, Kind::Binary, &[p::PUBLISH, WILL], "correlation_bytes"),
    (SUBSCRIPTION_ID, Kind::Variable, &[p::PUBLISH, p::SUBSCRIBE], "subscription_id"),
    (0x11, Kind::Double, &[p::CONNECT, p::CONNACK, p::DISCONNECT], "session_expiry"),
    (ASSIGNED_CLIENT_ID, Kind::Text, &[p::CONNACK], "client_id_assigned"),
    (0x13, Kind::Word, &[p::CONNACK], "server_keepalive"),
    (AUTH_METHOD, Kind::Text, &[p::CONNECT, p::CONNACK, p::AUTH], "auth_method"),
    (AUTH_DATA, Kind::Binary, &[p::CONNECT, p::CONNACK, p::AUTH], ""),
    (0x17, Kind::Truth, &[p::CONNECT], "request_problem"),
    (WILL_DELAY, Kind::Double, &[WILL], "will_delay"),
    (0x19, Kind::Truth, &[p::CONNECT], "request_response"),
    (0x1a, Kind::Text, &[p::CONNACK], "response_information"),
    (0x1c, Kind::Text, &[p::CONNACK, p::DISCONNECT], "server_reference"),
    (0x1f, Kind::Text, REASON_STRING, "reason_string"),
    (0x21, Kind::Word, &[p::CONNECT, p::CONNACK], "receive_maximum"),
    (TOPIC_ALIAS_MAXIMUM, Kind::Word, &[p::CONNECT, p::CONNACK], "topic_alias_maximum"),
    (TOPIC_ALIAS, Kind::Word, &[p::PUBLISH], "alias"),
    (0x24, Kind::Truth, &[p::CONNACK], "maximum_qos"),
    (0x25, Kind::Truth, &[p::CONNACK], "retain_available"),
    (USER_PROPERTY, Kind::Pair, EVERYWHERE, "user_properties"),
    (0x27, Kind::Double, &[p::CONNECT, p::CONNACK], "maximum_packet_size"),
    (0x28, Kind::Truth, &[p::CONNACK], "wildcard_available"),
    (0x29, Kind::Truth, &[p::CONNACK], "subscription_id_available"),
    (0x2a, Kind::Truth, &[p::CONNACK], "shared_available"),
];
const REASON_STRING: &[u8] =
    &[p::CONNACK, p::PUBACK, p::PUBREC, p::PUBREL, p::PUBCOMP, p::SUBACK, p::UNSUBACK, p::DISCONNECT, p::AUTH];
const EVERYWHERE: &[u8] = &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 14, 15];

fn entry(id: u8) -> Option<&'static (u8, Kind, &'static [u8], &'static str)> {
    TABLE.iter().find(|e| e.0 == id)
}

/// Keys of properties that may stand in a request and in its answer.
const fn answer_key(id: u8) -> Option<&'static str> {
    Some(match id {
        0x11 => "server_session_expiry",
        AUTH_METHOD => "",
        0x21 => "server_receive_maximum",
        TOPIC_ALIAS_MAXIMUM => "server_topic_alias_maximum",
        USER_PROPERTY => "answer_user_properties",
        0x27 => "server_maximum_packet_size",
        _ => return None,
    })
}

/// Properties of one packet.
#[derive(Debug, Default)]
pub struct Properties<'a> {
    list: Vec<(u8, Value<'a>)>,
    /// Some property may not stand here, stands twice, or has a value out of its range.
    pub illegal: bool,
}

/// Reads the properties of a packet (or of the will). None: they do not fit, or one has an identifier whose length
/// nobody can know. The reader then stands where it stood.
pub fn read<'a>(reader: &mut Reader<'a>, place: u8) -> Option<Properties<'a>> {
    let mut trial = Reader::new(reader.rest());
    let length = usize::try_from(trial.varint()?).ok()?;
    let mut inside = Reader::new(trial.take(length)?);
    let mut found = Properties::default();
    while !inside.done() {
        let id = inside.u8()?;
        let (_, kind, places, _) = entry(id)?;
        let value = value(&mut inside, *kind)?;
        let out_of_range = matches!((kind, value), (Kind::Truth, Value::Number(2..)))
            || matches!((id, value), (SUBSCRIPTION_ID | TOPIC_ALIAS | 0x21 | 0x27, Value::Number(0)));
        let repeated =
            id != USER_PROPERTY && !(id == SUBSCRIPTION_ID && place == p::PUBLISH) && found.get(id).is_some();
        found.illegal |= out_of_range || repeated || !places.contains(&place);
        if found.list.len() < KEPT {
            found.list.push((id, value));
        }
    }
    reader.take(trial.at())?;
    Some(found)
}

fn value<'a>(reader: &mut Reader<'a>, kind: Kind) -> Option<Value<'a>> {
    Some(match kind {
        Kind::Truth => Value::Number(u32::from(reader.u8()?)),
        Kind::Word => Value::Number(u32::from(reader.u16()?)),
        Kind::Double => Value::Number(reader.u32()?),
        Kind::Variable => Value::Number(reader.varint()?),
        Kind::Text => Value::Text(reader.block()?),
        Kind::Binary => Value::Binary(reader.block()?),
        Kind::Pair => Value::Pair(reader.block()?, reader.block()?),
    })
}

impl<'a> Properties<'a> {
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub fn get(&self, id: u8) -> Option<Value<'a>> {
        self.list.iter().find(|(i, _)| *i == id).map(|(_, v)| *v)
    }

    pub fn number(&self, id: u8) -> Option<u32> {
        match self.get(id)? {
            Value::Number(n) => Some(n),
            _ => None,
        }
    }

    pub fn text(&self, id: u8) -> Option<&'a [u8]> {
        match self.get(id)? {
            Value::Text(t) => Some(t),
            _ => None,
        }
    }

    /// Flags what the standard does not allow in them.
    pub fn check(&self, offset: usize, odd: &mut Odd) {
        if self.illegal {
            odd.add(Flag::MqttProperty, offset);
        }
        if self.texts().any(|text| !well_formed(text)) {
            odd.add(Flag::MqttUtf8, offset);
        }
    }

    fn texts(&self) -> impl Iterator<Item = &'a [u8]> {
        self.list
            .iter()
            .flat_map(|(_, value)| match value {
                Value::Text(t) => [Some(*t), None],
                Value::Pair(k, v) => [Some(*k), Some(*v)],
                _ => [None, None],
            })
            .flatten()
    }

    /// Writes what they say. Authentication data stay out: they may be a secret. `answer`: they stand in an
    /// acknowledgement, whose facts go beside those of what it acknowledges.
    pub fn tell(&self, details: &mut Details, answer: bool) {
        for (i, (id, value)) in self.list.iter().enumerate() {
            let Some((_, kind, _, key)) = entry(*id) else { continue };
            let key = if answer { answer_key(*id).unwrap_or(key) } else { *key };
            let repeated = self.list.iter().take(i).any(|(earlier, _)| earlier == id);
            if key.is_empty() || repeated {
                continue;
            }
            match (kind, value) {
                _ if *id == ASSIGNED_CLIENT_ID => details.truth(key, true),
                (Kind::Truth, Value::Number(n)) if *id == 0x24 => details.number(key, *n),
                (Kind::Truth, Value::Number(n)) => details.truth(key, *n != 0),
                (_, Value::Number(n)) => details.number(key, *n),
                (_, Value::Text(t)) => details.text(key, &text::bounded(t, text::TEXT_LIMIT).0),
                (_, Value::Binary(b)) => details.number(key, u32::try_from(b.len()).unwrap_or(u32::MAX)),
                (_, Value::Pair(..)) => {
                    let pairs = self.pairs();
                    details.texts(key, pairs.iter().map(String::as_str))
                }
            };
        }
    }

    fn pairs(&self) -> Vec<String> {
        let short = |t: &[u8]| text::bounded(t, text::TEXT_LIMIT).0;
        let pairs = self.list.iter().filter_map(|(_, value)| match value {
            Value::Pair(k, v) => Some(format!("{}={}", short(k), short(v))),
            _ => None,
        });
        pairs.collect()
    }
}
