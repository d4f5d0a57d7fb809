//! What an interface is, and how it stands now.

use crate::{Link, TapErrorKind, system};
use std::os::fd::BorrowedFd;
use wire::capture::LinkType;

/// Hardware types without a link header: a tunnel's frames begin with IP.
const NONE: u16 = 65_534;

/// What the frames of an interface begin with.
///
/// # Errors
/// `NoSuchInterface`, `HardwareType`.
pub fn link_type(socket: BorrowedFd<'_>, name: &str) -> Result<LinkType, TapErrorKind> {
    match system::hardware_type(socket, name).ok_or(TapErrorKind::NoSuchInterface)? {
        libc::ARPHRD_ETHER | libc::ARPHRD_LOOPBACK => Ok(LinkType::ETHERNET),
        NONE => Ok(LinkType::RAW),
        number => Err(TapErrorKind::HardwareType { number }),
    }
}

/// How the interface stands, and the number it has now.
pub fn state(socket: BorrowedFd<'_>, name: &str) -> (Link, Option<i32>) {
    match system::index_of(socket, name) {
        None => (Link::Gone, None),
        Some(index) if system::is_running(socket, name) => (Link::Up, Some(index)),
        Some(index) => (Link::Down, Some(index)),
    }
}
