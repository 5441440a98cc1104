//! What is written for one request, such as a build: its body and what is known of its way. Never a credential and
//! never a token.

use std::io;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::name::{Name, VERSION};
use crate::domain::timestamp::Timestamp;
use crate::error::plain;
use crate::jira::{Body, DataType};

/// One body that Jira did not get.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Entry {
    version: u32,
    /// What people call it: `build shop » main #42 successful`.
    pub(crate) name: String,
    /// The host; none where only the cloud id is known.
    pub(crate) site: Option<String>,
    pub(crate) cloud_id: Option<String>,
    /// The identity as Jira would repeat it.
    pub(crate) key: Value,
    pub(crate) sequence: i64,
    pub(crate) created: Timestamp,
    /// How often it was tried to deliver it.
    pub(crate) tries: u32,
    pub(crate) reason: String,
    /// The request as it was to be sent.
    #[serde(flatten)]
    pub(crate) body: Body,
}

/// Why a file holds no entry that can be sent.
#[derive(Debug, PartialEq)]
pub(super) enum NoEntry {
    Newer(u32),
    /// Data of a kind that this version does not know.
    OtherKind,
    Corrupt(String),
    /// It cannot be read now, by this user or on this machine; that says nothing of what is in it.
    Unreadable(String),
    Gone,
}

impl From<io::Error> for NoEntry {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::Gone,
            io::ErrorKind::InvalidData => Self::Corrupt(plain(error)),
            _ => Self::Unreadable(plain(error)),
        }
    }
}

impl Entry {
    /// One that was not tried yet; nothing when the body has no sequence number.
    pub(crate) fn new(
        name: String,
        (site, cloud_id): (Option<&str>, Option<&str>),
        body: &Body,
        now: Timestamp,
    ) -> Option<Self> {
        Some(Self {
            version: VERSION,
            name,
            site: site.map(ToOwned::to_owned),
            cloud_id: cloud_id.map(ToOwned::to_owned),
            key: body.identity(),
            sequence: body.sequence()?.as_i64(),
            created: now,
            tries: 0,
            reason: String::new(),
            body: body.clone(),
        })
    }

    /// The site, or the cloud id in its place.
    pub(crate) fn place(&self) -> &str {
        let place = self.site.as_deref().or(self.cloud_id.as_deref());
        place.unwrap_or_default()
    }

    pub(super) fn file_name(&self) -> Name {
        Name {
            sequence: self.sequence,
            created: self.created.as_millisecond(),
            item: self.item(),
        }
    }

    pub(super) fn to_text(&self) -> String {
        format!("{:#}\n", serde_json::json!(self))
    }

    pub(super) fn parse(text: &str) -> Result<Self, NoEntry> {
        match serde_json::from_str(text) {
            Ok(value) => Self::of_value(value),
            Err(error) => Err(NoEntry::Corrupt(error.to_string())),
        }
    }

    pub(super) fn of_value(value: Value) -> Result<Self, NoEntry> {
        let version = value.get("version").and_then(Value::as_u64);
        match version.and_then(|version| u32::try_from(version).ok()) {
            Some(newer) if newer > VERSION => return Err(NoEntry::Newer(newer)),
            Some(VERSION) => {}
            _ => return Err(NoEntry::Corrupt("it has no version".to_owned())),
        }
        let kind = value.get("data").and_then(Value::as_str);
        if kind.is_some_and(|kind| DataType::from_name(kind).is_none()) {
            return Err(NoEntry::OtherKind);
        }
        match serde_json::from_value::<Self>(value) {
            Ok(entry) if entry.is_whole() => Ok(entry),
            Ok(_) => Err(NoEntry::Corrupt(
                "its body does not match its kind".to_owned(),
            )),
            Err(error) => Err(NoEntry::Corrupt(error.to_string())),
        }
    }

    /// Something to send, and somebody to send it to.
    fn is_whole(&self) -> bool {
        !self.body.is_empty() && !self.place().is_empty()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Body, DataType, Entry, NoEntry};

    fn entry() -> Entry {
        let body = json!({"builds": [{
            "pipelineId": "shop", "buildNumber": 1, "updateSequenceNumber": 1_767_268_800_123_i64,
            "displayName": "é \u{FFFD} \"x\"",
        }]});
        let body = Body::new(DataType::Builds, &body);
        let (name, site) = ("build shop #1".to_owned(), Some("acme.atlassian.net"));
        let now = "2026-01-01T12:00:00.123Z".parse().unwrap();
        Entry::new(name, (site, None), &body, now).unwrap()
    }

    #[test]
    fn what_is_written_is_read() {
        let entry = entry();
        assert_eq!(Entry::parse(&entry.to_text()), Ok(entry));
    }

    #[test]
    fn what_cannot_be_read_now_is_not_called_damaged() {
        use std::io::{Error, ErrorKind};
        for kind in [
            ErrorKind::PermissionDenied,
            ErrorKind::StaleNetworkFileHandle,
            ErrorKind::TimedOut,
            ErrorKind::Other,
        ] {
            let none = NoEntry::from(Error::from(kind));
            assert!(matches!(none, NoEntry::Unreadable(_)), "{kind}");
        }
        // EIO and EMFILE have no kind of their own.
        for number in [5, 24] {
            let none = NoEntry::from(Error::from_raw_os_error(number));
            assert!(matches!(none, NoEntry::Unreadable(_)), "{number}");
        }
    }

    #[test]
    fn other_texts_are_told_apart() {
        let with = |name: &str, value: serde_json::Value| {
            let mut json = json!(entry());
            json[name] = value;
            Entry::parse(&json.to_string())
        };
        assert_eq!(with("version", json!(2)), Err(NoEntry::Newer(2)));
        assert_eq!(with("data", json!("incidents")), Err(NoEntry::OtherKind));
        let corrupt = [
            Entry::parse(""),
            Entry::parse("{}"),
            Entry::parse("[1]"),
            Entry::parse(&"[".repeat(10_000)),
            with("version", json!(0)),
            with("version", json!(-1)),
            with("version", json!("1")),
            with("site", json!(null)),
            with("site", json!("")),
            with("created", json!("yesterday")),
            with("tries", json!(-1)),
            with("body", json!({})),
            with("body", json!({"builds": []})),
            with("data", json!("deployments")),
            with("sequence", json!(1.5)),
        ];
        for parsed in corrupt {
            assert!(matches!(parsed, Err(NoEntry::Corrupt(_))), "{parsed:?}");
        }
    }

    /// Ten thousand damaged files: any answer but a panic, and never an entry without somebody to send it to.
    #[test]
    fn damaged_texts_do_no_harm() {
        let text = entry().to_text().into_bytes();
        let mut state = 0x2026_0101_u64;
        let mut random = |below: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from(state % u64::try_from(below).unwrap()).unwrap()
        };
        for _ in 0..10_000 {
            let mut damaged = text.clone();
            for _ in 0..=random(4) {
                let position = random(damaged.len());
                match random(5) {
                    0 => damaged.truncate(position.max(1)),
                    1 => damaged[position] = u8::try_from(random(256)).unwrap(),
                    2 => damaged.insert(position, b"{}[]\",:0-e\0"[random(11)]),
                    3 => drop(damaged.remove(position)),
                    _ => damaged.extend_from_slice(&text[position.min(text.len() - 1)..]),
                }
                if damaged.is_empty() {
                    damaged.push(b'{');
                }
            }
            if let Ok(entry) = Entry::parse(&String::from_utf8_lossy(&damaged)) {
                assert!(!entry.place().is_empty());
                let _ = (entry.item(), entry.to_text());
            }
        }
    }
}
