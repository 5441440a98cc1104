//! The steps of the pipeline library: which command each one is, and which parameters it has.

use crate::cli::later::program;
use crate::cli::sources::{options, subcommand};
use crate::wording::camel_case;

/// What a step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Task {
    Build,
    Deployment,
    /// Asks a gate once.
    CheckGate,
    /// Asks it until it is decided.
    AwaitGate,
    DevInfo,
    FeatureFlag,
    Keys,
    Check,
}

/// One public step.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) name: &'static str,
    pub(super) task: Task,
    /// The command whose options are the step's parameters.
    pub(super) command: &'static str,
    /// Parameters that the command does not have.
    own: &'static [&'static str],
}

/// Every step.
pub(super) const STEPS: &[Step] = &[
    Step {
        name: "jiraSendBuildInfo",
        task: Task::Build,
        command: "build",
        own: &["testResults", "scm", "failOnError"],
    },
    Step {
        name: "jiraSendDeploymentInfo",
        task: Task::Deployment,
        command: "deployment",
        own: &["scm", "failOnError"],
    },
    Step {
        name: "checkGatingStatus",
        task: Task::CheckGate,
        command: "gate",
        own: &[],
    },
    Step {
        name: "jiraAwaitGate",
        task: Task::AwaitGate,
        command: "gate",
        own: &["timeout", "pollInterval", "failOnError"],
    },
    Step {
        name: "jiraSendDevInfo",
        task: Task::DevInfo,
        command: "dev-info",
        own: &["scm", "failOnError"],
    },
    Step {
        name: "jiraSendFeatureFlag",
        task: Task::FeatureFlag,
        command: "feature-flag",
        own: &["flags", "scm", "failOnError"],
    },
    Step {
        name: "jiraSendKeys",
        task: Task::Keys,
        command: "keys",
        own: &["scm"],
    },
    Step {
        name: "jiraSendCheck",
        task: Task::Check,
        command: "check",
        own: &["scm", "failOnError"],
    },
];

/// What the library reads before it calls the program.
const OF_THE_LIBRARY: &[&str] = &["credentialsId", "clientId", "agentLabel", "agentTimeout"];

/// What a parameter means that is not an option, or that means something else in a step: for `reference.rs`, which makes the
/// pages from this. The first field is the step that it is about, or empty for all others.
#[cfg(test)]
pub(super) const HELP: &[(&str, &str, &str)] = &[
    (
        "",
        "testResults",
        "Result of the `junit` step, or a map with totalCount, passCount, failCount and skipCount; the issue shows the counts",
    ),
    (
        "",
        "scm",
        "Result of `checkout`, as in `scm: checkout(scm)`; after several checkouts a list of them. Scripted pipelines need it, because Jenkins sets no GIT variables there",
    ),
    (
        "",
        "failOnError",
        "Fail the build unless everything was sent [default: `false`]",
    ),
    (
        "jiraAwaitGate",
        "failOnError",
        "`false` returns the outcome instead of ending the run [default: `true`]",
    ),
    (
        "jiraSendCheck",
        "failOnError",
        "Fail the build if a check fails [default: `false`]",
    ),
    (
        "",
        "flags",
        "List of maps, one for each flag, with the fields in docs/feature-flags.md",
    ),
    (
        "",
        "timeout",
        "How long to wait for the decision, in seconds or as text: '90 s', '20 min', '2 h', '1 d' [default: an hour]",
    ),
    (
        "checkGatingStatus",
        "budget",
        "Time limit in seconds, retries included [default: `14`]",
    ),
    (
        "jiraAwaitGate",
        "budget",
        "Time limit for each request in seconds, retries included [default: `14`]",
    ),
    (
        "",
        "pollInterval",
        "Time between two requests, written in the same way [default: 5 seconds, growing to 60]",
    ),
    (
        "",
        "credentialsId",
        "Id of the credential in Jenkins, of the kind \"Username with password\": client id and client secret. `false` binds none: the pipeline binds it around the step [default: `jira-oauth`]",
    ),
    (
        "",
        "clientId",
        "Client id, for a credential of the kind \"Secret text\" that holds only the client secret",
    ),
    (
        "",
        "agentLabel",
        "Label of the agent that is allocated if the pipeline has none [default: any agent]",
    ),
    (
        "",
        "agentTimeout",
        "Seconds to wait for that agent [default: `120`]",
    ),
    (
        "",
        "state",
        "State to send: successful, failed, cancelled, `in_progress`, pending, unknown, or a Jenkins result such as SUCCESS; with a body, the state after it succeeds [default: the result of the run or of the body]",
    ),
    (
        "jiraSendDeploymentInfo",
        "state",
        "State to send: successful, failed, cancelled, `in_progress`, pending, `rolled_back`, unknown, or a Jenkins result such as SUCCESS; with a body, the state after it succeeds [default: the result of the run or of the body]",
    ),
    (
        "",
        "issueKeys",
        "Issue keys as a list or as text ('ABC-1, ABC-2'), sent instead of those that would be found",
    ),
    (
        "",
        "onlyIssueKeys",
        "`false` sends issueKeys in addition to the keys that are found [default: `true` if issueKeys is given]",
    ),
    (
        "",
        "environmentId",
        "Environment id, the same in every run [default: from the name of the stage, see stagePattern, or derived from environmentName]",
    ),
    (
        "",
        "eventTime",
        "Time of the event, RFC 3339 or milliseconds since 1970 [default: now, on the controller]",
    ),
    (
        "",
        "duration",
        "Duration in seconds [default: that of the body]",
    ),
    ("", "enabled", "Whether the flag is on, fully or partly"),
    (
        "",
        "file",
        "File on the agent with many flags, in the format of docs/feature-flags.md",
    ),
    (
        "",
        "requireIssueKeys",
        "Treat a missing issue key as an error (exit code 5)",
    ),
];

/// Options that a step does not need: it has its own way to return, to fail and to wait.
pub(super) const NOT_FOR_STEPS: &[&str] = &[
    "color",
    "format",
    "help",
    "keep-credentials",
    "on-error",
    "pushed",
    "quiet",
    "result-file",
    "timeout",
    "version",
    "wait",
];

impl Step {
    pub(super) fn find(name: &str) -> Option<&'static Self> {
        STEPS.iter().find(|step| step.name == name)
    }

    /// The parameters that are options of the command.
    pub(super) fn options(&self) -> Vec<String> {
        let words = ["jira-send", self.command].map(Into::into);
        let program = program(&words);
        let Some((_, command)) = subcommand(&program, &words) else {
            return Vec::new();
        };
        let shown = options(command).filter(|option| !option.is_hide_set());
        let longs = shown.filter_map(|option| option.get_long());
        longs
            .filter(|long| !NOT_FOR_STEPS.contains(long))
            .map(camel_case)
            .collect()
    }

    pub(super) fn has_option(&self, name: &str) -> bool {
        self.options().iter().any(|option| option == name)
    }

    /// The parameters that end in the step.
    pub(super) fn own(&self) -> impl Iterator<Item = &'static str> {
        self.own.iter().chain(OF_THE_LIBRARY).copied()
    }

    /// Whether it sends something that may have to be sent later.
    pub(super) fn sends(&self) -> bool {
        use Task::{Build, Deployment, DevInfo, FeatureFlag};
        matches!(self.task, Build | Deployment | DevInfo | FeatureFlag)
    }

    /// Whether what it sends has a beginning and an end.
    pub(super) fn has_states(&self) -> bool {
        matches!(self.task, Task::Build | Task::Deployment)
    }
}

#[cfg(test)]
mod tests {
    use super::{STEPS, Step};

    #[test]
    fn every_step_has_its_parameters_once() {
        for step in STEPS {
            let mut all = step.options();
            all.extend(step.own().map(ToOwned::to_owned));
            let count = all.len();
            all.sort();
            all.dedup();
            assert_eq!(all.len(), count, "{}", step.name);
            let has = |name: &str| all.iter().any(|known| known == name);
            assert!(has("credentialsId") && has("verbose"), "{}", step.name);
            assert!(
                !has("format") && !has("quiet") && !has("wait"),
                "{}",
                step.name
            );
            assert_eq!(
                step.sends(),
                has("outbox") && step.command != "check",
                "{}",
                step.name
            );
        }
        let gate = Step::find("jiraAwaitGate").unwrap();
        assert!(gate.own().any(|name| name == "timeout"));
        assert!(Step::find("jiraSendRunner").is_none());
    }
}
