//! What the process gives up, for good, once its sockets are open: every privilege, and every call that could send.

use crate::TapErrorKind;
use crate::program::{Instruction, program};
use std::fs;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};

/// `_LINUX_CAPABILITY_VERSION_3`.
const CAPABILITY_VERSION: u32 = 0x2008_0522;
/// The kernel knows fewer; the first one it does not know ends the walk.
const CAPABILITIES: libc::c_ulong = 64;
/// `PR_CAPBSET_DROP`, `PR_CAP_AMBIENT` and its `PR_CAP_AMBIENT_CLEAR_ALL` (`linux/prctl.h`).
const DROP_BOUNDING: libc::c_int = 24;
const AMBIENT: libc::c_int = 47;
const CLEAR_AMBIENT: libc::c_ulong = 4;

/// Seals the process; the sockets stay open until it ends.
///
/// # Errors
/// `System` for a call the kernel refuses, `PrivilegesKept` for a thread that began before and has its own privileges.
pub fn seal(sockets: &[BorrowedFd<'_>]) -> Result<(), TapErrorKind> {
    control(libc::PR_SET_NO_NEW_PRIVS, 1, 0).map_err(|errno| TapErrorKind::System { call: "no_new_privs", errno })?;
    give_up_privileges()?;
    let numbers = || sockets.iter().filter_map(|socket| u32::try_from(socket.as_raw_fd()).ok());
    let (first, last) = (numbers().min().unwrap_or(u32::MAX - 1), numbers().max().unwrap_or(u32::MAX - 1));
    let program = program(first, last).ok_or(TapErrorKind::System { call: "seccomp", errno: libc::ENOSYS })?;
    install(&program)
}

fn last_errno() -> i32 {
    io::Error::last_os_error().raw_os_error().unwrap_or(0)
}

fn control(option: libc::c_int, second: libc::c_ulong, third: libc::c_ulong) -> Result<(), i32> {
    let unused: libc::c_ulong = 0;
    // SAFETY: none of the options used here takes a pointer.
    let result = unsafe { libc::prctl(option, second, third, unused, unused) };
    if result < 0 { Err(last_errno()) } else { Ok(()) }
}

/// No capability now, none by starting a program, none to be had again.
fn give_up_privileges() -> Result<(), TapErrorKind> {
    // Who may not narrow what programs may get has no_new_privs, which lets them have nothing beyond what is kept here.
    let _ = (0..CAPABILITIES).try_for_each(|capability| control(DROP_BOUNDING, capability, 0));
    let _ = control(AMBIENT, CLEAR_AMBIENT, 0);
    let header = [CAPABILITY_VERSION, 0];
    let none = [0u32; 6];
    // SAFETY: header (version, thread 0 = this one) and six words of zeros are what version 3 reads; both live.
    let result = unsafe { libc::syscall(libc::SYS_capset, header.as_ptr(), none.as_ptr()) };
    if result < 0 {
        return Err(TapErrorKind::System { call: "capset", errno: last_errno() });
    }
    privileged_thread().map_or(Ok(()), |thread| Err(TapErrorKind::PrivilegesKept { thread }))
}

/// Capabilities are a thread's own: one that began before keeps its.
fn privileged_thread() -> Option<u32> {
    fs::read_dir("/proc/self/task").ok()?.flatten().find_map(|entry| {
        let status = fs::read_to_string(entry.path().join("status")).ok()?;
        let held = status.lines().filter_map(|line| line.strip_prefix("CapPrm:"));
        let any = held.flat_map(str::chars).any(|digit| digit.is_ascii_hexdigit() && digit != '0');
        any.then(|| entry.file_name().to_str().and_then(|name| name.parse().ok()).unwrap_or(0))
    })
}

/// Lays the filter on every thread there is; those that come have it from their maker.
fn install(program: &[Instruction]) -> Result<(), TapErrorKind> {
    let mut filter: Vec<libc::sock_filter> =
        program.iter().map(|(code, jt, jf, k)| libc::sock_filter { code: *code, jt: *jt, jf: *jf, k: *k }).collect();
    let length = u16::try_from(filter.len()).unwrap_or(0);
    let whole = libc::sock_fprog { len: length, filter: filter.as_mut_ptr() };
    let (mode, flags) = (libc::SECCOMP_SET_MODE_FILTER, libc::SECCOMP_FILTER_FLAG_TSYNC);
    // SAFETY: the program and its length are those of a live vector, which the kernel copies.
    let result = unsafe { libc::syscall(libc::SYS_seccomp, mode, flags, &raw const whole) };
    match result {
        0 => Ok(()),
        negative if negative < 0 => Err(TapErrorKind::System { call: "seccomp", errno: last_errno() }),
        // The number of a thread whose own filter stands in the way.
        _ => Err(TapErrorKind::System { call: "seccomp", errno: libc::EBUSY }),
    }
}
