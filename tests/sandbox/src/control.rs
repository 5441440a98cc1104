//! Control by other processes, under `/_sandbox`; never recorded, never disturbed.

use std::time::Duration;

use serde_json::{Value, json};

use crate::faults::Fault;
use crate::gating::Gating;
use crate::http::{Request, Response};
use crate::record::{Endpoint, RecordedRequest};
use crate::state::State;

/// `None` when the request is not for the control.
pub(crate) fn answer(state: &mut State, request: &Request) -> Option<Response> {
    let rest = request.path.strip_prefix("/_sandbox")?;
    if !rest.is_empty() && !rest.starts_with('/') {
        return None;
    }
    Some(match (request.method.as_str(), rest) {
        ("GET", "/requests") => {
            let requests = state
                .requests
                .iter()
                .map(RecordedRequest::to_json)
                .collect();
            Response::json(200, &Value::Array(requests))
        }
        ("POST", "/faults") => done(add_fault(state, &request.body)),
        ("DELETE", "/faults") => {
            state.faults.clear();
            Response::empty(200)
        }
        ("POST", "/gating") => done(set_gating(state, &request.body)),
        ("DELETE", "/gating") => {
            state.gating = Gating::default();
            Response::empty(200)
        }
        ("POST", "/visibility") => done(delay_visibility(state, &request.body)),
        ("DELETE", "/visibility") => {
            state.store.delay(Duration::ZERO);
            Response::empty(200)
        }
        ("DELETE", "") => {
            *state = State::default();
            Response::empty(200)
        }
        (_, "" | "/requests" | "/faults" | "/gating" | "/visibility") => Response::empty(405),
        _ => Response::empty(404),
    })
}

fn done(result: Result<(), String>) -> Response {
    match result {
        Ok(()) => Response::empty(200),
        Err(message) => Response::json(400, &json!({ "message": message })),
    }
}

/// `{"script": ["404", "awaiting", "allowed"]}`, and `"environmentId"` for one environment only.
fn set_gating(state: &mut State, body: &[u8]) -> Result<(), String> {
    let order: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let steps = order["script"].as_array();
    let words: Option<Vec<&str>> =
        steps.and_then(|steps| steps.iter().map(Value::as_str).collect());
    let words = words.ok_or("'script' must be an array of strings")?;
    let environment = match &order["environmentId"] {
        Value::Null => None,
        id => Some(id.as_str().ok_or("'environmentId' must be a string")?),
    };
    state.gating.script(environment, &words);
    Ok(())
}

/// `{"milliseconds": 500}`.
fn delay_visibility(state: &mut State, body: &[u8]) -> Result<(), String> {
    let order: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    state.store.delay(milliseconds(&order)?);
    Ok(())
}

fn milliseconds(order: &Value) -> Result<Duration, String> {
    let millis = order["milliseconds"].as_u64();
    millis
        .map(Duration::from_millis)
        .ok_or_else(|| "'milliseconds' must be a number".to_owned())
}

fn add_fault(state: &mut State, body: &[u8]) -> Result<(), String> {
    let order: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let name = order["endpoint"].as_str().unwrap_or_default();
    let endpoint = Endpoint::from_name(name).ok_or_else(|| {
        let names = Endpoint::NAMES.map(|(name, _)| name).join(", ");
        format!("'endpoint' must be one of {names}")
    })?;
    let fault = fault(&order)?;
    match &order["times"] {
        Value::Null => state.faults.always(endpoint, fault),
        times => {
            let times = times.as_u64().and_then(|times| usize::try_from(times).ok());
            state
                .faults
                .queue(endpoint, times.ok_or("'times' must be a number")?, fault);
        }
    }
    Ok(())
}

fn fault(order: &Value) -> Result<Fault, String> {
    let pause = || milliseconds(order);
    Ok(match order["kind"].as_str().unwrap_or("status") {
        "status" => status(order)?,
        "close_before_answer" => Fault::CloseBeforeAnswer,
        "cut_body" => Fault::CutBody,
        "junk" => Fault::Junk,
        "slow_headers" => Fault::SlowHeaders(pause()?),
        "slow_body" => Fault::SlowBody(pause()?),
        "hang" => Fault::Hang,
        "answer" => Fault::Answer(order["body"].clone()),
        "apply_then_close" => Fault::ApplyThenClose,
        other => return Err(format!("unknown kind '{other}'")),
    })
}

fn status(order: &Value) -> Result<Fault, String> {
    let code = order["status"]
        .as_u64()
        .and_then(|code| u16::try_from(code).ok());
    let code = code
        .filter(|code| (200..600).contains(code))
        .ok_or("'status' must be a status code")?;
    let mut headers: Vec<(String, String)> = Vec::new();
    for (name, value) in order["headers"].as_object().into_iter().flatten() {
        let value = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        if name.contains(char::is_control) || value.contains(char::is_control) {
            return Err(format!(
                "header '{}' holds a control character",
                name.escape_debug()
            ));
        }
        headers.push((name.clone(), value));
    }
    let body = match &order["body"] {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        value => value.to_string(),
    };
    let content_type = match order["content_type"].as_str() {
        Some(given) => given,
        None if body.is_empty() => "",
        None if serde_json::from_str::<Value>(&body).is_ok() => "application/json",
        None => "text/plain",
    };
    Ok(Fault::Status {
        code,
        headers,
        content_type: content_type.to_owned(),
        body,
    })
}
