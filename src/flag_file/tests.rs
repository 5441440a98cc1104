use serde_json::{Value, json};

use super::{Defaults, GivenFlag, parse};
use crate::domain::issue_key::IssueKey;
use crate::error::Failure;

fn defaults(url: &str) -> Defaults {
    Defaults {
        url: url.parse().ok(),
        time: "2026-01-01T00:00:00Z".parse().unwrap(),
        types: "pantheon=production".parse().unwrap(),
    }
}

fn flags(text: &str) -> Result<Vec<GivenFlag>, Failure> {
    let defaults = defaults("https://ci/1");
    parse("flags.json", text.as_bytes(), &defaults).map(|file| file.flags)
}

/// What is said about one flag, as Jira gets it.
fn flag(text: &Value) -> Value {
    let flag = flags(&json!([text]).to_string()).unwrap().remove(0);
    json!({
        "id": flag.id,
        "key": flag.key,
        "displayName": flag.display_name,
        "summary": flag.summary,
        "details": flag.details,
    })
}

/// The causes, which name the places.
fn causes<T: std::fmt::Debug>(result: Result<T, Failure>) -> Vec<String> {
    let failure = result.unwrap_err();
    let lines = failure.lines();
    let causes = lines.iter().filter(|(label, _)| *label == "caused by");
    causes.map(|(_, line)| (*line).to_owned()).collect()
}

#[test]
fn environments_have_the_types_that_are_listed() {
    let flags = flags(
        r#"[{"id": "a", "key": "ABC-1", "enabled": true, "environments": [
            {"name": "Pantheon 2"}, {"name": "qa"}, {"name": "pantheon", "type": "testing"}]}]"#,
    );
    let details = json!(flags.unwrap()[0].details);
    let types = details.as_array().unwrap().iter();
    let types: Vec<&Value> = types.map(|detail| &detail["environment"]["type"]).collect();
    assert_eq!(types, ["production", "testing", "testing"]);
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
            "issueKeys": [" ABC-1 "],
            "associations": [
                {"associationType": "issueIdOrKeys", "values": ["abc-2", "10042"]},
                {"associationType": "issueKeys", "values": ["ABC-3"]},
            ],
            "summary": summary,
            "details": details,
        }],
        "providerMetadata": {"product": "flags 1"},
    });
    let text = format!("{body:#}");
    let mut file = parse("f", text.as_bytes(), &defaults("")).unwrap();
    assert_eq!(file.properties, ["account=7".parse().unwrap()]);
    assert_eq!(file.product.as_deref(), Some("flags 1"));
    let flag = file.flags.remove(0);
    assert_eq!(
        (json!(flag.summary), json!(flag.details)),
        (summary, details)
    );
    assert_eq!(flag.sequence, "1767225600123".parse().ok());
    let keys: [IssueKey; 3] = ["ABC-1", "ABC-2", "ABC-3"].map(|key| key.parse().unwrap());
    assert_eq!(flag.issue_keys, keys);
    assert_eq!(flag.issue_ids, ["10042".parse().unwrap()]);
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

/// The first error of each flag, with its place.
#[test]
fn the_errors_of_a_file_are_named_with_their_places() {
    let text = r#"{
  "flags": [
    {"id": "a", "enabled": "yes", "rolout": 5},
    {"id": "b", "enabled": true, "rolout": 5},
    {"id": "c", "enabled": true, "environments": [{"name": "é", "rollout": {"percentage": 250}}]},
    {"enabled": true},
    {"id": "d", "environments": [{"name": "prod", "enabled": false}, {"name": "qa"}]},
    {"id": "e", "environments": [
      {"name": "prod", "type": "banana"}, {"enabled": 1}]},
    {"id": "f", "environments": [{"enabled": true}]},
    {"id": "g", "enabled": true},
    {"id": "g", "enabled": true},
    {"id": "h", "enabled": true, "url": "flags/a"}
  ],
  "properties": {"job": "shop"}
}"#;
    let expected = [
        r#"line 3, column 28: flags[0].enabled: expected a boolean, got string "yes""#,
        "line 4, column 44: flags[1].rolout: unknown field `rolout`, expected one of `id`, `key`, `displayName`, `description`, `issueKeys`, `environments`, `summary`, `details`, `associations`, `updateSequenceId`, `schemaVersion`, `url`, `lastUpdated`, `enabled`, `defaultValue`, `rollout`, `status`",
        "line 5, column 76: flags[2].environments[0].rollout: expected a percentage from 0 to 100, a text, or an object with one of percentage, text and rules, which is a whole number of at least 0",
        "line 6, column 5: flags[3].id: missing; expected id or key",
        "line 7, column 70: flags[4].environments[1].enabled: missing: expected true or false",
        r#"line 9, column 32: flags[5].environments[0].type: expected one of development, testing, staging, production, unmapped, got "banana""#,
        "line 10, column 34: flags[6].environments[0].name: missing",
        r#"line 12, column 5: flags[8]: the id "g" is given twice, first in line 11"#,
        r#"line 13, column 41: flags[9].url: expected a URL that starts with https:// or http://, got "flags/a""#,
    ];
    let result = flags(text);
    let failure = result.as_ref().unwrap_err().lines();
    assert_eq!(
        failure[0].1,
        "flags.json cannot be used, and nothing was sent"
    );
    assert!(failure.last().unwrap().1.contains("feature-flag --help"));
    assert_eq!(causes(result), expected);
    let many = json!(vec![json!({"enabled": true}); 12]).to_string();
    let found = causes(flags(&many));
    assert_eq!(
        (found.len(), found[10].as_str()),
        (11, "and 2 more like these")
    );
}

/// A file, and what is said about it.
const WRONG_FLAGS: &[(&str, &str)] = &[
    ("7", "expected an object, got integer `7`"),
    (r#"{"flags": {}}"#, "flags: expected a list, got an object"),
    ("{}", "column 1: flags: missing"),
    (
        r#"[{"id": " ", "enabled": true}]"#,
        r#"[0].id: expected an id, got " ""#,
    ),
    (
        r#"[{"id": 5, "enabled": true}]"#,
        "[0].id: expected a string, got integer `5`",
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
        "[0].rollout: expected a percentage from 0 to 100, a text",
    ),
    (
        r#"[{"id": "a", "enabled": true, "rollout": {"percentage": "5"}}]"#,
        "[0].rollout: expected a percentage from 0 to 100, a text",
    ),
    (
        r#"[{"id": "a", "enabled": true, "rollout": {"rules": 1.5}}]"#,
        "rules, which is a whole number of at least 0",
    ),
    (
        r#"[{"id": "a", "enabled": true, "rollout": {"rules": 1, "text": "b"}}]"#,
        "rollout: expected only one of percentage, text and rules",
    ),
    (
        r#"[{"id": "a", "enabled": true, "rollout": {"rules": 1, "rules": 2}}]"#,
        "[0].rollout: duplicate field `rules`",
    ),
    (
        r#"[{"id": "a", "enabled": true, "rollout": {"bogus": null}}]"#,
        "[0].rollout.bogus: unknown field `bogus`",
    ),
    (
        r#"{"id": "a", "enabled": true}"#,
        "column 8: id: unknown field `id`, expected one of `flags`",
    ),
    (
        r#"[{"id": "a", "enabled": true, "associations": [{"values": ["ABC-1"]}]}]"#,
        "associations[0].associationType: missing",
    ),
    (
        r#"[{"id": "a", "enabled": true, "associations": [{"type": "issueKeys"}]}]"#,
        "associations[0].type: unknown field `type`, expected `associationType` or `values`",
    ),
    (
        r#"[{"id": "a", "enabled": true, "rollout": true}]"#,
        "rollout: expected a percentage from 0 to 100, a text, or an object with one of percentage, text and rules",
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
        "updateSequenceId: expected a whole number, got string \"1\"",
    ),
    (
        r#"[{"id": "a", "enabled": true, "schemaVersion": "2.0"}]"#,
        r#"schemaVersion: expected 1.0, got "2.0""#,
    ),
    (
        r#"[{"id": "a", "enabled": true, "issueKeys": "ABC-1"}]"#,
        "issueKeys: expected a list, got string \"ABC-1\"",
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
        r#"associationType: expected issueIdOrKeys or issueKeys, got "commit""#,
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
        "description: expected a string, got integer `5`",
    ),
    (
        r#"[{"id": "a", "enabled": true, "enabled": true}]"#,
        "[0]: duplicate field `enabled`",
    ),
    (
        r#"{"flags": [], "properties": {"_x": "y"}}"#,
        "properties._x: \"_x\" is not a valid property key",
    ),
    (
        r#"{"flags": [], "properties": {"x": 5}}"#,
        "properties.x: expected a string, got integer `5`",
    ),
    (
        r#"{"flags": [], "providerMetadata": {"name": "x"}}"#,
        "providerMetadata.name: unknown field `name`, expected `product`",
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
    let no_page = parse("f", br#"[{"id": "a", "enabled": true}]"#, &defaults(""));
    assert!(causes(no_page)[0].contains("[0].url: missing: expected the URL of the flag's page"));
    let wrong = parse("f", b"[\n{\"id\": \"\xff\"}]", &defaults(""));
    assert_eq!(causes(wrong), ["line 2, column 9: this is not UTF-8 text"]);
}

#[test]
fn a_small_percentage_is_one() {
    let found = flag(&json!({"id": "a", "enabled": true, "rollout": 1e-7}));
    let status = json!({"enabled": true, "rollout": {"percentage": 1e-7}});
    assert_eq!(found["summary"]["status"], status);
}

#[test]
fn texts_are_searched_and_not_all_sent() {
    let text = r#"[
        {"id": "a", "key": "ABC-1-cart", "displayName": "b", "description": "for ABC-2 \ud83d", "enabled": true}
    ]"#;
    let flag = flags(text).unwrap().remove(0);
    let rules = crate::domain::issue_key::KeyRules::default();
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
