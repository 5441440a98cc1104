//! Fields of "Deployments API, submitDeployments".

use crate::rules::Rule::{Any, Date, Integer, List, Object, OneOf, Url};
use crate::rules::{Field, Rule, TEXT, optional, required};

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

pub(crate) const FIELDS: &[Field] = &[
    required("deploymentSequenceNumber", Integer),
    required("updateSequenceNumber", Integer),
    optional("issueKeys", Any),
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
