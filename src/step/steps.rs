//! The steps of the pipeline library: which command each one is, and which parameters it has.

use crate::cli::later::program;
use crate::cli::sources::{options, subcommand};
use crate::wording::camel_case;

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

#[derive(Debug)]
pub(super) struct Step {
    pub(super) name: &'static str,
    pub(super) task: Task,
    /// The command whose options are the step's parameters.
    pub(super) command: &'static str,
    /// Parameters that the command does not have.
    own: &'static [&'static str],
}

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
