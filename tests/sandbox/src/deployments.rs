//! "Deployments API, submitDeployments".

use crate::associations::{Allowed, ISSUE_KEYS, NO_ISSUE_KEYS};
use crate::rules::Rule::{Any, Date, Integer, List, Object, OneOf, Url};
use crate::rules::{Field, Rule, TEXT, optional, required};
use crate::store::Kind;
use crate::submission::{Bulk, Item, PROPERTIES, PROVIDER_METADATA, Refusals, items};

pub(crate) const BULK: Bulk = Bulk {
    item: Item {
        kind: Kind::Deployment,
        fields: FIELDS,
        associations: Allowed {
            types: &[
                "issueKeys",
                "issueIdOrKeys",
                "serviceIdOrKeys",
                "commit",
                "repository",
            ],
            max_blocks: 3,
            missing: NO_ISSUE_KEYS,
            nothing_known: "No valid associations found for deployment",
        },
    },
    list: "deployments",
    request: &[items("deployments"), PROPERTIES, PROVIDER_METADATA],
    identity: &[
        ("pipelineId", "/pipeline/id"),
        ("environmentId", "/environment/id"),
        ("deploymentSequenceNumber", "/deploymentSequenceNumber"),
    ],
    accepted: "acceptedDeployments",
    refused: "rejectedDeployments",
    refusals: Refusals::List,
    tells_unknown_issue_keys: true,
};

const STATES: &[&str] = &[
    "unknown",
    "pending",
    "in_progress",
    "cancelled",
    "failed",
    "rolled_back",
    "successful",
];
const ENVIRONMENT_TYPES: &[&str] = &[
    "unmapped",
    "development",
    "testing",
    "staging",
    "production",
];

const FIELDS: &[Field] = &[
    required("deploymentSequenceNumber", Integer),
    required("updateSequenceNumber", Integer),
    optional("issueKeys", ISSUE_KEYS),
    optional("associations", Any),
    required("displayName", TEXT),
    required("url", Url),
    required("description", TEXT),
    required("lastUpdated", Date),
    optional("label", TEXT),
    optional("duration", Integer),
    required("state", OneOf(STATES)),
    required(
        "pipeline",
        Object(&[
            required("id", TEXT),
            required("displayName", TEXT),
            required("url", Url),
        ]),
    ),
    required(
        "environment",
        Object(&[
            required("id", TEXT),
            required("displayName", TEXT),
            required("type", OneOf(ENVIRONMENT_TYPES)),
        ]),
    ),
    optional(
        "commands",
        List {
            min: 0,
            max: usize::MAX,
            of: &COMMAND,
        },
    ),
    optional("schemaVersion", OneOf(&["1.0"])),
];

const COMMAND: Rule = Object(&[optional("command", OneOf(&["initiate_deployment_gating"]))]);
