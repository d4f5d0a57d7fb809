//! What protects a channel, and whether its messages can be read.

use super::certificate::Certificate;
use super::dispatch;

/// What is known of a channel's protection.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Mode {
    #[default]
    Unknown,
    /// Messages can be read; whether they are signed is not known (the channel's opening was not seen).
    Clear,
    None,
    Sign,
    SignAndEncrypt,
}

/// Policy, mode and certificates of a channel.
#[derive(Clone, Default)]
pub struct Security {
    pub mode: Mode,
    pub policy: Option<String>,
    /// Bytes of signature behind each chunk's body, once known.
    pub tail: Option<usize>,
    pub client: Option<Certificate>,
    pub server: Option<Certificate>,
}

impl Security {
    /// Word of `ot.security.mode`.
    pub const fn mode(&self) -> Option<&'static str> {
        match self.mode {
            Mode::Unknown | Mode::Clear => None,
            Mode::None => Some("None"),
            Mode::Sign => Some("Sign"),
            Mode::SignAndEncrypt => Some("SignAndEncrypt"),
        }
    }

    pub fn policy(&self) -> Option<&str> {
        self.policy.as_deref()
    }

    /// Whether a message's first chunk can be read, by its type; that also tells the mode. `begun`: a further chunk.
    pub fn readable(&mut self, begun: bool, body: &[u8]) -> bool {
        match self.mode {
            Mode::None | Mode::Sign | Mode::Clear => return true,
            Mode::SignAndEncrypt => return false,
            Mode::Unknown if begun => return true,
            Mode::Unknown => {}
        }
        let clear = dispatch::peek(body).is_some();
        self.mode = match (clear, &self.policy) {
            (true, Some(_)) => Mode::Sign,
            (true, None) => Mode::Clear,
            (false, Some(_)) => Mode::SignAndEncrypt,
            (false, None) => Mode::Unknown,
        };
        clear
    }
}
