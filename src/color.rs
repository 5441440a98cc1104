//! Whether colours are used: as typed, else as the environment says, else in a terminal that is not a build's log.

use clap::ValueEnum;

use crate::variables::{self, Variables};

/// When colours are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

/// Whether a stream gets colours, with what was typed for `--color`. That may be wrong still: errors about it have colours,
/// too.
pub(crate) fn is_wanted(typed: Option<&str>, variables: &Variables, is_terminal: bool) -> bool {
    match typed.or_else(|| variables.by_name("JIRA_SEND_COLOR")) {
        Some("always") => true,
        Some("never") => false,
        _ => by_environment(variables, is_terminal),
    }
}

/// <https://no-color.org> and <https://bixense.com/clicolors>.
fn by_environment(variables: &Variables, is_terminal: bool) -> bool {
    let is_set = |variable| variables.get(variable).is_some_and(|value| value != "0");
    if variables.get(variables::NO_COLOR).is_some() {
        return false;
    }
    if is_set(variables::CLICOLOR_FORCE) {
        return true;
    }
    let is_plain = variables.get(variables::TERM) == Some("dumb")
        || variables.get(variables::CLICOLOR) == Some("0")
        || variables.get(variables::JENKINS_URL).is_some()
        || variables.get(variables::BUILD_URL).is_some();
    // Older consoles of Windows show the codes themselves.
    let understands = !cfg!(windows)
        || variables.get(variables::TERM).is_some()
        || variables.get(variables::WT_SESSION).is_some();
    is_terminal && !is_plain && understands
}

#[cfg(test)]
mod tests {
    use super::is_wanted;
    use crate::cli::typed_value;
    use crate::variables::Variables;

    #[test]
    fn the_user_decides_then_the_environment_then_the_terminal() {
        let term = ("TERM", "xterm");
        for (typed, set, in_terminal, elsewhere) in [
            ("", &[][..], true, false),
            ("--color=always", &[], true, true),
            ("--color always build", &[("NO_COLOR", "1")], true, true),
            (
                "build --color=never",
                &[("CLICOLOR_FORCE", "1")],
                false,
                false,
            ),
            ("build --color=never --color auto", &[], true, false),
            ("build -- ls --color=always", &[], true, false),
            ("build", &[("JIRA_SEND_COLOR", "always")], true, true),
            ("build", &[("NO_COLOR", "0")], false, false),
            ("build", &[("NO_COLOR", "")], true, false),
            ("build", &[("CLICOLOR_FORCE", "1")], true, true),
            ("build", &[("CLICOLOR_FORCE", "0")], true, false),
            ("build", &[("CLICOLOR", "0")], false, false),
            ("build", &[("TERM", "dumb")], false, false),
            ("build", &[("JENKINS_URL", "https://ci/")], false, false),
        ] {
            let set = std::iter::once(&term).chain(set);
            let pairs = set.map(|(name, value)| ((*name).into(), (*value).into()));
            let variables = Variables::new(pairs);
            let words: Vec<_> = typed.split_whitespace().map(Into::into).collect();
            let color = typed_value(&words, "--color");
            let color = color.as_deref();
            let found = [true, false].map(|terminal| is_wanted(color, &variables, terminal));
            assert_eq!(found, [in_terminal, elsewhere], "{typed:?}");
        }
    }
}
