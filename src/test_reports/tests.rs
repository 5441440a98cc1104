//! Reports as nobody should write them, and files as a whole.

mod producers;

use std::io::{Read, Write as _};
use std::time::{Duration, SystemTime};

use super::count::count;
use super::{Patterns, Reports, Stop, count_file};
use crate::domain::test_info::TestCounts;
use crate::domain::timestamp::Timestamp;

fn counts(passed: u32, failed: u32, skipped: u32) -> TestCounts {
    TestCounts {
        passed,
        failed,
        skipped,
    }
}

#[test]
fn encodings_do_not_matter() {
    let report = "<?xml version='1.0' encoding='X'?><testsuite name='ü🚀'><testcase name='é'>\
                  <failure>\u{4E00}</failure></testcase><testcase/></testsuite>";
    let utf16 = |to_bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        report.encode_utf16().flat_map(to_bytes).collect()
    };
    let latin: Vec<u8> = report
        .chars()
        .map(|character| u8::try_from(u32::from(character)).unwrap_or(0xFF))
        .collect();
    for bytes in [
        report.as_bytes().to_vec(),
        utf16(u16::to_le_bytes),
        utf16(u16::to_be_bytes),
        [b"\xFF\xFE".to_vec(), utf16(u16::to_le_bytes)].concat(),
        latin,
    ] {
        assert_eq!(count(&bytes[..]).unwrap(), counts(1, 1, 0), "{bytes:x?}");
    }
}

#[test]
fn attributes_are_read_however_they_are_written() {
    let long_name = format!("{}='x' status='notrun'", "a".repeat(100));
    let long_value = format!("name='{}' status='notrun'", "x".repeat(100_000));
    for attributes in [
        "name='a' status='notrun'",
        "name=\"'\" time=\"1\" status=\"notrun\"",
        "status='notrun' name='status=x'",
        "name='</>' status='notrun'",
        "\n  name='a'\n\tstatus='notrun'\n",
        "name='a'status='notrun'",
        "name = 'a'  status = 'notrun'",
        "name='' x:y-z.1='' status='notrun'",
        "status2='run' status='notrun'",
        &long_name,
        &long_value,
    ] {
        let report = format!("<testsuite><testcase {attributes}/></testsuite>");
        let counted = count(report.as_bytes()).unwrap();
        assert_eq!(counted, counts(0, 0, 1), "{attributes}");
    }
}

/// What is written while a report is read belongs to another run.
#[test]
fn a_report_that_grows_is_read_up_to_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.xml");
    std::fs::write(&path, "<testsuite><testcase/></testsuite>").unwrap();
    let grow = || {
        let mut file = std::fs::File::options().append(true).open(&path).unwrap();
        file.write_all(b"<more").unwrap();
        false
    };
    let counted = count_file(&path, None, &grow).unwrap();
    assert_eq!(counted, Some(counts(1, 0, 0)));
}

#[test]
fn what_is_no_report_says_why() {
    let deep = "<testsuite>".repeat(1_001);
    let name = format!("<{}", "a".repeat(1_100));
    let cases: &[(&[u8], &str)] = &[
        (b"", "it is empty"),
        (b" \r\n\t", "it is empty"),
        (b"\xEF\xBB\xBF", "it is empty"),
        (b"PK\x03\x04", "it is not XML"),
        (b"\0\0\0\0\0", "it is not XML"),
        (b"{\"tests\": 3}", "it is not XML"),
        (b"OK <testsuite/>", "it is not XML"),
        (
            b"<!DOCTYPE html>\n<html><body><br>",
            "it is not a JUnit, xUnit.net, NUnit or TRX report: it begins with <html>",
        ),
        (
            b"<project/>",
            "it is not a JUnit, xUnit.net, NUnit or TRX report: it begins with <project>",
        ),
        (
            b"<?xml version='1.0'?>",
            "it ends in the middle, after 21 bytes: its writer was stopped, or is still writing",
        ),
        (
            b"<testsuite><testcase",
            "it ends in the middle, after 20 bytes: its writer was stopped, or is still writing",
        ),
        (
            b"<testsuite></testsuites>",
            "it is not well-formed XML, see its byte 24",
        ),
        (
            b"<testsuite></testsuite><testsuite/>",
            "it is not well-formed XML, see its byte 25",
        ),
        (
            b"<testsuite>a < b</testsuite>",
            "it is not well-formed XML, see its byte 15",
        ),
        (
            b"<testsuite a=b/>",
            "it is not well-formed XML, see its byte 14",
        ),
        (
            b"<testsuite a/>",
            "it is not well-formed XML, see its byte 13",
        ),
        (
            b"<testsuite/a>",
            "it is not well-formed XML, see its byte 12",
        ),
        (
            b"<testsuite><!x></testsuite>",
            "it is not well-formed XML, see its byte 14",
        ),
        (
            b"<testsuite></></testsuite>",
            "it is not well-formed XML, see its byte 14",
        ),
        (deep.as_bytes(), "its elements are nested too deeply"),
        (name.as_bytes(), "it is not well-formed XML, see its byte 2"),
        (
            b"<assembly><test/></assembly>",
            "it has a test without a result",
        ),
        (
            b"<assembly><test result='\xFFPass\n'/></assembly>",
            "it has a test with an unknown result: \u{FFFD}Pass\n",
        ),
        (
            b"<test-run><test-case result='Maybe'/></test-run>",
            "it has a test with an unknown result: Maybe",
        ),
        (
            b"<TestRun><Results><UnitTestResult outcome=''/></Results></TestRun>",
            "it has a test without a result",
        ),
    ];
    for (report, expected) in cases {
        let text = String::from_utf8_lossy(&report[..report.len().min(60)]);
        let error = count(*report).expect_err(&text);
        assert_eq!(error.to_string(), *expected, "{text}");
    }
}

/// Entities that would grow to gigabytes stand for nothing here.
#[test]
fn entities_are_not_expanded() {
    let levels = (1..50).map(|level| {
        let inner = format!("&a{};", level - 1).repeat(10);
        format!("<!ENTITY a{level} \"{inner}\">")
    });
    let levels: String = levels.collect();
    let report = format!(
        "<!DOCTYPE r [<!ENTITY a0 \"<testcase/>\">{levels}]><testsuite>&a49;<testcase/></testsuite>"
    );
    assert_eq!(count(report.as_bytes()).unwrap(), counts(1, 0, 0));
}

/// A report that goes on for very long without ever being in memory.
struct Long {
    head: &'static [u8],
    filling: &'static [u8],
    times: usize,
    tail: &'static [u8],
}

impl Long {
    fn reader(&self) -> impl Read {
        let filling = Filling {
            bytes: self.filling,
            left: self.times,
            at: 0,
        };
        self.head.chain(filling).chain(self.tail)
    }
}

struct Filling {
    bytes: &'static [u8],
    left: usize,
    at: usize,
}

impl Read for Filling {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.left == 0 {
            return Ok(0);
        }
        let rest = &self.bytes[self.at..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.at += count;
        if self.at == self.bytes.len() {
            (self.at, self.left) = (0, self.left - 1);
        }
        Ok(count)
    }
}

#[test]
fn texts_and_values_may_go_on_for_long() {
    const BLOCK: &[u8] = &[b'x'; 65_536];
    let cases: [(&[u8], &[u8], &[u8]); 7] = [
        (b"<testsuite><testcase>", BLOCK, b"</testcase></testsuite>"),
        (
            b"<testsuite><testcase/><![CDATA[",
            BLOCK,
            b"]]></testsuite>",
        ),
        (b"<testsuite><!--", b"--x-", b"--><testcase/></testsuite>"),
        (b"<testsuite><?a ", BLOCK, b"?><testcase/></testsuite>"),
        (b"<testsuite><testcase status='", BLOCK, b"'/></testsuite>"),
        (b"<testsuite><testcase name='", BLOCK, b"'/></testsuite>"),
        (
            b"<!DOCTYPE a \"",
            BLOCK,
            b"\"><testsuite><testcase/></testsuite>",
        ),
    ];
    for (head, filling, tail) in cases {
        let long = Long {
            head,
            filling,
            times: 200,
            tail,
        };
        let found = count(long.reader()).unwrap();
        assert_eq!(found, counts(1, 0, 0), "{}", String::from_utf8_lossy(head));
    }
}

fn count_files(
    folder: &std::path::Path,
    since: Option<Timestamp>,
    is_over: &dyn Fn() -> bool,
) -> Result<Reports, Stop> {
    let patterns: Patterns = format!("{}/*.xml", folder.display()).parse().unwrap();
    super::count(&[patterns], since, is_over)
}

/// The time may be up at any moment; then there are no counts rather than some.
#[test]
fn the_whole_or_nothing_is_counted_in_time() {
    let folder = tempfile::tempdir().unwrap();
    for file in ["a.xml", "b.xml"] {
        std::fs::write(
            folder.path().join(file),
            "<testsuite><testcase/></testsuite>",
        )
        .unwrap();
    }
    let mut ends = Vec::new();
    for patience in 0..20 {
        let asked = std::cell::Cell::new(0);
        let is_over = || {
            asked.set(asked.get() + 1);
            asked.get() > patience
        };
        ends.push(count_files(folder.path(), None, &is_over).map(|reports| reports.counts));
    }
    let late = ends
        .iter()
        .take_while(|end| **end == Err(Stop::Late))
        .count();
    assert!(late > 5 && late < ends.len());
    assert!(
        ends[late..]
            .iter()
            .all(|end| *end == Ok(Some(counts(2, 0, 0))))
    );
}

#[test]
fn files_from_before_are_left_out() {
    const WRITTEN: u64 = 1_767_268_800_123;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.xml");
    std::fs::write(&path, "<testsuite><testcase/></testsuite>").unwrap();
    let written = SystemTime::UNIX_EPOCH + Duration::from_millis(WRITTEN);
    let file = std::fs::File::options().write(true).open(&path).unwrap();
    file.set_modified(written).unwrap();
    // Milliseconds after the file was written, and whether it counts all the same.
    for (after, is_counted) in [(-1, true), (0, true), (3_000, true), (3_001, false)] {
        let since = Timestamp::from_millisecond(WRITTEN.cast_signed() + after);
        let reports = count_files(folder.path(), Some(since), &|| false).unwrap();
        let expected = Reports {
            counts: is_counted.then_some(counts(1, 0, 0)),
            counted: usize::from(is_counted),
            older: usize::from(!is_counted),
            wrong: Vec::new(),
        };
        assert_eq!(reports, expected, "{after}");
    }
}
