//! The REST API of a controller, as a Jenkins 2.541 answers.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use jira_sandbox::Sandbox;
use serde_json::{Value, json};

use super::home::BEGAN;
use super::sent;
use crate::support::Agent;

/// What was asked, and with which authorization.
type Asked = Arc<Mutex<Vec<(String, String)>>>;

/// Answers `GET` with what `answer` says of the path and its query; status 401 without `authorization`.
fn jenkins(
    authorization: &'static str,
    answer: impl Fn(&str) -> Option<Value> + Send + 'static,
) -> (String, Asked) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let asked = Asked::default();
    let seen = Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let first = lines.next().and_then(Result::ok).unwrap_or_default();
            let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
            let headers: Vec<String> = lines
                .map_while(Result::ok)
                .take_while(|line| !line.is_empty())
                .collect();
            let own = headers
                .iter()
                .find_map(|line| {
                    line.to_lowercase()
                        .starts_with("authorization:")
                        .then(|| line[14..].trim().to_owned())
                })
                .unwrap_or_default();
            seen.lock().unwrap().push((path.clone(), own.clone()));
            let (status, body) = if own == authorization {
                let found = answer(&path);
                let status = if found.is_some() {
                    "200 OK"
                } else {
                    "404 Not Found"
                };
                (
                    status,
                    found.map_or("<html>".to_owned(), |found| {
                        // A message that Java cut in the middle of an emoji.
                        found.to_string().replace("HALF", "\\ud83d")
                    }),
                )
            } else {
                ("401 Unauthorized", "<html>".to_owned())
            };
            let _ = write!(
                stream,
                "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
        }
    });
    (url, asked)
}

/// The page of a list that the query asks for.
fn page(all: &[Value], path: &str) -> Vec<Value> {
    let (_, range) = path.rsplit_once('{').unwrap();
    let (from, to) = range.trim_end_matches('}').split_once(',').unwrap();
    let [from, to] = [from, to].map(|text| text.parse::<usize>().unwrap());
    assert_eq!(to - from, 100);
    all.iter().skip(from).take(to - from).cloned().collect()
}

fn builds(count: i64) -> Vec<Value> {
    let build = |number: i64| {
        json!({
            "_class": "org.jenkinsci.plugins.workflow.job.WorkflowRun",
            "number": number, "displayName": format!("#{number}"), "timestamp": BEGAN + number,
            "duration": 1_000, "result": "SUCCESS", "building": false,
            "actions": [{}, null, {"_class": "x", "lastBuiltRevision": {"SHA1": super::COMMIT, "branch": [{"name": "refs/remotes/origin/main"}]}, "remoteUrls": ["https://git.example.com/acme/shop.git"]},
                {"failCount": 1, "skipCount": 0, "totalCount": 3},
                {"environment": {"JIRA_SEND_MEMORY": format!("keys {{\"issueKeys\":[\"OPS-7\"],\"at\":{BEGAN}}}")}}],
            "changeSets": [{"kind": "git", "items": [{"commitId": "1", "msg": "ABC-1", "comment": "ABC-1\nABC-2 HALF\n"}, {"msg": "ABC-3"}]}],
        })
    };
    (1..=count).rev().map(build).collect()
}

fn answer(path: &str) -> Option<Value> {
    let multibranch = "org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject";
    let (place, query) = path.split_once("/api/json?tree=")?;
    Some(match (place, query.starts_with("allBuilds")) {
        ("", _) if query == "url" => json!({"url": "https://ci.example.com/"}),
        ("", _) => {
            let folders = (0..120).map(|n| json!({"name": format!("f{n}"), "jobs": []}));
            let mut jobs: Vec<Value> = [json!(null)].into_iter().chain(folders).collect();
            jobs.push(json!({"name": "shop", "jobs": [{"name": "x"}]}));
            jobs.push(json!({"name": "plain", "nextBuildNumber": 3}));
            json!({"_class": "hudson.model.Hudson", "jobs": page(&jobs, path)})
        }
        ("/job/shop", _) => {
            let branch =
                json!({"name": "feature%2FABC-9", "nextBuildNumber": 251, "actions": [{}, null]});
            json!({"_class": multibranch, "jobs": page(&[branch], path)})
        }
        ("/job/shop/job/feature%252FABC-9", true) => json!({"allBuilds": page(&builds(250), path)}),
        ("/job/plain", true) => {
            let mut running = builds(2);
            running[0]["building"] = json!(true);
            json!({"allBuilds": page(&running, path)})
        }
        (folder, _) if folder.starts_with("/job/f") => json!({"_class": "x", "jobs": []}),
        _ => return None,
    })
}

/// `ada:11token` in Base64.
const ADA: &str = "Basic YWRhOjExdG9rZW4=";

#[test]
fn a_controller_is_asked_page_by_page() {
    let jira = Sandbox::start();
    let (url, asked) = jenkins(ADA, answer);
    let mut agent = Agent::bare().with_jira(&jira);
    agent.set("JENKINS_USER_ID", "ada");
    let token = agent.write("token", "11token\n");
    agent.set("JENKINS_API_TOKEN_FILE", token.to_str().unwrap());
    let from = format!("--from={url}/");
    let run = agent.run(&["backfill", &from, "--verbose"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    for secret in ["11token", "YWRhOjExdG9rZW4"] {
        assert!(!run.stderr.contains(secret), "{}", run.stderr);
    }
    assert!(
        run.stderr.contains("251 builds, 0 deployments sent"),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr.contains("skipped: 1 still running"),
        "{}",
        run.stderr
    );
    let builds = sent(&jira, "builds");
    let of_branch = builds
        .iter()
        .find(|build| build["buildNumber"] == 250)
        .unwrap();
    let expected = json!({
        "schemaVersion": "1.0",
        "pipelineId": "shop~2Ffeature~252FABC-9",
        "buildNumber": 250,
        "updateSequenceNumber": BEGAN + 250,
        "displayName": "shop » feature/ABC-9 #250",
        "label": "#250",
        "url": "https://ci.example.com/job/shop/job/feature%252FABC-9/250/",
        "state": "successful",
        "lastUpdated": "2026-01-01T12:00:01.250Z",
        "associations": [
            {"associationType": "issueIdOrKeys", "values": ["ABC-9", "ABC-3", "ABC-1", "ABC-2", "OPS-7"]},
        ],
        "testInfo": {"totalNumber": 3, "numberPassed": 2, "numberFailed": 1, "numberSkipped": 0},
        "references": [{
            "commit": {"id": super::COMMIT, "repositoryUri": "https://git.example.com/acme/shop"},
            "ref": {
                "name": "feature/ABC-9",
                "uri": "https://git.example.com/acme/shop/tree/feature/ABC-9",
            },
        }],
    });
    let mut found = of_branch.clone();
    let sort = |build: &mut Value| {
        let values = build["associations"][0]["values"].as_array_mut().unwrap();
        values.sort_by_key(ToString::to_string);
    };
    let mut expected = expected;
    sort(&mut found);
    sort(&mut expected);
    assert_eq!(found, expected);
    let asked = asked.lock().unwrap();
    let pages = asked
        .iter()
        .filter(|(path, _)| path.contains("feature") && path.contains("allBuilds"));
    assert_eq!(pages.count(), 3);
}

#[test]
fn a_credential_is_whole_and_goes_nowhere_in_the_clear() {
    let jira = Sandbox::start();
    let (url, asked) = jenkins(ADA, answer);
    for (variables, url, code, words) in [
        (&[][..], url.as_str(), 3, "status 401"),
        (
            &[("JENKINS_USER_ID", "ada")],
            &url,
            3,
            "JENKINS_API_TOKEN is not set",
        ),
        (
            &[("JENKINS_API_TOKEN", "11token")],
            &url,
            3,
            "JENKINS_USER_ID is not set",
        ),
        (
            &[("JENKINS_USER_ID", "ada"), ("JENKINS_API_TOKEN", "11token")],
            "http://ci.example.com",
            2,
            "a token would be readable",
        ),
        (
            &[
                ("JENKINS_USER_ID", "ada"),
                ("JENKINS_API_TOKEN_FILE", "/nowhere/11token"),
            ],
            &url,
            3,
            "the API token cannot be read from its file",
        ),
    ] {
        let mut agent = Agent::bare().with_jira(&jira);
        for (name, value) in variables {
            agent.set(name, value);
        }
        let run = agent.run(&["backfill", &format!("--from={url}")]);
        assert_eq!(run.code, code, "{}", run.stderr);
        assert!(run.stderr.contains(words), "{}", run.stderr);
        assert!(!run.stderr.contains("11token"), "{}", run.stderr);
    }
    let mut agent = Agent::bare().with_jira(&jira);
    agent
        .set("JENKINS_USER_ID", "ada")
        .set("JENKINS_API_TOKEN", "11token");
    let run = agent.run(&["backfill", &format!("--from={url}/nothing")]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(run.stderr.contains("status 404"), "{}", run.stderr);
    assert!(jira.submissions().is_empty());
    assert!(!asked.lock().unwrap().is_empty());
}
