//! Programs on their way: looked for at the head of each burst of a connection that speaks none of our protocols.

use crate::dataset::rows::FileRow;
use crate::flow::entry::Flow;
use crate::flow::executable::{HEAD, executable};
use crate::flow::{Side, Span, Stamp};
use crate::ledger::Ledger;

/// Looks at payload of one side; the other one's burst is over.
pub(super) fn look(flow: &mut Flow, ledger: &mut Ledger, side: Side, bytes: &[u8], stamp: Stamp) {
    flow.side(side.other()).looked = 0;
    let sender = flow.side(side);
    let first = !std::mem::replace(&mut sender.spoke, true);
    if sender.looked >= HEAD {
        return;
    }
    let head = bytes.get(..HEAD - sender.looked).unwrap_or(bytes);
    sender.looked += head.len();
    if let Some(kind) = executable(head, first) {
        // One program a burst: what follows is its body.
        sender.looked = HEAD;
        let row = FileRow { file_mime_type: Some(kind), ..FileRow::default() };
        ledger.file(&mut flow.facts, side, Span::at(stamp), (stamp.number, kind), row);
    }
}
