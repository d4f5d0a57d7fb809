//! The table of interfaces that frames refer to.

use std::collections::HashMap;

use super::LinkType;
use super::bytes::row;

/// Most interfaces of one source. Beyond this a file is hostile; the table is kept in memory.
pub(super) const MOST: usize = 4096;

/// Where a frame was captured.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Interface {
    /// Index of the source.
    pub source: u32,
    /// Name the capture gives, else the source's own (`file.pcap`, `file.pcapng#2` for the third nameless one).
    pub name: String,
    pub link: LinkType,
    /// Longest frame the capture was set to keep; 0 = no limit.
    pub snap_length: u32,
}

/// Interfaces in the order of their first description; a row never changes.
#[derive(Debug, Clone, Default)]
pub struct Interfaces {
    rows: Vec<Interface>,
    known: HashMap<Interface, u32>,
}

impl Interfaces {
    #[must_use]
    pub fn get(&self, row: u32) -> Option<&Interface> {
        self.rows.get(usize::try_from(row).ok()?)
    }

    #[must_use]
    pub fn rows(&self) -> &[Interface] {
        &self.rows
    }

    /// A row of its own.
    pub(super) fn add(&mut self, interface: Interface) -> u32 {
        let number = row(self.rows.len());
        self.rows.push(interface);
        number
    }

    /// The row of this interface, which a later section of the same file may describe again; `None` if the table is
    /// full.
    pub(super) fn find_or_add(&mut self, interface: Interface) -> Option<u32> {
        if let Some(number) = self.known.get(&interface) {
            return Some(*number);
        }
        if self.rows.len() >= MOST {
            return None;
        }
        let number = self.add(interface.clone());
        self.known.insert(interface, number);
        Some(number)
    }
}
