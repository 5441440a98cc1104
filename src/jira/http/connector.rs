//! How the HTTP crate opens connections: all of an agent with one configuration of TLS, so that the certificates of the
//! system are read once, and a second connection resumes the session of the first.

use ureq::Error;
use ureq::unversioned::transport::{ConnectionDetails, Connector, DefaultConnector, Transport};

/// The crate's own way. It makes a configuration of its own for each request that has a time limit of its own, as all of
/// ours do.
#[derive(Debug, Default)]
pub(super) struct OneConfiguration(DefaultConnector);

impl Connector for OneConfiguration {
    type Out = Box<dyn Transport>;

    fn connect(
        &self,
        details: &ConnectionDetails,
        chained: Option<()>,
    ) -> Result<Option<Self::Out>, Error> {
        let shared = ConnectionDetails {
            request_level: false,
            uri: details.uri,
            addrs: details.addrs.clone(),
            config: details.config,
            resolver: details.resolver,
            now: details.now,
            timeout: details.timeout,
            current_time: details.current_time.clone(),
            run_connector: details.run_connector.clone(),
            register_shutdown: details.register_shutdown.clone(),
        };
        self.0.connect(&shared, chained)
    }
}
