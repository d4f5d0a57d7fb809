//! Why packets cannot be taken from an interface: a code with parameters. The sentence is made where it is read, in the
//! reader's language.

use std::fmt;

/// An interface that cannot be listened to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TapError {
    /// As it was named; empty where the trouble is that of the process.
    pub interface: String,
    pub kind: TapErrorKind,
}

/// What is wrong.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum TapErrorKind {
    /// No interface of this name.
    NoSuchInterface,
    /// The process may not open packet sockets (`CAP_NET_RAW`).
    NotPermitted,
    /// No memory for even the smallest ring.
    NoMemory { bytes: usize },
    /// Frames of this hardware type (`ARPHRD_`) are not read.
    HardwareType { number: u16 },
    /// What the kernel is to pass is said of frames of Ethernet.
    NotEthernet,
    /// Packet sockets with rings are a facility of Linux.
    NotLinux,
    /// The kernel refuses a call.
    System { call: &'static str, errno: i32 },
    /// A thread begun before kept its privileges.
    PrivilegesKept { thread: u32 },
}

impl TapErrorKind {
    /// Stable word, for translation.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoSuchInterface => "no_such_interface",
            Self::NotPermitted => "not_permitted",
            Self::NoMemory { .. } => "no_memory",
            Self::HardwareType { .. } => "hardware_type",
            Self::NotEthernet => "not_ethernet",
            Self::NotLinux => "not_linux",
            Self::System { .. } => "system",
            Self::PrivilegesKept { .. } => "privileges_kept",
        }
    }

    /// A number of the message: bytes, hardware type, errno or thread; and the system call.
    #[must_use]
    pub fn parameters(&self) -> (i64, &'static str) {
        match self {
            Self::NoSuchInterface | Self::NotPermitted | Self::NotEthernet | Self::NotLinux => (0, ""),
            Self::NoMemory { bytes } => (i64::try_from(*bytes).unwrap_or(i64::MAX), ""),
            Self::HardwareType { number } => (i64::from(*number), ""),
            Self::System { call, errno } => (i64::from(*errno), call),
            Self::PrivilegesKept { thread } => (i64::from(*thread), ""),
        }
    }

    /// The error with the interface it is about.
    #[must_use]
    pub fn of(self, interface: &str) -> TapError {
        TapError { interface: interface.to_owned(), kind: self }
    }
}

impl fmt::Display for TapError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (number, call) = self.kind.parameters();
        write!(out, "{}: {} {call} {number}", self.interface, self.kind.code())
    }
}

impl std::error::Error for TapError {}
