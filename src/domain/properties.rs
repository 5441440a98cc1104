//! Labels on what is sent, by which it can be deleted later.

use std::collections::BTreeMap;
use std::str::FromStr;

use serde::Serialize;

use super::text::Line;

/// One label, `key=value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Property {
    key: String,
    value: Line,
}

impl FromStr for Property {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (key, value) = text
            .split_once('=')
            .ok_or("expected KEY=VALUE, such as job=shop")?;
        Self::new(key, value)
    }
}

impl Property {
    /// # Errors
    /// A key that Jira refuses (empty, with `:`, starting with `_`, over 255 characters) or a value that is
    /// not sent unchanged: a delete would not find a changed value.
    pub(crate) fn new(key: &str, value: &str) -> Result<Self, String> {
        let key = key.trim();
        let line = Line::optional(key).filter(|line| line.as_str() == key);
        if line.is_none() || key.contains(':') || key.starts_with('_') {
            return Err(format!(
                "{key:?} is not a valid property key: 1 to 255 characters, no colon, no leading underscore"
            ));
        }
        match Line::optional(value) {
            Some(line) if line.as_str() == value => Ok(Self {
                key: key.to_owned(),
                value: line,
            }),
            _ => Err(format!(
                "the value of property {key:?} must be one line of 1 to 255 characters, without emoji, user and password"
            )),
        }
    }
}

/// At most five labels, put on every item of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct Properties(BTreeMap<String, Line>);

impl Properties {
    const MAX: usize = 5;

    /// The user's labels, and as many of the defaults as there is room for.
    ///
    /// # Errors
    /// More than five labels, or one key twice.
    pub(crate) fn new(
        given: &[Property],
        defaults: impl IntoIterator<Item = Property>,
    ) -> Result<Self, String> {
        let mut properties = BTreeMap::new();
        for Property { key, value } in given {
            if properties.insert(key.clone(), value.clone()).is_some() {
                return Err(format!("the property {key:?} is given twice"));
            }
        }
        if properties.len() > Self::MAX {
            let (count, limit) = (properties.len(), Self::MAX);
            return Err(format!(
                "Jira accepts at most {limit} properties, got {count}"
            ));
        }
        for Property { key, value } in defaults {
            if properties.len() < Self::MAX {
                properties.entry(key).or_insert(value);
            }
        }
        Ok(Self(properties))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Keys and values, in the order of the keys.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::{Properties, Property};

    #[test]
    fn keys_and_values_are_what_jira_takes() {
        for good in ["job=shop", "a b=c=d", "k=ü"] {
            assert!(good.parse::<Property>().is_ok(), "{good}");
        }
        let long = format!("k={}", "x".repeat(256));
        for bad in [
            "job",
            "=x",
            "_k=x",
            "a:b=x",
            "k=",
            "k=a\nb",
            "k=🚀",
            "k= x",
            "a  b=x",
            long.as_str(),
        ] {
            assert!(bad.parse::<Property>().is_err(), "{bad}");
        }
    }

    #[test]
    fn the_users_labels_come_first_and_five_is_the_limit() {
        let property = |text: &str| text.parse::<Property>().unwrap();
        let defaults = ["job=shop", "site=x"].map(property);
        let four = ["a=1", "b=2", "c=3", "job=mine"].map(property);
        let properties = Properties::new(&four, defaults.clone()).unwrap();
        let json = serde_json::to_value(properties).unwrap();
        let expected = serde_json::json!({"a":"1","b":"2","c":"3","job":"mine","site":"x"});
        assert_eq!(json, expected);
        let six = ["a=1", "b=2", "c=3", "d=4", "e=5", "f=6"].map(property);
        assert!(Properties::new(&six, []).is_err());
        assert_eq!(Properties::new(&six[..5], defaults).unwrap().0.len(), 5);
        assert!(Properties::new(&["a=1", "a=2"].map(property), []).is_err());
    }
}
