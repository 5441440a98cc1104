//! Fields of "Builds API, submitBuilds".

use crate::rules::Rule::{Any, Date, Integer, List, Object, OneOf, Uri, Url};
use crate::rules::{Field, Rule, TEXT, optional, required};

const STATES: &[&str] = &[
    "pending",
    "in_progress",
    "successful",
    "failed",
    "cancelled",
    "unknown",
];

pub(crate) const FIELDS: &[Field] = &[
    optional("schemaVersion", OneOf(&["1.0"])),
    required("pipelineId", TEXT),
    required("buildNumber", Integer),
    required("updateSequenceNumber", Integer),
    required("displayName", TEXT),
    optional("description", TEXT),
    optional("label", TEXT),
    required("url", Url),
    required("state", OneOf(STATES)),
    required("lastUpdated", Date),
    optional("issueKeys", Any),
    optional("associations", Any),
    optional("testInfo", Object(TEST_INFO)),
    optional(
        "references",
        List {
            min: 1,
            max: 5,
            of: &REFERENCE,
        },
    ),
];

const TEST_INFO: &[Field] = &[
    required("totalNumber", Integer),
    required("numberPassed", Integer),
    required("numberFailed", Integer),
    optional("numberSkipped", Integer),
];

const REFERENCE: Rule = Object(&[
    optional(
        "commit",
        Object(&[required("id", TEXT), required("repositoryUri", Uri)]),
    ),
    optional(
        "ref",
        Object(&[required("name", TEXT), required("uri", Uri)]),
    ),
]);
