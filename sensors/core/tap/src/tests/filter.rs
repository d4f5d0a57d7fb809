//! The filter of system calls, run by an interpreter.

use crate::program::{Instruction, program};

const DENIED: u32 = 0x0005_0001;
const ALLOWED: u32 = 0x7fff_0000;
const SOCKETS: (u32, u32) = (900, 902);

#[cfg(target_arch = "x86_64")]
const ARCHITECTURE: u32 = 0xc000_003e;
#[cfg(target_arch = "aarch64")]
const ARCHITECTURE: u32 = 0xc000_00b7;

fn run(program: &[Instruction], architecture: u32, number: i64, arguments: [u32; 6]) -> u32 {
    let mut data = vec![u32::try_from(number).unwrap(), architecture, 0, 0];
    arguments.iter().for_each(|argument| data.extend([*argument, 0]));
    let (mut at, mut word) = (0, 0);
    loop {
        let (code, yes, no, constant) = program[at];
        at += 1;
        let holds = match code {
            0x20 => {
                word = data[usize::try_from(constant).unwrap() / 4];
                continue;
            }
            0x06 => return constant,
            0x15 => word == constant,
            0x35 => word >= constant,
            other => panic!("no such instruction here: {other:#x}"),
        };
        at += usize::from(if holds { yes } else { no });
    }
}

fn call(number: i64, arguments: &[u32]) -> u32 {
    let mut six = [0; 6];
    six[..arguments.len()].copy_from_slice(arguments);
    run(&program(SOCKETS.0, SOCKETS.1).expect("known architecture"), ARCHITECTURE, number, six)
}

#[test]
fn nothing_makes_a_socket_or_sends() {
    for number in [libc::SYS_socket, libc::SYS_sendto, libc::SYS_sendmsg, libc::SYS_sendmmsg, libc::SYS_sendfile] {
        assert_eq!(call(number, &[3]), DENIED, "{number}");
    }
    for number in [libc::SYS_io_uring_setup, libc::SYS_pidfd_getfd, libc::SYS_ptrace, libc::SYS_splice] {
        assert_eq!(call(number, &[3]), DENIED, "{number}");
    }
    assert_eq!(call(libc::SYS_socketpair, &[1]), ALLOWED);
    assert_eq!(call(libc::SYS_socketpair, &[2]), DENIED);
}

#[test]
fn packet_sockets_are_not_written_copied_or_closed() {
    for number in
        [libc::SYS_write, libc::SYS_writev, libc::SYS_pwritev2, libc::SYS_dup, libc::SYS_dup3, libc::SYS_close]
    {
        for (descriptor, wanted) in [(899, ALLOWED), (900, DENIED), (901, DENIED), (902, DENIED), (903, ALLOWED)] {
            assert_eq!(call(number, &[descriptor]), wanted, "{number} {descriptor}");
        }
    }
    assert_eq!(call(libc::SYS_fcntl, &[901, 1030]), DENIED);
    assert_eq!(call(libc::SYS_fcntl, &[901, 0]), DENIED);
    assert_eq!(call(libc::SYS_fcntl, &[901, 1]), ALLOWED);
    assert_eq!(call(libc::SYS_fcntl, &[5, 1030]), ALLOWED);
    assert_eq!(call(libc::SYS_fcntl, &[903, 0]), ALLOWED);
}

#[test]
fn listening_anew_is_allowed_and_a_ring_to_send_from_is_not() {
    assert_eq!(call(libc::SYS_bind, &[900]), ALLOWED);
    assert_eq!(call(libc::SYS_setsockopt, &[900, 263, 1]), ALLOWED);
    assert_eq!(call(libc::SYS_setsockopt, &[900, 263, 13]), DENIED);
    assert_eq!(call(libc::SYS_setsockopt, &[900, 1, 13]), ALLOWED);
    assert_eq!(call(libc::SYS_read, &[900]), ALLOWED);
}

#[test]
fn calls_of_another_architecture_are_denied() {
    let program = program(SOCKETS.0, SOCKETS.1).expect("known architecture");
    assert_eq!(run(&program, 0x4000_0003, 1, [0; 6]), DENIED);
    assert_eq!(run(&program, ARCHITECTURE, 0x4000_0001, [0; 6]), DENIED);
    assert!(program.len() < 4096, "the kernel's limit");
}
