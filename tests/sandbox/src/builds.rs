//! "Builds API, submitBuilds".

use crate::associations::{Allowed, ISSUE_KEYS, ISSUE_TYPES, NO_ISSUE_KEYS};
use crate::rules::Rule::{Any, Date, Integer, List, Object, OneOf, Uri, Url};
use crate::rules::{Field, Rule, TEXT, optional, required};
use crate::store::Kind;
use crate::submission::{Bulk, Item, PROPERTIES, PROVIDER_METADATA, Refusals, items};

pub(crate) const BULK: Bulk = Bulk {
    item: Item {
        kind: Kind::Build,
        fields: FIELDS,
        associations: Allowed {
            types: ISSUE_TYPES,
            max_blocks: usize::MAX,
            missing: NO_ISSUE_KEYS,
            nothing_known: "No valid issues found for build",
        },
    },
    list: "builds",
    request: &[items("builds"), PROPERTIES, PROVIDER_METADATA],
    identity: &[
        ("pipelineId", "/pipelineId"),
        ("buildNumber", "/buildNumber"),
    ],
    accepted: "acceptedBuilds",
    refused: "rejectedBuilds",
    refusals: Refusals::List,
    tells_unknown_issue_keys: true,
};

const STATES: &[&str] = &[
    "pending",
    "in_progress",
    "successful",
    "failed",
    "cancelled",
    "unknown",
];

const FIELDS: &[Field] = &[
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
    optional("issueKeys", ISSUE_KEYS),
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
