//! A batch as short numbers, one a column, to compare two runs and to name the column in which they differ.

use std::cell::RefCell;
use std::hash::{DefaultHasher, Hash, Hasher};
use wire::dataset::Batch;
use wire::dataset::column::{Bitmap, ColumnView, Numbers, Texts};

/// Column and hash of its rows.
pub type Column = (&'static str, u64);
/// Dataset, rows, its columns.
pub type Dataset = (&'static str, usize, Vec<Column>);

/// All datasets of a batch that have rows.
pub fn digest(batch: &Batch) -> Vec<Dataset> {
    let mut found = Vec::new();
    batch.visit(&mut |name, each, rows| {
        if rows == 0 {
            return;
        }
        let columns = RefCell::new(Vec::new());
        each(&mut |column, view| columns.borrow_mut().push((column, hash(&view, batch))));
        found.push((name, rows, columns.into_inner()));
    });
    found
}

/// Rows by dataset.
pub fn counts(batch: &Batch) -> Vec<(&'static str, usize)> {
    let mut found = Vec::new();
    batch.visit(&mut |name, _, rows| found.push((name, rows)));
    found
}

/// Fails with the first dataset and column in which two runs differ.
pub fn same(left: &[Dataset], right: &[Dataset], what: &str) {
    let rows = |all: &[Dataset]| all.iter().map(|(name, rows, _)| (*name, *rows)).collect::<Vec<_>>();
    assert_eq!(rows(left), rows(right), "{what}: rows by dataset");
    for ((name, _, left), (_, _, right)) in left.iter().zip(right) {
        let differ = left.iter().zip(right).find(|(left, right)| left != right);
        if let Some(((column, _), _)) = differ {
            panic!("{what}: {name} differs in {column}");
        }
    }
}

fn numbers<T>(to: &mut DefaultHasher, column: &Numbers<T>, bits: impl Fn(&T) -> u64) {
    validity(to, &column.valid);
    column.values.iter().for_each(|value| bits(value).hash(to));
}

fn validity(to: &mut DefaultHasher, valid: &Bitmap) {
    valid.bytes.hash(to);
}

fn texts(to: &mut DefaultHasher, column: &Texts) {
    validity(to, &column.valid);
    (&column.bytes, &column.offsets).hash(to);
}

fn hash(view: &ColumnView<'_>, batch: &Batch) -> u64 {
    let to = &mut DefaultHasher::new();
    match view {
        ColumnView::Time(c) | ColumnView::I64(c) => numbers(to, c, |v| v.cast_unsigned()),
        ColumnView::U16(c) => numbers(to, c, |v| u64::from(*v)),
        ColumnView::U32(c) => numbers(to, c, |v| u64::from(*v)),
        ColumnView::F32(c) => numbers(to, c, |v| u64::from(v.to_bits())),
        ColumnView::F64(c) => numbers(to, c, |v| v.to_bits()),
        ColumnView::Bool(c) => numbers(to, c, |v| u64::from(*v)),
        ColumnView::Word(c) => {
            validity(to, &c.valid);
            c.keys.iter().for_each(|key| batch.words.word(*key).hash(to));
        }
        ColumnView::Text(c) => texts(to, c),
        ColumnView::NumberList(c) => {
            validity(to, &c.valid);
            c.offsets.hash(to);
            c.values.iter().for_each(|value| value.to_bits().hash(to));
        }
        ColumnView::TextList(c) => {
            validity(to, &c.valid);
            c.offsets.hash(to);
            texts(to, &c.texts);
        }
    }
    to.finish()
}
