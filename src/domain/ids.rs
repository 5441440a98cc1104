//! Ids that stay the same from run to run and are safe in a path.

use std::fmt::Write as _;
use std::str::FromStr;

use serde::Serialize;

use super::text::is_allowed;
use crate::digest::hex;

/// Longest id of a pipeline, an environment or a flag, in characters.
const MAX_ID: usize = 255;

/// Hexadecimal digits of the SHA-256 that distinguishes names cut at the limit.
const HASH_DIGITS: usize = 32;

/// How a pipeline's id is made from the name of its job.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum PipelineIdStyle {
    /// Path-safe: other characters than letters, digits, '.', '-' and '_' as ~ and two hexadecimal digits per UTF-8 byte
    #[default]
    Safe,
    /// The job's full name as it is, like version 1.4.5 of Atlassian's plugin
    Name,
    /// Java's hash code of the name, like version 2 of Atlassian's plugin
    Hash,
}

/// `pipelineId` of a build, `pipeline.id` of a deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct PipelineId(String);

impl PipelineId {
    /// From the full name of a job as `JOB_NAME` has it.
    pub(crate) fn of_job(name: &str, style: PipelineIdStyle) -> Self {
        Self(match style {
            PipelineIdStyle::Safe => safe(name),
            PipelineIdStyle::Name => as_it_is(name),
            PipelineIdStyle::Hash => java_hash(name).to_string(),
        })
    }

    /// An id that the user gives: made path-safe, but `~` is kept, so that an id read back from Jira stays itself.
    pub(crate) fn given(id: &str) -> Self {
        Self(encoded(id, b"._-~"))
    }

    /// The id in a body that exists already.
    pub(crate) fn of_body(id: &str) -> Self {
        Self(id.to_owned())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// `environment.id` of a deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct EnvironmentId(String);

impl EnvironmentId {
    /// Path-safe, but unchanged for those who keep the ids of Atlassian's plugin.
    pub(crate) fn new(name: &str, style: PipelineIdStyle) -> Self {
        Self(match style {
            PipelineIdStyle::Safe => safe(name),
            PipelineIdStyle::Name | PipelineIdStyle::Hash => as_it_is(name),
        })
    }

    /// As [`PipelineId::of_body`].
    pub(crate) fn of_body(id: &str) -> Self {
        Self(id.to_owned())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// `id` of a feature flag.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub(crate) struct ItemId(String);

impl ItemId {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ItemId {
    type Err = String;

    /// Made path-safe, but `~` is kept, so that an id read back from Jira stays itself.
    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.is_empty() {
            return Err("expected an id".to_owned());
        }
        Ok(Self(encoded(text, b"._-~")))
    }
}

/// The house rule for ids: every character outside `A-Z a-z 0-9 . _ -` becomes `~` and two hexadecimal digits per
/// UTF-8 byte; what is longer than 255 characters is cut and ends with a hash of the whole.
pub(super) fn safe(name: &str) -> String {
    encoded(name, b"._-")
}

/// The name that such an id was made of, unless it was cut.
pub(crate) fn decoded(id: &str) -> String {
    let id = id.replace('~', "%");
    let name = percent_encoding::percent_decode_str(&id);
    name.decode_utf8_lossy().into_owned()
}

/// The id that keeps letters, digits and these characters as they are.
fn encoded(name: &str, kept: &[u8]) -> String {
    let mut id = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || kept.contains(&byte) {
            id.push(char::from(byte));
        } else {
            let _ = write!(id, "~{byte:02X}");
        }
    }
    fit(id, name)
}

fn as_it_is(name: &str) -> String {
    fit(name.chars().filter(|c| is_allowed(*c)).collect(), name)
}

/// Cuts an id that is too long and ends it with a hash of the whole name.
fn fit(id: String, name: &str) -> String {
    if id.chars().count() <= MAX_ID {
        return id;
    }
    let cut: String = id.chars().take(MAX_ID - HASH_DIGITS - 1).collect();
    format!("{cut}-{}", hex(name, HASH_DIGITS))
}

/// `String.hashCode()`: 31 times the hash plus the UTF-16 unit, in wrapping 32-bit arithmetic.
fn java_hash(text: &str) -> i32 {
    text.encode_utf16().fold(0_i32, |hash, unit| {
        hash.wrapping_mul(31).wrapping_add(i32::from(unit))
    })
}

#[cfg(test)]
mod tests {
    use super::{EnvironmentId, ItemId, PipelineId, PipelineIdStyle, decoded, safe};

    #[test]
    fn ids_are_path_safe_unless_asked_otherwise() {
        use PipelineIdStyle::{Hash, Name, Safe};
        let cases = [
            ("shop", Safe, "shop"),
            ("shop/main", Safe, "shop~2Fmain"),
            (
                "shop/feature%2FPROJ-2-login",
                Safe,
                "shop~2Ffeature~252FPROJ-2-login",
            ),
            (
                "acme/Web Team/shop pipeline é",
                Safe,
                "acme~2FWeb~20Team~2Fshop~20pipeline~20~C3~A9",
            ),
            ("a~b", Safe, "a~7Eb"),
            ("🚀", Safe, "~F0~9F~9A~80"),
            ("shop/feature%2Fx", Name, "shop/feature%2Fx"),
            ("turbo-prchecks-windows", Hash, "-664092302"),
            ("multibranch-1/TEST-123-branch-name", Hash, "599292560"),
        ];
        for (name, style, id) in cases {
            assert_eq!(PipelineId::of_job(name, style).as_str(), id);
        }
        assert_eq!(
            PipelineId::given("shop~2Fmain/x").as_str(),
            "shop~2Fmain~2Fx"
        );
        assert_eq!(EnvironmentId::new("eu prod", Safe).0, "eu~20prod");
        assert_eq!(EnvironmentId::new("eu prod", Name).0, "eu prod");
    }

    #[test]
    fn an_id_says_its_name() {
        for name in ["eu-prod", "EU production", "50%", "a~b", "Zürich 🚀", ""] {
            assert_eq!(decoded(&safe(name)), name);
        }
    }

    #[test]
    fn ids_of_flags_are_path_safe_and_never_empty() {
        let cases = [
            ("new-cart", Some("new-cart")),
            (" new cart\n", Some("new~20cart")),
            ("shop/new~2Fcart", Some("shop~2Fnew~2Fcart")),
            ("🚀", Some("~F0~9F~9A~80")),
            (" \t", None),
        ];
        for (text, expected) in cases {
            let id = text.parse::<ItemId>().ok();
            assert_eq!(id.as_ref().map(ItemId::as_str), expected, "{text:?}");
        }
    }

    #[test]
    fn long_names_are_cut_and_stay_different() {
        let long = "é/".repeat(100);
        let other = format!("{long}x");
        let ids = [&long, &other].map(|name| PipelineId::of_job(name, PipelineIdStyle::Safe));
        assert_ne!(ids[0], ids[1]);
        assert!(ids.iter().all(|id| id.as_str().len() == 255));
        assert_eq!(ids[0], PipelineId::of_job(&long, PipelineIdStyle::Safe));
    }
}
