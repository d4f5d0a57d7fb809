//! Services of TwinCAT's system service (AMS port 10000): files, registry, processes, and the description of a target.

use super::files;
use super::group::{
    FCLOSE, FDELETE, FFILEFIND, FOPEN, FREAD, FRENAME, FWRITE, MKDIR, REGISTRY, RMDIR, STARTPROCESS, TARGETINFO,
};
use super::request::{Asked, Reply};
use super::state::{Ads, Key};
use super::status;
use super::tell::{Said, Subject, Whose, name};
use super::value::Told;
use crate::bytes::le32;
use crate::dataset::Operation;
use crate::protocol::Talk;
use crate::protocol::dialogue::Turns;
use std::borrow::Cow;

impl Ads {
    /// Says what a service is about, over what its index group and offset say.
    pub(super) fn service<'a>(
        &mut self,
        whose: Whose,
        asked: &Asked<'a>,
        reply: &Reply<'_>,
        said: &mut Said<'a>,
        turns: &Turns<'_, Key>,
        talk: &mut Talk<'_>,
    ) {
        let succeeded = reply.code == Some(status::NO_ERROR);
        let device = whose.device;
        let file = (device, asked.offset);
        match asked.group {
            FOPEN => {
                let path = name(asked.data);
                said.operation = if files::writes(asked.offset) { Operation::FileWrite } else { Operation::FileRead };
                self.mode(asked.offset, said);
                if let Some(handle) = le32(reply.data, 0).filter(|_| succeeded) {
                    let unit = self.names.text(whose.unit);
                    self.files.open((device, handle), &path, asked.offset, turns, unit, talk);
                }
                said.subject = Subject::Name("file", path);
                said.value = Told::default();
            }
            FREAD | FWRITE | FCLOSE | 124..=130 => {
                if asked.group == FCLOSE && self.files.writes(device, asked.offset) {
                    said.operation = Operation::FileWrite;
                }
                said.subject = match self.files.path(device, asked.offset) {
                    Some(path) => Subject::Name("file", Cow::Owned(path.to_owned())),
                    None => Subject::File(asked.offset),
                };
                said.value = Told::default();
                match asked.group {
                    _ if !succeeded => self.files.jumped(device, asked.offset),
                    FREAD => self.files.moved(file, Some(asked.size), reply.data, turns.span),
                    FWRITE => self.files.moved(file, None, asked.data, turns.span),
                    FCLOSE => self.files.close_one(device, asked.offset, turns.span, talk),
                    _ => self.files.jumped(device, asked.offset),
                }
            }
            FDELETE | FRENAME | FFILEFIND | 134 | MKDIR | RMDIR => {
                self.mode(asked.offset, said);
                said.subject = Subject::Name("file", name(asked.data));
                said.value = Told::default();
            }
            group if REGISTRY.contains(&group) => {
                said.subject = Subject::Name("registry", registry(asked.data));
                said.value = if said.operation == Operation::Read {
                    self.buffers.read(None, reply.data)
                } else {
                    Told::default()
                };
            }
            TARGETINFO if succeeded => {
                if let Some(model) = element(reply.data, "<TargetType>") {
                    talk.identity(turns.sender.other(), "model", model, 0.9, "ADS target description");
                }
                said.value = Told::default();
            }
            STARTPROCESS => {
                if let Some((path, line)) = process(asked.data) {
                    said.subject = Subject::Name("process", path);
                    said.details.text("argument", &line);
                }
                said.value = Told::default();
            }
            _ => {}
        }
    }

    fn mode(&self, mode: u32, said: &mut Said<'_>) {
        said.details.number("open_mode", mode & 0xffff);
        if let Some(base) = files::base(mode) {
            said.details.text("base", base);
        }
    }
}

/// What stands in an element of the target's description, which is XML.
fn element<'a>(xml: &'a [u8], tag: &str) -> Option<&'a str> {
    let text = std::str::from_utf8(xml.get(..xml.iter().position(|byte| *byte == 0).unwrap_or(xml.len()))?).ok()?;
    let inside = text.split_once(tag)?.1.split_once('<')?.0;
    Some(inside).filter(|inside| !inside.is_empty() && inside.len() <= 64)
}

/// | key, NUL | name of the value, NUL | …
fn registry(data: &[u8]) -> Cow<'_, str> {
    let key = name(data);
    let value = data.get(key.len() + 1..).map(name).unwrap_or_default();
    if value.is_empty() { key } else { Cow::Owned(format!("{key}\\{value}")) }
}

/// | length of the path 4 | of the directory 4 | of the command line 4 | path, directory, command line, each with a NUL |
fn process(data: &[u8]) -> Option<(Cow<'_, str>, Cow<'_, str>)> {
    let length = |at| le32(data, at).and_then(|length| usize::try_from(length).ok());
    let (path, folder) = (length(0)?, length(4)?);
    let line = 12_usize.checked_add(path)?.checked_add(folder)?.checked_add(2)?;
    let path = data.get(12..12_usize.checked_add(path)?)?;
    Some((name(path), data.get(line..).map(name).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::{element, process, registry};

    #[test]
    fn names_are_taken_out_of_services() {
        assert_eq!(registry(b"SOFTWARE\\Beckhoff\0Version\0"), "SOFTWARE\\Beckhoff\\Version");
        assert_eq!(registry(b"SOFTWARE"), "SOFTWARE");
        let xml = b"<TcTargetDesc><TargetType>CX1020-CE</TargetType>\0";
        assert_eq!(element(xml, "<TargetType>"), Some("CX1020-CE"));
        assert_eq!((element(xml, "<Nothing>"), element(b"<TargetType>cut", "<TargetType>")), (None, None));
        let data = b"\x07\0\0\0\x02\0\0\0\x04\0\0\0cmd.exe\0C:\0/c x\0";
        let (path, line) = process(data).unwrap();
        assert_eq!((path.as_ref(), line.as_ref()), ("cmd.exe", "/c x"));
        assert!(process(b"\xff\xff\xff\xff\0\0\0\0\0\0\0\0").is_none());
        assert!(process(b"\x01").is_none());
    }
}
