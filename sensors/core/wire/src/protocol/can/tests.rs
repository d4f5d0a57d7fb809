use super::flood::Flood;
use super::frame::{Frame, Frames};

/// A classic frame as Linux writes it.
pub fn record(id: u32, data: &[u8]) -> Vec<u8> {
    let mut out = id.to_be_bytes().to_vec();
    out.extend([u8::try_from(data.len()).unwrap(), 0, 0, 0]);
    out.extend(data);
    out
}

#[test]
fn identifiers_of_both_lengths_are_told_apart() {
    let (short, long) = (record(0x123, &[1, 2]), record(0x8000_0123, &[]));
    let (frame, length) = Frame::read(&short).unwrap();
    assert_eq!(
        (frame.id, frame.extended, frame.standard(), frame.data, length),
        (0x123, false, Some(0x123), &[1, 2][..], 10)
    );
    let (frame, _) = Frame::read(&long).unwrap();
    assert_eq!((frame.id, frame.extended, frame.standard()), (0x123, true, None));
}

#[test]
fn a_remote_frame_has_a_length_and_no_data() {
    let mut bytes = record(0x4000_0701, &[0]);
    bytes[4] = 1;
    let (frame, length) = Frame::read(&bytes).unwrap();
    assert!(frame.remote && frame.whole());
    assert_eq!((frame.data.len(), frame.length, length), (0, 1, 9));
}

#[test]
fn a_frame_that_is_cut_is_not_whole() {
    let bytes = record(0x181, &[1, 2, 3, 4]);
    let (frame, _) = Frame::read(&bytes[..10]).unwrap();
    assert!(!frame.whole());
    assert!(Frame::read(&bytes[..5]).is_none());
}

#[test]
fn frames_follow_each_other() {
    let bytes = [record(0x701, &[0]), record(0x702, &[5]), record(0x80, &[])].concat();
    assert_eq!(Frames::of(&bytes).map(|frame| frame.id).collect::<Vec<_>>(), [0x701, 0x702, 0x80]);
}

#[test]
fn can_xl_has_its_length_elsewhere() {
    let bytes = [&[0, 0, 1, 0x23, 0x80, 0, 3, 0, 0, 0, 0, 0][..], &[7, 8, 9]].concat();
    let (frame, length) = Frame::read(&bytes).unwrap();
    assert_eq!((frame.id, frame.flexible, frame.data, length), (0x123, true, &[7, 8, 9][..], 15));
}

#[test]
fn what_old_kernels_left_in_a_classic_frame_makes_it_no_fd_frame() {
    let mut bytes = record(0x642, &[0; 8]);
    bytes[5] = 0x7f;
    assert!(!Frame::read(&bytes).unwrap().0.flexible);
    bytes[5] = 0x04;
    assert!(Frame::read(&bytes).unwrap().0.flexible);
}

#[test]
fn a_flood_is_told_once_a_second_and_a_fast_cycle_is_none() {
    let bytes = record(0x001, &[0xff]);
    let (frame, _) = Frame::read(&bytes).unwrap();
    let told = |frames: i64| {
        let mut flood = Flood::default();
        (0..2 * frames).filter(|at| flood.exceeded(&frame, at * (1_000_000_000 / frames)).is_some()).count()
    };
    assert_eq!((told(1_000), told(2_000)), (0, 2));
}
