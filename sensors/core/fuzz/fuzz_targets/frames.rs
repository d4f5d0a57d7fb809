#![no_main]
//! Bytes as a capture file, through all layers.

libfuzzer_sys::fuzz_target!(|data: &[u8]| wire_fuzz::frames::run(data));
