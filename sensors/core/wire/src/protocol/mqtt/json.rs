//! A JSON reader for payloads (RFC 8259): leaves with their paths and the shape of the document. It keeps a stack of its
//! own, so that no nesting can exhaust the program's, and bounds all it keeps.

use super::lexer;
use super::path::{Mark, Paths};
use crate::hash;
use crate::text::TEXT_LIMIT;
use foldhash::fast::FixedState;
use hashbrown::HashSet;
use std::borrow::Cow;

/// Leaves told of one document, and how deep they are looked for.
pub const LEAVES: usize = 64;
pub const DEPTH: usize = 8;
/// Nesting beyond which a document is not taken for JSON at all.
const NESTING: usize = 128;
/// Different (path, type) pairs that make a shape.
const PAIRS: usize = 512;

/// Value of a leaf. Text is unescaped and bounded.
#[derive(Clone, Debug, PartialEq)]
pub enum Leaf {
    Null,
    Truth(bool),
    /// The number as written.
    Number(Box<str>),
    Text(Box<str>),
}

/// A whole document.
#[derive(Debug)]
pub struct Document {
    /// Path behind `$` and value, in the order of the document.
    pub leaves: Vec<(Box<str>, Leaf)>,
    /// Hash of all keys and types, whatever their order; elements of an array count as one.
    pub shape: i64,
    /// Some leaves were too many, too deep or too long to keep.
    pub cut: bool,
}

/// One open object or array.
struct Level {
    array: bool,
    index: u32,
    /// Where the paths stood before this level's member.
    start: Mark,
    /// Nothing below here is kept.
    hidden: bool,
    /// The key of the member being read is too long to keep.
    long: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Expect {
    Value,
    /// Behind `[`: a value or `]`.
    First,
    /// Behind `{`: a key or `}`.
    Key,
    /// Behind a comma in an object.
    NextKey,
    /// Behind a value: comma or end.
    Comma,
}

/// Reads a document that is an object or an array; None when it is anything else.
pub fn read(text: &str) -> Option<Document> {
    let first = text.trim_start_matches(SPACE).as_bytes().first()?;
    if !matches!(first, b'{' | b'[') {
        return None;
    }
    let mut walk = Walk {
        text,
        at: 0,
        levels: Vec::new(),
        paths: Paths::default(),
        leaves: Vec::new(),
        pairs: HashSet::default(),
        cut: false,
    };
    walk.run()?;
    let mut pairs: Vec<u64> = walk.pairs.into_iter().collect();
    pairs.sort_unstable();
    let bytes: Vec<u8> = pairs.iter().flat_map(|p| p.to_be_bytes()).collect();
    Some(Document { leaves: walk.leaves, shape: hash::key(&[b"json", &bytes]), cut: walk.cut })
}

const SPACE: [char; 4] = [' ', '\t', '\n', '\r'];

struct Walk<'a> {
    text: &'a str,
    at: usize,
    levels: Vec<Level>,
    paths: Paths,
    leaves: Vec<(Box<str>, Leaf)>,
    pairs: HashSet<u64, FixedState>,
    cut: bool,
}

impl<'a> Walk<'a> {
    fn run(&mut self) -> Option<()> {
        let mut expect = Expect::Value;
        loop {
            self.space();
            if expect == Expect::Comma && self.levels.is_empty() {
                return (self.at == self.text.len()).then_some(());
            }
            let byte = self.peek()?;
            expect = match (expect, byte) {
                (Expect::First, b']') | (Expect::Key, b'}') => {
                    self.pair('e');
                    self.close()
                }
                (Expect::Comma, b']' | b'}') => {
                    let array = self.levels.last()?.array;
                    if array != (byte == b']') {
                        return None;
                    }
                    self.close()
                }
                (Expect::Comma, b',') => {
                    self.at += 1;
                    if self.levels.last()?.array { Expect::Value } else { Expect::NextKey }
                }
                (Expect::Key | Expect::NextKey, b'"') => {
                    let key = self.string()?;
                    self.space();
                    if self.peek()? != b':' {
                        return None;
                    }
                    self.at += 1;
                    self.member(&key);
                    Expect::Value
                }
                (Expect::Value | Expect::First, _) => self.value(byte)?,
                _ => return None,
            };
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    fn value(&mut self, byte: u8) -> Option<Expect> {
        if self.levels.last().is_some_and(|l| l.array) {
            self.element();
        }
        match byte {
            b'{' | b'[' => {
                if self.levels.len() >= NESTING {
                    return None;
                }
                let hidden = self.levels.len() >= DEPTH || self.hidden();
                self.cut |= hidden;
                let array = byte == b'[';
                self.levels.push(Level { array, index: 0, start: self.paths.mark(), hidden, long: false });
                self.at += 1;
                return Some(if array { Expect::First } else { Expect::Key });
            }
            b'"' => {
                let text = self.string()?;
                let (short, cut) = lexer::bounded(&text);
                self.cut |= cut;
                self.leaf('t', || Leaf::Text(short.into()));
            }
            b't' => self.word("true", 'b', Leaf::Truth(true))?,
            b'f' => self.word("false", 'b', Leaf::Truth(false))?,
            b'n' => self.word("null", 'z', Leaf::Null)?,
            _ => {
                let rest = self.text.get(self.at..)?;
                let length = lexer::number(rest)?;
                let written = rest.get(..length)?;
                let kept = written.get(..length.min(TEXT_LIMIT))?;
                self.cut |= length > TEXT_LIMIT;
                self.at += length;
                self.leaf('n', || Leaf::Number(kept.into()));
            }
        }
        Some(Expect::Comma)
    }

    fn word(&mut self, word: &str, mark: char, leaf: Leaf) -> Option<()> {
        self.text.get(self.at..)?.starts_with(word).then_some(())?;
        self.at += word.len();
        self.leaf(mark, || leaf);
        Some(())
    }

    fn string(&mut self) -> Option<Cow<'a, str>> {
        let (text, end) = lexer::string(self.text, self.at)?;
        self.at = end;
        Some(text)
    }

    fn hidden(&self) -> bool {
        self.levels.last().is_some_and(|l| l.hidden || l.long)
    }

    /// Moves the paths on to a member of the innermost object.
    fn member(&mut self, key: &str) {
        let Some(level) = self.levels.last_mut() else { return };
        self.paths.back(level.start);
        level.long = !level.hidden && !self.paths.key(key);
        self.cut |= level.long;
    }

    /// Moves the paths on to the next element of the innermost array.
    fn element(&mut self) {
        let Some(level) = self.levels.last_mut() else { return };
        self.paths.back(level.start);
        if !level.hidden {
            self.paths.index(level.index);
        }
        level.index = level.index.saturating_add(1);
    }

    fn close(&mut self) -> Expect {
        self.at += 1;
        self.levels.pop();
        Expect::Comma
    }

    fn pair(&mut self, mark: char) {
        if self.hidden() {
            return;
        }
        if self.pairs.len() >= PAIRS {
            self.cut = true;
            return;
        }
        let path = hash::quick(self.paths.plain().as_bytes());
        self.pairs.insert(path.rotate_left(7) ^ u64::from(mark).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    }

    fn leaf(&mut self, mark: char, leaf: impl FnOnce() -> Leaf) {
        self.pair(mark);
        if self.hidden() || self.leaves.len() >= LEAVES {
            self.cut = true;
            return;
        }
        self.leaves.push((self.paths.exact().into(), leaf()));
    }
}
