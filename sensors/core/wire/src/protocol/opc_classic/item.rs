//! Items of groups (OPC DA 3.00, 4.5.5): the names under which they are added, and the numbers that they get.

use super::account::{Account, Call};
use super::variant;
use crate::protocol::dcerpc::ndr::Ndr;
use crate::text::Details;

/// What a client wants of one item.
struct Wanted {
    name: String,
    path: String,
    active: bool,
    kind: u16,
}

/// Adds or validates: | count 4 | count 4 | items |. Item: | pointer to the path | pointer to the name | active 4 | client's
/// number 4 | size 4 | pointer | type 2 | 0 |; behind all items what the pointers lead to.
pub fn added(call: &Call<'_>, account: &mut Account<'_>) -> Option<()> {
    let from = account.drafts.list.len();
    let mut count = 0;
    let mut names = Vec::new();
    if call.request.is_some() {
        for wanted in self::wanted(&mut call.asked()?)? {
            count += 1;
            if account.object("item", &wanted.name).is_some() {
                let mut details = Details::default();
                if !wanted.path.is_empty() {
                    details.text("access_path", &wanted.path);
                }
                if let Some(word) = variant::word(wanted.kind) {
                    details.text("requested_type", word);
                }
                if !wanted.active {
                    details.truth("active", false);
                }
                account.describe(account.drafts.list.len().saturating_sub(1), details);
            }
            names.push(wanted.name);
        }
    }
    if call.response.is_none() {
        return Some(());
    }
    let mut told = call.told()?;
    let handles = numbers(&mut told)?;
    if call.name.ends_with(".AddItems") {
        for (name, handle) in names.iter().zip(&handles).filter(|(_, handle)| **handle != 0) {
            account.items.learn(*handle, name);
        }
    }
    account.results(from, count, &mut told)
}

fn wanted(stub: &mut Ndr<'_>) -> Option<Vec<Wanted>> {
    stub.u32()?;
    let count = stub.count(28)?;
    let mut heads = Vec::new();
    for _ in 0..count {
        let (path, name) = (stub.pointer()?, stub.pointer()?);
        let active = stub.u32()? != 0;
        stub.take(8)?;
        let blob = stub.pointer()?;
        heads.push((path, name, active, blob, stub.u16()?));
        stub.u16()?;
    }
    let mut found = Vec::new();
    for (path, name, active, blob, kind) in heads {
        let path = if path { stub.text()? } else { String::new() };
        let name = if name { stub.text()? } else { String::new() };
        if blob {
            let size = stub.count(1)?;
            stub.take(size)?;
        }
        found.push(Wanted { name, path, active, kind });
    }
    Some(found)
}

/// | pointer to | count 4 | results | |. Result: | number 4 | type 2 | 0 | rights 4 | size 4 | pointer |, behind all what the
/// pointers lead to.
fn numbers(stub: &mut Ndr<'_>) -> Option<Vec<u32>> {
    let mut found = Vec::new();
    if !stub.pointer()? {
        return Some(found);
    }
    let count = stub.count(20)?;
    let mut blobs = 0;
    for _ in 0..count {
        found.push(stub.u32()?);
        let (_, _) = (stub.u16()?, stub.u16()?);
        stub.take(8)?;
        blobs += usize::from(stub.pointer()?);
    }
    for _ in 0..blobs {
        let size = stub.count(1)?;
        stub.take(size)?;
    }
    Some(found)
}

/// Items named by their numbers alone: | count 4 | count 4 | numbers | …, behind so many numbers of 4 bytes.
pub fn numbered(call: &Call<'_>, skip: usize, account: &mut Account<'_>) -> Option<()> {
    let from = account.drafts.list.len();
    let mut handles = Vec::new();
    if call.request.is_some() {
        let mut stub = call.asked()?;
        for _ in 0..skip {
            stub.u32()?;
        }
        stub.u32()?;
        handles = self::handles(&mut stub)?;
        for handle in &handles {
            let name = account.items.shown(*handle);
            account.object("item", &name);
        }
    }
    if call.response.is_some() {
        account.results(from, handles.len(), &mut call.told()?)?;
    }
    if call.name.ends_with(".RemoveItems") {
        for handle in &handles {
            account.items.forget(*handle);
        }
    }
    Some(())
}

/// | count 4 | numbers |
pub fn handles(stub: &mut Ndr<'_>) -> Option<Vec<u32>> {
    let count = stub.count(4)?;
    (0..count).map(|_| stub.u32()).collect()
}

/// | count 4 | pointers | texts |
pub fn texts(stub: &mut Ndr<'_>) -> Option<Vec<String>> {
    let count = stub.count(4)?;
    let there: Vec<bool> = (0..count).map(|_| stub.pointer()).collect::<Option<_>>()?;
    there.into_iter().map(|there| if there { stub.text() } else { Some(String::new()) }).collect()
}
