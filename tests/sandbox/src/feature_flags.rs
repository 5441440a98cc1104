//! "Feature Flags API, submitFeatureFlags".

use crate::associations::{Allowed, ISSUE_KEYS, ISSUE_TYPES, NO_ISSUE_KEYS};
use crate::rules::Rule::{
    Any, Between, Boolean, Date, Integer, List, Object, OneOf, Percentage, Url,
};
use crate::rules::{Field, Rule, TEXT, optional, required};
use crate::store::Kind;
use crate::submission::{Bulk, Item, PROPERTIES, PROVIDER_METADATA, Refusals, items};

pub(crate) const BULK: Bulk = Bulk {
    item: Item {
        kind: Kind::FeatureFlag,
        fields: FIELDS,
        associations: Allowed {
            types: ISSUE_TYPES,
            max_blocks: usize::MAX,
            missing: NO_ISSUE_KEYS,
            nothing_known: "No valid issues found for feature flag",
        },
    },
    list: "flags",
    request: &[items("flags"), PROPERTIES, PROVIDER_METADATA],
    identity: &[("id", "/id")],
    accepted: "acceptedFeatureFlags",
    refused: "failedFeatureFlags",
    refusals: Refusals::ById,
    tells_unknown_issue_keys: true,
};

/// Unlike a deployment's, without `unmapped`.
const ENVIRONMENT_TYPES: &[&str] = &["development", "testing", "staging", "production"];

const FIELDS: &[Field] = &[
    optional("schemaVersion", OneOf(&["1.0"])),
    required("id", TEXT),
    required("key", TEXT),
    required("updateSequenceId", Integer),
    optional("displayName", TEXT),
    optional("issueKeys", ISSUE_KEYS),
    optional("associations", Any),
    required(
        "summary",
        Object(&[
            optional("url", Url),
            required("status", STATUS),
            required("lastUpdated", Date),
        ]),
    ),
    required(
        "details",
        List {
            min: 1,
            max: usize::MAX,
            of: &DETAILS,
        },
    ),
];

const DETAILS: Rule = Object(&[
    required("url", Url),
    required("lastUpdated", Date),
    required(
        "environment",
        Object(&[
            required("name", TEXT),
            optional("type", OneOf(ENVIRONMENT_TYPES)),
        ]),
    ),
    required("status", STATUS),
]);

const STATUS: Rule = Object(&[
    required("enabled", Boolean),
    optional("defaultValue", TEXT),
    optional(
        "rollout",
        Object(&[
            optional("percentage", Percentage),
            optional("text", TEXT),
            optional("rules", Between(0, i64::MAX)),
        ]),
    ),
]);
