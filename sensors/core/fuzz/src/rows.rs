//! Two batches side by side: the column in which they differ, or rows by dataset.

use wire::dataset::Batch;
use wire::dataset::column::{Bitmap, ColumnView, Texts};

/// Dataset, rows, columns by name.
type Dataset<'a> = (&'static str, usize, Vec<(&'static str, ColumnView<'a>)>);

fn datasets(batch: &Batch) -> Vec<Dataset<'_>> {
    let mut found = Vec::new();
    batch.visit(&mut |name, each, rows| {
        let columns = std::cell::RefCell::new(Vec::new());
        if rows > 0 {
            each(&mut |column, view| columns.borrow_mut().push((column, view)));
            found.push((name, rows, columns.into_inner()));
        }
    });
    found
}

/// Rows by dataset.
pub fn counts(batch: &Batch) -> Vec<(&'static str, usize)> {
    let mut found = Vec::new();
    batch.visit(&mut |name, _, rows| found.push((name, rows)));
    found
}

/// Fails with the first dataset and column in which two batches differ. Keys of words compare as they are: they are
/// given in order of first use, so that equal rows have equal dictionaries.
pub fn same(left: &Batch, right: &Batch, what: &str) {
    assert_eq!(counts(left), counts(right), "{what}: rows by dataset");
    assert!(left.words.bytes == right.words.bytes, "{what}: words differ");
    for ((name, _, left), (_, _, right)) in datasets(left).iter().zip(&datasets(right)) {
        let differ = left.iter().zip(right).find(|((_, left), (_, right))| !equal(left, right));
        if let Some(((column, _), _)) = differ {
            panic!("{what}: {name} differs in {column}");
        }
    }
}

fn validity(left: &Bitmap, right: &Bitmap) -> bool {
    left.bytes == right.bytes
}

fn texts(left: &Texts, right: &Texts) -> bool {
    validity(&left.valid, &right.valid) && left.offsets == right.offsets && left.bytes == right.bytes
}

/// Bit by bit: a NaN equals itself.
fn floats(left: &[f64], right: &[f64]) -> bool {
    left.iter().map(|value| value.to_bits()).eq(right.iter().map(|value| value.to_bits()))
}

fn equal(left: &ColumnView<'_>, right: &ColumnView<'_>) -> bool {
    match (left, right) {
        (ColumnView::Time(l) | ColumnView::I64(l), ColumnView::Time(r) | ColumnView::I64(r)) => {
            l.values == r.values && validity(&l.valid, &r.valid)
        }
        (ColumnView::U16(l), ColumnView::U16(r)) => l.values == r.values && validity(&l.valid, &r.valid),
        (ColumnView::U32(l), ColumnView::U32(r)) => l.values == r.values && validity(&l.valid, &r.valid),
        (ColumnView::F32(l), ColumnView::F32(r)) => l.values == r.values && validity(&l.valid, &r.valid),
        (ColumnView::F64(l), ColumnView::F64(r)) => floats(&l.values, &r.values) && validity(&l.valid, &r.valid),
        (ColumnView::Bool(l), ColumnView::Bool(r)) => l.values == r.values && validity(&l.valid, &r.valid),
        (ColumnView::Word(l), ColumnView::Word(r)) => l.keys == r.keys && validity(&l.valid, &r.valid),
        (ColumnView::Text(l), ColumnView::Text(r)) => texts(l, r),
        (ColumnView::NumberList(l), ColumnView::NumberList(r)) => {
            l.offsets == r.offsets && floats(&l.values, &r.values) && validity(&l.valid, &r.valid)
        }
        (ColumnView::TextList(l), ColumnView::TextList(r)) => {
            l.offsets == r.offsets && texts(&l.texts, &r.texts) && validity(&l.valid, &r.valid)
        }
        _ => false,
    }
}
