use super::{Head, Signs};
use crate::protocol::can::frame::Frames;

fn record(id: u32, data: &[u8]) -> Vec<u8> {
    let mut out = (id | 0x8000_0000).to_be_bytes().to_vec();
    out.extend([u8::try_from(data.len()).unwrap(), 0, 0, 0]);
    out.extend(data);
    out
}

fn j1939(frames: &[(u32, &[u8])]) -> bool {
    let bytes: Vec<u8> = frames.iter().flat_map(|(id, data)| record(*id, data)).collect();
    let mut signs = Signs::default();
    Frames::of(&bytes).for_each(|frame| signs.take(&frame));
    signs.tell()
}

#[test]
fn identifiers_are_groups_and_ends() {
    let head = |id| {
        let Head { group, source, destination, extended } = Head::of(id);
        (group, source, destination, extended)
    };
    assert_eq!(head(0x0cf0_0400), (61_444, 0, 255, false));
    assert_eq!(head(0x18ea_fff9), (59_904, 0xf9, 255, false));
    assert_eq!(head(0x18ec_2103), (60_416, 3, 0x21, false));
    assert_eq!(head(0x19f2_0101), (127_489, 1, 255, false));
    assert!(head(0x1abc_de01).3);
}

#[test]
fn claims_and_engine_groups_are_j1939() {
    let name: &[u8] = &[1, 2, 0x60, 0x40, 0, 0x81, 0, 0x90];
    let eight: &[u8] = &[0xff; 8];
    assert!(j1939(&[(0x18ee_ff21, name), (0x18ee_ff22, name)]));
    assert!(j1939(&[(0x0cf0_0400, eight), (0x18fe_ee00, eight), (0x18fe_ef00, eight), (0x18fe_f100, eight)]));
    assert!(!j1939(&[(0x0cf0_0400, eight), (0x0cf0_0400, eight), (0x0cf0_0400, eight), (0x0cf0_0400, eight)]));
}

#[test]
fn other_buses_with_long_identifiers_are_not() {
    let diagnostics: &[u8] = &[2, 0x10, 3, 0, 0, 0, 0, 0];
    assert!(!j1939(&[(0x18da_f110, diagnostics), (0x18da_10f1, diagnostics), (0x18db_33f1, diagnostics)]));
    let name: &[u8] = &[1, 2, 0x60, 0x40, 0, 0x81, 0, 0x90];
    let odd: &[u8] = &[1, 2, 3];
    assert!(!j1939(&[(0x18ee_ff21, name), (0x18ee_ff22, name), (0x1abc_de01, odd), (0x1abc_de02, odd)]));
}
