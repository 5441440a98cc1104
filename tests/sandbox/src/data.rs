//! The operations of one group, Builds API or Deployments API.

use serde_json::{Value, json};

use crate::http::{Request, Response};
use crate::routes::form_pairs;
use crate::state::State;
use crate::store::{Key, Kind, Properties, Store};
use crate::{Config, Permission, submission};

enum Operation {
    Bulk,
    ByProperties,
    Item(Key),
}

pub(crate) fn answer(
    config: &Config,
    state: &mut State,
    request: &Request,
    kind: Kind,
    cloud_id: &str,
    path: &[&str],
) -> Response {
    if !state.tokens.accept(request.header("authorization")) {
        return unauthorized("Unauthorized");
    }
    let permission = match kind {
        Kind::Build => Permission::Builds,
        Kind::Deployment => Permission::Deployments,
    };
    if !config.permissions.contains(&permission) {
        return unauthorized("Unauthorized; scope does not match");
    }
    if cloud_id != config.cloud_id {
        return Response::empty(404);
    }
    let operation = match operation(kind, path) {
        Ok(Some(operation)) => operation,
        Ok(None) => return Response::empty(404),
        Err(message) => return bad_request(&message),
    };
    match (request.method.as_str(), operation) {
        ("POST", Operation::Bulk) => submit(config, &mut state.store, kind, &request.body),
        ("DELETE", Operation::ByProperties) => {
            delete_by_properties(&mut state.store, kind, request)
        }
        ("GET", Operation::Item(key)) => match state.store.get(&key) {
            Some(item) => Response::json(200, item),
            None => Response::empty(404),
        },
        ("DELETE", Operation::Item(key)) => {
            state.store.delete(&key);
            Response::empty(202)
        }
        _ => Response::empty(405),
    }
}

fn operation(kind: Kind, path: &[&str]) -> Result<Option<Operation>, String> {
    let number = |name: &str, text: &str| {
        text.parse()
            .map_err(|_| format!("'{name}' must be an integer"))
    };
    Ok(Some(match (kind, path) {
        (_, ["bulk"]) => Operation::Bulk,
        (_, ["bulkByProperties"]) => Operation::ByProperties,
        (Kind::Build, ["pipelines", pipeline, "builds", build]) => {
            Operation::Item(Key::build(pipeline, number("buildNumber", build)?))
        }
        (
            Kind::Deployment,
            [
                "pipelines",
                pipeline,
                "environments",
                environment,
                "deployments",
                deployment,
            ],
        ) => {
            let deployment = number("deploymentSequenceNumber", deployment)?;
            Operation::Item(Key::deployment(pipeline, environment, deployment))
        }
        _ => return Ok(None),
    }))
}

fn submit(config: &Config, store: &mut Store, kind: Kind, body: &[u8]) -> Response {
    match submission::submit(config, store, kind, body) {
        Ok(result) => Response::json(202, &result),
        Err(message) => bad_request(&message),
    }
}

fn delete_by_properties(store: &mut Store, kind: Kind, request: &Request) -> Response {
    let mut properties = Properties::new();
    for (name, value) in form_pairs(request.query.as_deref().unwrap_or_default()) {
        // Deprecated and without effect ("Builds API, deleteBuildsByProperty").
        if name == "_updateSequenceNumber" {
            continue;
        }
        if properties.insert(name.clone(), value).is_some() {
            return bad_request(&format!("Property '{name}' is given more than once"));
        }
    }
    if properties.is_empty() {
        return bad_request("At least one property is required");
    }
    store.delete_by(kind, &properties);
    Response::empty(202)
}

fn bad_request(message: &str) -> Response {
    Response::json(400, &errors([message.to_owned()]))
}

/// The shape of errors in this API family.
pub(crate) fn errors(messages: impl IntoIterator<Item = String>) -> Value {
    messages
        .into_iter()
        .map(|message| json!({ "message": message }))
        .collect()
}

/// The words of Atlassian's API gateway.
fn unauthorized(message: &str) -> Response {
    Response::json(401, &json!({ "code": 401, "message": message }))
}
