//! The look-up of a site's cloud id, which needs no credential and takes no query string.

use std::sync::atomic::AtomicBool;

use serde::Deserialize;

use super::error::{Asked, JiraError};
use super::exchange::Exchange;
use super::http::Request;
use super::{CloudId, Site};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TenantInfo {
    cloud_id: String,
}

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
    serde_json::from_str(&answer.body)
        .ok()
        .and_then(|info: TenantInfo| info.cloud_id.parse().ok())
        .ok_or_else(|| JiraError::not_jira(Asked::CloudId, &url, answer))
}
