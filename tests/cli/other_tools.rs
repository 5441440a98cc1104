//! The page on other tools keeps its word: each of its scripts runs with the variables of its tool, and Jira gets this.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use jira_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::docs::project;
use crate::support::{Agent, Run};

pub(crate) const PAGE: &str = "docs/other-tools.md";

/// Stand for the newest commit and the one before it in variables and bodies.
const HEAD: &str = "4ead4ead4ead4ead4ead4ead4ead4ead4ead4ead";
const BASE: &str = "ba5eba5eba5eba5eba5eba5eba5eba5eba5eba5e";
const NONE: &str = "0000000000000000000000000000000000000000";

/// A tool, its variables, and what its script sends: the entity with its kind, its states in their order, the product.
type Row = (&'static str, &'static [(&'static str, &'static str)], Sent);

struct Sent {
    kind: &'static str,
    entity: Value,
    states: &'static [&'static str],
    product: &'static str,
}

impl Sent {
    /// The full name of the job, which labels what it sends.
    fn job(&self) -> String {
        let id = [&self.entity["pipelineId"], &self.entity["pipeline"]["id"]];
        let id = id.iter().find_map(|id| id.as_str()).unwrap();
        let id = id.replace("~2F", "/").replace("~20", " ");
        let name = self.entity["displayName"].as_str().unwrap();
        let name = name.split(" #").next().unwrap();
        if id.contains('/') {
            id
        } else {
            name.to_owned()
        }
    }
}

/// Around a command that goes well.
const WRAPPED: &[&str] = &["in_progress", "successful"];

const OWN: &[&str] = &["ABC-3", "ABC-2"];
const SINCE: &[&str] = &["ABC-3", "ABC-2", "ABC-1"];

/// The scripts of the page, each with the heading above it.
fn scripts() -> Vec<(String, String)> {
    let page = project(PAGE);
    let sections = page.split("\n## ").skip(1);
    let scripts = sections.flat_map(|section| {
        let (heading, text) = section.split_once('\n').unwrap();
        let blocks = text.split("\n```sh\n").skip(1);
        let scripts = blocks.map(|block| block.split("\n```").next().unwrap().to_owned());
        scripts
            .map(|script| (heading.to_owned(), script))
            .collect::<Vec<_>>()
    });
    scripts.collect()
}

/// A machine of the tool: a clone on a branch, the program in PATH, and what the scripts call.
fn machine(jira: &Sandbox) -> (Agent, String, String) {
    let mut agent = Agent::bare().with_jira(jira).with_commits(&[
        "first",
        "second",
        "ABC-1 third",
        "ABC-2 fourth",
    ]);
    agent
        .unset("GIT_COMMIT")
        .unset("GIT_PREVIOUS_SUCCESSFUL_COMMIT");
    agent.git(&["checkout", "--quiet", "-B", "feature/ABC-3-cart"]);
    let head = agent.git(&["rev-parse", "HEAD"]);
    let base = agent.git(&["rev-parse", "HEAD~2"]);
    for script in ["build.sh", "deploy.sh", "nightly.sh"] {
        agent.write_script(script, "#!/bin/sh\n");
    }
    let bin = agent.path().join("bin");
    std::fs::create_dir(&bin).unwrap();
    agent.write_script("bin/date", "#!/bin/sh\necho 20260831.030000\n");
    let program = Path::new(env!("CARGO_BIN_EXE_jira-send")).parent().unwrap();
    let path = format!(
        "{}:{}:{}",
        bin.display(),
        program.display(),
        std::env::var("PATH").unwrap()
    );
    agent.set("PATH", &path);
    (agent, head, base)
}

/// As the tool runs it: variables in the environment, and `TeamCity`'s in the text.
fn run(agent: &Agent, script: &str, variables: &BTreeMap<&str, String>) -> Run {
    let mut script = script.to_owned();
    for (name, value) in variables {
        script = script.replace(&format!("%{name}%"), value);
    }
    let input = agent.write("stdin", variables.get("(stdin)").map_or("", String::as_str));
    let mut shell = std::process::Command::new("sh");
    shell
        .args(["-euc", &script])
        .current_dir(agent.path())
        .env_clear()
        .env("HOME", agent.path())
        .envs(agent.variables())
        .envs(
            variables
                .iter()
                .filter(|(name, _)| !name.contains(['.', '('])),
        )
        .stdin(File::open(input).unwrap());
    Run::of(&shell.output().unwrap())
}

/// What Concourse's metadata resource makes of the variables.
fn write_metadata(agent: &Agent, variables: &BTreeMap<&str, String>) {
    std::fs::create_dir(agent.path().join("metadata")).unwrap();
    for (name, value) in variables {
        agent.write(&format!("metadata/{}", name.to_lowercase()), value);
    }
    agent.git(&["clone", "--quiet", ".", "source"]);
}

/// The bodies without what depends on the clock.
fn bodies(jira: &Sandbox, head: &str, base: &str) -> Vec<Value> {
    let bodies = json!(jira.submissions()).to_string();
    let bodies = bodies.replace(head, HEAD).replace(base, BASE);
    let mut bodies: Vec<Value> = serde_json::from_str(&bodies).unwrap();
    for body in &mut bodies {
        assert!(remove_times(body) > 0, "{body}");
    }
    bodies
}

/// Also the short form of a commit, whose id has its time in it.
fn remove_times(value: &mut Value) -> usize {
    const TIMES: &[&str] = &[
        "updateSequenceNumber",
        "updateSequenceId",
        "lastUpdated",
        "duration",
        "authorTimestamp",
        "displayId",
    ];
    match value {
        Value::Array(items) => items.iter_mut().map(remove_times).sum(),
        Value::Object(fields) => {
            let before = fields.len();
            fields.retain(|name, _| !TIMES.contains(&name.as_str()));
            before - fields.len() + fields.values_mut().map(remove_times).sum::<usize>()
        }
        _ => 0,
    }
}

#[test]
fn each_script_sends_what_its_tool_knows() {
    let mut left = scripts().into_iter();
    for (heading, variables, sent) in rows() {
        let (found, script) = left.next().unwrap();
        assert_eq!(found, heading);
        let jira = Sandbox::start();
        let (agent, head, base) = machine(&jira);
        let variables = variables
            .iter()
            .map(|(name, value)| (*name, value.replace(HEAD, &head).replace(BASE, &base)));
        let variables = variables.collect();
        if heading == "Concourse" {
            write_metadata(&agent, &variables);
        }
        let run = run(&agent, &script, &variables);
        assert_eq!(run.code, 0, "{heading}: {}", run.stderr);
        let expected = sent.states.iter().map(|state| {
            let mut entity = sent.entity.clone();
            entity["state"] = json!(state);
            let mut body = json!({
                "properties": {"job": sent.job()},
                "providerMetadata": {"product": sent.product},
            });
            body[sent.kind] = json!([entity]);
            body
        });
        let expected: Vec<Value> = expected.collect();
        assert_eq!(
            bodies(&jira, &head, &base),
            expected,
            "{heading}: {}",
            run.stderr
        );
    }
    assert_eq!(left.next(), None);
}

/// A build that names these issues.
fn build(pipeline: &str, number: i64, texts: [&str; 3], url: &str, keys: &[&str]) -> Value {
    let [name, run_name, label] = texts;
    json!({
        "schemaVersion": "1.0",
        "pipelineId": pipeline,
        "buildNumber": number,
        "displayName": format!("{name} {run_name}"),
        "description": "ABC-2 fourth",
        "label": label,
        "url": url,
        "associations": [{"associationType": "issueIdOrKeys", "values": keys}],
    })
}

/// A deployment to production.
fn deployment(
    pipeline: [&str; 2],
    number: i64,
    label: &str,
    url: &str,
    environment: [&str; 2],
) -> Value {
    let ([id, name], [environment_id, environment_name]) = (pipeline, environment);
    json!({
        "schemaVersion": "1.0",
        "deploymentSequenceNumber": number,
        "displayName": format!("{name} #{number} to {environment_name}"),
        "description": "ABC-2 fourth",
        "label": label,
        "url": url,
        "associations": [{"associationType": "issueIdOrKeys", "values": OWN}],
        "pipeline": {"id": id, "displayName": name, "url": url},
        "environment": {"id": environment_id, "displayName": environment_name, "type": "production"},
    })
}

#[expect(clippy::too_many_lines, reason = "a table")]
fn rows() -> Vec<Row> {
    vec![
        (
            "Bamboo",
            &[
                ("bamboo_planKey", "ACME-SHOP3"),
                ("bamboo_planName", "Acme - Shop"),
                ("bamboo_buildNumber", "17"),
                (
                    "bamboo_buildResultsUrl",
                    "https://bamboo.example.com/browse/ACME-SHOP3-JOB1-17",
                ),
                ("bamboo_planRepository_branchName", "feature/ABC-3-cart"),
            ],
            Sent {
                kind: "builds",
                entity: build(
                    "ACME-SHOP3",
                    17,
                    ["Acme - Shop", "#17", "#17"],
                    "https://bamboo.example.com/browse/ACME-SHOP3-JOB1-17",
                    OWN,
                ),
                states: WRAPPED,
                product: "Bamboo",
            },
        ),
        (
            "Bamboo",
            &[
                ("bamboo_deploy_project", "Shop"),
                ("bamboo_deploy_environment", "EU production"),
                ("bamboo_deploy_release", "release-12"),
                (
                    "bamboo_resultsUrl",
                    "https://bamboo.example.com/deploy/viewDeploymentResult.action?deploymentResultId=4423682",
                ),
            ],
            Sent {
                kind: "deployments",
                entity: deployment(
                    ["Shop", "Shop"],
                    4_423_682,
                    "release-12",
                    "https://bamboo.example.com/deploy/viewDeploymentResult.action?deploymentResultId=4423682",
                    ["EU~20production", "EU production"],
                ),
                states: WRAPPED,
                product: "Bamboo",
            },
        ),
        (
            "TeamCity",
            &[
                ("BUILD_NUMBER", "1.0.17"),
                ("BUILD_VCS_NUMBER", HEAD),
                ("TEAMCITY_PROJECT_NAME", "Acme"),
                ("TEAMCITY_BUILDCONF_NAME", "Shop"),
                ("teamcity.build.branch", "feature/ABC-3-cart"),
                ("teamcity.serverUrl", "https://teamcity.example.com"),
                ("teamcity.build.id", "88123"),
            ],
            Sent {
                kind: "builds",
                entity: build(
                    "Acme~2FShop",
                    10_000_000_017,
                    ["Acme » Shop", "#1.0.17", "#1.0.17"],
                    "https://teamcity.example.com/viewLog.html?buildId=88123",
                    OWN,
                ),
                states: WRAPPED,
                product: "TeamCity",
            },
        ),
        (
            "GitLab CI",
            &[
                ("CI_PROJECT_PATH", "acme/shop"),
                ("CI_PIPELINE_IID", "17"),
                (
                    "CI_PIPELINE_URL",
                    "https://gitlab.example.com/acme/shop/-/pipelines/4711",
                ),
                ("CI_COMMIT_BRANCH", "feature/ABC-3-cart"),
                ("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", ""),
                ("CI_COMMIT_TAG", ""),
                ("CI_COMMIT_BEFORE_SHA", NONE),
                ("CI_JOB_STATUS", "canceled"),
            ],
            Sent {
                kind: "builds",
                entity: build(
                    "acme~2Fshop",
                    17,
                    ["acme » shop", "#17", "#17"],
                    "https://gitlab.example.com/acme/shop/-/pipelines/4711",
                    OWN,
                ),
                states: &["cancelled"],
                product: "GitLab",
            },
        ),
        (
            "GitLab CI",
            &[
                ("CI_PROJECT_PATH", "acme/shop"),
                ("CI_PIPELINE_IID", "17"),
                (
                    "CI_JOB_URL",
                    "https://gitlab.example.com/acme/shop/-/jobs/8015",
                ),
                ("CI_ENVIRONMENT_SLUG", "eu-production"),
                ("CI_ENVIRONMENT_NAME", "eu/production"),
            ],
            Sent {
                kind: "deployments",
                entity: deployment(
                    ["acme~2Fshop", "acme » shop"],
                    17,
                    "#17",
                    "https://gitlab.example.com/acme/shop/-/jobs/8015",
                    ["eu-production", "eu/production"],
                ),
                states: WRAPPED,
                product: "GitLab",
            },
        ),
        (
            "GoCD",
            &[
                ("GO_PIPELINE_NAME", "shop"),
                ("GO_PIPELINE_COUNTER", "17"),
                ("GO_PIPELINE_LABEL", "1.0.17"),
                ("GO_STAGE_NAME", "test"),
                ("GO_STAGE_COUNTER", "1"),
                ("GO_SERVER_URL", "https://gocd.example.com/go"),
                ("GO_REVISION", HEAD),
                ("GO_FROM_REVISION", HEAD),
            ],
            Sent {
                kind: "builds",
                entity: build(
                    "shop",
                    17,
                    ["shop", "#17", "1.0.17"],
                    "https://gocd.example.com/go/pipelines/shop/17/test/1",
                    OWN,
                ),
                states: WRAPPED,
                product: "GoCD",
            },
        ),
        (
            "Drone",
            &[
                ("DRONE_REPO", "acme/shop"),
                ("DRONE_BUILD_NUMBER", "17"),
                ("DRONE_BUILD_LINK", "https://drone.example.com/acme/shop/17"),
                ("DRONE_BUILD_STATUS", "failure"),
                ("DRONE_BRANCH", "main"),
                ("DRONE_SOURCE_BRANCH", "feature/ABC-3-cart"),
                ("DRONE_TAG", ""),
                ("DRONE_COMMIT_BEFORE", BASE),
            ],
            Sent {
                kind: "builds",
                entity: build(
                    "acme~2Fshop",
                    17,
                    ["acme » shop", "#17", "#17"],
                    "https://drone.example.com/acme/shop/17",
                    SINCE,
                ),
                states: &["failed"],
                product: "Drone",
            },
        ),
        (
            "Woodpecker",
            &[
                ("CI_REPO", "acme/shop"),
                ("CI_PIPELINE_NUMBER", "17"),
                (
                    "CI_PIPELINE_URL",
                    "https://woodpecker.example.com/repos/7/pipeline/17",
                ),
                ("CI_COMMIT_BRANCH", "feature/ABC-3-cart"),
                ("CI_COMMIT_SOURCE_BRANCH", ""),
                ("CI_COMMIT_TAG", ""),
                ("CI_PREV_COMMIT_SHA", BASE),
            ],
            Sent {
                kind: "builds",
                entity: build(
                    "acme~2Fshop",
                    17,
                    ["acme » shop", "#17", "#17"],
                    "https://woodpecker.example.com/repos/7/pipeline/17",
                    SINCE,
                ),
                states: WRAPPED,
                product: "Woodpecker",
            },
        ),
        (
            "Concourse",
            &[
                ("BUILD_ID", "88123"),
                ("BUILD_NAME", "42.1"),
                ("BUILD_JOB_NAME", "test"),
                ("BUILD_PIPELINE_NAME", "shop"),
                ("BUILD_TEAM_NAME", "acme"),
                ("ATC_EXTERNAL_URL", "https://ci.example.com"),
                ("STATE", "errored"),
            ],
            Sent {
                kind: "builds",
                entity: build(
                    "acme~2Fshop~2Ftest",
                    88123,
                    ["shop/test", "#42.1", "#88123"],
                    "https://ci.example.com/teams/acme/pipelines/shop/jobs/test/builds/42.1",
                    OWN,
                ),
                states: &["failed"],
                product: "Concourse",
            },
        ),
        (
            "Buildkite",
            &[
                ("BUILDKITE_PIPELINE_SLUG", "shop"),
                ("BUILDKITE_BUILD_NUMBER", "17"),
                (
                    "BUILDKITE_BUILD_URL",
                    "https://buildkite.com/acme/shop/builds/17",
                ),
                ("BUILDKITE_BRANCH", "feature/ABC-3-cart"),
                ("BUILDKITE_TAG", ""),
                ("BUILDKITE_COMMIT", HEAD),
            ],
            Sent {
                kind: "builds",
                entity: build(
                    "shop",
                    17,
                    ["shop", "#17", "#17"],
                    "https://buildkite.com/acme/shop/builds/17",
                    OWN,
                ),
                states: WRAPPED,
                product: "Buildkite",
            },
        ),
        (
            "Azure DevOps Server",
            &[
                (
                    "SYSTEM_COLLECTIONURI",
                    "https://azure.example.com/DefaultCollection/",
                ),
                ("SYSTEM_TEAMPROJECT", "Acme Web"),
                (
                    "SYSTEM_TEAMPROJECTID",
                    "6ce954b1-ce1f-45d1-b94d-e6bf2464ba2c",
                ),
                ("BUILD_DEFINITIONNAME", "Shop"),
                ("BUILD_BUILDID", "88123"),
                ("BUILD_BUILDNUMBER", "20260831.2"),
                ("BUILD_SOURCEBRANCH", "refs/heads/feature/ABC-3-cart"),
                ("SYSTEM_PULLREQUEST_SOURCEBRANCH", ""),
                ("AGENT_JOBSTATUS", "SucceededWithIssues"),
            ],
            Sent {
                kind: "builds",
                entity: build(
                    "Acme~20Web~2FShop",
                    20_260_831_000_002,
                    ["Acme Web » Shop", "#20260831.2", "#20260831.2"],
                    "https://azure.example.com/DefaultCollection/6ce954b1-ce1f-45d1-b94d-e6bf2464ba2c/_build/results?buildId=88123",
                    OWN,
                ),
                states: &["successful"],
                product: "Azure DevOps",
            },
        ),
        (
            "Bitbucket Pipelines",
            &[
                ("BITBUCKET_REPO_FULL_NAME", "acme/shop"),
                ("BITBUCKET_BUILD_NUMBER", "17"),
                ("BITBUCKET_BRANCH", "feature/ABC-3-cart"),
                ("BITBUCKET_TAG", ""),
                ("BITBUCKET_EXIT_CODE", "2"),
            ],
            Sent {
                kind: "builds",
                entity: build(
                    "acme~2Fshop",
                    17,
                    ["acme » shop", "#17", "#17"],
                    "https://bitbucket.org/acme/shop/pipelines/results/17",
                    OWN,
                ),
                states: &["failed"],
                product: "Bitbucket",
            },
        ),
        (
            "cron",
            &[],
            Sent {
                kind: "builds",
                entity: build(
                    "nightly",
                    20_260_831_030_000,
                    ["nightly", "#20260831.030000", "#20260831.030000"],
                    "https://logs.example.com/nightly",
                    OWN,
                ),
                states: WRAPPED,
                product: "cron",
            },
        ),
    ]
}
