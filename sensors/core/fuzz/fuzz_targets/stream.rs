#![no_main]
//! Bytes as a dialogue of one protocol. The environment may fix the protocol, or ask for seeds instead of a run.

libfuzzer_sys::fuzz_target!(
    init: {
        match wire_fuzz::seeds::asked() {
            Ok(false) => {}
            Ok(true) => std::process::exit(0),
            Err(error) => {
                eprintln!("seeds: {error}");
                std::process::exit(1);
            }
        }
    },
    |data: &[u8]| wire_fuzz::stream::run(data)
);

libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    wire_fuzz::mutate::mutate(data, size, max_size, seed, libfuzzer_sys::fuzzer_mutate)
});
