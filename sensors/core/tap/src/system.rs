//! System calls on packet sockets (`packet(7)`, `netdevice(7)`), each behind a safe function. Structures are built as bytes.

use crate::TapErrorKind;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::time::Duration;
use wire::capture::filter::kernel::Instruction;

/// Descriptors of packet sockets begin here, so that no number that a file may get is ever denied to it (`program`).
const FIRST_DESCRIPTOR: libc::c_int = 900;
/// `struct ifreq`: 16 bytes name, and a union of 24.
const IFREQ: usize = 40;
/// `struct sockaddr_ll`.
const SOCKADDR_LL: usize = 20;

const SIOCGIFFLAGS: u32 = 0x8913;
const SIOCGIFHWADDR: u32 = 0x8927;
const SIOCGIFINDEX: u32 = 0x8933;

/// What was last refused, and its number.
fn refused(call: &'static str) -> TapErrorKind {
    TapErrorKind::System { call, errno: io::Error::last_os_error().raw_os_error().unwrap_or(0) }
}

fn length_of(bytes: &[u8]) -> libc::socklen_t {
    libc::socklen_t::try_from(bytes.len()).unwrap_or(0)
}

/// A packet socket of protocol 0: nothing arrives before it is bound.
///
/// # Errors
/// `NotPermitted`, `System`.
pub fn packet_socket() -> Result<OwnedFd, TapErrorKind> {
    // SAFETY: takes no pointers.
    let number = unsafe { libc::socket(libc::AF_PACKET, libc::SOCK_RAW | libc::SOCK_CLOEXEC, 0) };
    if number < 0 {
        let kind = refused("socket");
        let denied = matches!(kind, TapErrorKind::System { errno: libc::EPERM | libc::EACCES, .. });
        return Err(if denied { TapErrorKind::NotPermitted } else { kind });
    }
    // SAFETY: the descriptor is new and nobody else's.
    let socket = unsafe { OwnedFd::from_raw_fd(number) };
    // SAFETY: takes no pointers.
    let high = unsafe { libc::fcntl(socket.as_raw_fd(), libc::F_DUPFD_CLOEXEC, FIRST_DESCRIPTOR) };
    if high < 0 {
        return Err(refused("fcntl"));
    }
    // SAFETY: the descriptor is new and nobody else's; the one below is closed when it is dropped.
    Ok(unsafe { OwnedFd::from_raw_fd(high) })
}

/// Sets an option of level `SOL_PACKET` from the bytes of its value.
///
/// # Errors
/// `System`, named after `what`.
pub fn set_option(
    socket: BorrowedFd<'_>,
    option: libc::c_int,
    value: &[u8],
    what: &'static str,
) -> Result<(), TapErrorKind> {
    let (number, length) = (socket.as_raw_fd(), length_of(value));
    // SAFETY: the pointer and the length are those of a live slice, which the kernel only reads.
    let result = unsafe { libc::setsockopt(number, libc::SOL_PACKET, option, value.as_ptr().cast(), length) };
    if result < 0 { Err(refused(what)) } else { Ok(()) }
}

/// Has the kernel pass what a program passes, and nothing else, until the socket is closed.
///
/// # Errors
/// `System`.
pub fn attach(socket: BorrowedFd<'_>, program: &[Instruction]) -> Result<(), TapErrorKind> {
    let mut filter: Vec<libc::sock_filter> =
        program.iter().map(|(code, jt, jf, k)| libc::sock_filter { code: *code, jt: *jt, jf: *jf, k: *k }).collect();
    let length = u16::try_from(filter.len()).unwrap_or(0);
    let whole = libc::sock_fprog { len: length, filter: filter.as_mut_ptr() };
    let size = libc::socklen_t::try_from(size_of::<libc::sock_fprog>()).unwrap_or(0);
    let (number, level) = (socket.as_raw_fd(), libc::SOL_SOCKET);
    // SAFETY: the program and its length are those of a live vector, which the kernel copies.
    let result = unsafe { libc::setsockopt(number, level, libc::SO_ATTACH_FILTER, (&raw const whole).cast(), size) };
    if result < 0 {
        return Err(refused("SO_ATTACH_FILTER"));
    }
    let on: libc::c_int = 1;
    let size = libc::socklen_t::try_from(size_of::<libc::c_int>()).unwrap_or(0);
    // SAFETY: the pointer and the length are those of a live integer, which the kernel only reads.
    let result = unsafe { libc::setsockopt(number, level, libc::SO_LOCK_FILTER, (&raw const on).cast(), size) };
    if result < 0 { Err(refused("SO_LOCK_FILTER")) } else { Ok(()) }
}

/// Reads an option into `value`; true if all of it was filled.
pub fn option(socket: BorrowedFd<'_>, level: libc::c_int, option: libc::c_int, value: &mut [u8]) -> bool {
    let mut length = length_of(value);
    let pointer = value.as_mut_ptr().cast();
    // SAFETY: the pointer and the length are those of a live, exclusively borrowed slice; the kernel writes no more.
    let result = unsafe { libc::getsockopt(socket.as_raw_fd(), level, option, pointer, &raw mut length) };
    result == 0 && length == length_of(value)
}

/// Numbers in the machine's order as bytes.
pub fn bytes_of<const N: usize>(numbers: [u32; N]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_ne_bytes()).collect()
}

/// Binds to an interface, for all protocols. A bound socket may be bound again.
///
/// # Errors
/// `System`.
pub fn bind(socket: BorrowedFd<'_>, index: i32) -> Result<(), TapErrorKind> {
    let mut address = [0; SOCKADDR_LL];
    let family = u16::try_from(libc::AF_PACKET).unwrap_or(0).to_ne_bytes();
    let protocol = u16::try_from(libc::ETH_P_ALL).unwrap_or(0).to_be_bytes();
    for (slot, byte) in address.iter_mut().zip([&family[..], &protocol[..], &index.to_ne_bytes()[..]].concat()) {
        *slot = byte;
    }
    // SAFETY: the pointer and the length are those of a live array, which the kernel only reads.
    let result = unsafe { libc::bind(socket.as_raw_fd(), address.as_ptr().cast(), length_of(&address)) };
    if result < 0 { Err(refused("bind")) } else { Ok(()) }
}

/// The interface that the socket is bound to; negative once that is gone.
pub fn bound_to(socket: BorrowedFd<'_>) -> Option<i32> {
    let mut address = [0u8; SOCKADDR_LL];
    let mut length = length_of(&address);
    // SAFETY: the pointer and the length are those of a live, exclusively borrowed array; the kernel writes no more.
    let result = unsafe { libc::getsockname(socket.as_raw_fd(), address.as_mut_ptr().cast(), &raw mut length) };
    let index = address.get(4..)?.first_chunk().map(|raw| i32::from_ne_bytes(*raw))?;
    (result == 0).then_some(index)
}

/// The error that waits at the socket, which is taken away by looking.
pub fn take_error(socket: BorrowedFd<'_>) -> i32 {
    let mut value = [0; 4];
    option(socket, libc::SOL_SOCKET, libc::SO_ERROR, &mut value);
    i32::from_ne_bytes(value)
}

/// Asks about an interface by name; gives the first bytes of the answer.
fn ask(socket: BorrowedFd<'_>, name: &str, request: u32) -> Option<[u8; 4]> {
    let mut asked = [0u8; IFREQ];
    // One byte less than the field: it ends with zero.
    if name.is_empty() || name.len() >= libc::IFNAMSIZ || name.contains(['\0', '/']) {
        return None;
    }
    for (slot, byte) in asked.iter_mut().zip(name.bytes()) {
        *slot = byte;
    }
    let request = libc::Ioctl::from(request);
    // SAFETY: the pointer is to a live, exclusively borrowed array of the size of the structure that these requests use.
    let result = unsafe { libc::ioctl(socket.as_raw_fd(), request, asked.as_mut_ptr()) };
    let answer = asked.get(libc::IFNAMSIZ..)?.first_chunk().copied()?;
    (result == 0).then_some(answer)
}

/// Number of an interface; `None` when there is none of this name. Needs no socket of its own, unlike `if_nametoindex`.
pub fn index_of(socket: BorrowedFd<'_>, name: &str) -> Option<i32> {
    ask(socket, name, SIOCGIFINDEX).map(i32::from_ne_bytes)
}

/// Whether an interface is switched on and has a carrier.
pub fn is_running(socket: BorrowedFd<'_>, name: &str) -> bool {
    let wanted = libc::IFF_UP | libc::IFF_RUNNING;
    ask(socket, name, SIOCGIFFLAGS).is_some_and(|[low, high, ..]| {
        let flags = i32::from(u16::from_ne_bytes([low, high]));
        flags & wanted == wanted
    })
}

/// Hardware type (`ARPHRD_`) of an interface.
pub fn hardware_type(socket: BorrowedFd<'_>, name: &str) -> Option<u16> {
    ask(socket, name, SIOCGIFHWADDR).map(|[low, high, ..]| u16::from_ne_bytes([low, high]))
}

/// Waits until a block of one of the sockets is there, at most so long.
pub fn wait(sockets: &[BorrowedFd<'_>], patience: Duration) {
    let mut list: Vec<libc::pollfd> = sockets
        .iter()
        .map(|socket| libc::pollfd { fd: socket.as_raw_fd(), events: libc::POLLIN, revents: 0 })
        .collect();
    // Rounded up: with less than a millisecond left it would not wait at all, and be asked again and again.
    let milliseconds = libc::c_int::try_from(patience.as_millis().saturating_add(1)).unwrap_or(libc::c_int::MAX);
    let count = libc::nfds_t::try_from(list.len()).unwrap_or(0);
    // SAFETY: the pointer and the count are those of a live, exclusively borrowed vector.
    let ready = unsafe { libc::poll(list.as_mut_ptr(), count, milliseconds) };
    if ready > 0 && list.iter().all(|each| each.revents & libc::POLLIN == 0) {
        // Errors only: taken away, or each wait would end at once. The link's state says what they mean.
        for socket in sockets {
            take_error(*socket);
        }
    }
}
