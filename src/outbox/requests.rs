//! The pull requests that were sent as open, so that the build that contains one of them can end it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Most pull requests of one repository that are remembered.
const MAX: usize = 500;

/// The open pull requests of one repository, by their numbers.
pub(crate) type OpenRequests = BTreeMap<String, OpenRequest>;

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

/// Adds one; the oldest goes when there are too many.
pub(crate) fn add_request(requests: &mut OpenRequests, number: &str, request: OpenRequest) {
    requests.insert(number.to_owned(), request);
    while requests.len() > MAX
        && let Some((oldest, _)) = requests.iter().min_by_key(|(_, request)| request.at)
    {
        let oldest = oldest.clone();
        requests.remove(&oldest);
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX, OpenRequest, OpenRequests, add_request};

    #[test]
    fn the_oldest_is_forgotten_first() {
        let mut requests = OpenRequests::default();
        for at in 0..=MAX {
            let request = OpenRequest {
                at: i64::try_from(at).unwrap(),
                ..OpenRequest::default()
            };
            add_request(&mut requests, &format!("{}", MAX - at), request);
        }
        assert_eq!(requests.len(), MAX);
        assert_eq!(requests.get(&MAX.to_string()), None);
        assert!(requests.contains_key("0"));
    }
}
