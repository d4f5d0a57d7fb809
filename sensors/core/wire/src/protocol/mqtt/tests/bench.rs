//! A connection in memory: bytes in, rows out.

use crate::dataset::column::{Bitmap, ColumnView};
use crate::flow::assembly::Assembly;
use crate::flow::facts::{Endpoint, Place};
use crate::flow::{Facts, Side, Span, Stamp, Transport};
use crate::ledger::{Ledger, Settings};
use crate::protocol::{Parser, Talk};
use std::collections::BTreeMap;

pub const SECOND: i64 = 1_000_000_000;
pub type Row = BTreeMap<String, String>;

pub struct Bench {
    ledger: Ledger,
    facts: Facts,
    parser: Box<dyn Parser>,
    client: Assembly,
    server: Assembly,
    pub stamp: Stamp,
}

impl Bench {
    pub fn new() -> Self {
        let place = Place { sensor: "test".into(), segment: "test".into(), ..Place::default() };
        let end = |last: u8, port| Endpoint { ip: [10, 0, 0, last].into(), port, mac: None };
        let settings = Settings { full: true, ..Settings::default() };
        let mut facts = Facts::new(end(1, 50_000), end(2, 1883), Transport::Tcp, 77);
        facts.protocol = Some("mqtt");
        Self {
            ledger: Ledger::new(settings, vec![place]),
            facts,
            parser: (super::super::PROTOCOL.parser)(),
            client: Assembly::default(),
            server: Assembly::default(),
            stamp: Stamp { time: SECOND, number: 0, source: 0 },
        }
    }

    /// Only what the delta filter passes.
    pub fn quiet() -> Self {
        let mut bench = Self::new();
        bench.ledger.settings.full = false;
        bench
    }

    /// A segment of one side, a millisecond later.
    pub fn send(&mut self, side: Side, bytes: &[u8]) -> &mut Self {
        self.stamp.time += 1_000_000;
        self.stamp.number += 1;
        let mut talk = Talk::new(&mut self.ledger, &mut self.facts, Span::at(self.stamp));
        let assembly = match side {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        };
        assembly.feed(&mut *self.parser, side, bytes, self.stamp, &mut talk);
        self
    }

    pub fn client(&mut self, bytes: &[u8]) -> &mut Self {
        self.send(Side::Client, bytes)
    }

    pub fn server(&mut self, bytes: &[u8]) -> &mut Self {
        self.send(Side::Server, bytes)
    }

    /// Another connection between the same two hosts.
    pub fn reconnect(&mut self) -> &mut Self {
        self.parser = (super::super::PROTOCOL.parser)();
        (self.client, self.server) = (Assembly::default(), Assembly::default());
        self
    }

    /// Bytes of one side are lost.
    pub fn gap(&mut self, side: Side) -> &mut Self {
        match side {
            Side::Client => self.client.gap(),
            Side::Server => self.server.gap(),
        }
        let mut talk = Talk::new(&mut self.ledger, &mut self.facts, Span::at(self.stamp));
        self.parser.gap(side, &mut talk);
        self
    }

    /// Nothing comes for some seconds.
    pub fn wait(&mut self, seconds: i64) -> &mut Self {
        self.stamp.time += seconds * SECOND;
        let mut talk = Talk::new(&mut self.ledger, &mut self.facts, Span::at(self.stamp));
        self.parser.expire(self.stamp.time, &mut talk);
        self
    }

    pub fn weight(&self) -> usize {
        self.parser.weight()
    }

    /// Ends the connection; rows of a dataset so far.
    pub fn rows(&mut self, dataset: &str) -> Vec<Row> {
        let mut talk = Talk::new(&mut self.ledger, &mut self.facts, Span::at(self.stamp));
        self.parser.close(&mut talk);
        let mut found = Vec::new();
        let batch = &self.ledger.batch;
        batch.visit(&mut |name, each, count| {
            if name == dataset {
                found = vec![Row::new(); count];
                each(&mut |column, view| {
                    for (i, row) in found.iter_mut().enumerate() {
                        if let Some(value) = value(&view, i, &|key| batch.words.word(key).to_owned()) {
                            row.insert(column.to_owned(), value);
                        }
                    }
                });
            }
        });
        found
    }

    /// Names of all flags, in order.
    pub fn flags(&mut self) -> Vec<String> {
        self.rows("flag").iter().map(|row| row["ot.flag"].clone()).collect()
    }
}

fn set(valid: &Bitmap, i: usize) -> bool {
    valid.bytes[i / 8] >> (i % 8) & 1 == 1
}

fn value(view: &ColumnView<'_>, i: usize, word: &dyn Fn(u32) -> String) -> Option<String> {
    let range = |offsets: &[i32]| usize::try_from(offsets[i]).unwrap()..usize::try_from(offsets[i + 1]).unwrap();
    match view {
        ColumnView::Time(c) | ColumnView::I64(c) => set(&c.valid, i).then(|| c.values[i].to_string()),
        ColumnView::U16(c) => set(&c.valid, i).then(|| c.values[i].to_string()),
        ColumnView::U32(c) => set(&c.valid, i).then(|| c.values[i].to_string()),
        ColumnView::F32(c) => set(&c.valid, i).then(|| c.values[i].to_string()),
        ColumnView::F64(c) => set(&c.valid, i).then(|| c.values[i].to_string()),
        ColumnView::Bool(c) => set(&c.valid, i).then(|| c.values[i].to_string()),
        ColumnView::Word(c) => set(&c.valid, i).then(|| word(c.keys[i])),
        ColumnView::Text(c) => {
            set(&c.valid, i).then(|| String::from_utf8(c.bytes[range(&c.offsets)].to_vec()).unwrap())
        }
        ColumnView::NumberList(c) => set(&c.valid, i).then(|| format!("{:?}", &c.values[range(&c.offsets)])),
        ColumnView::TextList(_) => None,
    }
}

/// Text behind its length.
pub fn text(text: &str) -> Vec<u8> {
    block(text.as_bytes())
}

pub fn block(bytes: &[u8]) -> Vec<u8> {
    [&u16::try_from(bytes.len()).unwrap().to_be_bytes(), bytes].concat()
}

/// A packet with its remaining length.
pub fn packet(first: u8, parts: &[&[u8]]) -> Vec<u8> {
    let body = parts.concat();
    let mut out = vec![first];
    let mut rest = body.len();
    loop {
        let digit = u8::try_from(rest % 128).unwrap();
        rest /= 128;
        out.push(if rest > 0 { digit | 0x80 } else { digit });
        if rest == 0 {
            break;
        }
    }
    out.extend_from_slice(&body);
    out
}

/// CONNECT of 3.1.1 with a clean session, as `id`.
pub fn connect(id: &str) -> Vec<u8> {
    packet(0x10, &[&text("MQTT"), &[4, 2, 0, 60], &text(id)])
}

/// CONNECT of 5 with properties.
pub fn connect5(id: &str, properties: &[u8]) -> Vec<u8> {
    packet(0x10, &[&text("MQTT"), &[5, 2, 0, 60], &listed(properties), &text(id)])
}

/// Properties behind their length.
pub fn listed(properties: &[u8]) -> Vec<u8> {
    [&[u8::try_from(properties.len()).unwrap()], properties].concat()
}

pub const CONNACK: &[u8] = &[0x20, 2, 0, 0];
pub const CONNACK5: &[u8] = &[0x20, 3, 0, 0, 0];

/// A connection of 3.1.1 that is open.
pub fn open() -> Bench {
    let mut bench = Bench::new();
    bench.client(&connect("pump-7")).server(CONNACK);
    bench
}

/// The same of 5.
pub fn open5(properties: &[u8]) -> Bench {
    let mut bench = Bench::new();
    bench.client(&connect5("pump-7", properties)).server(CONNACK5);
    bench
}

/// PUBLISH of QoS 0.
pub fn publish(topic: &str, payload: &[u8]) -> Vec<u8> {
    packet(0x30, &[&text(topic), payload])
}
