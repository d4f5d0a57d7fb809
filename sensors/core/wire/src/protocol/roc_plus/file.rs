//! File transfer (opcode 203).
//!
//! | command 1 | … |: open: options 1, path 100, name 25, answered by a descriptor 4; read: descriptor 4, offset 4; write:
//! descriptor 4, file size 4, offset 4, count 1, data; close: descriptor 4; delete: path 100, name 25; directory: path 100.

use crate::bytes::{le32, u8_at};
use crate::dataset::Operation;
use crate::text::bounded;

/// Files open at a time.
const OPEN: usize = 8;
const PATH: usize = 100;
const NAME: usize = 25;

/// A file that is open.
struct Open {
    descriptor: u32,
    operation: Operation,
    path: String,
}

/// Files of one connection.
#[derive(Default)]
pub struct Files {
    open: Vec<Open>,
}

/// What is done to which file.
pub struct Transfer {
    pub command: u8,
    pub name: &'static str,
    pub operation: Operation,
    pub path: String,
}

fn field(data: &[u8], at: usize, size: usize) -> String {
    let field = data.get(at..at + size).unwrap_or_default();
    let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
    bounded(field.get(..end).unwrap_or_default(), size).0.trim().to_owned()
}

fn path(data: &[u8], at: usize, named: bool) -> String {
    let mut path = field(data, at, PATH);
    let name = if named { field(data, at + PATH, NAME) } else { String::new() };
    if !name.is_empty() && !path.is_empty() && !path.ends_with('/') {
        path.push('/');
    }
    path + &name
}

impl Files {
    /// None for what is no command.
    pub fn read(&mut self, request: &[u8], answer: Option<&[u8]>) -> Option<Transfer> {
        let command = u8_at(request, 0)?;
        let (name, operation, path) = match (command, request.len()) {
            (1, 127) => {
                let operation = if u8_at(request, 1) == Some(0) { Operation::FileRead } else { Operation::FileWrite };
                let path = path(request, 2, true);
                if let Some(descriptor) = answer.filter(|answer| answer.len() == 5).and_then(|answer| le32(answer, 1)) {
                    self.remember(Open { descriptor, operation, path: path.clone() });
                }
                ("open", operation, path)
            }
            (2, 9) => ("read", Operation::FileRead, self.path(request)),
            (3, 14..) => ("write", Operation::FileWrite, self.path(request)),
            (4, 5) => {
                let at = self.open.iter().position(|open| Some(open.descriptor) == le32(request, 1));
                let closed = at.map(|at| self.open.remove(at));
                let operation = closed.as_ref().map_or(Operation::FileRead, |closed| closed.operation);
                ("close", operation, closed.map_or_else(String::new, |closed| closed.path))
            }
            (5 | 6, 126) => ("delete", Operation::FileDelete, path(request, 1, true)),
            (6, 102) | (6 | 64, 103) => ("read directory", Operation::FileList, path(request, 1, false)),
            _ => return None,
        };
        Some(Transfer { command, name, operation, path })
    }

    fn path(&self, request: &[u8]) -> String {
        let descriptor = le32(request, 1);
        let open = self.open.iter().find(|open| Some(open.descriptor) == descriptor);
        open.map_or_else(String::new, |open| open.path.clone())
    }

    fn remember(&mut self, open: Open) {
        self.open.retain(|known| known.descriptor != open.descriptor);
        if self.open.len() >= OPEN {
            self.open.remove(0);
        }
        self.open.push(open);
    }

    pub fn weight(&self) -> usize {
        self.open.capacity() * size_of::<Open>() + self.open.iter().map(|open| open.path.capacity()).sum::<usize>()
    }
}

/// Whether a request has the form of a command.
pub fn fits(request: &[u8]) -> bool {
    Files::default().read(request, None).is_some_and(|transfer| {
        transfer.command != 3 || u8_at(request, 13).is_some_and(|count| request.len() >= 14 + usize::from(count))
    })
}
