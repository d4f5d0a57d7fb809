//! What handles stand for: items and groups by the numbers that the server gave them on this connection.

use std::collections::HashMap;

/// Names kept, and their bytes together.
const KEPT: usize = 8192;
const BYTES: usize = 512 * 1024;

#[derive(Default)]
pub struct Names {
    /// None: groups of this server use one number for different items.
    known: HashMap<u32, Option<String>>,
    bytes: usize,
}

impl Names {
    /// A server's number for a name. Servers may number the items of each group anew: a number of two names names none.
    pub fn learn(&mut self, handle: u32, name: &str) {
        let room = self.known.len() < KEPT && self.bytes + name.len() <= BYTES;
        match self.known.get_mut(&handle) {
            Some(known) if known.as_deref() == Some(name) => {}
            Some(known) => self.bytes = self.bytes.saturating_sub(known.take().map_or(0, |name| name.len())),
            None if room => {
                self.bytes += name.len();
                self.known.insert(handle, Some(name.to_owned()));
            }
            None => {}
        }
    }

    pub fn forget(&mut self, handle: u32) {
        if let Some(Some(name)) = self.known.remove(&handle) {
            self.bytes = self.bytes.saturating_sub(name.len());
        }
    }

    /// The name; the number where it is not known.
    pub fn shown(&self, handle: u32) -> String {
        self.known.get(&handle).cloned().flatten().unwrap_or_else(|| format!("#{handle}"))
    }

    pub fn weight(&self) -> usize {
        self.known.capacity() * size_of::<(u32, Option<String>)>() + self.bytes
    }
}
