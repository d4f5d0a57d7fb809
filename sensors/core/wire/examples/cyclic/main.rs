//! Writes the benchmark captures: `cyclic OUT [--packets N] [--sessions N]`. Beyond 1,000 sessions each repeats one poll.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::as_conversions, clippy::indexing_slicing, clippy::panic)]

mod traffic;

use std::io::{BufWriter, Write};

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let number = |name: &str, default: usize| {
        let at = arguments.iter().position(|a| a == name);
        at.map_or(default, |i| arguments[i + 1].parse().expect("a number"))
    };
    let file = std::fs::File::create(&arguments[1]).expect("the output file");
    let mut out = BufWriter::with_capacity(1 << 20, file);
    let (packets, transactions) = traffic::write(&mut out, number("--packets", 1_000_002), number("--sessions", 200));
    out.flush().unwrap();
    eprintln!("{packets} packets, {transactions} transactions");
}
