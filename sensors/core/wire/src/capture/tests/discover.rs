use std::fs;
use std::path::{Path, PathBuf};

use super::build::at_seconds;
use crate::capture::{CaptureErrorKind, Discovered, discover};

/// A folder of its own for one test, removed at the end.
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("wire-capture-{}-{test}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(super) fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn names(folder: &Folder, paths: &[PathBuf]) -> Vec<String> {
    paths.iter().map(|path| path.strip_prefix(&folder.0).unwrap_or(path).to_string_lossy().into_owned()).collect()
}

#[test]
fn takes_captures_by_content_in_the_order_of_their_paths() {
    let folder = Folder::new("content");
    let capture = at_seconds(&[1]);
    folder.file("b/second.bin", &capture);
    folder.file("c.pcap.zst", &zstd::encode_all(&capture[..], 1).unwrap());
    folder.file("a.pcap", &capture);
    folder.file("b/first", &capture);
    folder.file("fake.pcap", b"text");
    folder.file("empty.pcap", b"");
    folder.file("log.zst", &zstd::encode_all(&b"a log line"[..], 1).unwrap());
    folder.file(".hidden.pcap", &capture);
    folder.file(".git/objects.pcap", &capture);
    let found = discover(&[&folder.0]);
    assert_eq!(names(&folder, &found.files), ["a.pcap", "b/first", "b/second.bin", "c.pcap.zst"]);
    assert_eq!(names(&folder, &found.others), ["empty.pcap", "fake.pcap", "log.zst"]);
    assert_eq!(names(&folder, &found.passed_over), [".git", ".hidden.pcap"]);
    assert_eq!(found.errors, []);
}

#[test]
fn files_named_directly_are_taken_in_the_order_given() {
    let folder = Folder::new("named");
    let text = folder.file("z.txt", b"text");
    let hidden = folder.file(".a.pcap", &at_seconds(&[1]));
    let found = discover(&[Path::new("-"), &text, &hidden, &folder.path("gone"), Path::new("-")]);
    assert_eq!(found.files, [PathBuf::from("-"), text, hidden]);
    assert_eq!(found.repeated, [PathBuf::from("-")]);
    assert_eq!(found.errors.len(), 1);
    assert_eq!(found.errors[0].kind.code(), "unreadable");
}

#[test]
fn a_folder_without_captures_is_an_error() {
    let folder = Folder::new("none");
    folder.file("a/notes.txt", b"text");
    folder.file("b/more.txt", b"text");
    let found = discover(&[&folder.0]);
    assert!(found.files.is_empty());
    assert_eq!(found.errors.len(), 1);
    assert_eq!(found.errors[0].kind, CaptureErrorKind::NoCaptures { files: 2 });
}

#[test]
fn a_file_is_read_once() {
    let folder = Folder::new("once");
    let capture = folder.file("a.pcap", &at_seconds(&[1]));
    let found = discover(&[&capture, &folder.0]);
    assert_eq!((found.files, found.errors), (vec![capture.clone()], vec![]));
    assert_eq!(found.repeated, [capture]);
}

#[cfg(unix)]
#[test]
fn loops_of_links_end() {
    use std::os::unix::fs::symlink;
    let folder = Folder::new("loop");
    folder.file("a/capture.pcap", &at_seconds(&[1]));
    symlink(&folder.0, folder.path("a/up")).unwrap();
    symlink(folder.path("a/self"), folder.path("a/self")).unwrap();
    symlink(folder.path("a/capture.pcap"), folder.path("link.pcap")).unwrap();
    let found: Discovered = discover(&[&folder.0]);
    assert_eq!(names(&folder, &found.files), ["a/capture.pcap"]);
    assert_eq!(names(&folder, &found.repeated), ["a/up", "link.pcap"]);
    assert_eq!(found.errors.len(), 1, "the link to itself: {:?}", found.errors);
}

#[cfg(unix)]
#[test]
fn pipes_in_folders_are_not_waited_for() {
    use std::os::unix::net::UnixListener;
    let folder = Folder::new("pipe");
    folder.file("a.pcap", &at_seconds(&[1]));
    let socket = folder.path("socket");
    let _listener = UnixListener::bind(&socket).unwrap();
    let found = discover(&[&folder.0]);
    assert_eq!(found.passed_over, [socket]);
    assert_eq!(found.files.len(), 1);
}
