//! The memory of a ring: blocks that are the kernel's or ours, by the status each begins with.

use crate::TapErrorKind;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU32, Ordering};

/// Size of a block. Frames never cross from one into another, so it also bounds their length.
pub const BLOCK: usize = 1 << 20;
/// Where a block's status stands (`block`).
const STATUS: usize = 8;

/// A mapped receive ring. The kernel writes into blocks that it owns; a block that is ours stays as it is until it is given
/// back.
pub struct Map {
    start: NonNull<u8>,
    blocks: usize,
}

// SAFETY: the mapping belongs to the process, not to a thread, and is reached through `&self` and `&mut self` only.
unsafe impl Send for Map {}

impl Map {
    /// Maps the ring of so many blocks that the socket has.
    ///
    /// # Errors
    /// `NoMemory`, `System`.
    pub fn new(socket: BorrowedFd<'_>, blocks: usize) -> Result<Self, TapErrorKind> {
        let bytes = blocks.saturating_mul(BLOCK);
        let (access, kind) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_SHARED);
        // SAFETY: a new mapping at a place of the kernel's choice touches nothing that is there.
        let found = unsafe { libc::mmap(std::ptr::null_mut(), bytes, access, kind, socket.as_raw_fd(), 0) };
        let failed = std::io::Error::last_os_error().raw_os_error().unwrap_or(0);
        match NonNull::new(found.cast::<u8>()) {
            Some(start) if found != libc::MAP_FAILED => Ok(Self { start, blocks }),
            _ if matches!(failed, libc::ENOMEM | libc::EAGAIN) => Err(TapErrorKind::NoMemory { bytes }),
            _ => Err(TapErrorKind::System { call: "mmap", errno: failed }),
        }
    }

    /// Number of blocks.
    pub fn blocks(&self) -> usize {
        self.blocks
    }

    fn status(&self, block: usize) -> Option<&AtomicU32> {
        let offset = block.checked_mul(BLOCK)?.checked_add(STATUS)?;
        if block >= self.blocks {
            return None;
        }
        // SAFETY: the offset lies inside the mapping, which lives as long as `self`.
        let place = unsafe { self.start.add(offset) };
        // SAFETY: aligned (a page and 8), valid for as long as `self`, and only accessed atomically, by the kernel too.
        Some(unsafe { AtomicU32::from_ptr(place.as_ptr().cast()) })
    }

    /// Whether a block is ours to read.
    pub fn is_ready(&self, block: usize) -> bool {
        self.status(block).is_some_and(|status| status.load(Ordering::Acquire) & libc::TP_STATUS_USER != 0)
    }

    /// The bytes of a block that is ours.
    pub fn block(&self, block: usize) -> Option<&[u8]> {
        if !self.is_ready(block) {
            return None;
        }
        // SAFETY: `is_ready` says that the block lies inside the mapping.
        let place = unsafe { self.start.add(block.saturating_mul(BLOCK)) };
        // SAFETY: inside the mapping; the kernel does not write into a block of ours until `give_back`, which wants `self`
        // exclusively and so ends this borrow.
        Some(unsafe { std::slice::from_raw_parts(place.as_ptr(), BLOCK) })
    }

    /// Gives a block back to the kernel.
    pub fn give_back(&mut self, block: usize) {
        if let Some(status) = self.status(block) {
            status.store(libc::TP_STATUS_KERNEL, Ordering::Release);
        }
    }

    /// Blocks that wait to be read, beginning with this one.
    pub fn waiting(&self, from: usize) -> usize {
        (0..self.blocks)
            .take_while(|step| {
                let block = from.saturating_add(*step).checked_rem(self.blocks).unwrap_or(0);
                self.is_ready(block)
            })
            .count()
    }
}

impl Drop for Map {
    fn drop(&mut self) {
        // SAFETY: the mapping is ours as a whole, and nothing borrows it any more.
        unsafe { libc::munmap(self.start.as_ptr().cast(), self.blocks.saturating_mul(BLOCK)) };
    }
}
