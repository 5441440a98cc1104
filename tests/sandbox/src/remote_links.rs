//! "Remote Links API, submitRemoteLinks".

use crate::associations::Allowed;
use crate::rules::Rule::{Any, Date, Integer, List, Object, OneOf, Text, TextMap, Url};
use crate::rules::{Field, TEXT, optional, required};
use crate::store::Kind;
use crate::submission::{Bulk, Item, PROPERTIES, PROVIDER_METADATA, Refusals, items};

pub(crate) const BULK: Bulk = Bulk {
    item: Item {
        kind: Kind::RemoteLink,
        fields: FIELDS,
        associations: Allowed {
            types: &["issueKeys", "issueIdOrKeys", "serviceIdOrKeys"],
            max_blocks: 2,
            missing: "At least one association is required",
            nothing_known: "No valid associations found for remote link",
        },
    },
    list: "remoteLinks",
    request: &[items("remoteLinks"), PROPERTIES, PROVIDER_METADATA],
    identity: &[("id", "/id")],
    accepted: "acceptedRemoteLinks",
    refused: "rejectedRemoteLinks",
    refusals: Refusals::ById,
    tells_unknown_issue_keys: false,
};

const TYPES: &[&str] = &[
    "document",
    "alert",
    "test",
    "security",
    "logFile",
    "prototype",
    "coverage",
    "bugReport",
    "other",
];
const APPEARANCES: &[&str] = &[
    "default",
    "inprogress",
    "moved",
    "new",
    "removed",
    "prototype",
    "success",
];

/// The old form `issueKeys` does not exist here.
const FIELDS: &[Field] = &[
    optional("schemaVersion", OneOf(&["1.0"])),
    required("id", TEXT),
    required("updateSequenceNumber", Integer),
    required("displayName", TEXT),
    required("url", Url),
    required("type", OneOf(TYPES)),
    optional("description", TEXT),
    required("lastUpdated", Date),
    optional("associations", Any),
    optional(
        "status",
        Object(&[
            required("appearance", OneOf(APPEARANCES)),
            required("label", TEXT),
        ]),
    ),
    optional(
        "actionIds",
        List {
            min: 0,
            max: 10,
            of: &Text(usize::MAX),
        },
    ),
    optional("attributeMap", TextMap),
];
