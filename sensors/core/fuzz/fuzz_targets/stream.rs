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
