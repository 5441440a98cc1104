//! The outbox, as `jira-send check` sees it.

use jira_sandbox::{Endpoint, Fault, Sandbox};

use super::{Checked, agent};

#[test]
fn what_waits_and_what_was_refused_is_counted() {
    let jira = Sandbox::start();
    let mut agent = agent(&jira);
    let send = ["build", "--state=SUCCESS", "--budget=2"];
    jira.fail(Endpoint::Builds, Fault::redirect("https://else.example/"));
    assert_eq!(agent.run(&send).code, 4);
    agent.set("BUILD_NUMBER", "77");
    assert_eq!(agent.run(&send).code, 4);
    jira.clear_faults();
    let before = agent.kept("");
    let arguments = ["check", "--format=json"];
    let outbox = |json: &serde_json::Value| {
        let items = json["items"].as_array().unwrap().iter();
        items
            .clone()
            .find(|item| item["name"] == "outbox")
            .unwrap()
            .clone()
    };
    let run = agent.run(&arguments);
    let item = outbox(&run.json());
    assert_eq!((run.code, &item["status"]), (0, &"warning".into()));
    let message = item["message"].as_str().unwrap();
    assert!(
        message.starts_with("2 queued in ") && message.ends_with(", 0 rejected or too old"),
        "{message}"
    );
    assert_eq!(item["hint"], "jira-send flush sends what is queued");
    assert_eq!(agent.kept(""), before, "nothing is changed");

    jira.fail(Endpoint::Builds, Fault::json(400, r#"[{"message":"no"}]"#));
    assert_eq!(agent.run(&["flush"]).code, 1);
    let item = outbox(&agent.run(&arguments).json());
    let message = item["message"].as_str().unwrap();
    assert!(
        message.starts_with("2 that Jira rejected, or that grew too old, are in "),
        "{message}"
    );
}

#[test]
fn an_outbox_that_cannot_be_used_is_told_and_harms_nothing() {
    let jira = Sandbox::start();
    let agent = agent(&jira);
    let checked = Checked::of(&jira, &agent, &["--outbox=/dev/full"]);
    assert_eq!((checked.run.code, checked.status("outbox")), (0, "warning"));
    let words = checked.words("outbox");
    assert!(
        words.contains("would be lost: /dev/full is not a folder"),
        "{words}"
    );
    assert!(words.contains("set JIRA_SEND_OUTBOX"), "{words}");
    let checked = Checked::of(&jira, &agent, &["--no-outbox"]);
    assert_eq!((checked.run.code, checked.status("outbox")), (0, "skipped"));
    assert!(!agent.outbox().exists());
}

#[test]
fn what_a_later_version_wrote_is_told() {
    let jira = Sandbox::start();
    let agent = agent(&jira);
    std::fs::create_dir_all(agent.outbox()).unwrap();
    let name = "0001767268800123-1767268800123-00000000-000000000000000000000000.v9.json";
    std::fs::write(agent.outbox().join(name), "{}").unwrap();
    let checked = Checked::of(&jira, &agent, &[]);
    assert_eq!(checked.status("outbox"), "warning");
    let words = checked.words("outbox");
    assert!(
        words.contains("only a later version of jira-send can read 1 in "),
        "{words}"
    );
    let flush = agent.run(&["flush"]);
    assert!(
        flush
            .stderr
            .contains("only a later version of jira-send can send 1 of the queued updates"),
        "{}",
        flush.stderr
    );
}
