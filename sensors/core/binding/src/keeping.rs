//! The thread that writes the ring of packets. The listening thread never waits for it: what does not fit into its queue
//! is counted as lost evidence, and detection goes on.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, TrySendError, channel, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use wire::capture::Frame;
use wire::evidence::{Bounds, Chunk, Chunks, Keeper, Keys};

/// Chunks that may wait for the disk: 8 MiB.
const WAITING: usize = 64;
/// A frame is on disk after so long at the latest, unless the disk is slower.
const PULSE: Duration = Duration::from_millis(200);
/// After the disk refused a chunk, none is tried for so long.
const RESPITE: Duration = Duration::from_secs(1);
/// Part of the disk that stays free, and how much that is at most.
const FREE_PART: u64 = 20;
const FREE_MOST: u64 = 2 << 30;

/// How the ring stands.
#[derive(Default)]
pub struct Standing {
    pub octets: AtomicU64,
    /// Frames that were not kept, by source.
    pub lost: Vec<AtomicU64>,
    /// What the system said when it last refused, while it does.
    pub refused: Mutex<Option<String>>,
    refusing: AtomicBool,
}

/// Frames on their way into the ring.
pub struct Keeping {
    chunks: Chunks,
    sender: Option<SyncSender<Chunk>>,
    written: Receiver<Vec<u8>>,
    thread: Option<JoinHandle<()>>,
    pulse: Instant,
    pub standing: Arc<Standing>,
}

impl Keeping {
    /// Opens the ring and begins the thread.
    ///
    /// # Errors
    /// What the system says.
    pub fn begin(folder: PathBuf, captures: &[String], bounds: Bounds, keys: Keys) -> std::io::Result<Self> {
        let keeper = Keeper::sealing(&folder, captures, bounds, keys)?;
        let lost = captures.iter().map(|_| AtomicU64::new(0)).collect();
        let standing = Arc::new(Standing { lost, octets: keeper.octets().into(), ..Standing::default() });
        let (sender, receiver) = sync_channel(WAITING);
        let (back, written) = channel();
        let writer = Writer { keeper, folder, standing: Arc::clone(&standing), back };
        let thread = std::thread::Builder::new().name("keep".into()).spawn(move || writer.run(&receiver))?;
        let (sender, thread) = (Some(sender), Some(thread));
        Ok(Self { chunks: Chunks::default(), sender, written, thread, pulse: Instant::now(), standing })
    }

    /// Takes a frame.
    pub fn frame(&mut self, frame: &Frame<'_>) {
        if let Some(chunk) = self.chunks.take(frame) {
            self.send(chunk);
        }
    }

    /// Hands over what waits, if it is time.
    pub fn pulse(&mut self) {
        if self.pulse.elapsed() >= PULSE {
            self.hand_over();
        }
    }

    fn hand_over(&mut self) {
        self.pulse = Instant::now();
        let waiting: Vec<Chunk> = self.chunks.drain().collect();
        waiting.into_iter().for_each(|chunk| self.send(chunk));
    }

    fn send(&mut self, chunk: Chunk) {
        self.chunks.spare.extend(self.written.try_iter());
        match self.sender.as_ref().map(|sender| sender.try_send(chunk)) {
            Some(Err(TrySendError::Full(chunk) | TrySendError::Disconnected(chunk))) => {
                self.standing.lose(&chunk);
                self.chunks.spare.push(chunk.records);
            }
            Some(Ok(())) | None => {}
        }
    }
}

impl Drop for Keeping {
    /// What waits is written, and files get their index.
    fn drop(&mut self) {
        self.hand_over();
        self.sender = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Standing {
    fn lose(&self, chunk: &Chunk) {
        let of = usize::try_from(chunk.source).ok().and_then(|source| self.lost.get(source));
        if let Some(lost) = of {
            lost.fetch_add(u64::try_from(chunk.frames).unwrap_or(0), Ordering::Relaxed);
        }
    }

    fn note(&self, error: Option<String>) {
        self.refusing.store(error.is_some(), Ordering::Relaxed);
        if let Ok(mut refused) = self.refused.lock() {
            *refused = error;
        }
    }
}

struct Writer {
    keeper: Keeper,
    folder: PathBuf,
    standing: Arc<Standing>,
    /// Memory goes back where chunks are filled.
    back: Sender<Vec<u8>>,
}

impl Writer {
    fn run(mut self, receiver: &Receiver<Chunk>) {
        let (mut respite, mut looked): (Option<Instant>, Option<Instant>) = (None, None);
        for chunk in receiver {
            if looked.is_none_or(|at| at.elapsed() >= RESPITE) {
                looked = Some(Instant::now());
                self.leave_room();
            }
            if respite.is_some_and(|at| at.elapsed() < RESPITE) {
                self.standing.lose(&chunk);
            } else {
                respite = self.keep(&chunk).then(Instant::now);
            }
            self.standing.octets.store(self.keeper.octets(), Ordering::Relaxed);
            let _ = self.back.send(chunk.records);
        }
        let _ = self.keeper.close();
    }

    /// True when the disk refused.
    fn keep(&mut self, chunk: &Chunk) -> bool {
        match self.keeper.keep(chunk) {
            Err(error) => {
                self.standing.lose(chunk);
                self.standing.note(Some(error.to_string()));
                true
            }
            Ok(()) => {
                if self.standing.refusing.load(Ordering::Relaxed) {
                    self.standing.note(None);
                }
                false
            }
        }
    }

    /// Evidence gives way before others run out of disk.
    fn leave_room(&mut self) {
        let Ok((free, whole)) = tap::disk(&self.folder) else { return };
        let least = (whole / FREE_PART).min(FREE_MOST);
        if free < least {
            let _ = self.keeper.make_room(least - free);
        }
    }
}
