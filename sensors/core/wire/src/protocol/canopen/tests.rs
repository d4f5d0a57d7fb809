use super::Signs;
use crate::protocol::can::frame::Frames;

fn record(id: u32, data: &[u8]) -> Vec<u8> {
    let mut out = id.to_be_bytes().to_vec();
    out.extend([u8::try_from(data.len()).unwrap(), 0, 0, 0]);
    out.extend(data);
    out
}

fn canopen(frames: &[(u32, &[u8])]) -> bool {
    let bytes: Vec<u8> = frames.iter().flat_map(|(id, data)| record(*id, data)).collect();
    let mut signs = Signs::default();
    Frames::of(&bytes).for_each(|frame| signs.take(&frame));
    signs.tell()
}

#[test]
fn two_nodes_that_boot_are_canopen_and_one_is_not() {
    assert!(canopen(&[(0x701, &[0]), (0x702, &[0])]));
    assert!(!canopen(&[(0x701, &[0]), (0x701, &[0x7f]), (0x701, &[5])]));
    assert!(canopen(&[(0x701, &[5]), (0x000, &[1, 1])]));
}

#[test]
fn objects_that_are_answered_are_canopen() {
    let ask = |node: u32, index: u8| (0x600 + node, [0x40, index, 0x10, 0, 0, 0, 0, 0]);
    let told = |node: u32, index: u8| (0x580 + node, [0x43, index, 0x10, 0, 1, 0, 0, 0]);
    let (a, b, c, d) = (ask(5, 0), told(5, 0), ask(5, 8), told(5, 8));
    assert!(canopen(&[(a.0, &a.1), (b.0, &b.1), (c.0, &c.1), (d.0, &d.1)]));
    let other = told(5, 9);
    assert!(!canopen(&[(a.0, &a.1), (other.0, &other.1), (c.0, &c.1)]), "another object is no answer");
}

#[test]
fn diagnostics_of_cars_are_not_canopen() {
    let session: (u32, &[u8]) = (0x7e0, &[2, 0x10, 3, 0, 0, 0, 0, 0]);
    let answer: (u32, &[u8]) = (0x7e8, &[6, 0x50, 3, 0, 50, 1, 244, 0]);
    let obd: (u32, &[u8]) = (0x7df, &[2, 1, 0x0c, 0, 0, 0, 0, 0]);
    let cluster: (u32, &[u8]) = (0x701, &[0]);
    let wide: (u32, &[u8]) = (0x720, &[1, 2, 3, 4, 5, 6, 7, 8]);
    assert!(!canopen(&[session, answer, obd, cluster, wide, wide, (0x702, &[0])]));
}
