//! See `dyetrace_ingest::checks::plain_rows`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    dyetrace_fuzz::in_folder(dyetrace_ingest::checks::plain_rows, bytes);
});
