//! Services about names, types, lists of variables, programs, journals and the device itself.
//!
//! | getNameList | [0] { [0] class } | [1] { [0] VMD, [1] domain, [2] association } | [2] continue after |
//! | reply | [0] { names } | [1] more follows |
//! | identify, reply | [0] vendor | [1] model | [2] revision |
//! | status, reply | [0] logical | [1] physical |
//! | getVariableAccessAttributes | [0] { name } |, reply | [0] deletable | [1] address | [2] { type } |
//! | defineNamedVariableList | name | [0] { variables } |, getAttributes | name |, reply | [0] deletable | [1] { variables } |
//! | deleteNamedVariableList | [0] scope | [1] { names } | [2] domain |
//! | start, stop, resume, reset, kill | [0] name |, delete, getAttributes | name |

use super::name::Name;
use super::pdu::{field, number};
use super::request::{Ending, Request};
use super::service as s;
use super::tell::{Entries, Entry};
use super::variable::Variable;
use crate::dataset::Operation;
use crate::flow::Side;
use crate::protocol::ber::{Element, Elements, element};
use crate::protocol::{Outcome, Talk};
use crate::text::{self, Details, TEXT_LIMIT};

/// Logical devices told as facts out of one list.
const DOMAINS: usize = 64;
/// Class `domain` of a name list.
const DOMAIN: i64 = 9;
/// Names of a list that are shown.
const SHOWN: usize = 32;

/// Classes of objects (ISO 9506-2, ObjectClass).
const CLASSES: [&str; 14] = [
    "named-variable",
    "scattered-access",
    "named-variable-list",
    "named-type",
    "semaphore",
    "event-condition",
    "event-action",
    "event-enrollment",
    "journal",
    "domain",
    "program-invocation",
    "operator-station",
    "data-exchange",
    "access-control-list",
];
const LOGICAL: [&str; 4] =
    ["state-changes-allowed", "no-state-changes-allowed", "limited-services-permitted", "support-services-allowed"];
const PHYSICAL: [&str; 4] = ["operational", "partially-operational", "inoperable", "needs-commissioning"];

/// One of these services with its reply.
pub fn tell(service: u32, request: &Request, ending: &Ending<'_>, out: &mut Entries, talk: &mut Talk<'_>) {
    let operation = s::operation(service);
    match service {
        s::STATUS => status(ending.body, operation, out),
        s::IDENTIFY => identify(request.side.other(), ending.body, operation, out, talk),
        s::GET_NAME_LIST => names(request, ending, operation, out, talk),
        s::GET_VARIABLE_ACCESS_ATTRIBUTES => attributes(&request.body, ending.body, operation, out),
        s::DEFINE_NAMED_VARIABLE_LIST => variables(Name::first(&request.body), &request.body, 0xa0, operation, out),
        s::GET_NAMED_VARIABLE_LIST_ATTRIBUTES => {
            variables(Name::first(&request.body), ending.body, 0xa1, operation, out);
        }
        s::DELETE_NAMED_VARIABLE_LIST => delete_lists(&request.body, ending.body, operation, out),
        32..=s::GET_PROGRAM_INVOCATION_ATTRIBUTES => program(service, &request.body, operation, out),
        _ => out.push(other(service, &request.body, operation)),
    }
}

/// Contents of an identifier as text.
fn shown(contents: &[u8]) -> String {
    text::bounded(contents, TEXT_LIMIT).0
}

fn word(names: &[&'static str], number: Option<i64>) -> Option<&'static str> {
    names.get(usize::try_from(number?).ok()?).copied()
}

/// State of the device, asked for or sent by itself.
pub fn status(body: &[u8], operation: Operation, out: &mut Entries) {
    let mut details = Details::default();
    for (key, names, tag) in [("logical_status", LOGICAL, 0x80), ("physical_status", PHYSICAL, 0x81)] {
        if let Some(name) = word(&names, number(body, tag)) {
            details.text(key, name);
        }
    }
    out.push(Entry { details: details.finish(), ..Entry::new(operation) });
}

fn identify(about: Side, body: &[u8], operation: Operation, out: &mut Entries, talk: &mut Talk<'_>) {
    let mut details = Details::default();
    for (attribute, key, tag) in
        [("vendor", "vendor", 0x80), ("model", "model", 0x81), ("firmware", "model_revision", 0x82)]
    {
        let Some(value) = field(body, tag).map(shown).filter(|value| !value.is_empty()) else { continue };
        details.text(key, &value);
        talk.identity(about, attribute, &value, 0.9, "mms identify");
    }
    out.push(Entry { details: details.finish(), ..Entry::new(operation) });
}

fn names(request: &Request, ending: &Ending<'_>, operation: Operation, out: &mut Entries, talk: &mut Talk<'_>) {
    let class = field(&request.body, 0xa0).and_then(|class| number(class, 0x80));
    let scope = field(&request.body, 0xa1).and_then(element);
    let mut details = Details::default();
    if let Some(name) = word(&CLASSES, class) {
        details.text("object_class", name);
    }
    if let Some(after) = field(&request.body, 0x82) {
        details.text("continue_after", &shown(after));
    }
    if let Some(list) = field(ending.body, 0xa0) {
        let found: Vec<Element<'_>> = Elements { left: list }.collect();
        details.number("count", i64::try_from(found.len()).unwrap_or(0));
        let texts: Vec<String> = found.iter().take(SHOWN).map(|name| shown(name.contents)).collect();
        details.text("names", &bounded(&texts));
        details.truth("more_follows", number(ending.body, 0x81) != Some(0));
    }
    let domains = class == Some(DOMAIN) && ending.outcome == Outcome::Success;
    if let Some(list) = field(ending.body, 0xa0).filter(|_| domains) {
        for domain in (Elements { left: list }).take(DOMAINS) {
            talk.identity(request.side.other(), "module", &shown(domain.contents), 0.8, "mms getNameList");
        }
    }
    let domain = scope.filter(|scope| scope.tag == 0x81).map_or_else(String::new, |scope| shown(scope.contents));
    out.push(Entry { kind: Some("domain"), address: domain, details: details.finish(), ..Entry::new(operation) });
}

/// Words in a row, as many as fit.
fn bounded(texts: &[String]) -> String {
    let mut out = String::new();
    for text in texts.iter().take(SHOWN) {
        if out.len() + text.len() > TEXT_LIMIT {
            break;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(text);
    }
    out
}

fn attributes(asked: &[u8], told: &[u8], operation: Operation, out: &mut Entries) {
    let address = field(asked, 0xa0).and_then(Name::first).map_or_else(String::new, |name| name.address());
    let mut details = Details::default();
    if let Some(described) = field(told, 0xa2).and_then(element) {
        details.text("type", type_name(described.tag));
        if described.tag == 0xa2 {
            let members = field(described.contents, 0xa1).map_or(0, |list| Elements { left: list }.count());
            details.number("count", i64::try_from(members).unwrap_or(0));
        }
    }
    out.push(Entry { details: details.finish(), ..Entry::at(operation, "variable", address) });
}

/// Kinds of a type description (ISO 9506-2, TypeDescription).
const fn type_name(tag: u8) -> &'static str {
    match tag & 0x1f {
        1 => "array",
        2 => "structure",
        3 => "boolean",
        4 => "bit-string",
        5 => "integer",
        6 => "unsigned",
        7 => "floating-point",
        9 => "octet-string",
        10 => "visible-string",
        11 => "generalized-time",
        12 => "binary-time",
        13 => "bcd",
        15 => "object-identifier",
        16 => "mms-string",
        17 => "utc-time",
        _ => "unknown",
    }
}

/// A named list of variables with its members.
fn variables(name: Option<Name<'_>>, from: &[u8], tag: u8, operation: Operation, out: &mut Entries) {
    let mut details = Details::default();
    if let Some(list) = field(from, tag).filter(|list| !list.is_empty()) {
        let members: Vec<String> =
            Elements { left: list }.take(SHOWN).map(|sequence| Variable::of(&sequence).address()).collect();
        details.number("count", i64::try_from(Elements { left: list }.count()).unwrap_or(0));
        details.text("members", &bounded(&members));
    }
    let address = name.map_or_else(String::new, |name| name.address());
    out.push(Entry { details: details.finish(), ..Entry::at(operation, "dataset", address) });
}

fn delete_lists(asked: &[u8], told: &[u8], operation: Operation, out: &mut Entries) {
    let mut details = Details::default();
    for (key, tag) in [("matched", 0x80), ("deleted", 0x81)] {
        if let Some(count) = number(told, tag) {
            details.number(key, count);
        }
    }
    let details = details.finish();
    let named: Vec<String> = field(asked, 0xa1).map_or_else(Vec::new, |list| {
        Elements { left: list }.filter_map(|name| Name::read(&name)).map(|name| name.address()).collect()
    });
    if named.is_empty() {
        let domain = field(asked, 0x82).map_or_else(String::new, shown);
        return out.push(Entry { details, ..Entry::at(operation, "dataset", domain) });
    }
    for address in named {
        out.push(Entry { details: details.clone(), ..Entry::at(operation, "dataset", address) });
    }
}

/// A program invocation, or the domain that holds a program.
fn program(service: u32, body: &[u8], operation: Operation, out: &mut Entries) {
    let kind = if service < s::CREATE_PROGRAM_INVOCATION { "domain" } else { "program" };
    // Some services have the identifier alone as their argument.
    let bare = matches!(service, 36 | 37 | 39 | s::GET_PROGRAM_INVOCATION_ATTRIBUTES);
    let name = if bare { Some(body) } else { field(body, 0x80) };
    let mut details = Details::default();
    if service == s::CREATE_PROGRAM_INVOCATION
        && let Some(list) = field(body, 0xa1)
    {
        let domains: Vec<String> = Elements { left: list }.take(SHOWN).map(|name| shown(name.contents)).collect();
        details.text("members", &bounded(&domains));
    }
    let address = name.map_or_else(String::new, shown);
    out.push(Entry { details: details.finish(), ..Entry::at(operation, kind, address) });
}

/// Anything else, by the first object that it names.
fn other(service: u32, body: &[u8], operation: Operation) -> Entry {
    let kind = match service {
        19..=25 => "semaphore",
        s::READ_JOURNAL..=s::DELETE_JOURNAL => "journal",
        47..=64 => "event",
        _ => "variable",
    };
    let inner = field(body, 0xa0).and_then(Name::first);
    // A plain identifier can only be told from another argument where it is domain-specific.
    let name = inner.or_else(|| Name::first(body).filter(|name| name.domain.is_some()));
    let address = name.map_or_else(String::new, |name| name.address());
    if address.is_empty() { Entry::new(operation) } else { Entry::at(operation, kind, address) }
}
