//! One interface: its packet socket, its ring, what was counted, and how it comes back after its link went.

use crate::block::{Cursor, put_tag_back};
use crate::map::{BLOCK, Map};
use crate::state::{LARGEST_RING, SMALLEST_RING};
use crate::{Counts, Health, Link, Settings, TapError, TapErrorKind, interface, system};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};
use wire::capture::{Frame, LATEST, LinkType};

/// A block is handed over when it is full or so old, ms.
pub const RETIRE: u32 = 50;
/// Nominal size of a frame; the kernel wants one though blocks are filled without gaps.
const FRAME: usize = 2048;
/// Between two looks at the link.
const LOOK: Duration = Duration::from_secs(1);

/// A ring that is filled, and where reading is in it.
pub struct Ring {
    name: String,
    link_type: LinkType,
    socket: OwnedFd,
    map: Map,
    /// Block to be read next, and how far that is, once it was begun.
    current: usize,
    cursor: Option<(Cursor, Instant)>,
    /// Number of the last frame.
    number: i64,
    promiscuous: bool,
    /// Interface the socket listens to.
    bound: i32,
    link: Link,
    looked: Instant,
    counts: Counts,
    fill_permille: u32,
    whole: Vec<u8>,
}

impl Ring {
    /// Opens a ring and listens. Halves it until the kernel has the memory.
    ///
    /// # Errors
    /// `NoSuchInterface`, `NotPermitted`, `NoMemory`, `HardwareType`, `NotEthernet`, `System`.
    pub fn open(name: &str, settings: &Settings) -> Result<Self, TapError> {
        Self::begin(name, settings).map_err(|kind| kind.of(name))
    }

    fn begin(name: &str, settings: &Settings) -> Result<Self, TapErrorKind> {
        let mut blocks = settings.ring_mib.clamp(SMALLEST_RING, LARGEST_RING);
        let (socket, map) = loop {
            match ring(blocks) {
                Err(TapErrorKind::NoMemory { .. }) if blocks / 2 >= SMALLEST_RING => blocks /= 2,
                other => break other?,
            }
        };
        let link_type = interface::link_type(socket.as_fd(), name)?;
        let index = system::index_of(socket.as_fd(), name).ok_or(TapErrorKind::NoSuchInterface)?;
        if !settings.program.is_empty() {
            if link_type != LinkType::ETHERNET {
                return Err(TapErrorKind::NotEthernet);
            }
            system::attach(socket.as_fd(), &settings.program)?;
        }
        listen(socket.as_fd(), index, settings.promiscuous)?;
        let (link, _) = interface::state(socket.as_fd(), name);
        Ok(Self {
            name: name.to_owned(),
            link_type,
            socket,
            map,
            current: 0,
            cursor: None,
            number: 0,
            promiscuous: settings.promiscuous,
            bound: index,
            link,
            looked: Instant::now(),
            counts: Counts::default(),
            fill_permille: 0,
            whole: Vec::new(),
        })
    }

    pub fn descriptor(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }

    /// Time of the next frame and since when its block is known; `None` when no block is ready.
    pub fn peek(&mut self) -> Option<(i64, Instant)> {
        loop {
            let block = self.map.block(self.current)?;
            let (cursor, seen) = self.cursor.get_or_insert_with(|| (Cursor::begin(block), Instant::now()));
            if let Some(time) = cursor.peek_time(block) {
                return Some((time, *seen));
            }
            if !cursor.is_done() {
                self.counts.odd = self.counts.odd.saturating_add(1);
            }
            self.next_block();
        }
    }

    /// Gives the frame that `peek` announced, as one of this source; true if there was one for the caller.
    pub fn give(&mut self, source: u32, take: &mut dyn FnMut(&Frame<'_>)) -> bool {
        let Some(block) = self.map.block(self.current) else { return false };
        let Some(packet) = self.cursor.as_mut().and_then(|(cursor, _)| cursor.next(block)) else { return false };
        let Some(packet) = packet else {
            self.counts.odd = self.counts.odd.saturating_add(1);
            return false;
        };
        // What this machine says is not of the mirror; on the loop each frame is there a second time, as received.
        if packet.outgoing {
            self.counts.own = self.counts.own.saturating_add(1);
            return false;
        }
        let tagged = packet.tag.and_then(|tag| put_tag_back(packet.data, tag, &mut self.whole));
        let added = if tagged.is_some() { 4 } else { 0 };
        self.number = self.number.saturating_add(1);
        take(&Frame {
            timestamp: packet.time.clamp(0, LATEST),
            data: tagged.unwrap_or(packet.data),
            wire_length: packet.wire_length.saturating_add(added),
            link: self.link_type,
            number: self.number,
            source,
            interface: source,
        });
        true
    }

    fn next_block(&mut self) {
        self.cursor = None;
        self.map.give_back(self.current);
        self.current = self.current.saturating_add(1).checked_rem(self.map.blocks()).unwrap_or(0);
    }

    /// Whether so much waits that order between interfaces matters less than room.
    pub fn is_filling(&self) -> bool {
        self.map.waiting(self.current) > self.map.blocks() / 2
    }

    /// Notes how full the ring is, and gives it in thousandths.
    pub fn note_fill(&mut self) -> u32 {
        let waiting = self.map.waiting(self.current).saturating_mul(1000).checked_div(self.map.blocks());
        let fill = waiting.and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
        self.fill_permille = self.fill_permille.max(fill);
        fill
    }

    /// Looks at the link once a second, and listens anew to an interface that came back, which may have another number.
    pub fn look(&mut self) {
        let passed = self.looked.elapsed();
        if passed < LOOK {
            return;
        }
        self.looked = Instant::now();
        let before = self.link;
        if before != Link::Up {
            let passed = u64::try_from(passed.as_millis()).unwrap_or(0);
            self.counts.link_down_ms = self.counts.link_down_ms.saturating_add(passed);
        }
        let (link, index) = interface::state(self.socket.as_fd(), &self.name);
        self.link = link;
        if let Some(index) = index
            && (index != self.bound || system::bound_to(self.socket.as_fd()) != Some(index))
        {
            system::take_error(self.socket.as_fd());
            match listen(self.socket.as_fd(), index, self.promiscuous) {
                Ok(()) => self.bound = index,
                Err(_) => self.link = Link::Gone,
            }
            // It was away between two looks.
            if before == Link::Up {
                self.counts.link_losses = self.counts.link_losses.saturating_add(1);
            }
        } else if before == Link::Up && link != Link::Up {
            self.counts.link_losses = self.counts.link_losses.saturating_add(1);
        }
    }

    /// Totals so far. The kernel's own begin anew whenever they are read.
    pub fn health(&mut self) -> Health {
        let mut read = [0; 12];
        if system::option(self.socket.as_fd(), libc::SOL_PACKET, libc::PACKET_STATISTICS, &mut read) {
            let mut numbers = read
                .chunks_exact(4)
                .map(|raw| raw.first_chunk().map_or(0, |raw: &[u8; 4]| u64::from(u32::from_ne_bytes(*raw))));
            let counts = &mut self.counts;
            for total in [&mut counts.packets, &mut counts.drops, &mut counts.freezes] {
                *total = total.saturating_add(numbers.next().unwrap_or(0));
            }
        }
        self.note_fill();
        Health {
            interface: self.name.clone(),
            link: self.link,
            counts: self.counts,
            ring_mib: self.map.blocks(),
            fill_permille: std::mem::take(&mut self.fill_permille),
        }
    }
}

/// A socket with a mapped ring of so many blocks. A new one for each size: the kernel keeps the first.
fn ring(blocks: usize) -> Result<(OwnedFd, Map), TapErrorKind> {
    let socket = system::packet_socket()?;
    let version = u32::try_from(TPACKET_V3).unwrap_or(0);
    system::set_option(socket.as_fd(), libc::PACKET_VERSION, &system::bytes_of([version]), "PACKET_VERSION")?;
    let number = |size: usize| u32::try_from(size).unwrap_or(u32::MAX);
    let frames = blocks.saturating_mul(BLOCK / FRAME);
    let request = [number(BLOCK), number(blocks), number(FRAME), number(frames), RETIRE, 0, 0];
    system::set_option(socket.as_fd(), libc::PACKET_RX_RING, &system::bytes_of(request), "PACKET_RX_RING").map_err(
        |kind| match kind {
            TapErrorKind::System { errno: libc::ENOMEM, .. } => {
                TapErrorKind::NoMemory { bytes: blocks.saturating_mul(BLOCK) }
            }
            other => other,
        },
    )?;
    let map = Map::new(socket.as_fd(), blocks)?;
    Ok((socket, map))
}

/// `enum tpacket_versions`.
const TPACKET_V3: i32 = 2;

/// Binds the socket to an interface and makes that hear what is for others. Needs no privilege once the socket is there.
fn listen(socket: BorrowedFd<'_>, index: i32, promiscuous: bool) -> Result<(), TapErrorKind> {
    system::bind(socket, index)?;
    if promiscuous {
        let kind = u16::try_from(libc::PACKET_MR_PROMISC).unwrap_or(0).to_ne_bytes();
        let member = [&index.to_ne_bytes()[..], &kind[..], &[0; 10][..]].concat();
        system::set_option(socket, libc::PACKET_ADD_MEMBERSHIP, &member, "PACKET_ADD_MEMBERSHIP")?;
    }
    Ok(())
}
