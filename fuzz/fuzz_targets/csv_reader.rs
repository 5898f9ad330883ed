//! See `dyetrace_ingest::checks::csv_reader`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    dyetrace_fuzz::in_folder(dyetrace_ingest::checks::csv_reader, bytes);
});
