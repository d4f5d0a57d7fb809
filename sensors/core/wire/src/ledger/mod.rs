//! The ledger: where facts become rows. Parsers and the flow layer speak to it; it holds the delta filter's memory and
//! the batch under construction.

mod cadence;
mod counters;
mod exchange;
mod flags;
mod identity;
mod link;
mod newcomers;
mod points;
mod rates;
mod said_once;
mod sequence;
mod summary;
mod transaction;

pub use counters::Counters;
pub use identity::AssetKeys;
pub use rates::{FlowRate, HostKey};

use crate::dataset::rows::{FileRow, FlowRow, SessionRow};
use crate::dataset::{Batch, EventRow};
use crate::delta::channel::Channels;
use crate::delta::point::Point;
use crate::delta::shapes::Shapes;
use crate::flow::facts::Place;
use crate::flow::{Facts, Side, Span};
use crate::protocol::dissector::Dissector;
use crate::{hash, text};

/// What a run of the core is told.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Pass every transaction on.
    pub full: bool,
    /// Write samples of continuous points (a learner wants them).
    pub samples: bool,
    pub max_flows: usize,
    /// Flows on which nothing was said, which forged packets can make any number of.
    pub max_bare: usize,
    /// Bytes held for all flows together: segments that wait, half messages, state of parsers.
    pub max_held: usize,
    pub max_channels: usize,
    pub max_shapes: usize,
    pub max_points: usize,
    /// Rows after which a batch is handed over.
    pub batch_rows: usize,
    /// Asked about flows that no protocol of the list claims.
    pub dissectors: Vec<Dissector>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            full: false,
            samples: false,
            max_flows: 131_072,
            max_bare: 32_768,
            max_held: 256 << 20,
            max_channels: 131_072,
            max_shapes: 262_144,
            max_points: 1_048_576,
            batch_rows: 65_536,
            dissectors: Vec::new(),
        }
    }
}

/// Buffers kept from call to call, so that the path per message allocates nothing.
#[derive(Default)]
struct Scratch {
    address: String,
    numbers: Vec<f64>,
    before: Vec<f64>,
    raw: Vec<u8>,
    changes: Vec<points::PointNews>,
}

/// Takes a batch that became full while a border of windows was told, with the counters and the packet time (ns) up to
/// which everything was told.
pub type HandOver = Box<dyn FnMut(Batch, &Counters, i64) + Send>;

/// All state between parsers and rows.
pub struct Ledger {
    pub settings: Settings,
    /// Where full batches go that cannot wait for the end of a tick: one may tell a row of each of 262,144 shapes. Without
    /// it the batch grows.
    pub hand_over: Option<HandOver>,
    pub places: Vec<Place>,
    pub batch: Batch,
    /// Packet time; never runs backwards.
    pub clock: i64,
    pub counters: Counters,
    channels: Channels,
    shapes: Shapes,
    points: Vec<Point>,
    /// Points of all shapes together, each counted as often as shapes name it.
    named_points: usize,
    point_index: hashbrown::HashMap<(u32, u64, i64), u32, foldhash::fast::RandomState>,
    touched_channels: Vec<u32>,
    rates: rates::Rates,
    flags: flags::Repeats,
    links: link::Links,
    assets: AssetKeys,
    newcomers: newcomers::Newcomers,
    /// What reads bring is not looked at: there is more than can be read.
    pub values_given_up: bool,
    scratch: Scratch,
}

/// Id of an event (vocabulary §1): what it is about, never when it was computed.
pub fn event_id(sensor: &str, dataset: &str, entity: i64, ordinal: i64, item: u16, kind: &str) -> String {
    text::base32_128(&hash::digest(&[
        sensor.as_bytes(),
        dataset.as_bytes(),
        &entity.to_be_bytes(),
        &ordinal.to_be_bytes(),
        &item.to_be_bytes(),
        kind.as_bytes(),
    ]))
}

/// Id of an event that is one of many of a flow: the packet time that it is about (ns) goes into it. What a flow counts
/// alone does not tell its events apart, for a sensor that begins again may know less of the flow than was told of it.
pub fn event_id_at(
    time: i64,
    sensor: &str,
    dataset: &str,
    entity: i64,
    (ordinal, item): (i64, u16),
    kind: &str,
) -> String {
    event_id(sensor, dataset, entity, ordinal, item, &format!("{kind}@{time}"))
}

impl Ledger {
    pub fn new(settings: Settings, places: Vec<Place>) -> Self {
        Self {
            settings,
            hand_over: None,
            places,
            batch: Batch::default(),
            clock: i64::MIN,
            counters: Counters::default(),
            channels: Channels::default(),
            shapes: Shapes::default(),
            points: Vec::new(),
            named_points: 0,
            point_index: hashbrown::HashMap::default(),
            touched_channels: Vec::new(),
            rates: rates::Rates::default(),
            flags: flags::Repeats::default(),
            links: link::Links::default(),
            assets: AssetKeys::default(),
            newcomers: newcomers::Newcomers::default(),
            values_given_up: false,
            scratch: Scratch::default(),
        }
    }

    /// The batch so far, leaving an empty one.
    pub fn take_batch(&mut self) -> Batch {
        std::mem::take(&mut self.batch)
    }

    /// Nobody listened until `time` (ns): no cycle fell silent meanwhile.
    pub fn unheard(&mut self, time: i64) {
        self.shapes.unheard(time);
    }

    /// Hands a full batch over. Called between two rows of a tick.
    pub fn relieve(&mut self) {
        if self.batch.rows() < self.settings.batch_rows {
            return;
        }
        if let Some(hand_over) = &mut self.hand_over {
            hand_over(std::mem::take(&mut self.batch), &self.counters, self.clock);
        }
    }

    /// A row of dataset `flow`.
    pub fn flow(&mut self, facts: &mut Facts, source: Side, span: Span, phase: &str, sequence: i64, row: FlowRow<'_>) {
        let place = pick(&self.places, span.first.source);
        let id = event_id_at(span.last.time, &place.sensor, "flow", facts.id, (sequence, 0), phase);
        let event = EventRow { event_dataset: Some("flow"), ..facts.event(place, self.clock, source, span, &id) };
        self.batch.flow.push(&FlowRow { event, event_type: Some(phase), ..row }, &mut self.batch.words);
    }

    /// A row of dataset `session`.
    pub fn session(&mut self, facts: &mut Facts, source: Side, span: Span, ordinal: i64, row: SessionRow<'_>) {
        let place = pick(&self.places, span.first.source);
        let kind = row.ot_session_kind.unwrap_or_default();
        let id = event_id_at(span.first.time, &place.sensor, "session", facts.id, (ordinal, 0), kind);
        let event = EventRow { event_dataset: Some("session"), ..facts.event(place, self.clock, source, span, &id) };
        self.batch.session.push(&SessionRow { event, ot_message: Some(ordinal), ..row }, &mut self.batch.words);
    }

    /// A file or program block that moved, in dataset `file`. `source` sent it; the caller fills all but the event columns.
    /// `ordinal` and `kind` tell the files of a flow apart.
    pub fn file(
        &mut self,
        facts: &mut Facts,
        source: Side,
        span: Span,
        (ordinal, kind): (i64, &str),
        row: FileRow<'_>,
    ) {
        let place = pick(&self.places, span.first.source);
        let id = event_id_at(span.first.time, &place.sensor, "file", facts.id, (ordinal, 0), kind);
        let event = EventRow { event_dataset: Some("file"), ..facts.event(place, self.clock, source, span, &id) };
        self.batch.file.push(&FileRow { event, ..row }, &mut self.batch.words);
    }

    /// Ends the input: everything still open is told.
    pub fn finish(&mut self) {
        self.rates_tick();
        self.cadence_tick(self.clock, true);
        self.summary_tick(self.clock);
        self.flags_tick();
        self.links_tick();
        self.capture_tick(self.clock);
    }
}

/// The place of a source; an unknown one cannot be, and would be the first.
fn pick(places: &[Place], source: u32) -> &Place {
    static NOWHERE: Place = Place {
        sensor: String::new(),
        interface: String::new(),
        segment: String::new(),
        capture: String::new(),
        drill: false,
    };
    usize::try_from(source).ok().and_then(|i| places.get(i)).unwrap_or(&NOWHERE)
}
