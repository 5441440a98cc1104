//! The pull requests that were sent as open, so that the build that contains one of them can end it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Most pull requests of one repository that are remembered.
const MAX: usize = 500;

/// The open pull requests of one repository, by their numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct OpenRequests(BTreeMap<String, OpenRequest>);

/// One pull request as it was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct OpenRequest {
    /// When it was sent, in milliseconds since 1970.
    pub(crate) at: i64,
    /// Its newest commit.
    pub(crate) tip: String,
    pub(crate) source: String,
    pub(crate) is_from_fork: bool,
    pub(crate) target: Option<String>,
    pub(crate) title: Option<String>,
    pub(crate) url: Option<String>,
    pub(crate) author_name: Option<String>,
    pub(crate) author_email: Option<String>,
}

impl OpenRequests {
    pub(crate) fn get(&self, number: &str) -> Option<&OpenRequest> {
        self.0.get(number)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &OpenRequest)> {
        self.0
            .iter()
            .map(|(number, request)| (number.as_str(), request))
    }

    /// Adds one; the oldest goes when there are too many.
    pub(crate) fn add(&mut self, number: &str, request: OpenRequest) {
        self.0.insert(number.to_owned(), request);
        while self.0.len() > MAX {
            let oldest = self.0.iter().min_by_key(|(_, request)| request.at);
            let Some(number) = oldest.map(|(number, _)| number.clone()) else {
                break;
            };
            self.0.remove(&number);
        }
    }

    /// Whether it was there.
    pub(crate) fn remove(&mut self, number: &str) -> bool {
        self.0.remove(number).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX, OpenRequest, OpenRequests};

    #[test]
    fn the_oldest_is_forgotten_first() {
        let mut requests = OpenRequests::default();
        for at in 0..=MAX {
            let request = OpenRequest {
                at: i64::try_from(at).unwrap(),
                ..OpenRequest::default()
            };
            requests.add(&format!("{}", MAX - at), request);
        }
        assert_eq!(requests.iter().count(), MAX);
        assert_eq!(requests.get(&MAX.to_string()), None);
        assert!(requests.remove("0") && !requests.remove("0"));
    }
}
