//! Examples of every command, for its help. A test parses each, and runs those that can be a dry run.

/// What it does, and what is typed.
pub(super) type Example = (&'static str, &'static str);

/// The words of a command, and its examples.
const EXAMPLES: &[(&str, &[Example])] = &[
    (
        "",
        &[
            (
                "Check the site and the credential",
                "jira-send check --site acme",
            ),
            (
                "See what would be sent, without Jenkins or a credential",
                "jira-send build --dry-run --state SUCCESS --issue-keys ABC-1",
            ),
            (
                "Run a command as a deployment, and send its result",
                "jira-send deployment --environment-id eu-prod -- ./deploy.sh",
            ),
        ],
    ),
    (
        "build",
        &[
            (
                "Send the result of this run",
                "jira-send build --state SUCCESS",
            ),
            (
                "Run the tests, and send in_progress, then the result with the test counts",
                "jira-send build --test-reports 'target/surefire-reports/*.xml' -- mvn verify",
            ),
            (
                "See what would be sent",
                "jira-send build --state FAILURE --issue-keys ABC-1 --dry-run",
            ),
        ],
    ),
    (
        "deployment",
        &[
            (
                "Send the result of a deployment",
                "jira-send deployment --environment-id eu-prod --environment-type production --state SUCCESS",
            ),
            (
                "Deploy, and send in_progress, then the result",
                "jira-send deployment --environment-id eu-prod -- ./deploy.sh",
            ),
            (
                "Let Jira Service Management decide whether it may proceed",
                "jira-send deployment --environment-id eu-prod --state pending --service-ids b:YXJp --enable-gating",
            ),
        ],
    ),
    (
        "gate",
        &[
            ("Ask once", "jira-send gate --environment-id eu-prod"),
            (
                "Wait for the decision",
                "jira-send gate --environment-id eu-prod --wait --timeout '2 h'",
            ),
        ],
    ),
    (
        "feature-flag",
        &[
            (
                "A flag is on for a quarter of the users",
                "jira-send feature-flag --flag-key new-cart --enabled --rollout-percentage 25 --environment-name production",
            ),
            (
                "Send many flags",
                "jira-send feature-flag --file flags.json",
            ),
        ],
    ),
    (
        "dev-info",
        &[
            (
                "Send the commits, the branch and the pull request of this run",
                "jira-send dev-info",
            ),
            (
                "Send the history of a repository",
                "jira-send dev-info --all --branches main --branches 'release/*'",
            ),
        ],
    ),
    (
        "backfill",
        &[
            (
                "See how much a controller remembers",
                "jira-send backfill --from /var/lib/jenkins --dry-run",
            ),
            (
                "Send it, for some jobs, with the commits of a clone",
                "jira-send backfill --from https://ci.example.com --jobs 'acme/*' --repository ~/src/shop",
            ),
        ],
    ),
    (
        "show",
        &[
            ("The build of this run", "jira-send show build"),
            (
                "A deployment",
                "jira-send show deployment --job-name shop --build-number 7 --environment-id eu-prod",
            ),
        ],
    ),
    (
        "delete",
        &[
            (
                "One build",
                "jira-send delete build --job-name shop --build-number 7",
            ),
            (
                "All builds with a label",
                "jira-send delete build --property job=shop --yes",
            ),
        ],
    ),
    (
        "show build",
        &[
            ("The build of this run", "jira-send show build"),
            (
                "Another build",
                "jira-send show build --job-name shop/main --build-number 7",
            ),
        ],
    ),
    (
        "show deployment",
        &[
            (
                "The deployment of this run",
                "jira-send show deployment --environment-id eu-prod",
            ),
            (
                "Another deployment",
                "jira-send show deployment --environment-id eu-prod --job-name shop/main --build-number 7",
            ),
        ],
    ),
    (
        "show repository",
        &[(
            "The repository in the current folder",
            "jira-send show repository",
        )],
    ),
    (
        "show commit",
        &[(
            "A commit of the repository in the current folder",
            "jira-send show commit --commit 8a91dfc02c5b7f3e6d1a4b9c0e2f5a7d8c6b3e10",
        )],
    ),
    (
        "show branch",
        &[(
            "A branch of the repository in the current folder",
            "jira-send show branch --branch feature/ABC-1-login",
        )],
    ),
    (
        "show pull-request",
        &[(
            "A pull request of the repository in the current folder",
            "jira-send show pull-request --pull-request 12",
        )],
    ),
    (
        "show dev-info",
        &[(
            "Whether there are repositories with a label",
            "jira-send show dev-info --property team=shop",
        )],
    ),
    (
        "show feature-flag",
        &[("A flag", "jira-send show feature-flag --flag-id new-cart")],
    ),
    (
        "delete build",
        &[
            (
                "One build",
                "jira-send delete build --job-name shop/main --build-number 7",
            ),
            (
                "See what would be deleted with a label",
                "jira-send delete build --property job=shop/main --dry-run",
            ),
            (
                "All builds with a label",
                "jira-send delete build --property job=shop/main --yes",
            ),
        ],
    ),
    (
        "delete deployment",
        &[
            (
                "One deployment",
                "jira-send delete deployment --environment-id eu-prod --job-name shop/main --build-number 7",
            ),
            (
                "All deployments with a label",
                "jira-send delete deployment --property job=shop/main --yes",
            ),
        ],
    ),
    (
        "delete repository",
        &[(
            "A repository with all its commits, branches and pull requests",
            "jira-send delete repository --repository-url https://git.example.com/acme/shop --yes",
        )],
    ),
    (
        "delete commit",
        &[(
            "A commit of the repository in the current folder",
            "jira-send delete commit --commit 8a91dfc02c5b7f3e6d1a4b9c0e2f5a7d8c6b3e10",
        )],
    ),
    (
        "delete branch",
        &[(
            "A branch of the repository in the current folder",
            "jira-send delete branch --branch feature/ABC-1-login",
        )],
    ),
    (
        "delete pull-request",
        &[(
            "A pull request of the repository in the current folder",
            "jira-send delete pull-request --pull-request 12",
        )],
    ),
    (
        "delete dev-info",
        &[(
            "All repositories with a label",
            "jira-send delete dev-info --property team=shop --yes",
        )],
    ),
    (
        "delete feature-flag",
        &[
            (
                "One flag",
                "jira-send delete feature-flag --flag-id new-cart",
            ),
            (
                "All flags with a label",
                "jira-send delete feature-flag --property team=shop --yes",
            ),
        ],
    ),
    (
        "flush",
        &[
            ("Send what is queued", "jira-send flush"),
            (
                "Send what is queued for one site",
                "jira-send flush --site acme --budget '10 min'",
            ),
        ],
    ),
    (
        "keys",
        &[
            ("Explain the issue keys of this run", "jira-send keys"),
            (
                "Try a branch name and a commit message",
                "jira-send keys --branch feature/ABC-1-login --message 'ABC-2: fix the cart'",
            ),
        ],
    ),
    (
        "check",
        &[
            ("Check all that sending depends on", "jira-send check"),
            (
                "Check the permissions for other data",
                "jira-send check --data dev-info,feature-flags",
            ),
        ],
    ),
];

/// The examples of a command.
pub(super) fn of(command: &str) -> Option<&'static [Example]> {
    let mut all = EXAMPLES.iter();
    all.find_map(|(words, examples)| (*words == command).then_some(*examples))
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
        for (about, line) in EXAMPLES.iter().flat_map(|(_, examples)| *examples) {
            assert!(!about.ends_with('.'), "{about}");
            if let Err(error) = Cli::try_parse_from(words(line)) {
                panic!("{line}: {error}");
            }
        }
    }
}
