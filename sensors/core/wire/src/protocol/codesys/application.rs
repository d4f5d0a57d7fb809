//! CmpApp, CmpAppBP, CmpAppForce: applications by their names; CmpPlcShell: commands as text.

use super::description::{Account, Both};
use super::group;
use super::speaker::Known;
use super::tag::Tags;
use super::value::text;
use crate::bytes::{le16, le32};
use crate::dataset::Operation;
use crate::protocol::draft::Told;

const LOGIN: u16 = 0x01;
const LOGOUT: u16 = 0x02;
const STATUS: u16 = 0x14;
const DESCRIPTION: u32 = 0x81;
const NAME: u32 = 0x10;
const LOGIN_NAME: u32 = 0x01;
const APPLICATION: u32 = 0x11;
const RESET_OPTION: u32 = 0x10;
const LOGOUT_SESSION: u32 = 0x00;
const STATUS_REPLY: (u32, u32) = (0x82, 0x13);
const LIST_REPLY: u32 = 0x81;
const LIST_NAME: u32 = 0x03;

const COMMAND: u32 = 0x10;
const ARGUMENTS: u32 = 0x12;

/// Names of applications by the number that a login gave; the number stands in what is asked later.
fn named(tags: Tags<'_>, service: u16, known: &Known) -> Option<String> {
    let inside = tags.inside(DESCRIPTION);
    let number = if service == LOGOUT { tags.find(LOGOUT_SESSION) } else { None };
    let number = number.or_else(|| inside.find(APPLICATION)).or_else(|| tags.find(APPLICATION));
    if let Some(name) = number.and_then(|data| le32(data, 0)).and_then(|number| known.application(number)) {
        return Some(name);
    }
    let name = match service {
        LOGIN => tags.find(LOGIN_NAME).or_else(|| inside.find(LOGIN_NAME)),
        group::RESET => None,
        _ => inside.find(NAME).filter(|name| name.len() > 4),
    };
    name.map(text).filter(|name| !name.is_empty())
}

/// What a reset resets.
const fn reset(option: u16) -> Option<(&'static str, Operation)> {
    Some(match option {
        0 => ("warm", Operation::RestartWarm),
        1 => ("cold", Operation::RestartCold),
        2 => ("origin", Operation::RestartFactory),
        3 => ("origin device", Operation::RestartFactory),
        _ => return None,
    })
}

const fn state(code: u32) -> Option<&'static str> {
    Some(match code {
        0 => "none",
        1 => "run",
        2 => "stop",
        3 => "breakpoint",
        4 => "step",
        5 => "single cycle",
        _ => return None,
    })
}

pub fn read(service: u16, both: &Both<'_>, known: &mut Known, out: &mut Account<'_>) {
    let (asked, told) = (both.asked(), both.told());
    let name = named(asked, service, known);
    match service {
        LOGIN => {
            let number = told.inside(DESCRIPTION).find(NAME).and_then(|data| le32(data, 2));
            if let (Some(number), Some(name), true) = (number, &name, both.done) {
                known.log_in(number, name);
            }
        }
        group::RESET => {
            let option = asked.inside(DESCRIPTION).find(RESET_OPTION).or_else(|| asked.find(RESET_OPTION));
            if let Some((kind, operation)) = option.and_then(|data| le16(data, 0)).and_then(reset) {
                out.operation = operation;
                out.details.text("reset", kind);
            }
        }
        STATUS => {
            let state = told.inside(STATUS_REPLY.0).find(STATUS_REPLY.1).and_then(|data| le32(data, 2)).and_then(state);
            if let (Some(name), Some(state)) = (&name, state) {
                let value = Told::Text("state", out.drafts.texts(|text| text.push_str(state)));
                return out.object("application", name, value);
            }
        }
        _ => {}
    }
    let listed: Vec<String> =
        told.inside(LIST_REPLY).filter(|tag| tag.id == LIST_NAME && both.done).map(|tag| text(tag.data)).collect();
    if !listed.is_empty() {
        out.details.texts("applications", listed.iter().map(String::as_str).take(16));
    }
    if let Some(name) = name {
        out.object("application", &name, Told::None);
    }
}

/// Commands that do what a service of CmpApp does.
fn command(word: &str) -> Operation {
    match word {
        "startprg" => Operation::ModeRun,
        "stopprg" => Operation::ModeStop,
        "resetprg" => Operation::RestartWarm,
        "resetprgcold" => Operation::RestartCold,
        "resetprgorg" => Operation::RestartFactory,
        "reload" => Operation::ProgramDownload,
        _ => Operation::MethodCall,
    }
}

/// A command line. What follows words about accounts may be a secret and is not told.
pub fn shell(both: &Both<'_>, out: &mut Account<'_>) {
    let asked = both.asked();
    let Some(line) = asked.find(COMMAND).map(text) else { return };
    let mut words = line.split_whitespace();
    let Some(word) = words.next() else { return };
    out.operation = command(word);
    let secret = ["pass", "pwd", "user", "login", "secret"].iter().any(|part| line.to_lowercase().contains(part));
    if !secret {
        let rest: Vec<&str> = words.collect();
        let arguments = asked.find(ARGUMENTS).map(text).unwrap_or_default();
        let arguments = [rest.join(" "), arguments].concat();
        if !arguments.is_empty() {
            out.details.text("command_arguments", &arguments);
        }
    }
    out.object("command", word, Told::None);
}
