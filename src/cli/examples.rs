//! Examples of every command, for its help. A test parses each, and runs those that can be a dry run.

/// What it does, and what is typed.
pub(super) type Example = (&'static str, &'static str);

/// A line in brackets names a command; below it stand its examples, each with a line of what it does before what is typed.
const EXAMPLES: &str = include_str!("examples.txt");

/// The examples of a command.
pub(super) fn of(command: &str) -> Option<Vec<Example>> {
    let name = format!("[{command}]");
    let mut lines = EXAMPLES.lines().skip_while(|line| *line != name);
    lines.next()?;
    let lines: Vec<&str> = lines.take_while(|line| !line.is_empty()).collect();
    let pairs = lines.chunks(2).filter_map(|pair| match pair {
        [about, typed] => Some((about.strip_prefix("# ")?, typed.strip_prefix("$ ")?)),
        _ => None,
    });
    Some(pairs.collect())
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, Parser as _};

    use super::{EXAMPLES, of};
    use crate::cli::Cli;

    /// As a shell does, for what the examples have: words, and words in single quotes.
    fn words(line: &str) -> Vec<String> {
        let parts = line.split('\'').enumerate();
        let words = parts.flat_map(|(index, part)| match index % 2 {
            1 => vec![part],
            _ => part.split_whitespace().collect(),
        });
        words.map(ToOwned::to_owned).collect()
    }

    #[test]
    fn every_command_has_examples_that_can_be_typed() {
        fn check(command: &clap::Command, words: &str) {
            for nested in command.get_subcommands() {
                let name = format!("{words} {}", nested.get_name());
                let name = name.trim_start();
                let examples = of(name).unwrap_or_else(|| panic!("{name} has no example"));
                for (_, line) in examples {
                    assert!(line.starts_with(&format!("jira-send {name}")), "{line}");
                }
                check(nested, name);
            }
        }
        check(&Cli::command(), "");
        let names = EXAMPLES.lines().filter_map(|line| line.strip_prefix('['));
        let names = names.map(|name| name.trim_end_matches(']'));
        let all: Vec<_> = names.filter_map(of).flatten().collect();
        assert_eq!(all.len(), EXAMPLES.matches("\n$ ").count());
        for (about, line) in all {
            assert!(!about.ends_with('.'), "{about}");
            if let Err(error) = Cli::try_parse_from(words(line)) {
                panic!("{line}: {error}");
            }
        }
    }
}
