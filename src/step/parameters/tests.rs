use serde_json::{Value, json};

use super::Parameters;
use crate::step::steps::Step;

fn read(step: &str, given: &Value) -> Parameters {
    let given = given.as_object().unwrap();
    Parameters::read(Step::find(step).unwrap(), given, None)
}

#[test]
fn what_is_given_becomes_options() {
    let read = read(
        "jiraSendBuildInfo",
        &json!({
            "site": null, "branch": " ", "issueKeys": ["ABC-1", ["ABC-2"], null, [""]], "label": 5,
            "property": {"a": 1}, "credentialsId": "x", "failOnError": true, "dryRun": false,
        }),
    );
    assert_eq!(
        Value::Object(read.options),
        json!({"issueKeys": ["ABC-1", "ABC-2", ""], "label": 5, "property": {"a": 1}, "dryRun": false})
    );
    assert_eq!(read.fail_on_error, Some(true));
    assert_eq!(read.complaints, [""; 0]);
}

#[test]
fn what_cannot_be_is_told_and_left_out() {
    for (step, given, words) in [
        (
            "jiraSendBuildInfo",
            json!({"isueKeys": "ABC-1"}),
            "did you mean issueKeys?",
        ),
        (
            "jiraSendFeatureFlag",
            json!({"id": "x", "key": "y"}),
            "id (did you mean flagId?), key (did you mean flagKey?)",
        ),
        (
            "jiraSendBuildInfo",
            json!({"scm": "git"}),
            "checkout returns",
        ),
        ("jiraSendFeatureFlag", json!({"flags": 5}), "list of maps"),
        (
            "jiraSendFeatureFlag",
            json!({"flags": [{"key": "a"}], "file": "f"}),
            "exclude each other",
        ),
        ("jiraSendBuildInfo", json!({"testResults": "5"}), "junit"),
        (
            "jiraSendBuildInfo",
            json!({"testResults": {"failCount": 1}}),
            "needs totalCount",
        ),
        (
            "jiraSendBuildInfo",
            json!({"testResults": {"totalCount": -1}}),
            "not a count",
        ),
        (
            "jiraSendBuildInfo",
            json!({"testResults": {"totalCount": 1, "failCount": 2}}),
            "more passed",
        ),
        (
            "jiraSendBuildInfo",
            json!({"failOnError": "maybe"}),
            "failOnError expects true or false, got \"maybe\"",
        ),
        (
            "jiraAwaitGate",
            json!({"failOnError": ["false", 1]}),
            "failOnError expects true or false",
        ),
        (
            "checkGatingStatus",
            json!({"failOnError": true}),
            "unknown parameter failOnError",
        ),
        (
            "jiraSendBuildInfo",
            json!({"a\nb": 1, "quiet": true}),
            "unknown parameters a\\nb, quiet",
        ),
    ] {
        let read = read(step, &given);
        assert_eq!(read.complaints.len(), 1, "{given}");
        assert!(read.complaints[0].contains(words), "{:?}", read.complaints);
        assert!(read.scm.is_empty() && read.flags.is_none(), "{given}");
        assert_eq!(read.fail_on_error, None, "{given}");
    }
}

#[test]
fn true_and_false_have_the_words_of_the_command_line() {
    for (given, expected) in [
        (json!(true), Some(true)),
        (json!("TRUE "), Some(true)),
        (json!("yes"), Some(true)),
        (json!("on"), Some(true)),
        (json!(1), Some(true)),
        (json!(false), Some(false)),
        (json!("No"), Some(false)),
        (json!("off"), Some(false)),
        (json!(0), Some(false)),
        (json!(" "), None),
        (json!(null), None),
    ] {
        let read = read("jiraAwaitGate", &json!({"failOnError": given}));
        assert_eq!(read.fail_on_error, expected, "{given}");
        assert_eq!(read.complaints, [""; 0], "{given}");
    }
}

#[test]
fn an_argument_without_a_name_is_told_with_an_example() {
    let step = Step::find("jiraSendBuildInfo").unwrap();
    let read = Parameters::read(step, &serde_json::Map::new(), Some("ABC-1"));
    assert_eq!(
        read.complaints,
        [
            "the argument \"ABC-1\" is ignored, since parameters have names: jiraSendBuildInfo(issueKeys: 'ABC-1')"
        ]
    );
}

#[test]
fn test_results_are_counts_and_single_numbers_win() {
    let results = json!({"totalCount": 5, "passCount": 3, "failCount": 2, "skipCount": 0, "x": 1});
    let read = read(
        "jiraSendBuildInfo",
        &json!({"testResults": results, "testsFailed": 1}),
    );
    assert_eq!(
        Value::Object(read.options),
        json!({"testsTotal": 5, "testsPassed": 3, "testsFailed": 1, "testsSkipped": 0})
    );
    for (count, option) in [("totalCount", "testsTotal"), ("passCount", "testsPassed")] {
        let read = self::read("jiraSendBuildInfo", &json!({"testResults": {count: 3}}));
        assert_eq!(Value::Object(read.options), json!({option: 3}));
    }
}

#[test]
fn flags_are_a_file_of_flags() {
    let flag = json!({"key": "a"});
    for given in [json!([flag]), flag.clone(), json!({"flags": [flag]})] {
        let read = read("jiraSendFeatureFlag", &json!({"flags": given}));
        assert_eq!(read.flags, Some(json!({"flags": [flag]})));
    }
}

#[test]
fn checkouts_are_maps() {
    for (given, count) in [
        (json!({"GIT_COMMIT": "8a91"}), 1),
        (
            json!([{"GIT_COMMIT": "8a91"}, null, {"GIT_COMMIT": "8b92"}]),
            2,
        ),
        (json!([]), 0),
    ] {
        assert_eq!(
            read("jiraSendKeys", &json!({"scm": given})).scm.len(),
            count
        );
    }
}
