//! What a message says beyond memory: objects by name, a value as text, details.

use crate::text::Details;

#[derive(Default)]
pub struct Said {
    /// Kind and address of each object.
    pub objects: Vec<(&'static str, String)>,
    /// Type and text of a value.
    pub value: Option<(&'static str, String)>,
    pub details: Details,
}

impl Said {
    pub fn object(&mut self, kind: &'static str, address: String) {
        if !address.is_empty() {
            self.objects.push((kind, address));
        }
    }

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
}

/// Text of a field: what stands before the filling of NULs and blanks, without control characters.
pub fn readable(bytes: &[u8]) -> String {
    let end = bytes.iter().rposition(|b| !matches!(b, b' ' | 0)).map_or(0, |at| at + 1);
    let text: String = String::from_utf8_lossy(bytes.get(..end).unwrap_or_default())
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
