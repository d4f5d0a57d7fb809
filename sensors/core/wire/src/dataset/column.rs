//! Columns that grow by one row at a time and are handed to Arrow without a copy.

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use std::hash::BuildHasher;

/// One bit a row, least significant bit first, as Arrow keeps validity.
#[derive(Default)]
pub struct Bitmap {
    pub bytes: Vec<u8>,
    rows: usize,
    pub nulls: usize,
}

impl Bitmap {
    fn push(&mut self, valid: bool) {
        if self.rows.is_multiple_of(8) {
            self.bytes.push(0);
        }
        if valid {
            if let Some(last) = self.bytes.last_mut() {
                *last |= 1 << (self.rows % 8);
            }
        } else {
            self.nulls += 1;
        }
        self.rows += 1;
    }

    pub fn len(&self) -> usize {
        self.rows
    }

    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }
}

/// Numbers, time stamps and truth values.
#[derive(Default)]
pub struct Numbers<T> {
    pub values: Vec<T>,
    pub valid: Bitmap,
}

impl<T: Copy + Default> Numbers<T> {
    pub fn push(&mut self, value: Option<T>) {
        self.values.push(value.unwrap_or_default());
        self.valid.push(value.is_some());
    }

    pub fn len(&self) -> usize {
        self.values.len()
    }

    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

/// Dictionary words: keys into the batch's dictionary.
#[derive(Default)]
pub struct Words {
    pub keys: Vec<u32>,
    pub valid: Bitmap,
}

impl Words {
    pub fn push(&mut self, value: Option<&str>, words: &mut Dictionary) {
        // A column mostly says again what it said in the row before: cheaper to compare than to look up.
        let before = self.keys.last().copied();
        let key = |text| before.filter(|key| words.word_is(*key, text)).unwrap_or_else(|| words.key(text));
        self.keys.push(value.map_or(0, key));
        self.valid.push(value.is_some());
    }
}

/// Free text.
pub struct Texts {
    pub bytes: Vec<u8>,
    pub offsets: Vec<i32>,
    pub valid: Bitmap,
}

impl Default for Texts {
    fn default() -> Self {
        Self { bytes: Vec::new(), offsets: vec![0], valid: Bitmap::default() }
    }
}

impl Texts {
    pub fn push(&mut self, value: Option<&str>) {
        if let Some(text) = value {
            self.bytes.extend_from_slice(text.as_bytes());
        }
        self.offsets.push(offset(self.bytes.len()));
        self.valid.push(value.is_some());
    }
}

/// Lists of numbers.
pub struct NumberLists {
    pub values: Vec<f64>,
    pub offsets: Vec<i32>,
    pub valid: Bitmap,
}

impl Default for NumberLists {
    fn default() -> Self {
        Self { values: Vec::new(), offsets: vec![0], valid: Bitmap::default() }
    }
}

impl NumberLists {
    pub fn push(&mut self, value: Option<&[f64]>) {
        if let Some(numbers) = value {
            self.values.extend_from_slice(numbers);
        }
        self.offsets.push(offset(self.values.len()));
        self.valid.push(value.is_some());
    }
}

/// Lists of texts.
pub struct TextLists {
    pub texts: Texts,
    pub offsets: Vec<i32>,
    pub valid: Bitmap,
}

impl Default for TextLists {
    fn default() -> Self {
        Self { texts: Texts::default(), offsets: vec![0], valid: Bitmap::default() }
    }
}

impl TextLists {
    pub fn push(&mut self, value: Option<&[String]>) {
        for text in value.unwrap_or_default() {
            self.texts.push(Some(text));
        }
        self.offsets.push(offset(self.texts.valid.len()));
        self.valid.push(value.is_some());
    }
}

/// A batch is cut long before its text reaches 2 GiB; saturating keeps the impossible case harmless.
fn offset(length: usize) -> i32 {
    i32::try_from(length).unwrap_or(i32::MAX)
}

/// What a column is, for the one place that turns columns into Arrow arrays.
pub enum ColumnView<'a> {
    Time(&'a Numbers<i64>),
    I64(&'a Numbers<i64>),
    U16(&'a Numbers<u16>),
    U32(&'a Numbers<u32>),
    F32(&'a Numbers<f32>),
    F64(&'a Numbers<f64>),
    Bool(&'a Numbers<bool>),
    Word(&'a Words),
    Text(&'a Texts),
    NumberList(&'a NumberLists),
    TextList(&'a TextLists),
}

/// The words of one batch. It lives as long as the batch, so hostile strings cannot grow it without end. The random
/// seed only spreads the table; keys are given in order of first use.
#[derive(Default)]
pub struct Dictionary {
    table: HashTable<u32>,
    seed: RandomState,
    pub bytes: Vec<u8>,
    pub ends: Vec<u32>,
}

impl Dictionary {
    /// Key of a word, new or known.
    pub fn key(&mut self, word: &str) -> u32 {
        let hash = self.seed.hash_one(word);
        let (bytes, ends) = (&self.bytes, &self.ends);
        if let Some(key) = self.table.find(hash, |key| slice(bytes, ends, *key) == word.as_bytes()) {
            return *key;
        }
        let key = u32::try_from(self.ends.len()).unwrap_or(u32::MAX);
        self.bytes.extend_from_slice(word.as_bytes());
        self.ends.push(u32::try_from(self.bytes.len()).unwrap_or(u32::MAX));
        let (bytes, ends, seed) = (&self.bytes, &self.ends, &self.seed);
        self.table.insert_unique(hash, key, |key| {
            seed.hash_one(std::str::from_utf8(slice(bytes, ends, *key)).unwrap_or_default())
        });
        key
    }

    /// The word of a key; empty for a key never given.
    pub fn word(&self, key: u32) -> &str {
        std::str::from_utf8(slice(&self.bytes, &self.ends, key)).unwrap_or_default()
    }

    fn word_is(&self, key: u32, word: &str) -> bool {
        slice(&self.bytes, &self.ends, key) == word.as_bytes() && !self.is_empty()
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}

fn slice<'a>(bytes: &'a [u8], ends: &[u32], key: u32) -> &'a [u8] {
    let at = |key: u32| ends.get(usize::try_from(key).unwrap_or(usize::MAX)).and_then(|e| usize::try_from(*e).ok());
    let start = key.checked_sub(1).and_then(at).unwrap_or(0);
    at(key).and_then(|end| bytes.get(start..end)).unwrap_or_default()
}
