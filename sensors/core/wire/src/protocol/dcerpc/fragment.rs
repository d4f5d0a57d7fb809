//! Calls in several fragments (C706 12.6.3.4): what came of a stub before its last fragment.

use crate::flow::Side;

/// Calls of one connection that may be open, and their bytes together.
const CALLS: usize = 16;
const BYTES: usize = 128 * 1024;

struct Open {
    side: Side,
    call: u32,
    stub: Vec<u8>,
    /// Not all of it could be kept.
    cut: bool,
}

#[derive(Default)]
pub struct Fragments(Vec<Open>);

impl Fragments {
    /// A fragment that is not the last; whether it has room.
    pub fn push(&mut self, side: Side, call: u32, first: bool, stub: &[u8]) -> bool {
        if first {
            self.0.retain(|open| (open.side, open.call) != (side, call));
            if self.0.len() >= CALLS {
                self.0.remove(0);
            }
            self.0.push(Open { side, call, stub: Vec::new(), cut: false });
        }
        let held: usize = self.0.iter().map(|open| open.stub.len()).sum();
        let Some(open) = self.0.iter_mut().find(|open| (open.side, open.call) == (side, call)) else { return true };
        if held.saturating_add(stub.len()) > BYTES {
            open.cut = true;
        }
        if !open.cut {
            open.stub.extend_from_slice(stub);
        }
        !open.cut
    }

    /// What was kept of a call, and whether that is all of it.
    pub fn take(&mut self, side: Side, call: u32) -> Option<(Vec<u8>, bool)> {
        let at = self.0.iter().position(|open| (open.side, open.call) == (side, call))?;
        let open = self.0.remove(at);
        Some((open.stub, !open.cut))
    }

    /// Bytes of this side are missing.
    pub fn gap(&mut self, side: Side) {
        self.0.retain(|open| open.side != side);
    }

    pub fn weight(&self) -> usize {
        self.0.iter().map(|open| size_of::<Open>() + open.stub.capacity()).sum()
    }
}
