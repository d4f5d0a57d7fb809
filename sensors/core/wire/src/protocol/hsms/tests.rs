//! What golden captures do not show: odd items, limits.

use super::secs::{self, Reader};
use super::shape::{self, Account, Shape};
use crate::dataset::Operation;
use crate::protocol::draft::Drafts;
use crate::text::Details;

fn told(shape: Shape, operation: Operation, request: &[u8], reply: &[u8]) -> (Drafts, Operation, Option<String>, bool) {
    let mut drafts = Drafts::default();
    let mut account = Account { drafts: &mut drafts, details: Details::default(), operation, cut: false };
    shape::read(shape, request, reply, &mut account);
    let (operation, details, cut) = (account.operation, account.details.finish(), account.cut);
    (drafts, operation, details, cut)
}

fn addresses(drafts: &Drafts) -> Vec<&str> {
    drafts.list.iter().map(|draft| &drafts.text[draft.address.clone()]).collect()
}

#[test]
fn items_are_walked_whatever_is_in_them() {
    let nested = b"\x01\x02\x01\x01\x41\x02ab\xa5\x01\x07";
    assert!(secs::whole(nested));
    assert!(!secs::whole(&nested[..nested.len() - 1]), "the last item is cut");
    assert!(!secs::whole(b"\x41\x02ab\x00"), "something stands behind the item");
    assert!(!secs::whole(b"\xb1\x03\0\0\0"), "three bytes are no U4");
    assert!(!secs::whole(b"\x40"), "no length");
    assert!(!secs::whole(b"\x03\xff\xff\xff"), "a list of 16 million items that are not there");
    let mut reader = Reader::new(b"\x69\x02\xff\xfe\x81\x08\xc0\x0c\xcc\xcc\xcc\xcc\xcc\xcd");
    assert_eq!(reader.item().and_then(|item| item.integer()), Some(-2));
    assert_eq!(reader.item().map(|item| item.numbers().collect::<Vec<_>>()), Some(vec![-3.6]));
}

#[test]
fn numbers_beyond_a_double_are_told_exactly() {
    let request = b"\x01\x01\x01\x02\xa9\x02\x00\x07\xa1\x08\xff\xff\xff\xff\xff\xff\xff\xff";
    let (drafts, ..) = told(Shape::Pairs("equipment-constant"), Operation::WriteParameter, request, b"");
    assert_eq!(addresses(&drafts), ["equipment-constant:7"]);
    assert!(drafts.text.contains("18446744073709551615"), "{}", drafts.text);
}

#[test]
fn a_command_is_started_or_stopped_by_its_name() {
    let stop = b"\x01\x02\x41\x05abort\x01\x01\x01\x02\x41\x03LOT\xa5\x01\x09";
    let (drafts, operation, details, _) = told(Shape::Command { at: 0 }, Operation::MethodCall, stop, b"");
    assert_eq!((addresses(&drafts), operation), (vec!["command:abort"], Operation::ModeStop));
    assert_eq!(details.as_deref(), Some("{\"parameters\":\"LOT=9\"}"));
    let (_, operation, ..) = told(Shape::Command { at: 0 }, Operation::MethodCall, b"\x41\x03XYZ", b"");
    assert_eq!(operation, Operation::MethodCall);
}

#[test]
fn values_find_their_variables_and_all_of_them_are_counted() {
    let ids = b"\x01\x02\xa9\x02\x03\xe9\x41\x01T";
    let values = b"\x01\x02\x91\x04\x40\x49\x0f\xdb\x41\x02ok";
    let (drafts, ..) = told(Shape::Ids("status-variable"), Operation::Read, ids, values);
    assert_eq!(addresses(&drafts), ["status-variable:1001", "status-variable:T"]);
    let (drafts, _, details, _) = told(Shape::Ids("status-variable"), Operation::Read, b"\x01\x00", values);
    assert!(drafts.list.is_empty());
    assert_eq!(details.as_deref(), Some("{\"all\":true,\"values\":2}"));
}

#[test]
fn what_is_told_of_one_message_is_bounded() {
    let mut request = vec![0x02, 0x10, 0x00];
    for number in 0..4096u16 {
        request.extend_from_slice(&[0xa9, 2]);
        request.extend_from_slice(&number.to_be_bytes());
    }
    let (drafts, _, _, cut) = told(Shape::Named("alarm"), Operation::Read, &request, b"");
    assert_eq!((drafts.list.len(), cut), (128, true));
}
