//! Columns of a batch as Arrow arrays. Vectors are moved or copied once; words become a dictionary of their own.

use arrow_array::builder::StringBuilder;
use arrow_array::types::UInt32Type;
use arrow_array::{
    ArrayRef, BooleanArray, DictionaryArray, Float32Array, Float64Array, Int64Array, ListArray, RecordBatch,
    StringArray, TimestampNanosecondArray, UInt16Array, UInt32Array,
};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::{ArrowError, DataType, Field, Schema};
use std::sync::Arc;
use wire::dataset::column::{Bitmap, ColumnView, Dictionary, NumberLists, TextLists, Texts, Words};
use wire::dataset::rows::EachColumn;

fn nulls(valid: &Bitmap) -> Option<NullBuffer> {
    (valid.nulls > 0).then(|| NullBuffer::new(BooleanBuffer::new(Buffer::from_slice_ref(&valid.bytes), 0, valid.len())))
}

/// A column's dictionary holds only the words the column uses, so that importing one column does not walk the others'.
fn words(column: &Words, all: &Dictionary) -> ArrayRef {
    const UNUSED: u32 = u32::MAX;
    let mut place = vec![UNUSED; all.len().max(1)];
    let mut used = StringBuilder::new();
    let mut count = 0u32;
    let mut keys = Vec::with_capacity(column.keys.len());
    for (row, key) in column.keys.iter().enumerate() {
        let valid = column.valid.bytes.get(row / 8).is_some_and(|byte| byte >> (row % 8) & 1 == 1);
        if !valid {
            keys.push(0);
            continue;
        }
        let slot = &mut place[*key as usize];
        if *slot == UNUSED {
            *slot = count;
            count += 1;
            used.append_value(all.word(*key));
        }
        keys.push(*slot);
    }
    if count == 0 {
        used.append_value("");
    }
    let keys = UInt32Array::new(ScalarBuffer::from(keys), nulls(&column.valid));
    Arc::new(DictionaryArray::<UInt32Type>::new(keys, Arc::new(used.finish())))
}

fn texts(column: &Texts) -> StringArray {
    let offsets = OffsetBuffer::new(ScalarBuffer::from(column.offsets.clone()));
    StringArray::new(offsets, Buffer::from_slice_ref(&column.bytes), nulls(&column.valid))
}

fn number_lists(column: &NumberLists) -> ArrayRef {
    let offsets = OffsetBuffer::new(ScalarBuffer::from(column.offsets.clone()));
    let item = Arc::new(Field::new("item", DataType::Float64, true));
    Arc::new(ListArray::new(item, offsets, Arc::new(Float64Array::from(column.values.clone())), nulls(&column.valid)))
}

fn text_lists(column: &TextLists) -> ArrayRef {
    let offsets = OffsetBuffer::new(ScalarBuffer::from(column.offsets.clone()));
    let item = Arc::new(Field::new("item", DataType::Utf8, true));
    Arc::new(ListArray::new(item, offsets, Arc::new(texts(&column.texts)), nulls(&column.valid)))
}

fn array(view: &ColumnView<'_>, dictionary: &Dictionary) -> ArrayRef {
    match view {
        ColumnView::Time(c) => Arc::new(
            TimestampNanosecondArray::new(ScalarBuffer::from(c.values.clone()), nulls(&c.valid)).with_timezone("UTC"),
        ),
        ColumnView::I64(c) => Arc::new(Int64Array::new(ScalarBuffer::from(c.values.clone()), nulls(&c.valid))),
        ColumnView::U16(c) => Arc::new(UInt16Array::new(ScalarBuffer::from(c.values.clone()), nulls(&c.valid))),
        ColumnView::U32(c) => Arc::new(UInt32Array::new(ScalarBuffer::from(c.values.clone()), nulls(&c.valid))),
        ColumnView::F32(c) => Arc::new(Float32Array::new(ScalarBuffer::from(c.values.clone()), nulls(&c.valid))),
        ColumnView::F64(c) => Arc::new(Float64Array::new(ScalarBuffer::from(c.values.clone()), nulls(&c.valid))),
        ColumnView::Bool(c) => Arc::new(BooleanArray::new(BooleanBuffer::from(c.values.clone()), nulls(&c.valid))),
        ColumnView::Word(c) => words(c, dictionary),
        ColumnView::Text(c) => Arc::new(texts(c)),
        ColumnView::NumberList(c) => number_lists(c),
        ColumnView::TextList(c) => text_lists(c),
    }
}

/// One dataset as a record batch.
pub fn record_batch(each: EachColumn<'_, '_>, dictionary: &Dictionary) -> Result<RecordBatch, ArrowError> {
    let mut fields = Vec::new();
    let mut arrays: Vec<ArrayRef> = Vec::new();
    each(&mut |name, view| {
        let made = array(&view, dictionary);
        fields.push(Field::new(name, made.data_type().clone(), true));
        arrays.push(made);
    });
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
}
