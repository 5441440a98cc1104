#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| jira_send::fuzz_entries::backfill(bytes));
