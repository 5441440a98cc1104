//! From an address to what answers it.

use percent_encoding::percent_decode_str;
use serde_json::json;

use crate::http::{Request, Response};
use crate::panel::Panel;
use crate::state::State;
use crate::{Config, Permission, data, page, token};

pub(crate) fn answer(config: &Config, state: &mut State, request: &Request) -> Response {
    // Split before decoding: `%2F` belongs to its segment.
    let segments: Vec<String> = request.path.split('/').skip(1).map(decode).collect();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let data = match segments.as_slice() {
        ["jira", group, version, "cloud", cloud_id, rest @ ..] => {
            Permission::of_group(group, version).map(|permission| (permission, *cloud_id, rest))
        }
        _ => None,
    };
    if request.oversized {
        let permission = data.map_or(Permission::Builds, |(permission, ..)| permission);
        return permission.error(413, "The request body is too large");
    }
    if let Some((permission, cloud_id, rest)) = data {
        return data::answer(config, state, request, permission, cloud_id, rest);
    }
    match segments.as_slice() {
        ["oauth", "token"] => token::answer(config, &mut state.tokens, request),
        ["_edge", "tenant_info"] => tenant_info(config, request),
        [""] => page(request, || page::index(&state.store)),
        ["browse", key] => page(request, || page::issue(&Panel::of(&state.store, key))),
        _ => Response::empty(404),
    }
}

fn page(request: &Request, render: impl FnOnce() -> String) -> Response {
    match request.method.as_str() {
        "GET" | "HEAD" => Response::html(200, render()),
        _ => Response::empty(405),
    }
}

/// Open to everybody; a client that sends its credentials here gives them away.
fn tenant_info(config: &Config, request: &Request) -> Response {
    if request.method != "GET" {
        Response::empty(405)
    } else if request.query.is_some() {
        Response::empty(403)
    } else if request.header("authorization").is_some() {
        Response::json(400, &json!({ "message": "No credentials belong here" }))
    } else {
        Response::json(200, &json!({ "cloudId": config.cloud_id }))
    }
}

fn decode(segment: &str) -> String {
    percent_decode_str(segment).decode_utf8_lossy().into_owned()
}

/// The pairs of a query or of a form.
pub(crate) fn form_pairs(text: &str) -> Vec<(String, String)> {
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    let decode = |part: &str| decode(&part.replace('+', " "));
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        })
        .collect()
}
