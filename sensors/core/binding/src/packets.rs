//! The ring of packets, read by others than the sensor that writes it.

use crate::errors::of_ring;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use std::io::ErrorKind;
use std::path::PathBuf;
use wire::anonymise::{KEY, Names, Payload, anonymised};
use wire::evidence::{Carved, Keys, Wanted};

/// A capture file; numbers of its frames; how many; whether there is more; frames of another link type; octets read;
/// files that were changed.
type Found<'py> = (Bound<'py, PyBytes>, Vec<i64>, u64, bool, u64, u64, u64);
/// Name; files; octets; earliest and latest time, ns; frames that are indexed; files that were changed; files
/// that are encrypted.
type About = (String, u64, u64, Option<i64>, Option<i64>, i64, Vec<String>, u64);

fn found(py: Python<'_>, carved: Carved) -> Found<'_> {
    let Carved { file, numbers, frames, is_cut, other_link, read, changed } = carved;
    (PyBytes::new(py, &file), numbers, frames, is_cut, other_link, read, changed)
}

/// The frames of spans (inclusive) of one capture of a ring, at most `most`.
#[pyfunction]
pub fn carve_by_numbers(
    py: Python<'_>,
    capture: PathBuf,
    spans: Vec<(i64, i64)>,
    most: usize,
    keys: Vec<[u8; 32]>,
) -> PyResult<Found<'_>> {
    let keys = Keys::of(keys);
    let carved = py.detach(|| wire::evidence::by_numbers(&capture, &spans, most, &keys)).map_err(of_ring)?;
    Ok(found(py, carved))
}

/// The frames of captures of a ring that pass a filter, from `since` to `until` (ns, inclusive), at most `most` octets.
#[pyfunction]
pub fn carve_by_filter<'py>(
    py: Python<'py>,
    captures: Vec<PathBuf>,
    filter: &str,
    since: i64,
    until: i64,
    most: usize,
    keys: Vec<[u8; 32]>,
) -> PyResult<Found<'py>> {
    let filter = crate::errors::filter(Some(filter))?.unwrap_or_default();
    let wanted = Wanted { filter: &filter, since, until, most };
    let keys = Keys::of(keys);
    let carved = py.detach(|| wire::evidence::by_filter(&captures, &wanted, &keys)).map_err(of_ring)?;
    Ok(found(py, carved))
}

/// A capture file of the ring's form, encrypted as the ring has it; its first frame has the number `first`. As it is where
/// there is no key. `ValueError` for a file of another form.
#[pyfunction]
pub fn seal_packets<'py>(
    py: Python<'py>,
    file: &[u8],
    first: i64,
    keys: Vec<[u8; 32]>,
) -> PyResult<Bound<'py, PyBytes>> {
    let keys = Keys::of(keys);
    let made = py.detach(|| wire::evidence::sealed(file, first, &keys)).map_err(|error| match error.kind() {
        ErrorKind::InvalidData => PyValueError::new_err("no capture file of a ring"),
        _ => of_ring(error),
    })?;
    Ok(PyBytes::new(py, made.as_deref().unwrap_or(file)))
}

/// What there is of each capture of a ring; `verified`: every file is read and compared with its index.
#[pyfunction]
pub fn ring_standing(py: Python<'_>, folder: PathBuf, verified: bool) -> PyResult<Vec<About>> {
    let all = py.detach(|| wire::evidence::standing(&folder, verified))?;
    Ok(all
        .into_iter()
        .map(|s| (s.capture, s.files, s.octets, s.earliest, s.latest, s.frames, s.changed, s.sealed))
        .collect())
}

/// A capture file with other addresses; frames in it; frames left out; octets cut off; how many addresses were replaced
/// (IPv4, IPv6, MAC); the id of the key.
type Other<'py> = (Bound<'py, PyBytes>, u64, u64, u64, (usize, usize, usize), [u8; 8]);

/// Replaces the addresses of a capture file of the ring's form; `keeps`: what packets carry stays; `makers`: of MACs the
/// maker stays. None for a file of another form.
#[pyfunction]
pub fn anonymise<'py>(py: Python<'py>, file: &[u8], key: [u8; KEY], keeps: bool, makers: bool) -> Option<Other<'py>> {
    let payload = if keeps { Payload::Keep } else { Payload::Cut };
    let mut names = Names::of(key, makers);
    let made = py.detach(|| anonymised(file, &mut names, payload))?;
    let whole = PyBytes::new(py, &made.file);
    Some((whole, made.frames, made.left_out, made.cut, names.counts(), names.key_id()))
}
