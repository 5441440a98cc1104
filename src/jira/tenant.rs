//! The look-up of a site's cloud id, which needs no credential and takes no query string.

use std::sync::atomic::AtomicBool;

use serde_json::Value;

use super::error::{Asked, JiraError};
use super::exchange::Exchange;
use super::http::Request;
use super::{CloudId, Site};

/// `GET https://SITE/_edge/tenant_info`, until it is `unwanted`.
pub(super) fn cloud_id(
    exchange: &Exchange<'_>,
    site: &Site,
    unwanted: &AtomicBool,
) -> Result<CloudId, JiraError> {
    let url = format!("{}/_edge/tenant_info", site.url());
    let request = Request {
        unwanted: Some(unwanted),
        ..Request::get(&url)
    };
    let answer = exchange.send(Asked::CloudId, request)?;
    let info: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    let cloud_id = info["cloudId"].as_str().and_then(|id| id.parse().ok());
    cloud_id.ok_or_else(|| JiraError::not_jira(Asked::CloudId, &url, answer))
}
