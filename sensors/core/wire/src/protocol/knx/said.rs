//! What a frame says: operation, object, value, details.

use crate::dataset::Operation;
use crate::protocol::{Function, Outcome};
use crate::text::{self, Details};

/// Bytes of a value that are shown, as much as a telegram may hold.
const SHOWN: usize = 254;

/// A value as far as it can be read without the project.
#[derive(Clone, Debug, Default)]
pub enum Value {
    #[default]
    None,
    Number(&'static str, f64),
    Text(&'static str, String),
}

#[derive(Default)]
pub struct Said {
    pub function: Function,
    pub subfunction: Function,
    pub operation: Option<Operation>,
    pub kind: Option<&'static str>,
    pub address: String,
    pub value: Value,
    /// Individual address of the device that is asked.
    pub unit: String,
    pub client: String,
    pub outcome: Outcome,
    pub status: Option<(u32, &'static str)>,
    pub session: Option<i64>,
    pub details: Details,
}

impl Said {
    pub fn text(&mut self, key: &str, text: &str) {
        if !text.is_empty() {
            self.details.text(key, text);
        }
    }

    pub fn number(&mut self, key: &str, value: Option<impl Into<i64>>) {
        if let Some(value) = value {
            self.details.number(key, value);
        }
    }

    pub fn ended(&mut self, outcome: Outcome, code: impl Into<u32>, name: &'static str) {
        self.outcome = outcome;
        self.status = (outcome == Outcome::Failure).then(|| (code.into(), name));
    }

    pub fn object(&mut self, kind: &'static str, address: String) {
        (self.kind, self.address) = (Some(kind), address);
    }
}

/// Bytes whose data point type only the project knows: a number where they are at most four, else hexadecimal.
pub fn raw(bytes: &[u8]) -> Value {
    let kind = match bytes.len() {
        0 => return Value::None,
        1 => "raw8",
        2 => "raw16",
        3 => "raw24",
        4 => "raw32",
        _ => return Value::Text("raw", text::hex(bytes, SHOWN)),
    };
    Value::Number(kind, bytes.iter().fold(0.0, |sum, byte| sum * 256.0 + f64::from(*byte)))
}

/// Text of a field that NUL fills up; ISO 8859-1, as the standard says.
pub fn readable(bytes: &[u8]) -> String {
    let text: String = bytes.iter().take_while(|byte| **byte != 0).map(|byte| char::from(*byte)).collect();
    let shown: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    shown.trim().to_owned()
}
