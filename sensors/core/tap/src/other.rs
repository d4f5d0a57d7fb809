//! Systems without packet sockets: opening says so.

use crate::{Health, Settings, TapError, TapErrorKind};
use std::time::Duration;
use wire::capture::Frame;

/// Cannot be made here.
pub enum Rings {}

impl Rings {
    /// # Errors
    /// `NotLinux`, always.
    pub fn open(interfaces: &[String], _: &Settings) -> Result<Self, TapError> {
        Err(TapErrorKind::NotLinux.of(interfaces.first().map_or("", String::as_str)))
    }

    /// # Errors
    /// None: there is nothing to seal.
    pub fn seal(&self) -> Result<(), TapError> {
        match *self {}
    }

    pub fn read(&mut self, _: Duration, _: usize, _: &mut dyn FnMut(&Frame<'_>)) -> usize {
        match *self {}
    }

    pub fn is_empty(&self) -> bool {
        match *self {}
    }

    pub fn is_filling(&self) -> bool {
        match *self {}
    }

    pub fn fill_permille(&mut self) -> u32 {
        match *self {}
    }

    pub fn health(&mut self) -> Vec<Health> {
        match *self {}
    }
}
