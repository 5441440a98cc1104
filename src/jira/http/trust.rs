//! Whose certificates are trusted: what the user and the variables name, before anything is asked.

use std::path::{Path, PathBuf};

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use ureq::tls::RootCerts;

use super::roots::{Source, decoded, only};
use crate::error::Failure;
use crate::variables::{self, Variables};

/// The certificates at the end of every chain that is accepted.
pub(super) struct Trust {
    /// The next ones are for a server that those before them do not know.
    pub(super) roots: Vec<Source>,
    /// What is trusted besides or instead of the system's store, for people.
    pub(super) notes: Vec<String>,
}

impl Default for Trust {
    fn default() -> Self {
        let file = system_file().map(|file| Source::File(file, Vec::new()));
        let others = [RootCerts::PlatformVerifier, RootCerts::WebPki].map(Source::Given);
        Self {
            roots: file.into_iter().chain(others).collect(),
            notes: Vec::new(),
        }
    }
}

impl Trust {
    /// The system's store, or in its place what `SSL_CERT_FILE` and `SSL_CERT_DIR` name, and the certificates of
    /// `ca_file` besides.
    ///
    /// # Errors
    /// A file that cannot be read, or a place without any certificate.
    pub(super) fn read(ca_file: Option<&Path>, variables: &Variables) -> Result<Self, Failure> {
        let mut notes = Vec::new();
        let named = named_store(variables, &mut notes)?;
        let Some(ca_file) = ca_file else {
            return Ok(named.map_or_else(Self::default, |named| Self {
                roots: vec![given(named)],
                notes,
            }));
        };
        let added = certificates_of(ca_file).map_err(|error| unusable("--ca-file", &error))?;
        notes.push(format!(
            "{} certificates of {} are trusted too (--ca-file)",
            added.len(),
            ca_file.display()
        ));
        let roots = match (named, system_file()) {
            (Some(named), _) => vec![given(named.into_iter().chain(added).collect())],
            (None, Some(file)) => vec![Source::File(file, added.clone()), Source::System(added)],
            (None, None) => {
                let mut all = rustls_native_certs::load_native_certs().certs;
                // Windows fetches a root when its own verifier first needs it: until then the store lacks it.
                let lacks_roots = all.is_empty() || cfg!(windows);
                all.extend(added);
                let bundled = lacks_roots.then_some(Source::Given(RootCerts::WebPki));
                std::iter::once(given(all)).chain(bundled).collect()
            }
        };
        Ok(Self { roots, notes })
    }
}

/// These and no others.
fn given(certificates: Vec<CertificateDer<'static>>) -> Source {
    Source::Given(only(certificates))
}

/// The file in which a system of this kind has all certificates that it trusts. A folder may have more of them, whose
/// hundreds of files are read only for a server that the file does not know.
fn system_file() -> Option<PathBuf> {
    #[cfg(all(unix, not(target_vendor = "apple")))]
    return openssl_probe::probe().cert_file;
    #[cfg(not(all(unix, not(target_vendor = "apple"))))]
    None
}

/// The store that stands in for the system's; none where neither variable is set.
fn named_store(
    variables: &Variables,
    notes: &mut Vec<String>,
) -> Result<Option<Vec<CertificateDer<'static>>>, Failure> {
    let file = variables.get(variables::SSL_CERT_FILE);
    let folders = variables.get(variables::SSL_CERT_DIR);
    let mut all = Vec::new();
    if let Some(file) = file {
        let name = variables::SSL_CERT_FILE.name;
        all = certificates_of(file.as_ref()).map_err(|error| unusable(name, &error))?;
        notes.push(format!(
            "{} certificates of {file} are trusted ({name})",
            all.len()
        ));
    }
    if let Some(folders) = folders {
        let name = variables::SSL_CERT_DIR.name;
        let before = all.len();
        // Lists of folders name those of other systems as well, so one that is missing is no mistake.
        for folder in std::env::split_paths(folders).filter(|path| path != &PathBuf::new()) {
            all.extend(rustls_native_certs::load_certs_from_paths(None, Some(&folder)).certs);
        }
        if all.is_empty() {
            let error = anyhow::anyhow!("{folders} has no certificate in PEM form");
            return Err(unusable(name, &error));
        }
        let count = all.len() - before;
        notes.push(format!(
            "{count} certificates of {folders} are trusted ({name})"
        ));
    }
    Ok((file.is_some() || folders.is_some()).then_some(all))
}

/// The certificates of one file, at least one.
fn certificates_of(path: &Path) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    let mut store = RootCertStore::empty();
    let mut usable = |certificate: &CertificateDer<'static>| store.add(certificate.clone()).is_ok();
    let mut certificates = decoded(path)?;
    certificates.retain(&mut usable);
    anyhow::ensure!(
        !certificates.is_empty(),
        "{} has no certificate in PEM form",
        path.display()
    );
    Ok(certificates)
}

fn unusable(name: &str, error: &anyhow::Error) -> Failure {
    Failure::usage(format!("{name} cannot be used"))
        .chain(error)
        .hint("certificates in PEM form begin with -----BEGIN CERTIFICATE-----; openssl x509 -inform der -in ca.cer -out ca.pem makes them of the other form")
}

#[cfg(test)]
mod tests {
    use ureq::tls::RootCerts;

    use super::Trust;
    use crate::error::FailureKind;
    use crate::variables::Variables;

    fn certificate() -> String {
        let key = rcgen::KeyPair::generate().unwrap();
        let parameters = rcgen::CertificateParams::new(vec!["x.example".to_owned()]).unwrap();
        parameters.self_signed(&key).unwrap().pem()
    }

    fn count(trust: &Trust) -> Option<usize> {
        match trust.roots[0].read() {
            RootCerts::Specific(certificates) => Some(certificates.len()),
            _ => None,
        }
    }

    #[test]
    fn files_and_folders_add_up() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("one.pem"), certificate()).unwrap();
        // Bundles carry remarks, which need not be UTF-8.
        let two = [
            b"# \xfc\n",
            certificate().as_bytes(),
            certificate().as_bytes(),
        ]
        .concat();
        std::fs::write(path("two.pem"), two).unwrap();
        let folders = std::env::join_paths(["/nowhere".as_ref(), folder.path()]).unwrap();
        let folders = folders.to_str().unwrap();
        let one = path("one.pem");
        let one = one.to_str().unwrap();

        let system = Trust::read(None, &Variables::default()).ok().unwrap();
        assert!(system.roots.len() >= 2);
        let file = Variables::from([("SSL_CERT_FILE", one)]);
        let trust = Trust::read(None, &file).ok().unwrap();
        assert_eq!((count(&trust), trust.roots.len()), (Some(1), 1));
        let trust = Trust::read(Some(&path("two.pem")), &file).ok().unwrap();
        assert_eq!((count(&trust), trust.notes.len()), (Some(3), 2));
        let folders = Variables::from([("SSL_CERT_DIR", folders)]);
        assert_eq!(count(&Trust::read(None, &folders).ok().unwrap()), Some(3));
        let trust = Trust::read(Some(one.as_ref()), &Variables::default());
        let trust = trust.ok().unwrap();
        assert!(count(&trust).is_some_and(|count| count >= 1));
    }

    #[test]
    fn a_place_without_certificates_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().to_str().unwrap();
        let broken = folder.path().join("broken.pem");
        std::fs::write(
            &broken,
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        )
        .unwrap();
        let cases = [
            (None, ("SSL_CERT_FILE", "/nowhere/ca.pem"), "SSL_CERT_FILE"),
            (None, ("SSL_CERT_FILE", place), "SSL_CERT_FILE"),
            (None, ("SSL_CERT_DIR", "/nowhere:/nor/here"), "SSL_CERT_DIR"),
            (Some("/nowhere/ca.pem"), ("X", ""), "--ca-file"),
            (broken.to_str(), ("X", ""), "--ca-file"),
            (Some("/dev/zero"), ("X", ""), "--ca-file"),
        ];
        for (ca_file, variable, name) in cases {
            let failure = Trust::read(ca_file.map(AsRef::as_ref), &Variables::from([variable]));
            let failure = failure.err().unwrap();
            assert_eq!(failure.kind, FailureKind::Usage, "{name}");
            assert!(failure.message().starts_with(name), "{}", failure.message());
            assert_eq!(failure.lines().last().unwrap().0, "hint");
        }
    }
}
