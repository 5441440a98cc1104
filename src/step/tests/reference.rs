//! The reference of the steps for people: `docs/steps.md` and the help of each step in Jenkins (`vars/*.txt`) are made from
//! the table of steps and the options of the commands, and must be what is in the repository. `JIRA_SEND_BLESS=1` writes
//! them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction};

use crate::cli::later::whole;
use crate::cli::sources::{all_options, subcommand};
use crate::step::steps::{NOT_FOR_STEPS, STEPS, Step};
use crate::wording::{Wording, camel_case, variable};

/// Variables of the parameters that are not options.
const OWN_VARIABLES: &[(&str, &str)] = &[
    ("agentLabel", "JIRA_SEND_AGENT_LABEL"),
    ("agentTimeout", "JIRA_SEND_AGENT_TIMEOUT"),
    ("clientId", "JIRA_SEND_CLIENT_ID"),
    ("credentialsId", "JIRA_SEND_CREDENTIALS_ID"),
    ("failOnError", "JIRA_SEND_FAIL_ON_ERROR"),
    ("timeout", "JIRA_SEND_TIMEOUT"),
];

/// Most lines of a help text in Jenkins.
const MAX_LINES: usize = 40;

/// What the table of steps does not say about a step.
struct About {
    step: &'static str,
    summary: &'static str,
    /// A pipeline with the step.
    example: &'static str,
    /// The ten parameters of the help in Jenkins, in this order.
    important: [&'static str; 10],
    returns: &'static str,
}

const SENT: &str = "Returns a Map with outcome (accepted, partly_accepted, rejected, nothing_to_send, unauthorized, unreachable, \
    invalid, unverified, dry_run), message, issueKeys, state, sites (one Map for each site), delivered (earlier updates that \
    were sent as well), exitCode and, with dryRun, request.";

const SENT_WITHOUT_STATE: &str = "Returns a Map with outcome (accepted, partly_accepted, rejected, nothing_to_send, \
    unauthorized, unreachable, invalid, unverified, dry_run), message, issueKeys, sites (one Map for each site), delivered \
    (earlier updates that were sent as well), exitCode and, with dryRun, request.";

const ABOUT: &[About] = &[
    About {
        step: "jiraSendBuildInfo",
        summary: "Sends this run to Jira as a build, so that its issues show it.\n\
            Around a body, it sends in_progress first and the result of the body at the end. Without a body, call it in \
            post { always { } }, where the result of the run is known; in the middle of a run it sends in_progress.",
        example: "post { always { jiraSendBuildInfo() } }",
        important: [
            "site",
            "state",
            "issueKeys",
            "projects",
            "branch",
            "testResults",
            "testReports",
            "scm",
            "credentialsId",
            "failOnError",
        ],
        returns: SENT,
    },
    About {
        step: "jiraSendDeploymentInfo",
        summary: "Sends this run to Jira as a deployment to an environment.\n\
            Around a body, it sends in_progress first and the result of the body at the end. In a stage called \"deploy to \
            eu-prod\" no parameter is needed. The deployment carries the issues of all commits since the last one to the \
            same environment.",
        example: "jiraSendDeploymentInfo(environmentId: 'eu-prod', environmentType: 'production') { sh './deploy.sh' }",
        important: [
            "environmentId",
            "environmentName",
            "environmentType",
            "state",
            "site",
            "issueKeys",
            "serviceIds",
            "enableGating",
            "credentialsId",
            "failOnError",
        ],
        returns: SENT,
    },
    About {
        step: "checkGatingStatus",
        summary: "Asks Jira Service Management once whether this run's deployment to an environment may proceed.\n\
            If the deployment is prevented, the run ends as ABORTED; if Jira cannot decide, the step fails.",
        example: "waitUntil { checkGatingStatus(environmentId: 'eu-prod') }",
        important: [
            "environmentId",
            "environmentName",
            "jobName",
            "site",
            "buildNumber",
            "deploymentSequenceNumber",
            "pipelineId",
            "credentialsId",
            "agentLabel",
            "budget",
        ],
        returns: "Returns true if the deployment may proceed, and false if nobody has decided yet.",
    },
    About {
        step: "jiraAwaitGate",
        summary: "Waits until Jira Service Management has decided whether this run's deployment to an environment may proceed.\n\
            It waits on the controller and survives a restart. If the deployment is prevented, or nobody decides in time, \
            the run ends as ABORTED; if Jira cannot decide, the step fails.",
        example: "jiraAwaitGate(environmentId: 'eu-prod', timeout: '2 h')",
        important: [
            "environmentId",
            "environmentName",
            "timeout",
            "pollInterval",
            "failOnError",
            "site",
            "deploymentSequenceNumber",
            "credentialsId",
            "agentLabel",
            "budget",
        ],
        returns: "Returns a Map with outcome (allowed; with failOnError: false also prevented, awaiting, invalid_gate, \
            rejected, unauthorized, unreachable, invalid), message, gatingStatus, gatingUpdated, changeRequests (one Map for \
            each issue that decides: issueKey, issueLink), waited (seconds) and exitCode.",
    },
    About {
        step: "jiraSendDevInfo",
        summary: "Sends the commits, the branch and the pull request of this run to Jira, if they name issues.\n\
            It is for git servers that no app connects to Jira. The credential needs the permission Development information.",
        example: "post { always { jiraSendDevInfo() } }",
        important: [
            "site",
            "repositoryId",
            "repositoryUrl",
            "repositoryKind",
            "pullRequestStatus",
            "smartCommits",
            "projects",
            "scm",
            "credentialsId",
            "failOnError",
        ],
        returns: SENT_WITHOUT_STATE,
    },
    About {
        step: "jiraSendFeatureFlag",
        summary: "Sends the state of one feature flag to Jira, or of many with flags or file.\n\
            One flag belongs to the issues of the run; of many, each names its own. The credential needs the permission \
            Feature flags.",
        example: "jiraSendFeatureFlag(flagKey: 'new-cart', enabled: true, rolloutPercentage: 25, environmentName: 'production')",
        important: [
            "flagKey",
            "flagId",
            "enabled",
            "rolloutPercentage",
            "environmentName",
            "flags",
            "file",
            "issueKeys",
            "credentialsId",
            "failOnError",
        ],
        returns: SENT_WITHOUT_STATE,
    },
    About {
        step: "jiraSendKeys",
        summary: "Prints which issue keys are found in this run and where, which were dropped and why, and what was searched.\n\
            It sends nothing and needs no credential.",
        example: "jiraSendKeys(projects: ['ABC'])",
        important: [
            "branch",
            "title",
            "tag",
            "since",
            "commit",
            "projects",
            "deny",
            "keyPattern",
            "repositories",
            "scm",
        ],
        returns: "Returns a Map with issueKeys, found, dropped, searched (each a list of Maps) and exitCode.",
    },
    About {
        step: "jiraSendCheck",
        summary: "Checks everything that sending depends on: Jenkins' variables, the clone, the outbox, the network, the \
            credential and its permissions.\n\
            It sends no data and shows no secret. Each problem is followed by a fix.",
        example: "jiraSendCheck(data: ['builds', 'deployments', 'dev-info'])",
        important: [
            "site",
            "data",
            "credentialsId",
            "clientId",
            "failOnError",
            "caFile",
            "budget",
            "scm",
            "agentLabel",
            "verbose",
        ],
        returns: "Returns a Map with outcome (ok or failed), items (one Map for each check: name, status, message, hint) and \
            exitCode.",
    },
];

/// One parameter, as both kinds of pages show it.
struct Parameter {
    name: String,
    meaning: String,
    default: Option<String>,
    variable: Option<String>,
}

impl Parameter {
    /// One line of plain text.
    fn line(&self) -> String {
        let default = self.default.as_ref();
        let default = default.map_or_else(String::new, |default| format!(" Default: {default}."));
        format!("{}: {}.{default}", self.name, self.meaning).replace('`', "")
    }

    /// One row of a table in Markdown.
    fn row(&self) -> String {
        let default = self.default.as_ref();
        let default = default.map_or_else(String::new, |default| format!(" Default: {default}."));
        let variable = self.variable.as_ref();
        let variable = variable.map_or_else(String::new, |variable| format!("`{variable}`"));
        let meaning = format!("{}.{default}", self.meaning).replace('|', "\\|");
        format!("| `{}` | {meaning} | {variable} |", self.name)
    }
}

/// The help of an option or of another parameter: what it means, and its default.
fn split(help: &str) -> (String, Option<String>) {
    match help.rsplit_once(" [default: ") {
        Some((meaning, default)) => (
            meaning.to_owned(),
            default.strip_suffix(']').map(ToOwned::to_owned),
        ),
        None => (help.to_owned(), None),
    }
}

/// What a parameter means that is not an option, or that means something else in a step: lines of a parameter and its help, some
/// of them for one step alone, which comes first.
const HELP: &str = include_str!("help.txt");

/// Each line of it as the step, or nothing for all others, the parameter and the help.
fn helps() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    HELP.lines().map(|line| {
        let (of, help) = line.split_once(": ").unwrap();
        let (step, parameter) = of.split_once(' ').unwrap_or(("", of));
        (step, parameter, help)
    })
}

/// The help of a parameter that is not an option's.
fn own_help(step: &Step, name: &str) -> Option<&'static str> {
    let of =
        |owner: &str| helps().find(|(step, parameter, _)| *step == owner && *parameter == name);
    of(step.name).or_else(|| of("")).map(|(_, _, help)| help)
}

/// An option of the command as the parameter of a step.
fn parameter(step: &Step, option: &Arg, words: &Wording) -> Parameter {
    let long = option.get_long().unwrap();
    let name = camel_case(long);
    let help = own_help(step, &name).map(ToOwned::to_owned);
    let is_own = help.is_some();
    let help = help.unwrap_or_else(|| option.get_help().unwrap().to_string());
    let help = help
        .replace("; can be repeated", "; a list for several")
        .replace(
            "separate several with commas or repeat the option",
            "a list for several",
        );
    let (mut meaning, mut default) = split(&words.apply(&help));
    let is_flag = matches!(option.get_action(), ArgAction::SetTrue);
    if is_flag && !is_own {
        meaning = format!("`true`: {meaning}");
    }
    let defaults: Vec<String> = option
        .get_default_values()
        .iter()
        .map(|value| format!("`{}`", value.to_string_lossy()))
        .collect();
    if default.is_none() && !defaults.is_empty() && !is_flag {
        default = Some(defaults.join(", "));
    }
    let values = option.get_possible_values();
    if values.len() > 2 {
        let values: Vec<String> = values
            .iter()
            .map(|value| format!("`{}`", value.get_name()))
            .collect();
        meaning = format!("{meaning}; one of {}", values.join(", "));
    }
    Parameter {
        name,
        meaning,
        default,
        variable: Some(variable(long)),
    }
}

/// All parameters of a step, its own ones last.
fn parameters(step: &Step) -> Vec<Parameter> {
    let program = whole();
    let (_, command) = subcommand(&program, &["jira-send", step.command].map(Into::into)).unwrap();
    let words = Wording::of_steps(|| all_options(&whole()));
    let options = command.get_arguments().filter(|option| {
        let long = option.get_long();
        long.is_some_and(|long| step.has_option(&camel_case(long))) && !option.is_hide_set()
    });
    let mut all: Vec<Parameter> = options
        .map(|option| parameter(step, option, &words))
        .collect();
    all.extend(step.own().map(|name| {
        let help = own_help(step, name).unwrap_or_else(|| panic!("{name} has no help"));
        let (meaning, default) = split(help);
        let is_gate = step.name == "jiraAwaitGate" && name == "failOnError";
        let variable = OWN_VARIABLES
            .iter()
            .find(|(own, _)| *own == name && !is_gate);
        Parameter {
            name: name.to_owned(),
            meaning,
            default,
            variable: variable.map(|(_, variable)| (*variable).to_owned()),
        }
    }));
    all
}

fn about(step: &Step) -> &'static About {
    ABOUT
        .iter()
        .find(|about| about.step == step.name)
        .unwrap_or_else(|| panic!("{}", step.name))
}

/// `docs/steps.md`.
fn page() -> String {
    let mut page = String::from(
        "<!-- Made from the program's own help: JIRA_SEND_BLESS=1 cargo test reference -->\n\
         # The steps\n\n\
         Every step of the pipeline library, with all of its parameters. The [README](../README.md#the-steps) shows how to use \
         them. All\nparameters are optional, except that a deployment needs an environment and a feature flag needs a key, an \
         id, `flags` or `file`.\n\n\
         * The variable is used where the parameter is not given; set it for a job, a folder or the whole controller.\n\
         * `null`, `''` and `[]` count as not given. Unknown parameters are reported with a suggestion and ignored, unless \
         `failOnError` is\n  set: then nothing is sent.\n\
         * Every step prints one line, and returns a value that you can keep in a variable.\n\
         * What happens in a pipeline without an agent: [Agents](#agents).\n\n",
    );
    for step in STEPS {
        let about = about(step);
        let _ = write!(
            page,
            "## {}\n\n{}\n\n",
            step.name,
            about.summary.replace('\n', " ")
        );
        let _ = write!(page, "```groovy\n{}\n```\n\n", about.example);
        page.push_str("| parameter | meaning | variable |\n| --- | --- | --- |\n");
        for parameter in parameters(step) {
            page.push_str(&parameter.row());
            page.push('\n');
        }
        let _ = write!(page, "\n{}\n\n", about.returns);
    }
    page.push_str(AGENTS);
    page
}

const AGENTS: &str = "## Agents\n\n\
    If the pipeline has no agent at that point (`agent none`, its `post` section, code outside `node`), the step briefly \
    allocates one: any, or\none with the label `agentLabel`. If none is free within `agentTimeout` seconds, the step says so, \
    the build goes on, and the next step\nthat can send the update does. Such an agent has no clone: issue keys come from the \
    branch, the pull request and the change log.\n";

/// `vars/STEP.txt`: Jenkins escapes its HTML and keeps its lines, or joins them, as the administrator has set it.
fn help(step: &Step) -> String {
    let about = about(step);
    let all = parameters(step);
    let mut text = format!("{}\n\nExample:\n\n{}\n\n", about.summary, about.example);
    text.push_str("The most important parameters:\n\n");
    for name in about.important {
        let parameter = all.iter().find(|it| it.name == name);
        let parameter = parameter.unwrap_or_else(|| panic!("{} has no {name}", step.name));
        text.push_str(&parameter.line());
        text.push('\n');
    }
    let _ = write!(
        text,
        "\n{}\n\nAll parameters are described in docs/steps.md in the repository of this library.\n",
        about.returns
    );
    text
}

fn project(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Compares a file of the repository with what it must be, or writes it.
fn compare(name: &str, text: &str) {
    let path = project(name);
    if std::env::var_os("JIRA_SEND_BLESS").is_some() {
        std::fs::write(path, text).unwrap();
        return;
    }
    let found = std::fs::read_to_string(path).unwrap_or_default();
    for (number, (found, expected)) in found.lines().zip(text.lines()).enumerate() {
        assert_eq!(
            found,
            expected,
            "{name}, line {}; JIRA_SEND_BLESS=1 writes it",
            number + 1
        );
    }
    assert_eq!(
        found.len(),
        text.len(),
        "{name}; JIRA_SEND_BLESS=1 writes it"
    );
}

#[test]
fn the_page_of_the_steps_is_what_the_program_says() {
    compare("docs/steps.md", &page());
}

#[test]
fn the_help_of_the_steps_in_jenkins_is_what_the_program_says() {
    for step in STEPS {
        let text = help(step);
        assert!(
            text.lines().count() <= MAX_LINES,
            "{}: {} lines",
            step.name,
            text.lines().count()
        );
        // The default formatter escapes it, others take it for a tag.
        assert!(!text.contains('<'), "{}", step.name);
        assert!(text.contains(&format!("{}(", step.name)), "{}", step.name);
        compare(&format!("vars/{}.txt", step.name), &text);
    }
    assert_eq!(ABOUT.len(), STEPS.len());
}

#[test]
fn every_help_is_about_a_parameter_that_exists() {
    for (owner, name, help) in helps() {
        let mut steps = STEPS
            .iter()
            .filter(|step| owner.is_empty() || step.name == owner);
        let has = |step: &Step| step.has_option(name) || step.own().any(|own| own == name);
        assert!(steps.any(has), "{owner} {name}");
        assert!(!help.ends_with('.') && !help.contains("--"), "{help}");
    }
    for (name, _) in OWN_VARIABLES {
        assert!(
            STEPS.iter().any(|step| step.own().any(|own| own == *name)),
            "{name}"
        );
    }
    for step in STEPS {
        for parameter in parameters(step) {
            assert!(
                !parameter.meaning.contains("--"),
                "{}: {}",
                step.name,
                parameter.meaning
            );
            assert!(
                !NOT_FOR_STEPS.contains(&parameter.name.as_str()) || parameter.name == "timeout"
            );
        }
    }
}
