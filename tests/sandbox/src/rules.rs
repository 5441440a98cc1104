//! Validation that all data types have in common: fields as data, and one walk over them.

use std::ops::RangeInclusive;

use jiff::Timestamp;
use serde_json::{Map, Value};

/// Limit of names, ids and descriptions.
pub(crate) const TEXT: Rule = Rule::Text(255);

/// What a value must be.
pub(crate) enum Rule {
    /// A string of at most so many UTF-16 units.
    Text(usize),
    /// As [`Rule::Text`], but Jira cuts what is too long.
    CutText(usize),
    /// Identity of a repository or of something in it: at most 1024 of few characters.
    Id,
    Pattern {
        matches: fn(&str) -> bool,
        /// The regular expression that the message names.
        expression: &'static str,
    },
    Boolean,
    /// A JSON number that fits an `int64`.
    Integer,
    /// An integer between these two.
    Between(i64, i64),
    /// A JSON number from 0 to 100.
    Percentage,
    OneOf(&'static [&'static str]),
    /// RFC 3339 with a zone.
    Date,
    /// An http or https address.
    Url,
    /// An address of any scheme.
    Uri,
    /// With one field at least.
    Object(&'static [Field]),
    ObjectOrEmpty(&'static [Field]),
    List {
        min: usize,
        max: usize,
        of: &'static Rule,
    },
    /// Checked elsewhere.
    Any,
}

pub(crate) struct Field {
    name: &'static str,
    required: bool,
    rule: Rule,
}

pub(crate) const fn required(name: &'static str, rule: Rule) -> Field {
    Field {
        name,
        required: true,
        rule,
    }
}

pub(crate) const fn optional(name: &'static str, rule: Rule) -> Field {
    Field {
        name,
        required: false,
        rule,
    }
}

/// Everything that is wrong with an object. Fields that Atlassian does not name are refused, so that typos show.
/// `prefix` is the path of the object within its item, with a dot at the end.
pub(crate) fn check_object(
    prefix: &str,
    object: &Map<String, Value>,
    fields: &[Field],
    errors: &mut Vec<String>,
) {
    for field in fields {
        let path = format!("{prefix}{}", field.name);
        let value = object.get(field.name);
        if field.required && value.is_none_or(is_blank) {
            errors.push(format!("'{path}' is required"));
        } else if let Some(value) = value {
            check_value(&path, value, &field.rule, errors);
        }
    }
    let unknown = object
        .keys()
        .filter(|name| fields.iter().all(|field| field.name != name.as_str()));
    errors.extend(unknown.map(|name| format!("Unknown field '{prefix}{name}'")));
}

fn is_blank(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty())
}

pub(crate) fn check_value(path: &str, value: &Value, rule: &Rule, errors: &mut Vec<String>) {
    let text = value.as_str();
    let problem = match rule {
        Rule::Text(limit) => text_problem(text, *limit),
        Rule::CutText(_) => text_problem(text, usize::MAX),
        Rule::Id => text_problem(text, 1024).or_else(|| {
            let allowed = |c: char| c.is_ascii_alphanumeric() || "~.-_".contains(c);
            let valid = text.is_some_and(|text| text.chars().all(allowed));
            (!valid).then(|| "can hold only A-Z a-z 0-9 ~ . - _".to_owned())
        }),
        Rule::Pattern {
            matches,
            expression,
        } => (!text.is_some_and(matches)).then(|| format!("must match \"{expression}\"")),
        Rule::Boolean => (!value.is_boolean()).then(|| "must be true or false".to_owned()),
        Rule::Integer => (!value.is_i64()).then(|| "must be an integer".to_owned()),
        Rule::Between(min, max) => {
            let within = value
                .as_i64()
                .is_some_and(|number| (*min..=*max).contains(&number));
            (!within).then(|| format!("must be an integer from {min} to {max}"))
        }
        Rule::Percentage => {
            let within = value
                .as_f64()
                .is_some_and(|number| (0.0..=100.0).contains(&number));
            (!within).then(|| "must be a number from 0 to 100".to_owned())
        }
        Rule::OneOf(allowed) => {
            let known = text.is_some_and(|text| allowed.contains(&text));
            (!known).then(|| format!("must be one of {}", allowed.join(", ")))
        }
        Rule::Date => {
            let valid = text.is_some_and(is_date);
            (!valid).then(|| "must be a date and time with a zone as in RFC 3339".to_owned())
        }
        Rule::Url => {
            let web =
                text.is_none_or(|text| text.starts_with("http://") || text.starts_with("https://"));
            uri_problem(text).or_else(|| (!web).then(|| "must be an http or https URL".to_owned()))
        }
        Rule::Uri => uri_problem(text),
        Rule::Object(fields) | Rule::ObjectOrEmpty(fields) => {
            let needs_one = matches!(rule, Rule::Object(_));
            return match value.as_object() {
                Some(object)
                    if needs_one
                        && object.is_empty()
                        && !fields.iter().any(|field| field.required) =>
                {
                    errors.push(format!("'{path}' must not be empty"));
                }
                Some(object) => check_object(&format!("{path}."), object, fields, errors),
                None => errors.push(format!("'{path}' must be an object")),
            };
        }
        Rule::List { min, max, of } => {
            check_count(path, value, *min..=*max, errors);
            for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                check_value(&format!("{path}[{index}]"), item, of, errors);
            }
            return;
        }
        Rule::Any => None,
    };
    errors.extend(problem.map(|problem| format!("'{path}' {problem}")));
}

/// That it is an array with so many elements.
pub(crate) fn check_count(
    path: &str,
    value: &Value,
    allowed: RangeInclusive<usize>,
    errors: &mut Vec<String>,
) {
    let (min, max) = (allowed.start(), allowed.end());
    let problem = match value.as_array().map(Vec::len) {
        None => "must be an array".to_owned(),
        Some(count) if count < *min => format!("must have at least {min} elements"),
        Some(count) if count > *max => format!("can have a maximum of {max} elements"),
        Some(_) => return,
    };
    errors.push(format!("'{path}' {problem}"));
}

/// Cuts what [`Rule::CutText`] allows to be too long, in objects within objects as well.
pub(crate) fn cut_texts(object: &mut Map<String, Value>, fields: &[Field]) {
    for field in fields {
        match (&field.rule, object.get_mut(field.name)) {
            (Rule::CutText(limit), Some(Value::String(text))) => {
                // Only characters of one UTF-16 unit are left in a valid body.
                if let Some((end, _)) = text.char_indices().nth(*limit) {
                    text.truncate(end);
                }
            }
            (Rule::Object(fields) | Rule::ObjectOrEmpty(fields), Some(Value::Object(object))) => {
                cut_texts(object, fields);
            }
            _ => {}
        }
    }
}

fn text_problem(text: Option<&str>, limit: usize) -> Option<String> {
    match text {
        None => Some("must be a string".to_owned()),
        Some(text) if utf16_length(text) > limit => {
            Some(format!("can have a maximum of {limit} characters"))
        }
        Some(_) => None,
    }
}

pub(crate) fn utf16_length(text: &str) -> usize {
    text.encode_utf16().count()
}

fn uri_problem(text: Option<&str>) -> Option<String> {
    text_problem(text, 2000).or_else(|| {
        let valid = text.is_some_and(is_uri);
        (!valid).then(|| "must be a valid URI".to_owned())
    })
}

/// As strict as Java's `URI` in the points that clients get wrong: scheme, host, forbidden characters, escapes.
fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else {
        return false;
    };
    let scheme_ok = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "+.-".contains(c));
    let host_ok = !rest.is_empty() && !rest.starts_with(['/', '?', '#', ':']);
    let forbidden = |c: char| c.is_whitespace() || c.is_control() || "<>\"{}|\\^`".contains(c);
    let escaped = |after: &str| after.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2;
    scheme_ok && host_ok && !rest.contains(forbidden) && rest.split('%').skip(1).all(escaped)
}

fn is_date(text: &str) -> bool {
    // The parser takes more forms than RFC 3339, so the shape is checked first.
    let bytes = text.as_bytes();
    let shape = b"0000-00-00T00:00:00";
    if bytes.len() <= shape.len() || !text.is_ascii() {
        return false;
    }
    let (moment, zone) = text.split_at(shape.len());
    let alike = moment.bytes().zip(shape).all(|(byte, model)| match model {
        b'0' => byte.is_ascii_digit(),
        other => byte == *other,
    });
    let zone = match zone.strip_prefix('.') {
        Some(fraction) => {
            let rest = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
            if rest.len() == fraction.len() {
                ""
            } else {
                rest
            }
        }
        None => zone,
    };
    let zone_ok = match zone.as_bytes() {
        [b'Z'] => true,
        [b'+' | b'-', hours @ .., b':', m1, m2] => {
            hours.len() == 2 && hours.iter().chain([m1, m2]).all(u8::is_ascii_digit)
        }
        _ => false,
    };
    alike && zone_ok && text.parse::<Timestamp>().is_ok()
}

/// The first character in any string or name of the body that Jira refuses, with the message that costs the
/// whole request.
pub(crate) fn forbidden_character(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => forbidden_in(text),
        Value::Array(list) => list.iter().find_map(forbidden_character),
        Value::Object(object) => object
            .iter()
            .find_map(|(name, value)| forbidden_in(name).or_else(|| forbidden_character(value))),
        _ => None,
    }
}

fn forbidden_in(text: &str) -> Option<String> {
    let allowed =
        |c: &char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}');
    let found = text.chars().find(|c| !allowed(c))?;
    // Jira names the first UTF-16 unit.
    let unit = found.encode_utf16(&mut [0; 2])[0];
    Some(format!(
        "Invalid binary character '#x{unit:X}' was found in the request body"
    ))
}
