//! Files of feature flags.

use crate::domain::environment_types::EnvironmentTypes;
use crate::flag_file::{Defaults, parse};

/// The file as it is.
///
/// # Panics
/// When something that must hold does not.
pub fn flag_files(bytes: &[u8]) {
    let defaults = Defaults {
        url: "https://ci.example.com/1".parse().ok(),
        time: "2026-01-01T00:00:00Z".parse().expect("a time"),
        types: EnvironmentTypes::default(),
    };
    match parse("flags", bytes, &defaults) {
        Ok(file) => {
            for flag in &file.flags {
                check_id(flag.id.as_str());
                let json =
                    serde_json::json!([flag.key, flag.display_name, flag.summary, flag.details]);
                assert!(json[3][0]["url"].is_string());
                check_json(&json);
            }
        }
        Err(failure) => check_failure(&failure.lines(), bytes),
    }
}

fn check_id(id: &str) {
    let safe = |byte: u8| byte.is_ascii_alphanumeric() || b"._-~".contains(&byte);
    assert!((1..=255).contains(&id.len()) && id.bytes().all(safe));
}

/// No text that Jira would refuse, no number out of its range.
fn check_json(json: &serde_json::Value) {
    match json {
        serde_json::Value::String(text) => {
            assert!(!text.is_empty() && text.chars().all(crate::domain::text::is_allowed));
        }
        serde_json::Value::Array(items) => items.iter().for_each(check_json),
        serde_json::Value::Object(fields) => {
            if let Some(percentage) = fields.get("percentage") {
                assert!((0.0..=100.0).contains(&percentage.as_f64().expect("a number")));
            }
            fields.values().for_each(check_json);
        }
        _ => {}
    }
}

/// Few lines, each with a place in the file.
fn check_failure(lines: &[(&str, &str)], bytes: &[u8]) {
    let causes = lines.iter().filter(|(label, _)| *label == "caused by");
    let causes: Vec<&str> = causes.map(|(_, line)| *line).collect();
    assert!((1..=11).contains(&causes.len()));
    let last = bytes.split(|byte| *byte == b'\n').count();
    for cause in causes {
        if cause.starts_with("and ") {
            continue;
        }
        let place = cause.strip_prefix("line ").expect("a line");
        let number = place.split([',', ':']).next().and_then(|n| n.parse().ok());
        let number: usize = number.expect("the number of a line");
        assert!((1..=last).contains(&number), "{cause}");
    }
}
