//! Options of every command, which may also be typed before it.

use std::borrow::Cow;
use std::ffi::OsString;

use clap::Args;

use crate::color::Color;
use crate::output::Verbosity;

/// How much is printed, and in which colours.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct GlobalOptions {
    /// Print nothing on success; --verbose overrides this
    #[arg(long, short, overrides_with = "quiet")]
    pub(crate) quiet: bool,
    /// Show every request and response, without secrets
    #[arg(long, short, overrides_with = "verbose")]
    pub(crate) verbose: bool,
    /// When to use colors; `auto` uses them in a terminal, but not in Jenkins, and obeys `NO_COLOR` and `CLICOLOR_FORCE`
    #[arg(
        long,
        value_name = "WHEN",
        default_value = "auto",
        overrides_with = "color"
    )]
    pub(crate) color: Color,
}

impl GlobalOptions {
    /// `--verbose` is stronger.
    pub(crate) fn verbosity(&self) -> Verbosity {
        match (self.quiet, self.verbose) {
            (_, true) => Verbosity::Verbose,
            (true, _) => Verbosity::Quiet,
            _ => Verbosity::Normal,
        }
    }
}

/// What was typed last for an option, before it is known whether the arguments can be parsed.
pub(crate) fn typed_value<'a>(typed: &'a [OsString], option: &str) -> Option<Cow<'a, str>> {
    let ours = typed.iter().take_while(|word| *word != "--");
    let words: Vec<Cow<'a, str>> = ours.map(|word| word.to_string_lossy()).collect();
    let value = |(index, word): (usize, &Cow<'a, str>)| {
        if word == option {
            return words.get(index + 1).cloned();
        }
        let value = word.strip_prefix(option)?.strip_prefix('=')?;
        Some(Cow::Owned(value.to_owned()))
    };
    words.iter().enumerate().filter_map(value).next_back()
}

/// The same arguments with the global options behind the words of the command, where all others are.
pub(crate) fn behind_command(program: &clap::Command, typed: &[OsString]) -> Vec<OsString> {
    let (mut words, mut options) = (Vec::new(), Vec::new());
    let mut command = program;
    let mut rest = typed.iter().skip(1).peekable();
    while let Some(word) = rest.peek() {
        if let Some(nested) = command.find_subcommand(word) {
            command = nested;
            words.extend(rest.next().cloned());
            continue;
        }
        let takes_value = *word == "--color";
        if !takes_value && !is_global(word) {
            break;
        }
        options.extend(rest.next().cloned());
        if takes_value {
            options.extend(rest.next().cloned());
        }
    }
    if words.is_empty() {
        return typed.to_vec();
    }
    let program = typed.iter().take(1).cloned();
    let all = program.chain(words).chain(options);
    all.chain(rest.cloned()).collect()
}

fn is_global(word: &OsString) -> bool {
    let Some(word) = word.to_str() else {
        return false;
    };
    let flags = word.strip_prefix('-').unwrap_or_default();
    let is_short = !flags.is_empty() && flags.chars().all(|flag| matches!(flag, 'q' | 'v'));
    is_short || matches!(word, "--quiet" | "--verbose") || word.starts_with("--color=")
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::behind_command;
    use crate::cli::later::whole;

    #[test]
    fn global_options_may_be_anywhere() {
        let program = whole();
        for (typed, expected) in [
            ("build --state=x", "build --state=x"),
            ("-v build --state=x", "build -v --state=x"),
            ("-qv --color always build x", "build -qv --color always x"),
            ("--color=never show -v build", "show build --color=never -v"),
            ("--quiet --verbose build x", "build --quiet --verbose x"),
            ("build -- -v build", "build -- -v build"),
            ("--state build", "--state build"),
            ("-v", "-v"),
            ("-v --color", "-v --color"),
            ("", ""),
        ] {
            let words = |text: &str| -> Vec<OsString> {
                let words = text.split_whitespace();
                std::iter::once("jira-send")
                    .chain(words)
                    .map(Into::into)
                    .collect()
            };
            assert_eq!(
                behind_command(&program, &words(typed)),
                words(expected),
                "{typed}"
            );
        }
        assert!(behind_command(&program, &[]).is_empty());
    }
}
