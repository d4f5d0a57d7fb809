//! From the paths a person names to the captures in them.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::content::{Content, HEAD};
use super::decompress::{Packing, unpack};
use super::error::{CaptureError, CaptureErrorKind};

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Discovered {
    /// Captures, in the order of the paths given; inside a folder by path, byte by byte. Files named directly are
    /// here whatever they hold: opening them tells what is wrong.
    pub files: Vec<PathBuf>,
    /// Files in folders that are not captures.
    pub others: Vec<PathBuf>,
    /// Files and folders that begin with a dot, and sockets, pipes and devices in folders: not looked into.
    pub passed_over: Vec<PathBuf>,
    /// Files that were found before under another path, and are read once.
    pub repeated: Vec<PathBuf>,
    /// Files and folders inside folders that cannot be read, folders without a capture, and paths that do not exist.
    pub errors: Vec<CaptureError>,
}

/// Looks for captures in files, in folders and all folders below (by content, not by name), and `-` for standard input.
///
/// Links are followed; a folder is visited once, so that a loop of links ends. Nothing here fails as a whole: what is
/// wrong with one path stands in [`Discovered::errors`].
#[must_use]
pub fn discover<P: AsRef<Path>>(paths: &[P]) -> Discovered {
    let mut search = Search::default();
    for path in paths {
        search.named(path.as_ref());
    }
    search.found
}

#[derive(Default)]
struct Search {
    found: Discovered,
    seen: HashSet<PathBuf>,
}

impl Search {
    fn named(&mut self, path: &Path) {
        if path.as_os_str() == "-" {
            self.capture(path.to_owned(), path.to_owned());
            return;
        }
        match fs::metadata(path) {
            Ok(about) if about.is_dir() => self.folder(path),
            Ok(_) => {
                let place = place(path);
                self.capture(path.to_owned(), place);
            }
            Err(error) => self.unreadable(path, &error),
        }
    }

    fn folder(&mut self, top: &Path) {
        let (captures, others) = (self.found.files.len(), self.found.others.len());
        let repeated = self.found.repeated.len();
        let mut folders = vec![top.to_owned()];
        let mut files = Vec::new();
        while let Some(folder) = folders.pop() {
            if !self.seen.insert(place(&folder)) {
                self.found.repeated.push(folder);
                continue;
            }
            self.list(&folder, &mut folders, &mut files);
        }
        files.sort();
        files.into_iter().for_each(|path| self.look(path));
        if self.found.files.len() == captures && self.found.repeated.len() == repeated {
            let files = self.found.others.len().saturating_sub(others);
            self.error(top, CaptureErrorKind::NoCaptures { files });
        }
    }

    fn list(&mut self, folder: &Path, folders: &mut Vec<PathBuf>, files: &mut Vec<PathBuf>) {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => return self.unreadable(folder, &error),
        };
        let mut inside = Vec::new();
        for entry in entries {
            match entry {
                Ok(entry) => inside.push(entry.path()),
                Err(error) => self.unreadable(folder, &error),
            }
        }
        // The operating system's order is not one.
        inside.sort();
        for path in inside {
            if is_hidden(&path) {
                self.found.passed_over.push(path);
                continue;
            }
            match fs::metadata(&path) {
                Ok(about) if about.is_dir() => folders.push(path),
                Ok(about) if about.is_file() => files.push(path),
                // Opening a pipe would wait for ever.
                Ok(_) => self.found.passed_over.push(path),
                Err(error) => self.unreadable(&path, &error),
            }
        }
    }

    fn look(&mut self, path: PathBuf) {
        match is_capture(&path) {
            Ok(true) => {
                let place = place(&path);
                self.capture(path, place);
            }
            Ok(false) => self.found.others.push(path),
            Err(error) => self.unreadable(&path, &error),
        }
    }

    fn capture(&mut self, path: PathBuf, place: PathBuf) {
        if self.seen.insert(place) {
            self.found.files.push(path);
        } else {
            self.found.repeated.push(path);
        }
    }

    fn unreadable(&mut self, path: &Path, error: &io::Error) {
        self.error(path, CaptureErrorKind::unreadable(error));
    }

    fn error(&mut self, path: &Path, kind: CaptureErrorKind) {
        self.found.errors.push(CaptureError { path: path.to_string_lossy().into_owned(), offset: 0, frames: 0, kind });
    }
}

/// Whether a file holds a capture, packed or not. A packed file that is damaged at its beginning is none.
fn is_capture(path: &Path) -> io::Result<bool> {
    let (reader, packing) = unpack(Box::new(fs::File::open(path)?))?;
    let mut head = Vec::with_capacity(HEAD);
    match reader.take(super::bytes::count(HEAD)).read_to_end(&mut head) {
        // A packed capture that was cut short is still one: reading it gives what is there, then the error.
        Err(error) if packing == Packing::Plain => return Err(error),
        _ => {}
    }
    Ok(matches!(Content::of(&head), Content::Pcap | Content::Pcapng))
}

/// Where a path really leads; the path itself if that cannot be said.
fn place(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().map(OsStr::as_encoded_bytes).is_some_and(|name| name.starts_with(b"."))
}
