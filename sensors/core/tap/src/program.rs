//! The filter of system calls (`seccomp(2)`): a classic BPF program over `struct seccomp_data`.
//!
//! ```text
//! 0 number 4   4 architecture 4   8 instruction pointer 8   16 six arguments, 8 each
//! ```

/// What a call is denied for.
#[derive(Clone, Copy, Debug)]
enum When {
    /// Whatever its arguments.
    Always,
    /// This argument is the descriptor of a packet socket.
    Descriptor(u32),
    /// The first argument is a packet socket and the second one of these.
    Command(&'static [u32]),
    /// The second and third argument are level and name of this option.
    Option(u32, u32),
    /// The first argument is anything else.
    Unless(u32),
}

/// Calls by which bytes could leave through a socket, a new socket, or a second way to one.
const DENIED: &[(libc::c_long, When)] = &[
    (libc::SYS_socket, When::Always),
    // A pair of local sockets reaches nobody: dissectors are spoken to by one.
    (libc::SYS_socketpair, When::Unless(AF_UNIX)),
    (libc::SYS_sendto, When::Always),
    (libc::SYS_sendmsg, When::Always),
    (libc::SYS_sendmmsg, When::Always),
    (libc::SYS_sendfile, When::Always),
    (libc::SYS_splice, When::Always),
    (libc::SYS_tee, When::Always),
    (libc::SYS_vmsplice, When::Always),
    (libc::SYS_io_uring_setup, When::Always),
    (libc::SYS_io_uring_enter, When::Always),
    (libc::SYS_io_uring_register, When::Always),
    (libc::SYS_pidfd_getfd, When::Always),
    (libc::SYS_ptrace, When::Always),
    (libc::SYS_process_vm_writev, When::Always),
    (libc::SYS_bpf, When::Always),
    (libc::SYS_write, When::Descriptor(0)),
    (libc::SYS_writev, When::Descriptor(0)),
    (libc::SYS_pwrite64, When::Descriptor(0)),
    (libc::SYS_pwritev, When::Descriptor(0)),
    (libc::SYS_pwritev2, When::Descriptor(0)),
    (libc::SYS_copy_file_range, When::Descriptor(2)),
    (libc::SYS_dup, When::Descriptor(0)),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_dup2, When::Descriptor(0)),
    (libc::SYS_dup3, When::Descriptor(0)),
    (libc::SYS_fcntl, When::Command(&[F_DUPFD, F_DUPFD_CLOEXEC])),
    // A number that was closed would go to the next file, which could then not be written.
    (libc::SYS_close, When::Descriptor(0)),
    (libc::SYS_setsockopt, When::Option(SOL_PACKET, PACKET_TX_RING)),
];

const AF_UNIX: u32 = 1;
const F_DUPFD: u32 = 0;
const F_DUPFD_CLOEXEC: u32 = 1030;
const SOL_PACKET: u32 = 263;
const PACKET_TX_RING: u32 = 13;

#[cfg(target_arch = "x86_64")]
const ARCHITECTURE: u32 = 0xc000_003e;
#[cfg(target_arch = "aarch64")]
const ARCHITECTURE: u32 = 0xc000_00b7;
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
const ARCHITECTURE: u32 = 0;
/// Numbers from here on are of x32, a second set of calls beside that of x86_64.
const X32: u32 = 0x4000_0000;

/// Codes of instructions (`linux/bpf_common.h`): load a word; jump if equal, if not less; return.
const LOAD: u16 = 0x20;
const EQUAL: u16 = 0x15;
const NOT_LESS: u16 = 0x35;
const RETURN: u16 = 0x06;

const ALLOW: u32 = 0x7fff_0000;
/// The call fails with EPERM (1): it is told to whoever tried, and the sensor goes on.
const DENY: u32 = 0x0005_0000 | 1;

/// One instruction: code, steps to jump when true and when false, constant.
pub type Instruction = (u16, u8, u8, u32);

fn argument(index: u32) -> Instruction {
    // Both architectures are little-endian: the lower half stands first.
    (LOAD, 0, 0, 16 + 8 * index)
}

/// The whole program; packet sockets have descriptors from `first` to `last`.
///
/// `None` on an architecture whose calls are not known here.
pub fn program(first: u32, last: u32) -> Option<Vec<Instruction>> {
    if ARCHITECTURE == 0 {
        return None;
    }
    let mut program = vec![
        (LOAD, 0, 0, 4),
        (EQUAL, 1, 0, ARCHITECTURE),
        (RETURN, 0, 0, DENY),
        (LOAD, 0, 0, 0),
        (NOT_LESS, 0, 1, X32),
        (RETURN, 0, 0, DENY),
    ];
    for (number, when) in DENIED {
        let body = body(*when, (first, last));
        // Bodies have a handful of instructions, and each of them ends with a return.
        let beyond = u8::try_from(body.len()).ok()?;
        program.push((EQUAL, 0, beyond, u32::try_from(*number).ok()?));
        program.extend(body);
    }
    program.push((RETURN, 0, 0, ALLOW));
    Some(program)
}

/// Denies or allows a call whose number is known by now.
fn body(when: When, (first, last): (u32, u32)) -> Vec<Instruction> {
    let (deny, allow) = ((RETURN, 0, 0, DENY), (RETURN, 0, 0, ALLOW));
    let above = last.saturating_add(1);
    match when {
        When::Always => vec![deny],
        When::Descriptor(index) => {
            vec![argument(index), (NOT_LESS, 0, 2, first), (NOT_LESS, 1, 0, above), deny, allow]
        }
        When::Command(commands) => {
            let mut body =
                vec![argument(0), (NOT_LESS, 1, 0, first), allow, (NOT_LESS, 0, 1, above), allow, argument(1)];
            for command in commands {
                body.extend([(EQUAL, 0, 1, *command), deny]);
            }
            body.push(allow);
            body
        }
        When::Option(level, name) => {
            vec![argument(1), (EQUAL, 0, 3, level), argument(2), (EQUAL, 0, 1, name), deny, allow]
        }
        When::Unless(value) => vec![argument(0), (EQUAL, 1, 0, value), deny, allow],
    }
}
