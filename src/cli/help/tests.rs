use super::super::later::whole;
use super::overview::table;
use super::{COMMON, of_width, printed};

/// Every page of help.
fn pages(width: usize) -> Vec<(String, String)> {
    fn collect(command: &mut clap::Command, words: &str, pages: &mut Vec<(String, String)>) {
        let words = format!("{words} {}", command.get_name());
        let short = command.render_help().to_string();
        pages.push((format!("{words} -h"), printed(&short)));
        let long = command.render_long_help().to_string();
        pages.push((format!("{words} --help"), printed(&long)));
        for nested in command.get_subcommands_mut() {
            collect(nested, &words, pages);
        }
    }
    let mut program = of_width(whole(), width);
    let mut all = Vec::new();
    collect(&mut program, "", &mut all);
    all
}

#[test]
fn help_keeps_to_the_width_and_shows_no_marks_of_code() {
    for width in [60, 80, 100] {
        for (page, text) in pages(width) {
            assert!(!text.contains('`'), "{page}");
            // JSON of the files of flags, tables and commands stay as they are.
            let prose = text
                .lines()
                .filter(|line| !line.contains(['{', '}', '$', '<']));
            for line in prose.filter(|line| line.contains("  ") || line.contains(". ")) {
                assert!(
                    line.chars().count() <= width.max(72),
                    "{page}, {width}: {line}"
                );
            }
        }
    }
}

#[test]
fn the_short_help_is_short_and_names_no_variable_in_two_lines() {
    for (page, text) in pages(80) {
        for line in text.lines() {
            let torn = line.trim_end().ends_with("[env:");
            assert!(!torn, "{page}: {line}");
        }
        let lines = text.lines().count();
        let is_of_command = page.split(' ').count() > 3 && !page.contains(" help ");
        if page.ends_with(" -h") && is_of_command {
            assert!(lines <= 80, "{page}: {lines} lines");
            assert!(text.contains("see more with '--help'"), "{page}");
        }
    }
    let all: Vec<String> = whole()
        .get_subcommands()
        .flat_map(clap::Command::get_arguments)
        .filter_map(|option| option.get_long().map(ToOwned::to_owned))
        .collect();
    for name in COMMON.split(' ') {
        assert!(all.iter().any(|long| long == name), "{name}");
    }
}

#[test]
fn every_option_shows_its_variable_and_defaults_once() {
    for (page, text) in pages(100) {
        if page.contains("help") && !page.contains("build") {
            continue;
        }
        assert!(!text.contains("[default: false]"), "{page}");
        if page == " jira-send build --help" {
            let whole = text.split_whitespace().collect::<Vec<_>>().join(" ");
            for part in [
                "[env: JIRA_SEND_STATE]",
                "[default: failed] [env: JIRA_SEND_UNSTABLE_AS]",
                "[default: JOB_NAME] [env: JIRA_SEND_JOB_NAME]",
                "[default: auto] [env: JIRA_SEND_COLOR]",
                "Examples: # Send the result of this run $ jira-send build --state SUCCESS",
            ] {
                assert!(whole.contains(part), "{part}: {whole}");
            }
            assert_eq!(whole.matches("[default: failed]").count(), 1);
        }
        // What labels the data that is sent never chooses what is deleted.
        if page == " jira-send delete build --help" {
            assert!(text.contains("--property") && !text.contains("JIRA_SEND_PROPERTY"));
            assert!(!text.contains("JIRA_SEND_YES"));
        }
    }
}

#[test]
fn meanings_stand_beside_their_names() {
    let rows = [("A", "one two three"), ("LONG", "four")];
    assert_eq!(
        table(&rows, 16),
        "  A     one two\n        three\n  LONG  four\n"
    );
}

/// A heading holds on behind the options that a command shares with others.
#[test]
fn options_stand_under_their_headings() {
    let program = whole();
    for (command, long, heading) in [
        ("build", "tests-total", "Tests"),
        ("build", "ref-url", "References"),
        ("deployment", "environment-type", "Environment"),
        ("deployment", "duration", "Deployment"),
        ("deployment", "state", "The run"),
        ("feature-flag", "file", "Sending"),
        ("flush", "budget", "Jira"),
        ("flush", "outbox", "Outbox"),
        ("gate", "timeout", "Waiting"),
        ("gate", "budget", "Jira"),
    ] {
        let command = program.find_subcommand(command).unwrap();
        let mut options = command.get_arguments();
        let option = options.find(|option| option.get_long() == Some(long));
        let found = option.and_then(clap::Arg::get_help_heading);
        assert_eq!(found, Some(heading), "{long}");
    }
}
