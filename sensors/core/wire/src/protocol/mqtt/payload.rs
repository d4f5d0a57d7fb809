//! Payloads: what they hold, in values the ledger can follow, and a word for their shape.

use super::json::{self, Leaf};
use super::lexer;
use super::told::Value;
use crate::hash;
use crate::text::{self, TEXT_LIMIT};

/// What a payload is. The numbers keep shapes apart (`Part::form`).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Form {
    Empty,
    Number,
    Text,
    /// Not text, or text too long to keep.
    Binary,
    Truth,
    Null,
    Sparkplug,
}

impl Form {
    pub const fn code(self) -> i64 {
        match self {
            Self::Empty => 1,
            Self::Number => 2,
            Self::Text => 3,
            Self::Binary => 5,
            Self::Truth => 6,
            Self::Null => 7,
            Self::Sparkplug => 8,
        }
    }
}

/// One payload, read.
#[derive(Debug)]
pub struct Payload {
    /// Keeps shapes apart: the form, or the hash of keys and types of a document.
    pub mark: i64,
    /// `empty`, `number`, `text`, `binary`, or `json:` and a hash of keys and types.
    pub shape: String,
    /// Of the whole payload where it is neither a number nor a document.
    pub value: Value,
    pub hash: Option<String>,
    /// Path behind `$`, form and value of each leaf of a document.
    pub leaves: Vec<(Box<str>, Form, Value)>,
    /// Leaves were left out.
    pub cut: bool,
}

/// Reads a payload by its content; what the sender says of it is not believed.
pub fn read(payload: &[u8]) -> Payload {
    if payload.is_empty() {
        return plain(Form::Empty, "empty", Value::None);
    }
    let Ok(text) = std::str::from_utf8(payload) else { return opaque(payload, "binary") };
    if let Some(document) = json::read(text) {
        return Payload {
            mark: document.shape,
            shape: format!("json:{:015x}", document.shape & 0xfff_ffff_ffff_ffff),
            value: Value::None,
            hash: None,
            leaves: document.leaves.into_iter().map(leaf).collect(),
            cut: document.cut,
        };
    }
    let trimmed = text.trim_matches([' ', '\t', '\r', '\n']);
    if trimmed.len() <= 64 && lexer::number(trimmed) == Some(trimmed.len()) {
        return plain(Form::Number, "number", number(trimmed));
    }
    let control = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r');
    if text.chars().any(control) {
        return opaque(payload, "binary");
    }
    if payload.len() > TEXT_LIMIT {
        return opaque(payload, "text");
    }
    plain(Form::Text, "text", Value::text("text", text))
}

fn plain(form: Form, shape: &str, value: Value) -> Payload {
    Payload { mark: form.code(), shape: shape.to_owned(), value, hash: None, leaves: Vec::new(), cut: false }
}

/// What is not kept is known by its hash.
fn opaque(payload: &[u8], shape: &str) -> Payload {
    let hash = digest(payload);
    let value = Value::text("hash", hash.as_str());
    Payload { hash: Some(hash), ..plain(Form::Binary, shape, value) }
}

/// BLAKE2b-128 in base32.
pub fn digest(bytes: &[u8]) -> String {
    text::base32_128(&hash::digest(&[bytes]))
}

fn leaf((path, leaf): (Box<str>, Leaf)) -> (Box<str>, Form, Value) {
    match leaf {
        Leaf::Null => (path, Form::Null, Value::None),
        Leaf::Truth(truth) => (path, Form::Truth, Value::number("bool", f64::from(u8::from(truth)))),
        Leaf::Number(written) => {
            let value = number(&written);
            (path, Form::Number, value)
        }
        Leaf::Text(text) => {
            let text: Box<str> = if text.contains('\0') { text.replace('\0', "\u{fffd}").into() } else { text };
            (path, Form::Text, Value::Text { kind: "text", text })
        }
    }
}

/// A number as written; `exact` where a double cannot hold it.
fn number(written: &str) -> Value {
    let number = written.parse::<f64>().unwrap_or(f64::NAN);
    let whole = written.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    let exact = (whole && number.abs() >= 9_007_199_254_740_992.0).then(|| written.into());
    Value::Number { kind: "number", number: [number], exact }
}
