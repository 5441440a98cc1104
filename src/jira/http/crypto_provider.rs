//! What TLS is made of here: what servers use today, and nothing that only a server or a client with a key of its own
//! needs. The library's own choice has more, and all of it would be in the program.

use std::sync::{Arc, LazyLock};

use ring::rand::{SecureRandom as _, SystemRandom};
use rustls::SignatureScheme;
use rustls::crypto::ring::{cipher_suite, kx_group};
use rustls::crypto::{
    CryptoProvider, GetRandomFailed, KeyProvider, SecureRandom, WebPkiSupportedAlgorithms,
};
use rustls::pki_types::PrivateKeyDer;
use rustls::sign::SigningKey;
use webpki::ring as algorithm;

/// The same for every connection.
pub(super) fn shared() -> Arc<CryptoProvider> {
    static SHARED: LazyLock<Arc<CryptoProvider>> = LazyLock::new(|| Arc::new(provider()));
    Arc::clone(&SHARED)
}

/// No `ChaCha20` and no X25519: TLS 1.3 demands AES and P-256 of every server (RFC 8446, 9.1), and TLS 1.2 is spoken by
/// proxies that have them.
fn provider() -> CryptoProvider {
    CryptoProvider {
        cipher_suites: vec![
            cipher_suite::TLS13_AES_256_GCM_SHA384,
            cipher_suite::TLS13_AES_128_GCM_SHA256,
            cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
            cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
            cipher_suite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
            cipher_suite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        ],
        kx_groups: vec![kx_group::SECP256R1, kx_group::SECP384R1],
        signature_verification_algorithms: SIGNATURES,
        secure_random: &System,
        key_provider: &System,
    }
}

/// All that certificates may be signed with; those of older proxies as well.
static SIGNATURES: WebPkiSupportedAlgorithms = WebPkiSupportedAlgorithms {
    all: webpki::ALL_VERIFICATION_ALGS,
    mapping: &[
        // TLS 1.2 does not fix the curve: the one of TLS 1.3 comes first.
        (
            SignatureScheme::ECDSA_NISTP384_SHA384,
            &[algorithm::ECDSA_P384_SHA384, algorithm::ECDSA_P256_SHA384],
        ),
        (
            SignatureScheme::ECDSA_NISTP256_SHA256,
            &[algorithm::ECDSA_P256_SHA256, algorithm::ECDSA_P384_SHA256],
        ),
        (SignatureScheme::ED25519, &[algorithm::ED25519]),
        (
            SignatureScheme::RSA_PSS_SHA512,
            &[algorithm::RSA_PSS_2048_8192_SHA512_LEGACY_KEY],
        ),
        (
            SignatureScheme::RSA_PSS_SHA384,
            &[algorithm::RSA_PSS_2048_8192_SHA384_LEGACY_KEY],
        ),
        (
            SignatureScheme::RSA_PSS_SHA256,
            &[algorithm::RSA_PSS_2048_8192_SHA256_LEGACY_KEY],
        ),
        (
            SignatureScheme::RSA_PKCS1_SHA512,
            &[algorithm::RSA_PKCS1_2048_8192_SHA512],
        ),
        (
            SignatureScheme::RSA_PKCS1_SHA384,
            &[algorithm::RSA_PKCS1_2048_8192_SHA384],
        ),
        (
            SignatureScheme::RSA_PKCS1_SHA256,
            &[algorithm::RSA_PKCS1_2048_8192_SHA256],
        ),
    ],
};

/// Random numbers of the operating system, and no keys of our own.
#[derive(Debug)]
struct System;

impl SecureRandom for System {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), GetRandomFailed> {
        let filled = SystemRandom::new().fill(bytes);
        filled.map_err(|_| GetRandomFailed)
    }
}

impl KeyProvider for System {
    fn load_private_key(
        &self,
        _key: PrivateKeyDer<'static>,
    ) -> Result<Arc<dyn SigningKey>, rustls::Error> {
        let reason = "client certificates are not used";
        Err(rustls::Error::General(reason.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use rustls::NamedGroup;
    use rustls::crypto::ring::default_provider;

    use super::provider;

    /// An update of the library may bring algorithms that servers come to use.
    #[test]
    fn all_else_is_what_the_library_takes() {
        let (ours, library) = (provider(), default_provider());
        let suites = |all: &rustls::crypto::CryptoProvider| {
            let suites = all.cipher_suites.iter();
            let names = suites.map(|suite| format!("{:?}", suite.suite()));
            names
                .filter(|name| !name.contains("CHACHA20"))
                .collect::<Vec<_>>()
        };
        assert_eq!(suites(&ours), suites(&library));
        assert_eq!(ours.cipher_suites.len(), suites(&library).len());
        let groups = |all: &rustls::crypto::CryptoProvider| {
            let groups = all.kx_groups.iter().map(|group| group.name());
            let others = groups.filter(|group| *group != NamedGroup::X25519);
            others.collect::<Vec<_>>()
        };
        assert_eq!(groups(&ours), groups(&library));
        assert_eq!(ours.kx_groups.len(), groups(&library).len());
        let (ours, library) = (
            ours.signature_verification_algorithms,
            library.signature_verification_algorithms,
        );
        assert_eq!(ours.supported_schemes(), library.supported_schemes());
        assert_eq!(
            format!("{:?}", ours.mapping),
            format!("{:?}", library.mapping)
        );
        assert!(ours.all.len() >= library.all.len());
    }
}
