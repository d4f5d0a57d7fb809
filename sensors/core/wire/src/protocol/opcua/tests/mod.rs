//! The parser through its own seam: bytes in, rows of a real ledger out.

mod build;
mod hostile;
mod notifications;
mod pairing;
mod services;
mod sessions;
mod transport;
mod values;

use super::OpcUa;
use crate::dataset::column::ColumnView;
use crate::dataset::rows::Batch;
use crate::flow::assembly::Assembly;
use crate::flow::facts::{Endpoint, Place};
use crate::flow::{Facts, Side, Span, Stamp, Transport};
use crate::ledger::{Ledger, Settings};
use crate::protocol::{Parser, Talk};
use std::collections::BTreeMap;
use std::net::IpAddr;

pub const SECOND: i64 = 1_000_000_000;
const START: i64 = 1_700_000_000 * SECOND;

/// One row: column name to text.
pub type Row = BTreeMap<String, String>;

/// One flow with its parser, and the ledger it speaks to.
pub struct Bench {
    parser: OpcUa,
    pub ledger: Ledger,
    pub facts: Facts,
    assemblies: [Assembly; 2],
    pub time: i64,
    number: i64,
}

impl Bench {
    pub fn new() -> Self {
        Self::with("10.9.1.30", 50_000, true)
    }

    /// A flow of another client; `full` passes every transaction on.
    pub fn with(client: &str, port: u16, full: bool) -> Self {
        let end = |ip: &str, port| Endpoint { ip: ip.parse::<IpAddr>().unwrap(), port, mac: None };
        let mut facts = Facts::new(end(client, port), end("10.9.1.20", 4840), Transport::Tcp, i64::from(port));
        facts.protocol = Some("opcua");
        let text = || "test".to_owned();
        let place = Place { sensor: text(), interface: text(), segment: text(), capture: text(), drill: false };
        Self {
            parser: OpcUa::default(),
            ledger: Ledger::new(Settings { full, ..Settings::default() }, vec![place]),
            facts,
            assemblies: Default::default(),
            time: START,
            number: 0,
        }
    }

    fn stamp(&mut self) -> Stamp {
        self.number += 1;
        self.time += 1_000_000;
        Stamp { time: self.time, number: self.number, source: 0 }
    }

    /// Bytes of one direction, as one segment.
    pub fn feed(&mut self, side: Side, bytes: &[u8]) {
        let stamp = self.stamp();
        let mut talk = Talk::new(&mut self.ledger, &mut self.facts, Span::at(stamp));
        let at = usize::from(side == Side::Server);
        self.assemblies[at].feed(&mut self.parser, side, bytes, stamp, &mut talk);
    }

    pub fn client(&mut self, bytes: &[u8]) {
        self.feed(Side::Client, bytes);
    }

    pub fn server(&mut self, bytes: &[u8]) {
        self.feed(Side::Server, bytes);
    }

    pub fn gap(&mut self, side: Side) {
        let stamp = self.stamp();
        let mut talk = Talk::new(&mut self.ledger, &mut self.facts, Span::at(stamp));
        self.assemblies[usize::from(side == Side::Server)].gap();
        self.parser.gap(side, &mut talk);
    }

    /// Lets packet time pass.
    pub fn wait(&mut self, seconds: i64) {
        self.time += seconds * SECOND;
        let stamp = self.stamp();
        let mut talk = Talk::new(&mut self.ledger, &mut self.facts, Span::at(stamp));
        self.parser.expire(stamp.time, &mut talk);
    }

    pub fn close(&mut self) {
        let stamp = self.stamp();
        let mut talk = Talk::new(&mut self.ledger, &mut self.facts, Span::at(stamp));
        self.parser.close(&mut talk);
    }

    pub fn weight(&self) -> usize {
        self.parser.weight()
    }

    /// Rows of a dataset so far; they stay in the batch.
    pub fn rows(&self, dataset: &str) -> Vec<Row> {
        rows(&self.ledger.batch, dataset)
    }

    /// Names of the flags told so far.
    pub fn flags(&self) -> Vec<String> {
        self.rows("flag").iter().map(|row| row["ot.flag"].clone()).collect()
    }

    /// The transactions of one function.
    pub fn of(&self, function: &str) -> Vec<Row> {
        let mut found = self.rows("transaction");
        found.retain(|row| row.get("ot.function.name").is_some_and(|name| name == function));
        found
    }
}

pub fn rows(batch: &Batch, dataset: &str) -> Vec<Row> {
    let mut found = Vec::new();
    batch.visit(&mut |name, each, count| {
        if name != dataset {
            return;
        }
        found = vec![Row::new(); count];
        each(&mut |column, view| {
            for (i, row) in found.iter_mut().enumerate() {
                if let Some(value) = cell(&view, i, batch) {
                    row.insert(column.to_owned(), value);
                }
            }
        });
    });
    found
}

fn cell(view: &ColumnView<'_>, i: usize, batch: &Batch) -> Option<String> {
    let valid = |bytes: &[u8]| bytes[i / 8] >> (i % 8) & 1 == 1;
    let range = |offsets: &[i32]| usize::try_from(offsets[i]).unwrap()..usize::try_from(offsets[i + 1]).unwrap();
    let (set, text) = match view {
        ColumnView::Time(c) | ColumnView::I64(c) => (valid(&c.valid.bytes), c.values[i].to_string()),
        ColumnView::U16(c) => (valid(&c.valid.bytes), c.values[i].to_string()),
        ColumnView::U32(c) => (valid(&c.valid.bytes), c.values[i].to_string()),
        ColumnView::F32(c) => (valid(&c.valid.bytes), c.values[i].to_string()),
        ColumnView::F64(c) => (valid(&c.valid.bytes), c.values[i].to_string()),
        ColumnView::Bool(c) => (valid(&c.valid.bytes), c.values[i].to_string()),
        ColumnView::Word(c) => (valid(&c.valid.bytes), batch.words.word(c.keys[i]).to_owned()),
        ColumnView::Text(c) => (valid(&c.valid.bytes), String::from_utf8(c.bytes[range(&c.offsets)].to_vec()).unwrap()),
        ColumnView::NumberList(c) => (valid(&c.valid.bytes), format!("{:?}", &c.values[range(&c.offsets)])),
        ColumnView::TextList(c) => (valid(&c.valid.bytes), String::new()),
    };
    set.then_some(text)
}

/// `ot.details` holds this member, e.g. `"more":true`.
pub fn says(row: &Row, member: &str) -> bool {
    row.get("ot.details").is_some_and(|details| details.contains(member))
}
