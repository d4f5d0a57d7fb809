//! CmpDevice: who logs in, and what the controller is.

use super::description::{Account, Both};
use super::group;
use super::speaker::Known;
use super::tag::Tags;
use super::value::text;
use crate::bytes::le32;
use crate::dataset::Operation;
use crate::flow::Side;
use crate::protocol::Talk;
use crate::protocol::draft::Told;

const CREDENTIALS: u32 = 0x81;
const USER: u32 = 0x10;
const PASSWORD: u32 = 0x11;
const CRYPT_TYPE: u32 = 0x22;
const ASYMMETRIC: u32 = 2;
const CLIENT: u32 = 0x83;
const CLIENT_PARTS: [(u32, &str); 4] =
    [(0x42, "client_vendor"), (0x43, "client_host"), (0x44, "client_version"), (0x45, "client_cds_version")];
const CLIENT_NAME: u32 = 0x41;
const NODE_NAME: u32 = 0x58;
const OPERATION_MODE: u32 = 0x54;
const EVIDENCE: &str = "codesys.target_identity";

/// Who logs in, and how.
#[derive(Clone, Debug, Default)]
pub struct Login {
    pub user: Option<String>,
    pub password: bool,
    /// With the public key of the controller; the older way merely hides it.
    pub encrypted: bool,
    /// Credentials are in it: else it asks for the key only.
    pub credentials: bool,
}

impl Login {
    pub fn read(tags: Tags<'_>) -> Self {
        let credentials = tags.find(CREDENTIALS);
        let inside = Tags::new(credentials.unwrap_or_default());
        Self {
            user: inside.find(USER).map(text).filter(|user| !user.is_empty()),
            password: inside.find(PASSWORD).is_some_and(|password| !password.is_empty()),
            encrypted: tags.find(CRYPT_TYPE).and_then(|kind| le32(kind, 0)) == Some(ASYMMETRIC),
            credentials: credentials.is_some(),
        }
    }
}

pub fn read(service: u16, both: &Both<'_>, known: &mut Known, out: &mut Account<'_>) {
    let asked = both.asked();
    match service {
        group::LOGIN if both.asked.is_some() && !Login::read(asked).credentials => {
            out.operation = Operation::SessionOpen
        }
        group::LOGIN if both.done => known.user = Login::read(asked).user,
        group::LOGOUT => known.user = None,
        group::SESSION_CREATE => {
            let client = asked.inside(CLIENT);
            if let Some(name) = client.find(CLIENT_NAME).map(text).filter(|name| !name.is_empty()) {
                known.client = Some(name);
            }
            for (id, key) in CLIENT_PARTS {
                if let Some(part) = client.find(id).map(text).filter(|part| !part.is_empty()) {
                    out.details.text(key, &part);
                }
            }
        }
        group::SET_NODE_NAME => {
            if let Some(name) = asked.find(NODE_NAME).map(text) {
                out.object("node", &name, Told::None);
            }
        }
        _ => {
            if let Some(mode) = asked.find(OPERATION_MODE).or_else(|| both.told().find(OPERATION_MODE)) {
                out.details.number("operation_mode", le32(mode, 0).unwrap_or_default());
            }
        }
    }
}

/// What the reply to Get target identity says.
pub fn identity(told: Tags<'_>, about: Side, talk: &mut Talk<'_>) {
    let mut say = |attribute, value: &str| {
        if !value.is_empty() {
            talk.identity(about, attribute, value, 0.9, EVIDENCE);
        }
    };
    for (id, attribute) in [(0x02, "model"), (0x03, "vendor"), (0x04, "name"), (0x09, "serial")] {
        if let Some(data) = told.find(id) {
            say(attribute, &text(data));
        }
    }
    // | type 4 | id 4 | version 4, its last part first |
    if let Some(version) = told.find(0x01).and_then(|data| le32(data, 8)) {
        say("firmware", &version.to_be_bytes().map(|part| part.to_string()).join("."));
    }
}
