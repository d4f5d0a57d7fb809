//! What can be asked of the kernel without privileges.

use crate::{Rings, Settings, TapErrorKind};

#[test]
fn an_interface_that_is_not_there_is_named_or_the_right_is_missing() {
    let found = Rings::open(&["no-such-if0".into()], &Settings { ring_mib: 4, ..Settings::default() });
    let Err(error) = found else { panic!("there is no such interface") };
    assert_eq!(error.interface, "no-such-if0");
    assert!(matches!(error.kind, TapErrorKind::NoSuchInterface | TapErrorKind::NotPermitted), "{error}");
}

#[test]
fn codes_are_stable() {
    let kinds = [
        (TapErrorKind::NoSuchInterface, "no_such_interface"),
        (TapErrorKind::NotPermitted, "not_permitted"),
        (TapErrorKind::NoMemory { bytes: 1 }, "no_memory"),
        (TapErrorKind::HardwareType { number: 280 }, "hardware_type"),
        (TapErrorKind::NotLinux, "not_linux"),
        (TapErrorKind::System { call: "bind", errno: 19 }, "system"),
        (TapErrorKind::PrivilegesKept { thread: 7 }, "privileges_kept"),
    ];
    for (kind, code) in kinds {
        assert_eq!(kind.code(), code);
    }
}
