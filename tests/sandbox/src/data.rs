//! The operations of one group of Jira's API, one group per data type.

use serde_json::{Value, json};

use crate::http::{Request, Response};
use crate::routes::form_pairs;
use crate::state::State;
use crate::store::{Key, Kind, Properties, Selection};
use crate::submission::{self, Bulk, errors};
use crate::{Config, Permission, builds, deployments, devinfo, feature_flags};

/// The groups: name and version in the address.
const GROUPS: [(&str, &str, Permission); 4] = [
    ("builds", "0.1", Permission::Builds),
    ("deployments", "0.1", Permission::Deployments),
    ("devinfo", "0.1", Permission::DevelopmentInformation),
    ("featureflags", "0.1", Permission::FeatureFlags),
];

impl Permission {
    /// The data type at this address.
    pub(crate) fn of_group(name: &str, version: &str) -> Option<Self> {
        let mut groups = GROUPS.iter();
        let found = groups.find(|group| (group.0, group.1) == (name, version));
        found.map(|(_, _, permission)| *permission)
    }

    fn bulk(self) -> Option<&'static Bulk> {
        match self {
            Self::Builds => Some(&builds::BULK),
            Self::Deployments => Some(&deployments::BULK),
            Self::DevelopmentInformation => None,
            Self::FeatureFlags => Some(&feature_flags::BULK),
        }
    }

    /// The form of a 400 or 413.
    pub(crate) fn error(self, status: u16, message: &str) -> Response {
        let errors = errors([message.to_owned()]);
        let body = match self {
            Self::DevelopmentInformation => json!({ "errorMessages": errors }),
            _ => errors,
        };
        Response::json(status, &body)
    }
}

enum Operation {
    Submit,
    DeleteByProperties,
    ExistsByProperties,
    /// To be read or deleted.
    Item(Key),
    GatingStatus(Key),
    /// By its id; to be read or deleted with all that is in it.
    Repository(String),
    /// Within a repository; to be deleted only.
    Entity(Key),
}

pub(crate) fn answer(
    config: &Config,
    state: &mut State,
    request: &Request,
    permission: Permission,
    cloud_id: &str,
    path: &[&str],
) -> Response {
    if !state.tokens.accept(request.header("authorization")) {
        return unauthorized("Unauthorized");
    }
    if !config.permissions.contains(&permission) {
        return unauthorized("Unauthorized; scope does not match");
    }
    if cloud_id != config.cloud_id {
        return Response::empty(404);
    }
    let operation = match operation(permission, path) {
        Ok(Some(operation)) => operation,
        Ok(None) => return Response::empty(404),
        Err(message) => return permission.error(400, &message),
    };
    carry_out(config, state, request, permission, operation)
        .unwrap_or_else(|message| permission.error(400, &message))
}

fn operation(permission: Permission, path: &[&str]) -> Result<Option<Operation>, String> {
    use Permission::{Builds, Deployments, DevelopmentInformation, FeatureFlags};
    let number = |name: &str, text: &str| {
        text.parse()
            .map_err(|_| format!("'{name}' must be an integer"))
    };
    Ok(Some(match (permission, path) {
        (_, ["bulk"]) => Operation::Submit,
        (_, ["bulkByProperties"]) => Operation::DeleteByProperties,
        (Builds, ["pipelines", pipeline, "builds", build]) => {
            Operation::Item(Key::build(pipeline, number("buildNumber", build)?))
        }
        (
            Deployments,
            [
                "pipelines",
                pipeline,
                "environments",
                environment,
                "deployments",
                deployment,
                rest @ ..,
            ],
        ) => {
            let deployment = number("deploymentSequenceNumber", deployment)?;
            let key = Key::deployment(pipeline, environment, deployment);
            match rest {
                [] => Operation::Item(key),
                ["gating-status"] => Operation::GatingStatus(key),
                _ => return Ok(None),
            }
        }
        (DevelopmentInformation, ["existsByProperties"]) => Operation::ExistsByProperties,
        (DevelopmentInformation, ["repository", id]) => Operation::Repository((*id).to_owned()),
        (DevelopmentInformation, ["repository", repository, entity_type, id]) => {
            let kind = devinfo::kind_of(entity_type)
                .ok_or_else(|| format!("Wrong entity type '{entity_type}' specified"))?;
            Operation::Entity(Key::new(kind, &[repository, id]))
        }
        (FeatureFlags, ["flag", id]) => Operation::Item(Key::new(Kind::FeatureFlag, &[id])),
        _ => return Ok(None),
    }))
}

/// The answer, or the message of a 400.
fn carry_out(
    config: &Config,
    state: &mut State,
    request: &Request,
    permission: Permission,
    operation: Operation,
) -> Result<Response, String> {
    let store = &mut state.store;
    let query = || Query::of(permission, request.query.as_deref().unwrap_or_default());
    let found = |item: Option<Value>| match item {
        Some(item) => Response::json(200, &item),
        None => Response::empty(404),
    };
    Ok(match (request.method.as_str(), operation) {
        ("POST", Operation::Submit) => {
            let result = match permission.bulk() {
                Some(bulk) => submission::submit(config, store, bulk, &request.body)?,
                None => devinfo::submit(config, store, &request.body)?,
            };
            Response::json(202, &result)
        }
        ("GET", Operation::Item(key)) => found(store.get(&key).cloned()),
        ("GET", Operation::GatingStatus(key)) => match store.get(&key) {
            Some(deployment) => state.gating.answer(&key, deployment),
            None => Response::empty(404),
        },
        ("GET", Operation::Repository(id)) => found(devinfo::repository(store, &id)),
        ("GET", Operation::ExistsByProperties) => {
            let query = query()?;
            let exists = store.has_any(Kind::Repository, query.properties()?, query.up_to);
            Response::json(200, &json!({ "hasDataMatchingProperties": exists }))
        }
        ("DELETE", operation) => {
            let query = query()?;
            let selection = match operation {
                Operation::Item(key) | Operation::Entity(key) => Selection::Item(key),
                Operation::Repository(id) => Selection::Repository(id),
                Operation::DeleteByProperties => {
                    let kind = permission
                        .bulk()
                        .map_or(Kind::Repository, |bulk| bulk.item.kind);
                    Selection::Carrying(kind, query.properties()?.clone())
                }
                Operation::Submit | Operation::ExistsByProperties | Operation::GatingStatus(_) => {
                    return Ok(Response::empty(405));
                }
            };
            store.delete(selection, query.up_to);
            Response::empty(202)
        }
        _ => Response::empty(405),
    })
}

/// What follows the `?` of a delete or of a question for properties.
struct Query {
    properties: Properties,
    /// Only what has at most this number; development information alone still heeds it.
    up_to: Option<i64>,
}

impl Query {
    fn of(permission: Permission, query: &str) -> Result<Self, String> {
        let mut properties = Properties::new();
        let mut up_to = None;
        for (name, value) in form_pairs(query) {
            match (permission, name.as_str()) {
                (Permission::DevelopmentInformation, "_updateSequenceId") => {
                    let number = value.parse();
                    up_to = Some(number.map_err(|_| format!("'{name}' must be an integer"))?);
                }
                // "No longer supported".
                (_, "_updateSequenceId" | "_updateSequenceNumber") => {}
                _ => {
                    if properties.insert(name.clone(), value).is_some() {
                        return Err(format!("Property '{name}' is given more than once"));
                    }
                }
            }
        }
        Ok(Self { properties, up_to })
    }

    fn properties(&self) -> Result<&Properties, String> {
        if self.properties.is_empty() {
            return Err("At least one property is required".to_owned());
        }
        Ok(&self.properties)
    }
}

/// The words of Atlassian's API gateway.
fn unauthorized(message: &str) -> Response {
    Response::json(401, &json!({ "code": 401, "message": message }))
}
