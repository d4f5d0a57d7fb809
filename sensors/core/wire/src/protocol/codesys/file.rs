//! CmpFileTransfer: files and folders by name. "Download" goes to the controller, "upload" comes from it.

use super::description::{Account, Both};
use super::group::{START_DOWNLOAD, START_UPLOAD};
use super::value::text;
use crate::bytes::le32;
use crate::dataset::Operation;
use crate::dataset::rows::FileRow;
use crate::protocol::Talk;
use crate::protocol::dialogue::Turns;
use crate::protocol::draft::Told;

const NAME: u32 = 0x01;
const FOLDER: u32 = 0x0b;
const INFO: u32 = 0x02;
const END: u32 = 0x07;
const NEW_NAME: u32 = 0x0a;
/// Replies with a name and what is known of the file.
const REPLIES: [u32; 2] = [0x84, 0x81];
const DIRECTORY_REPLY: u32 = 0x8d;
const ENTRY: u32 = 0x90;
const ENTRY_NAME: u32 = 0x0e;
const LISTED: usize = 16;

pub fn read(both: &Both<'_>, out: &mut Account<'_>) {
    let asked = both.asked();
    // What ends a transfer has its number before the name.
    let ended = asked.find(END).and_then(|data| data.get(4..));
    let names = [("file", asked.find(NAME)), ("folder", asked.find(FOLDER)), ("file", ended)];
    for (kind, name) in names {
        if let Some(name) = name.map(text).filter(|name| !name.is_empty()) {
            out.object(kind, &name, Told::None);
        }
    }
    if let Some(name) = asked.find(NEW_NAME).map(text).filter(|name| !name.is_empty()) {
        out.details.text("new_name", &name);
    }
    let entries = both.told().inside(DIRECTORY_REPLY).filter(|tag| tag.id == ENTRY);
    let listed: Vec<String> =
        entries.filter_map(|entry| super::tag::Tags::new(entry.data).find(ENTRY_NAME)).map(text).take(LISTED).collect();
    if !listed.is_empty() {
        out.details.texts("entries", listed.iter().map(String::as_str));
    }
}

/// A transfer that the controller agreed to, as a file.
pub fn tell<K>(service: u16, both: &Both<'_>, turns: &Turns<'_, K>, talk: &mut Talk<'_>) {
    let to_device = match service {
        START_DOWNLOAD => true,
        START_UPLOAD => false,
        _ => return,
    };
    let (Some(name), true) = (both.asked().find(NAME).map(text), both.done) else { return };
    let info = if to_device { both.asked().find(INFO) } else { None };
    let info = info.or_else(|| REPLIES.iter().find_map(|outer| both.told().inside(*outer).find(INFO)));
    let operation = if to_device { Operation::FileWrite } else { Operation::FileRead };
    let row = FileRow {
        file_name: Some(&name),
        file_size: info.and_then(|info| le32(info, 4)).map(i64::from),
        ot_file_direction: Some(if to_device { "to_device" } else { "from_device" }),
        ot_operation: Some(operation.name()),
        ..FileRow::default()
    };
    let source = if to_device { turns.sender } else { turns.sender.other() };
    talk.file(source, turns.span, turns.ordinal, row);
}
