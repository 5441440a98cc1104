//! What was typed, what the variables say and what a pipeline step passes, up to the options.

use std::ffi::OsString;

use clap::FromArgMatches as _;

use crate::cli::sources::complete;
use crate::cli::{Cli, errors, later};
use crate::output::visible;
use crate::variables::Variables;

/// One typed argument or `NAME=VALUE` a line, and after an empty line the parameters as JSON.
///
/// # Panics
/// When something that must hold does not.
pub fn parameters(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (head, body) = super::head_and_body(&text);
    let (variables, typed): (Vec<&str>, Vec<&str>) = head
        .into_iter()
        .partition(|line| line.starts_with("JIRA_SEND_"));
    let variables = variables
        .into_iter()
        .filter_map(|line| line.split_once('='));
    let variables = Variables::new(variables.map(|(name, value)| (name.into(), value.into())));
    let parameters = serde_json::from_str(body).unwrap_or_default();
    let typed: Vec<OsString> = ["jira-send"].iter().chain(&typed).map(Into::into).collect();
    let program = later::program(&typed);
    let completed = match complete(&program, &typed, &variables, &parameters) {
        Ok(completed) => completed,
        Err(failure) => {
            assert!(failure.lines().len() > 1 || !failure.message().is_empty());
            return;
        }
    };
    // What was typed stays as it is, and what is added are whole options in front of it.
    let start = typed.len().min(2);
    let added = completed.arguments.len() - typed.len();
    assert_eq!(completed.arguments[..start], typed[..start]);
    assert_eq!(completed.arguments[start + added..], typed[start..]);
    for argument in &completed.arguments[start..start + added] {
        assert!(
            argument
                .to_str()
                .is_some_and(|text| text.starts_with("--") && text.len() > 2)
        );
    }
    assert!(
        completed.origins.len()
            <= program
                .get_subcommands()
                .map(|c| c.get_arguments().count())
                .sum()
    );
    let parsed = program
        .clone()
        .try_get_matches_from(&completed.arguments)
        .and_then(|matches| Cli::from_arg_matches(&matches));
    match parsed {
        Ok(cli) => drop((
            cli.command.needs_network(),
            cli.command.common().ca_file.is_some(),
            cli.command.goes_on(),
        )),
        Err(error) if error.use_stderr() => {
            let failure = errors::explain(
                &error,
                &completed.arguments,
                None,
                &program,
                &completed.origins,
                true,
            );
            for (_, line) in failure.lines() {
                assert!(!visible(line).contains(char::is_control));
            }
        }
        Err(_) => {}
    }
}
