//! Certificates to trust, read when a connection first needs them. `trust.rs` says which, and `way.rs` uses them.

use std::path::{Path, PathBuf};

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use ureq::tls::{Certificate, RootCerts};

use crate::base64;
use crate::files;

/// Longest file of certificates, in bytes. Systems have less than 1 MB.
const MAX_FILE: u64 = 16 * 1024 * 1024;

/// Where certificates to trust come from.
pub(super) enum Source {
    Given(RootCerts),
    /// The file that a system keeps all of its own in, and these.
    File(PathBuf, Vec<CertificateDer<'static>>),
    /// All files of the system, and these.
    System(Vec<CertificateDer<'static>>),
}

impl Source {
    /// Whether they come with the program.
    pub(super) fn is_bundled(&self) -> bool {
        matches!(self, Self::Given(RootCerts::WebPki))
    }

    /// What cannot be read of the system's store is missing there; the verdict on a certificate will tell.
    pub(super) fn read(&self) -> RootCerts {
        let (own, added) = match self {
            Self::Given(roots) => return roots.clone(),
            Self::File(file, added) => (decoded(file).unwrap_or_default(), added),
            Self::System(added) => (rustls_native_certs::load_native_certs().certs, added),
        };
        only(added.iter().cloned().chain(own).collect())
    }
}

/// These and no others.
pub(super) fn only(mut certificates: Vec<CertificateDer<'static>>) -> RootCerts {
    // A folder often holds the certificates of the file once more.
    certificates.sort_unstable_by(|one, other| one.as_ref().cmp(other.as_ref()));
    certificates.dedup();
    let certificate = |der: &CertificateDer<'_>| Certificate::from_der(der).to_owned();
    RootCerts::from(certificates.iter().map(certificate))
}

/// What a file calls certificates.
pub(super) fn decoded(path: &Path) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    let text = files::read_bytes(path, MAX_FILE)?;
    Ok(plain(&text).unwrap_or_else(|| {
        let certificates = CertificateDer::pem_slice_iter(&text);
        certificates.filter_map(Result::ok).collect()
    }))
}

/// The certificates of a file that is written as all systems write theirs, in a third of the time that the library for all
/// kinds takes; nothing if it is written in another way.
fn plain(text: &[u8]) -> Option<Vec<CertificateDer<'static>>> {
    let (mut found, mut position) = (Vec::new(), 0);
    while let Some(hyphen) = memchr::memchr(b'-', &text[position..]) {
        let (before, rest) = text.split_at(position + hyphen);
        let Some(body) = rest.strip_prefix(BEGIN) else {
            position += hyphen + 1;
            continue;
        };
        if !before.is_empty() && !before.ends_with(b"\n") {
            return None;
        }
        let (body, behind) = body.split_at(memchr::memchr(b'-', body)?);
        found.push(base64::decode(body.trim_ascii())?.into());
        position = text.len() - behind.strip_prefix(END)?.len();
    }
    Some(found)
}

const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";
const END: &[u8] = b"-----END CERTIFICATE-----";
