//! Looks up the names of hosts for the HTTP crate, whose own way needs a thread that may not be had.

use std::net::IpAddr;

use ureq::Error;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use crate::side_by_side::in_time;

/// In time where there is a thread for it.
#[derive(Debug)]
pub(super) struct Names;

impl Resolver for Names {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let host = uri.host().unwrap_or_default();
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let is_address = host.parse::<IpAddr>().is_ok();
        let (uri, config) = (uri.clone(), config.clone());
        // Without a time limit the crate looks up at once.
        let look_up =
            move || DefaultResolver::default().resolve(&uri, &config, NextTimeout::default());
        if is_address {
            return look_up();
        }
        in_time(*timeout.after, look_up).unwrap_or(Err(Error::Timeout(timeout.reason)))
    }
}
