//! Commands, answers and data frames as exchanges.

use super::command::{self, Command};
use super::configuration::Configuration;
use super::frame::{self, Head};
use super::status;
use super::stream::Streams;
use crate::bytes::be16;
use crate::dataset::{Flag, Operation};
use crate::protocol::dialogue::Turns;
use crate::protocol::{Address, Exchange, Form, Function, Item, Object, Outcome, Reply, Talk, Unit, Values};
use crate::text::{Details, TEXT_LIMIT, bounded};

/// Bytes of a list of names.
const LIST: usize = 1024;

/// A command with its answer, if it has one.
pub fn command(turns: &Turns<'_, u8>, streams: &Streams, talk: &mut Talk<'_>) {
    let Some(request) = turns.request else { return };
    let (Some(head), Some(code)) = (Head::read(request), be16(request, frame::HEAD)) else { return };
    let command = Command::of(code);
    let mut details = Details::default();
    details.text("version", head.edition());
    let extended = frame::contents(request).len().saturating_sub(2);
    if extended > 0 {
        details.number("extended_bytes", i64::try_from(extended).unwrap_or(i64::MAX));
    }
    // The answer names the stream rightly; some clients ask with a number of their own.
    let mut unit = head.id;
    if let Some((answer, head)) = turns.answer.and_then(|answer| Some((answer, Head::read(answer)?))) {
        unit = head.id;
        describe(&mut details, &head, answer, streams);
    }
    let details = details.finish();
    let item =
        Item { object: object("stream", command.object), details: details.as_deref(), ..Item::new(command.operation) };
    let items = [item];
    let answered = turns.reply == Reply::Answered;
    talk.exchange(&Exchange {
        function: Function { code: Some(u32::from(frame::COMMAND)), name: frame::type_name(frame::COMMAND) },
        subfunction: Function { code: Some(u32::from(code)), name: Some(command.name) },
        unit: Unit::Number(u32::from(unit)),
        outcome: if answered { Outcome::Success } else { Outcome::Unknown },
        ..turns.exchange(&items)
    });
}

/// A header or configuration that nobody was seen to ask for.
pub fn unasked(turns: &Turns<'_, u8>, head: &Head, streams: &Streams, talk: &mut Talk<'_>) {
    let Some(data) = turns.request.or(turns.answer) else { return };
    let mut details = Details::default();
    details.text("version", head.edition());
    describe(&mut details, head, data, streams);
    let details = details.finish();
    let item = Item {
        object: object("stream", command::object_of(head.kind)),
        details: details.as_deref(),
        ..Item::new(Operation::Notify)
    };
    let items = [item];
    let asked = turns.request.is_none();
    talk.exchange(&Exchange {
        function: Function { code: Some(u32::from(head.kind)), name: frame::type_name(head.kind) },
        unit: Unit::Number(u32::from(head.id)),
        outcome: if asked { Outcome::Unknown } else { Outcome::Success },
        ..turns.exchange(&items)
    });
}

fn object<'a>(kind: &'static str, address: &'a str) -> Object<'a> {
    Object { kind: Some(kind), address: Address::Text(address), start: 0, count: 0 }
}

/// What a header or configuration frame says.
fn describe(details: &mut Details, head: &Head, data: &[u8], streams: &Streams) {
    if head.kind == frame::HEADER {
        details.text("header", &bounded(frame::contents(data), TEXT_LIMIT).0);
    } else if let Some(configuration) = streams.learned() {
        configured(details, configuration);
    }
}

fn configured(details: &mut Details, configuration: &Configuration) {
    let stations = &configuration.stations;
    let Some(first) = stations.first() else { return };
    details.text("stations", &list(stations.iter().map(|s| format!("{} ({})", s.name, s.id))));
    details.text("format", first.form());
    let mut nominal: Vec<u16> = stations.iter().map(|s| s.nominal).collect();
    nominal.dedup();
    details.text("nominal_frequency", &list(nominal.iter().map(u16::to_string)));
    details.number("time_base", i64::from(configuration.time_base));
    let rate = f64::from(configuration.rate);
    details.real("data_rate", if rate < 0.0 { -1.0 / rate } else { rate });
    details.number("configuration_count", i64::from(first.changes));
    for (key, names) in [
        ("phasors", list(stations.iter().flat_map(|s| &s.channels.phasors).map(ToString::to_string))),
        ("analogs", list(stations.iter().flat_map(|s| &s.channels.analogs).map(ToString::to_string))),
        ("digitals", list(stations.iter().flat_map(|s| &s.channels.inputs).map(ToString::to_string))),
        ("location", list(stations.iter().filter_map(|s| s.location).filter(|l| *l != [0.0; 3]).map(place))),
    ] {
        if !names.is_empty() {
            details.text(key, &names);
        }
    }
}

fn place([latitude, longitude, elevation]: [f64; 3]) -> String {
    format!("{latitude:.5} {longitude:.5} {elevation:.0} m")
}

/// Names one after another, as far as they fit; empty ones are left out.
fn list(names: impl Iterator<Item = String>) -> String {
    let mut out = String::new();
    for name in names.filter(|name| !name.is_empty()) {
        if out.len() + name.len() + 4 > LIST {
            out.push_str(", …");
            break;
        }
        if !out.is_empty() {
            out.push_str(", ");
        }
        out.push_str(&name);
    }
    out
}

/// Inputs of a digital word that are set, as details.
pub fn inputs(word: u16, names: &[Box<str>]) -> Option<String> {
    let set = names.iter().enumerate().filter(|(bit, _)| word >> bit & 1 == 1);
    let names = list(set.map(|(bit, name)| if name.is_empty() { format!("input {bit}") } else { name.to_string() }));
    if names.is_empty() {
        return None;
    }
    let mut details = Details::default();
    details.text("inputs_set", &names);
    details.finish()
}

/// A data frame: the values of all stations, or the status word and raw bytes where no configuration is known.
pub fn data(
    turns: &Turns<'_, u8>,
    head: &Head,
    (streams, room): (&mut Streams, &mut Vec<Item<'static>>),
    talk: &mut Talk<'_>,
) {
    let Some(frame) = turns.request else { return };
    let contents = frame::contents(frame);
    let fits = streams.in_force(head.id).and_then(|configuration| take(configuration, contents, head, talk));
    match fits {
        Some(configuration) => {
            let points = configuration.stations.iter().flat_map(|station| &station.points);
            let mut items = reuse(std::mem::take(room));
            items.extend(points.map(|point| Item {
                object: object(point.kind, &point.address),
                values: Values::Numbers { kind: point.form, numbers: &point.value, exact: None },
                details: point.details.as_deref(),
                ..Item::new(Operation::Publish)
            }));
            publish(turns, head, &items, talk);
            *room = reuse(items);
        }
        None => raw(turns, head, contents, talk),
    }
}

/// The room of a list for another one: collecting an emptied vector keeps its memory.
fn reuse<'b>(mut items: Vec<Item<'_>>) -> Vec<Item<'b>> {
    items.clear();
    items.into_iter().map(|_| Item::new(Operation::Publish)).collect()
}

/// Puts the values into the configuration's points. None: the frame is not of this configuration.
fn take<'a>(
    configuration: &'a mut Configuration,
    contents: &[u8],
    head: &Head,
    talk: &mut Talk<'_>,
) -> Option<&'a Configuration> {
    let fits = contents.len() == configuration.length;
    if !fits && !configuration.misfit {
        talk.flag(Flag::SynchrophasorLengthMismatch, Some(2), None);
    }
    configuration.misfit = !fits;
    if !fits {
        return None;
    }
    let mut rest = contents;
    for station in &mut configuration.stations {
        let (part, behind) = rest.split_at_checked(station.length)?;
        rest = behind;
        let word = be16(part, 0)?;
        station.take(part, head.quality)?;
        let before = std::mem::replace(&mut station.status, word);
        for flag in status::news(before, word) {
            let mut details = Details::default();
            details.text("station", &station.name);
            talk.flag(flag, Some(14), details.finish().as_deref());
        }
    }
    Some(configuration)
}

fn raw(turns: &Turns<'_, u8>, head: &Head, contents: &[u8], talk: &mut Talk<'_>) {
    let details = be16(contents, 0).and_then(|word| status::described(word, head.quality));
    let item = Item {
        object: Object {
            kind: Some("data"),
            address: Address::Range,
            start: 0,
            count: u32::try_from(contents.len()).unwrap_or(0),
        },
        values: Values::Packed { kind: "uint8", form: Form::Uint8, bytes: contents },
        details: details.as_deref(),
        ..Item::new(Operation::Publish)
    };
    publish(turns, head, &[item], talk);
}

fn publish(turns: &Turns<'_, u8>, head: &Head, items: &[Item<'_>], talk: &mut Talk<'_>) {
    talk.exchange(&Exchange {
        function: Function { code: Some(u32::from(frame::DATA)), name: frame::type_name(frame::DATA) },
        unit: Unit::Number(u32::from(head.id)),
        outcome: Outcome::Success,
        flagged: turns.flagged || talk.flagged(),
        ..turns.exchange(items)
    });
}
