use serde_json::{Value, json};

use super::{Defaults, Flag, Given, Link, read_flags, read_links};
use crate::domain::issue_key::IssueKey;
use crate::error::Failure;

fn defaults(url: &str) -> Defaults {
    Defaults {
        url: url.parse().ok(),
        time: "2026-01-01T00:00:00Z".parse().unwrap(),
    }
}

fn flags(text: &str) -> Result<Vec<Given<Flag>>, Failure> {
    let defaults = defaults("https://ci/1");
    read_flags("flags.json", text.as_bytes(), &defaults).map(|file| file.items)
}

/// What is said of one flag, as Jira gets it.
fn flag(text: &Value) -> Value {
    let Given { id, content, .. } = flags(&json!([text]).to_string()).unwrap().remove(0);
    json!({
        "id": id,
        "key": content.key,
        "displayName": content.display_name,
        "summary": content.summary,
        "details": content.details,
    })
}

fn links(text: &str) -> Result<Vec<Given<Link>>, Failure> {
    let defaults = defaults("");
    read_links("links.json", text.as_bytes(), &defaults).map(|file| file.items)
}

/// The causes, which name the places.
fn causes<T: std::fmt::Debug>(result: Result<T, Failure>) -> Vec<String> {
    let failure = result.unwrap_err();
    let lines = failure.lines();
    let causes = lines.iter().filter(|(label, _)| *label == "caused by");
    causes.map(|(_, line)| (*line).to_owned()).collect()
}

#[test]
fn a_flag_may_be_said_in_few_words() {
    let time = "2026-01-01T00:00:00.000Z";
    let found = flag(&json!({"key": "new-cart", "enabled": true, "rollout": 25}));
    let status = json!({"enabled": true, "rollout": {"percentage": 25}});
    let expected = json!({
        "id": "new-cart",
        "key": "new-cart",
        "displayName": null,
        "summary": {"url": "https://ci/1", "status": status, "lastUpdated": time},
        "details": [{
            "url": "https://ci/1",
            "lastUpdated": time,
            "environment": {"name": "all environments"},
            "status": status,
        }],
    });
    assert_eq!(found, expected);
}

#[test]
fn what_stands_on_the_flag_holds_where_an_environment_says_nothing() {
    let found = flag(&json!({
        "id": "shop/new cart",
        "key": "newCart",
        "displayName": "New cart 🚀",
        "url": "https://flags/new-cart",
        "lastUpdated": "2026-02-01T00:00:00+01:00",
        "enabled": false,
        "defaultValue": "old",
        "rollout": "nobody",
        "environments": [
            {"name": "EU production", "enabled": true, "rollout": {"rules": 3}, "url": "https://flags/eu"},
            {"name": "red", "lastUpdated": 1_767_225_600_123_u64},
            {"name": "blue", "type": "QA", "rollout": {"text": "team"}},
            {"name": "prod-like", "type": "unmapped"},
        ],
    }));
    let off = json!({"enabled": false, "defaultValue": "old", "rollout": {"text": "nobody"}});
    let (url, time) = ("https://flags/new-cart", "2026-01-31T23:00:00.000Z");
    let expected = json!({
        "id": "shop~2Fnew~20cart",
        "key": "newCart",
        "displayName": "New cart",
        "summary": {
            "url": url,
            "status": {"enabled": true, "rollout": {"rules": 3}},
            "lastUpdated": time,
        },
        "details": [
            {
                "url": "https://flags/eu",
                "lastUpdated": time,
                "environment": {"name": "EU production", "type": "production"},
                "status": {"enabled": true, "rollout": {"rules": 3}},
            },
            {
                "url": url,
                "lastUpdated": "2026-01-01T00:00:00.123Z",
                "environment": {"name": "red"},
                "status": off,
            },
            {
                "url": url,
                "lastUpdated": time,
                "environment": {"name": "blue", "type": "testing"},
                "status": {"enabled": false, "defaultValue": "old", "rollout": {"text": "team"}},
            },
            {
                "url": url,
                "lastUpdated": time,
                "environment": {"name": "prod-like"},
                "status": off,
            },
        ],
    });
    assert_eq!(found, expected);
}

/// A body of Jira's API is such a file, and what it says comes out as it went in.
#[test]
fn a_body_of_jiras_api_is_taken_as_it_is() {
    let details = json!([
        {
            "url": "https://flags/new-cart/prod",
            "lastUpdated": "2026-01-01T00:00:00.000Z",
            "environment": {"name": "prod", "type": "production"},
            "status": {"enabled": true, "rollout": {"percentage": 12.5}},
        },
        {
            "url": "https://flags/new-cart/red",
            "lastUpdated": "2026-01-01T00:00:00.000Z",
            "environment": {"name": "red"},
            "status": {"enabled": false},
        },
    ]);
    let summary = json!({
        "url": "https://flags/new-cart",
        "status": {"enabled": false, "defaultValue": "off", "rollout": {"text": "by hand"}},
        "lastUpdated": "2026-01-02T00:00:00.000Z",
    });
    let body = json!({
        "properties": {"account": "7"},
        "flags": [{
            "schemaVersion": "1.0",
            "id": "new-cart",
            "key": "newCart",
            "updateSequenceId": 1_767_225_600_123_u64,
            "displayName": "New cart",
            "issueKeys": ["ABC-1"],
            "associations": [
                {"associationType": "issueIdOrKeys", "values": ["abc-2", "10042"]},
                {"associationType": "issueKeys", "values": ["ABC-3"]},
            ],
            "summary": summary,
            "details": details,
        }],
        "providerMetadata": {"product": "flags 1"},
    });
    let text = format!("\u{FEFF}{body:#}");
    let mut file = read_flags("f", text.as_bytes(), &defaults("")).unwrap();
    assert_eq!(file.properties, ["account=7".parse().unwrap()]);
    assert_eq!(file.product.as_deref(), Some("flags 1"));
    let flag = file.items.remove(0);
    assert_eq!(
        (json!(flag.content.summary), json!(flag.content.details)),
        (summary, details)
    );
    assert_eq!(flag.sequence, "1767225600123".parse().ok());
    let keys: [IssueKey; 3] = ["ABC-1", "ABC-2", "ABC-3"].map(|key| key.parse().unwrap());
    assert_eq!(flag.belongings.issue_keys, keys);
    assert_eq!(flag.belongings.issue_ids, ["10042".parse().unwrap()]);
}

#[test]
fn a_summary_needs_no_environments_and_may_say_a_part() {
    let url = "https://flags/x";
    let found = flag(&json!({"id": "x", "summary": {"url": url, "status": {"enabled": true}}}));
    assert_eq!(found["details"][0]["url"], url);
    assert_eq!(found["details"][0]["status"], json!({"enabled": true}));
    assert_eq!(found["summary"]["url"], url);
    let found = flag(&json!({
        "id": "x",
        "summary": {"rollout": "see below"},
        "environments": [{"name": "qa", "enabled": true}],
    }));
    let status = json!({"enabled": true, "rollout": {"text": "see below"}});
    assert_eq!(found["summary"]["status"], status);
    assert_eq!(found["details"][0]["status"], json!({"enabled": true}));
}

/// All errors at once, each with its place.
#[test]
fn every_error_of_a_file_of_flags_is_named_with_its_place() {
    let text = r#"{
  "flags": [
    {"id": "a", "enabled": "yes", "rolout": 5},
    {"key": "b", "enabled": true, "rollout": {"percentage": 250, "txt": "x"}},
    {"enabled": true},
    {"id": "c", "environments": [{"name": "prod", "type": "banana"}, {"enabled": 1}]},
    {"id": "a", "enabled": true, "issueKeys": ["ABC", 7], "url": "flags/a"}
  ],
  "property": {}
}"#;
    let expected = [
        r#"line 3, column 28: flags[0].enabled: expected true or false, got "yes""#,
        "line 3, column 35: flags[0].rolout: unknown field; expected one of id, key, displayName, description, issueKeys, url, lastUpdated, enabled, defaultValue, rollout, environments, summary, details, associations, updateSequenceId, schemaVersion",
        "line 4, column 61: flags[1].rollout.percentage: expected a number from 0 to 100, got 250",
        "line 4, column 66: flags[1].rollout.txt: unknown field; expected one of percentage, text, rules",
        "line 5, column 5: flags[2].id: missing; expected id or key",
        "line 6, column 34: flags[3].environments[0].enabled: missing: expected true or false",
        r#"line 6, column 59: flags[3].environments[0].type: expected one of development, testing, staging, production, unmapped, got "banana""#,
        "line 6, column 70: flags[3].environments[1].name: missing",
        "line 6, column 82: flags[3].environments[1].enabled: expected true or false, got 1",
        "line 9, column 3: property: unknown field; expected one of flags, properties, providerMetadata",
        "and 3 more like these",
    ];
    let result = flags(text);
    let failure = result.as_ref().unwrap_err().lines();
    assert_eq!(
        failure[0].1,
        "flags.json cannot be used, and nothing was sent"
    );
    assert!(failure.last().unwrap().1.contains("feature-flag --help"));
    assert_eq!(causes(result), expected);
}

/// A file, and what is said of it.
const WRONG_FLAGS: &[(&str, &str)] = &[
    ("7", "expected an object, got 7"),
    (r#"{"flags": {}}"#, "flags: expected a list, got an object"),
    ("{}", "flags: missing"),
    (
        r#"[{"id": " ", "enabled": true}]"#,
        r#"[0].id: expected an id, got " ""#,
    ),
    (
        r#"[{"id": 5, "enabled": true}]"#,
        "[0].id: expected a string, got 5",
    ),
    (
        r#"[{"id": "a", "key": "", "enabled": true}]"#,
        "[0].key: it is empty",
    ),
    (r#"[{"id": "a"}]"#, "[0].enabled: missing"),
    (r#"[{"id": "a", "enabled": null}]"#, "[0].enabled: missing"),
    (
        r#"[{"id": "a", "enabled": true, "url": "x"}]"#,
        r#"[0].url: expected a URL that starts with https:// or http://, got "x""#,
    ),
    (
        r#"[{"id": "a", "enabled": true, "rollout": {"percentage": -1}}]"#,
        "rollout.percentage: expected a number from 0 to 100, got -1",
    ),
    (
        r#"[{"id": "a", "enabled": true, "rollout": {"percentage": "5"}}]"#,
        r#"rollout.percentage: expected a number from 0 to 100, got "5""#,
    ),
    (
        r#"[{"id": "a", "enabled": true, "rollout": {"rules": 1.5}}]"#,
        "rollout.rules: expected a whole number of at least 0, got 1.5",
    ),
    (
        r#"[{"id": "a", "enabled": true, "rollout": {"rules": 1, "text": "b"}}]"#,
        "rollout: expected only one of percentage, text and rules",
    ),
    (
        r#"[{"id": "a", "enabled": true, "rollout": true}]"#,
        "rollout: expected a percentage, a text, or an object with percentage, text or rules",
    ),
    (
        r#"[{"id": "a", "enabled": true, "lastUpdated": "yesterday"}]"#,
        "lastUpdated: expected a time with its zone",
    ),
    (
        r#"[{"id": "a", "enabled": true, "lastUpdated": 1767225600}]"#,
        "lastUpdated: expected milliseconds since 1970",
    ),
    (
        r#"[{"id": "a", "enabled": true, "updateSequenceId": -1}]"#,
        "updateSequenceId: expected a whole number from 0",
    ),
    (
        r#"[{"id": "a", "enabled": true, "updateSequenceId": "1"}]"#,
        "updateSequenceId: expected a whole number from 0 to 9007199254740991, got \"1\"",
    ),
    (
        r#"[{"id": "a", "enabled": true, "schemaVersion": "2.0"}]"#,
        "schemaVersion: expected \"1.0\"",
    ),
    (
        r#"[{"id": "a", "enabled": true, "issueKeys": "ABC-1"}]"#,
        "issueKeys: expected a list, got \"ABC-1\"",
    ),
    (
        r#"[{"id": "a", "enabled": true, "issueKeys": ["ABC-1x"]}]"#,
        "issueKeys[0]: \"ABC-1x\" is not an issue key",
    ),
    (
        r#"[{"id": "a", "enabled": true, "issueKeys": [""]}]"#,
        "issueKeys[0]: expected the number of an issue",
    ),
    (
        r#"[{"id": "a", "enabled": true, "associations": [{"associationType": "commit", "values": []}]}]"#,
        "associationType: expected one of issueIdOrKeys, issueKeys",
    ),
    (
        r#"[{"id": "a", "enabled": true, "associations": [{"associationType": "issueKeys"}]}]"#,
        "associations[0].values: missing",
    ),
    (
        r#"[{"id": "a", "enabled": true, "details": [], "environments": []}]"#,
        "details: environments is set as well",
    ),
    (
        r#"[{"id": "a", "enabled": true, "description": 5}]"#,
        "description: expected a string, got 5",
    ),
    (
        r#"[{"id": "a", "enabled": true, "enabled": true}]"#,
        "enabled: duplicate field",
    ),
    (
        r#"{"flags": [], "properties": {"_x": "y"}}"#,
        "properties._x: \"_x\" is not a valid property key",
    ),
    (
        r#"{"flags": [], "properties": {"x": 5}}"#,
        "properties.x: expected a string, got 5",
    ),
    (
        r#"{"flags": [], "providerMetadata": {"name": "x"}}"#,
        "providerMetadata.name: unknown field; expected one of product",
    ),
    (
        "[{\"id\": \"a\", \"enabled\": true},\n {\"key\": \"a\", \"enabled\": true}]",
        "line 2, column 2: [1]: the id \"a\" is given twice, first in line 1",
    ),
    (
        "[",
        "line 1, column 1: invalid JSON: EOF while parsing a list",
    ),
];

#[test]
fn wrong_values_of_flags_say_what_is_wanted() {
    for (text, expected) in WRONG_FLAGS {
        let found = causes(flags(text));
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        assert!(found[0].contains(expected), "{text}: {found:?}");
    }
    let no_page = read_flags("f", br#"[{"id": "a", "enabled": true}]"#, &defaults(""));
    assert!(causes(no_page)[0].contains("[0].url: missing: expected the URL of the flag's page"));
    let wrong = read_flags("f", b"[\n{\"id\": \"\xff\"}]", &defaults(""));
    assert_eq!(causes(wrong), ["line 2, column 9: this is not UTF-8 text"]);
}

#[test]
fn texts_are_searched_and_not_all_sent() {
    let text = r#"[
        {"id": "a", "key": "ABC-1-cart", "displayName": "b", "description": "for ABC-2 \ud83d", "enabled": true}
    ]"#;
    let flag = flags(text).unwrap().remove(0);
    let rules = crate::domain::issue_key::Rules::default();
    let findings = crate::domain::issue_key::find(&flag.texts, &rules);
    let sources: Vec<&str> = findings
        .found
        .iter()
        .map(|found| found.place.source.as_str())
        .collect();
    let expected = [
        "key of the flag in line 2",
        "description of the flag in line 2",
    ];
    assert_eq!(sources, expected);
}

#[test]
fn links_are_read_in_both_forms() {
    let text = r#"{"remoteLinks": [
        {"url": "https://ci/1/coverage", "displayName": "Coverage", "type": "coverage", "status": "87 %",
         "issueKeys": ["ABC-1"], "serviceIds": ["s-1"]},
        {"schemaVersion": "1.0", "id": "doc", "updateSequenceNumber": 5, "displayName": "Plan", "url": "https://d/1",
         "type": "document", "description": "Text", "lastUpdated": "2026-02-01T00:00:00Z",
         "status": {"appearance": "success", "label": "done"},
         "associations": [
            {"associationType": "issueIdOrKeys", "values": ["ABC-2"]},
            {"associationType": "serviceIdOrKeys", "values": ["s-2"]}]}
    ]}"#;
    let found = links(text).unwrap();
    let shown: Vec<Value> = found
        .iter()
        .map(|link| {
            json!([
                link.id,
                link.content.display_name,
                link.content.url,
                link.content.link_type,
                link.content.description,
                link.content.last_updated,
                link.content.status,
                link.sequence,
                link.belongings.issue_keys,
                link.belongings.services,
            ])
        })
        .collect();
    let expected = [
        json!([
            "https~3A~2F~2Fci~2F1~2Fcoverage", "Coverage", "https://ci/1/coverage", "coverage", null,
            "2026-01-01T00:00:00.000Z", {"appearance": "default", "label": "87 %"}, null, ["ABC-1"], ["s-1"],
        ]),
        json!([
            "doc", "Plan", "https://d/1", "document", "Text", "2026-02-01T00:00:00.000Z",
            {"appearance": "success", "label": "done"}, 5, ["ABC-2"], ["s-2"],
        ]),
    ];
    assert_eq!(shown, expected);
}

#[test]
fn wrong_values_of_links_say_what_is_wanted() {
    let cases = [
        (r#"[{"displayName": "x"}]"#, "[0].url: missing"),
        (r#"[{"url": "https://x/1"}]"#, "[0].displayName: missing"),
        (
            r#"[{"url": "https://x/1", "displayName": " "}]"#,
            "[0].displayName: it is empty",
        ),
        (
            r#"[{"url": "https://x/1", "displayName": "x", "type": "log"}]"#,
            "[0].type: expected one of document, alert, test, security, logFile, prototype, coverage, bugReport, other, got \"log\"",
        ),
        (
            r#"[{"url": "https://x/1", "displayName": "x", "status": {"label": "x", "appearance": "red"}}]"#,
            "[0].status.appearance: expected one of default, inprogress, moved, new, removed, prototype, success, got \"red\"",
        ),
        (
            r#"[{"url": "https://x/1", "displayName": "x", "status": {"appearance": "new"}}]"#,
            "[0].status.label: missing",
        ),
        (
            r#"[{"url": "https://x/1", "displayName": "x", "serviceIds": [""]}]"#,
            "[0].serviceIds[0]: expected the id of a service: 1 to 255 characters",
        ),
        (
            r#"[{"url": "https://x/1", "displayName": "x", "actionIds": []}]"#,
            "[0].actionIds: unknown field",
        ),
        (
            "[{\"url\": \"https://x/1\", \"displayName\": \"x\"},\n{\"url\": \"https://x/1\", \"displayName\": \"y\"}]",
            "line 2, column 1: [1]: the id \"https~3A~2F~2Fx~2F1\" is given twice, first in line 1",
        ),
    ];
    for (text, expected) in cases {
        let found = causes(links(text));
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        assert!(found[0].contains(expected), "{text}: {found:?}");
    }
    let hint = links("[").unwrap_err();
    assert!(
        hint.lines()
            .last()
            .unwrap()
            .1
            .contains("remote-link --help")
    );
}
