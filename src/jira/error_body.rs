//! What an answer says in its body: the API, its gateway and the proxies before it all use another shape.

use serde_json::Value;

/// Longest excerpt of a body that is shown, in characters.
const MAX_EXCERPT: usize = 300;

/// How much of a text is read, in bytes: pages of proxies can be long, and begin with what they say.
const MAX_READ: usize = 16 * 1024;

/// Most messages of one body that are shown.
const MAX_MESSAGES: usize = 20;

/// Whether it is something else than the JSON, or the nothing, that Jira answers with.
pub(super) fn is_page(body: &str) -> bool {
    !body.trim().is_empty() && serde_json::from_str::<serde::de::IgnoredAny>(body).is_err()
}

/// Whether it is HTML or XML, which Jira's API and its gateway never answer with.
pub(super) fn is_markup(body: &str) -> bool {
    body.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n'])
        .starts_with('<')
}

/// Whether it names an error in one of the shapes that Jira's API and its gateway use, see [`collect`].
pub(super) fn names_error(body: &str) -> bool {
    let is_text = |value: &Value| value.as_str().is_some_and(|text| !text.trim().is_empty());
    let is_message = |value: &Value| value.get("message").is_some_and(is_text);
    let all_of = |items: &[Value], is_one: &dyn Fn(&Value) -> bool| {
        !items.is_empty() && items.iter().all(is_one)
    };
    match serde_json::from_str(body) {
        Ok(Value::Array(items)) => all_of(&items, &is_message),
        Ok(Value::Object(fields)) => {
            let has = |name: &str| fields.get(name).is_some_and(is_text);
            let listed = fields.get("errorMessages").and_then(Value::as_array);
            let listed = listed
                .is_some_and(|items| all_of(items, &|item| is_text(item) || is_message(item)));
            let by_field = fields.get("errors").and_then(Value::as_object);
            let by_field = by_field.is_some_and(|errors| errors.values().any(is_text));
            listed || by_field || has("message") || has("error")
        }
        _ => false,
    }
}

/// The messages of an error body; of anything that is not JSON an excerpt without markup.
pub(super) fn messages(body: &str) -> Vec<String> {
    let mut found = Vec::new();
    match serde_json::from_str(body) {
        Ok(json) => collect(&json, &mut found),
        Err(_) => found.extend(excerpt(body)),
    }
    found.truncate(MAX_MESSAGES);
    found
}

/// Shapes: `[{"message"}]`, `{"errorMessages": [{"message"} or "…"], "errors": {…}}`, `{"message"}`,
/// `{"code", "message"}`, `{"error", "error_description"}`.
fn collect(json: &Value, found: &mut Vec<String>) {
    match json {
        Value::String(text) => found.extend(excerpt(text)),
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(fields) => {
            let text = |name: &str| fields.get(name).and_then(Value::as_str).and_then(excerpt);
            if let Some(message) = text("message") {
                let trace = text("errorTraceId").map(|id| format!(" (trace id {id})"));
                found.push(message + trace.unwrap_or_default().as_str());
            } else if let Some(error) = text("error_description").or_else(|| text("error")) {
                found.push(error);
            }
            for name in ["errorMessages", "errors"] {
                if let Some(nested) = fields.get(name) {
                    collect_values(nested, found);
                }
            }
        }
        _ => {}
    }
}

/// Jira's field errors are `{"field": "message"}`.
fn collect_values(json: &Value, found: &mut Vec<String>) {
    match json {
        Value::Object(fields) if !fields.contains_key("message") => {
            for (name, value) in fields {
                match value.as_str().and_then(excerpt) {
                    Some(message) => {
                        let name = excerpt(name).map(|name| format!("{name}: "));
                        found.push(name.unwrap_or_default() + message.as_str());
                    }
                    None => collect(value, found),
                }
            }
        }
        other => collect(other, found),
    }
}

/// The text in one line without HTML, cut to a length that fits a log.
pub(super) fn excerpt(text: &str) -> Option<String> {
    let mut plain = String::new();
    let mut rest = &text[..text.floor_char_boundary(MAX_READ)];
    while let Some(start) = rest.find('<') {
        plain.push_str(&rest[..start]);
        plain.push(' ');
        let tag = &rest[start..];
        // What stands inside these says nothing to people.
        let end = ["style", "script"].iter().find_map(|name| {
            let begins = tag.get(1..=name.len())?.eq_ignore_ascii_case(name);
            let closing = format!("</{name}");
            begins
                .then(|| tag.to_ascii_lowercase().find(&closing))
                .flatten()
        });
        rest = match tag[end.unwrap_or(0)..].find('>') {
            Some(close) => &tag[end.unwrap_or(0) + close + 1..],
            None => "",
        };
        if plain.len() > MAX_EXCERPT * 8 {
            break;
        }
    }
    plain.push_str(rest);
    let words: Vec<_> = plain.split_whitespace().collect();
    let line = words.join(" ");
    let mut cut: String = line.chars().take(MAX_EXCERPT).collect();
    if cut.len() < line.len() {
        cut.push('…');
    }
    (!cut.is_empty()).then_some(cut)
}

#[cfg(test)]
mod tests {
    use super::{excerpt, messages};

    #[test]
    fn every_shape_is_read() {
        let cases: &[(&str, &[&str])] = &[
            (
                r#"[{"message":"'url' is required","errorTraceId":"t1"},{"message":"b"}]"#,
                &["'url' is required (trace id t1)", "b"],
            ),
            (r#"{"errorMessages":[{"message":"a"}]}"#, &["a"]),
            (
                r#"{"errorMessages":["The IP address has been rejected"],"errors":{}}"#,
                &["The IP address has been rejected"],
            ),
            (
                r#"{"errorMessages":[],"errors":{"name":"is wrong"}}"#,
                &["name: is wrong"],
            ),
            (r#"{"message":"m"}"#, &["m"]),
            (r#"{"error":"e"}"#, &["e"]),
            (
                r#"{"code":401,"message":"Unauthorized"}"#,
                &["Unauthorized"],
            ),
            (
                r#"{"error":"access_denied","error_description":"Unauthorized"}"#,
                &["Unauthorized"],
            ),
            (
                "<html><head><style>b{x}</style></head><body><h1>503</h1>\nBusy</body></html>",
                &["503 Busy"],
            ),
            ("plain words", &["plain words"]),
            ("", &[]),
            ("[]", &[]),
            ("42", &[]),
            ("null", &[]),
        ];
        for (body, expected) in cases {
            assert_eq!(&messages(body), expected, "{body}");
        }
    }

    #[test]
    fn excerpts_are_short_even_of_broken_markup() {
        let long = "<p>é".repeat(50_000);
        assert!(excerpt(&long).unwrap().chars().count() <= 301);
        let unclosed = format!("a<{}", "x".repeat(10_000));
        assert_eq!(excerpt(&unclosed).as_deref(), Some("a"));
        assert_eq!(
            excerpt("<script>never closed"),
            Some("never closed".to_owned())
        );
        assert_eq!(excerpt("<é>x").as_deref(), Some("x"));
        let name = format!(r#"{{"errors":{{"a\n<b>{}":"c"}}}}"#, "x".repeat(5_000));
        let message = &messages(&name)[0];
        assert!(
            message.starts_with("a xxx") && message.chars().count() < 310,
            "{message}"
        );
        assert_eq!(messages(r#"{"errors":{"":"c"}}"#), ["c"]);
        let many = format!("[{}\"x\"]", "\"x\",".repeat(100));
        assert_eq!(messages(&many).len(), 20);
    }
}
