use super::{Head, Signs};
use crate::protocol::can::frame::Frames;

fn record(id: u32, data: &[u8]) -> Vec<u8> {
    let mut out = id.to_be_bytes().to_vec();
    out.extend([u8::try_from(data.len()).unwrap(), 0, 0, 0]);
    out.extend(data);
    out
}

fn devicenet(frames: &[(u32, &[u8])]) -> bool {
    let bytes: Vec<u8> = frames.iter().flat_map(|(id, data)| record(*id, data)).collect();
    let mut signs = Signs::default();
    Frames::of(&bytes).for_each(|frame| signs.take(&frame));
    signs.tell()
}

#[test]
fn identifiers_are_groups() {
    let head = |id| Head::of(id).map(|head| (head.group, head.message, head.station));
    assert_eq!(head(0x3c5), Some((1, 15, Some(5))));
    assert_eq!(head(0x42e), Some((2, 6, Some(5))));
    assert_eq!(head(0x785), Some((3, 6, Some(5))));
    assert_eq!(head(0x7ef), Some((4, 0x2f, None)));
    assert_eq!(head(0x7f0), None);
}

#[test]
fn stations_that_look_for_their_number_and_requests_that_are_answered() {
    let check: &[u8] = &[0, 1, 0, 0x11, 0x22, 0x33, 0x44];
    assert!(devicenet(&[(0x42f, check), (0x437, check)]));
    assert!(!devicenet(&[(0x42f, check), (0x42f, check)]), "one station alone");
    let allocate: &[u8] = &[1, 0x4b, 3, 1, 3, 1];
    assert!(devicenet(&[(0x42f, check), (0x42e, allocate), (0x42b, &[1, 0xcb, 0])]));
    assert!(!devicenet(&[(0x42f, check), (0x42e, allocate), (0x42b, &[2, 0xcb, 0])]), "answered to another");
}

#[test]
fn canopen_is_not_devicenet() {
    let asked: &[u8] = &[0x40, 0, 0x10, 0, 0, 0, 0, 0];
    let told: &[u8] = &[0x43, 0, 0x10, 0, 1, 2, 3, 4];
    assert!(!devicenet(&[(0x605, asked), (0x585, told), (0x705, &[0]), (0x000, &[1, 0]), (0x185, &[1, 2])]));
}
