use std::io::Write;
use std::sync::{Arc, Mutex};

use super::{Output, Verbosity};
use crate::error::Failure;
use crate::secret::Secret;

/// What was printed.
#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl Paper {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn secrets_are_hidden_in_all_their_forms() {
    let (people, result) = (Paper::default(), Paper::default());
    let output = Output::new(people.clone(), result.clone());
    output.hide(&Secret::new("s3cr/et"));
    output.hide(&Secret::new("s3c"));
    output.say("s3cr/et s3cr%2Fet czNjci9ldA== s3c");
    output.result("{\"a\":\"s3cr/et\"}").unwrap();
    assert_eq!(people.text(), "**** **** ****A== s3c\n");
    assert_eq!(result.text(), "{\"a\":\"****\"}\n");
}

#[test]
fn verbosity_decides_what_is_said() {
    let cases = [
        (Verbosity::Quiet, "warning: w\n"),
        (Verbosity::Normal, "s\nwarning: w\n"),
        (Verbosity::Verbose, "s\nd\nwarning: w\n"),
    ];
    for (verbosity, expected) in cases {
        let (people, result) = (Paper::default(), Paper::default());
        let mut output = Output::new(people.clone(), result.clone());
        output.set_verbosity(verbosity);
        output.say("s");
        output.detail("d");
        output.warn("w");
        output.advise("w", "said once");
        assert_eq!(people.text(), expected);
    }
}

#[test]
fn a_warning_and_its_causes_are_given_once() {
    let (people, result) = (Paper::default(), Paper::default());
    let output = Output::new(people.clone(), result);
    for what in ["begin", "end", "end"] {
        let failure = Failure::usage(what).cause("refused").hint("do");
        output.failure_as_warning(&failure);
    }
    let topics = ["unknown".to_owned()];
    output.say_or_warn("sent", output.are_news(&[]));
    output.say_or_warn("one", output.are_news(&topics));
    output.say_or_warn("two", output.are_news(&topics));
    let expected = "warning: begin\n  caused by: refused\nhint: do\nwarning: end\n\
                    sent\nwarning: one\ntwo\n";
    assert_eq!(people.text(), expected);
}

#[test]
fn labels_have_colors_and_the_rest_has_none() {
    let (people, result) = (Paper::default(), Paper::default());
    let mut output = Output::new(people.clone(), result.clone());
    output.set_colors(true);
    output.failure(&Failure::usage("what").cause("why").hint("do"));
    output.warn("error: x");
    output.say("hint: x");
    output.result("{}").unwrap();
    let expected = "\u{1b}[1;31merror:\u{1b}[0m what\n  \u{1b}[1;31mcaused by:\u{1b}[0m why\n\
                    \u{1b}[1;36mhint:\u{1b}[0m do\n\u{1b}[1;33mwarning:\u{1b}[0m error: x\nhint: x\n";
    assert_eq!(people.text(), expected);
    assert_eq!(result.text(), "{}\n");
    let (kept, lines) = output.kept();
    kept.warn("of a step");
    assert_eq!(lines.take(), ["warning: of a step"]);
}

#[test]
fn a_bar_stands_below_the_lines_of_a_terminal() {
    for (is_terminal, expected) in [
        (true, "\rlong bar\rbar     \r   \rline\n\rnext\r    \r"),
        (false, "line\n"),
    ] {
        let (people, result) = (Paper::default(), Paper::default());
        let output = Output::new(people.clone(), result).on_terminal(is_terminal.then_some(80));
        output.bar("long bar");
        output.bar("bar");
        output.say("line");
        output.bar("next");
        output.bar("");
        assert_eq!(people.text(), expected);
    }
}

#[test]
fn failures_have_their_three_parts() {
    let (people, result) = (Paper::default(), Paper::default());
    let output = Output::new(people.clone(), result.clone());
    let failure = Failure::usage("what").cause("why\nreally").hint("do");
    output.failure(&failure);
    output.failure_as_warning(&failure);
    let expected = "error: what\n  caused by: why\\nreally\nhint: do\n\
                    warning: what\n  caused by: why\\nreally\nhint: do\n";
    assert_eq!(people.text(), expected);
}

/// Of an answer of megabytes only the beginning is looked through, and no secret is cut into one that shows.
#[test]
fn a_long_line_is_masked_as_far_as_it_is_shown() {
    let secret = "s3cr/et-".repeat(100);
    let texts = [
        secret.repeat(2_000),
        format!("{}{secret}", "x ".repeat(65_500)),
        secret.replace('/', "%2F").repeat(1_000),
        "é".repeat(1_000_000),
    ];
    for text in texts {
        let people = Paper::default();
        let mut output = Output::new(people.clone(), Paper::default());
        output.set_verbosity(Verbosity::Verbose);
        output.hide(&Secret::new(secret.as_str()));
        output.say(&text);
        output.detail(&text);
        let said = people.text();
        assert!(
            !said.contains("s3cr") && said.len() < 400_000,
            "{}",
            said.len()
        );
        assert!(said.lines().all(|line| line.ends_with('…')), "{said}");
    }
}

/// The last words are said while something else is still looked through for secrets.
#[test]
fn last_words_wait_for_nobody() {
    let people = Paper::default();
    let output = Output::new(people.clone(), Paper::default());
    output.hide(&Secret::new("s3cret"));
    let reading = output.secrets.read().unwrap();
    output.failure(&Failure::usage("no s3cret"));
    drop(reading);
    assert_eq!(people.text(), "error: no ****\n");
}
