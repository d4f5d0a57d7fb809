//! Logins (opcode 17). Which it is, its length says.
//!
//! | operator 3 | password 2 | access level 1 | standard, | operator 30 | password 40 | access level 1 | enhanced; a logout has
//! the text `LOGOUT` in the level's place; 13 octets ask for a session key.

use crate::dataset::Operation;
use crate::text::bounded;

/// What stands in a request: never the password.
pub struct Login {
    pub operation: Operation,
    pub form: &'static str,
    pub operator: Option<String>,
    pub level: Option<u8>,
    /// The password stands there as it is. Unknown of an enhanced one, which a session key may hide.
    pub encrypted: Option<bool>,
}

pub fn read(data: &[u8]) -> Option<Login> {
    let (operation, form, operator, encrypted) = match data.len() {
        6 => (Operation::SecurityLogin, "standard", 3, Some(false)),
        11 => (Operation::SecurityLogout, "standard", 3, Some(false)),
        13 => (Operation::SecurityKey, "session key", 0, None),
        71 => (Operation::SecurityLogin, "enhanced", 30, None),
        76 => (Operation::SecurityLogout, "enhanced", 30, None),
        _ => return None,
    };
    let name = data.get(..operator)?;
    let end = name.iter().position(|byte| *byte == 0).unwrap_or(name.len());
    let name = bounded(name.get(..end)?, operator).0.trim().to_owned();
    let level = data.last().copied().filter(|_| operation == Operation::SecurityLogin);
    Some(Login { operation, form, operator: Some(name).filter(|name| !name.is_empty()), level, encrypted })
}
