//! Whom a server must prove to be: one that this computer's roots vouch for, or the holder of the one certificate that a
//! person compared and trusted.

use super::LinkError;
use crate::protocol::{Untrusted, WhyUntrusted};
use ring::digest::{SHA256, digest};
use std::{
    io,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};
use store::sharing::Fingerprint;
use tokio_rustls::rustls::{
    self, CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{CryptoProvider, ring as provider, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime},
};

/// What is looked at when a server shows its certificate, and what came of it.
#[derive(Debug)]
pub(super) struct Looking {
    /// `None` where this computer trusts nobody.
    roots: Option<Arc<WebPkiServerVerifier>>,
    provider: Arc<CryptoProvider>,
    pinned: Option<Fingerprint>,
    seen: Mutex<Option<Seen>>,
}

/// The certificate that was shown.
#[derive(Clone, Debug)]
struct Seen {
    fingerprint: Fingerprint,
    why: Option<WhyUntrusted>,
}

impl Looking {
    /// For one connection. Where a certificate is pinned that one alone will do, whatever is in it and whoever signed
    /// it: roots are not asked.
    pub fn new(pinned: Option<Fingerprint>) -> Result<Arc<Looking>, LinkError> {
        let provider = Arc::new(provider::default_provider());
        let roots = if pinned.is_some() { None } else { roots(&provider)? };
        Ok(Arc::new(Looking { roots, provider, pinned, seen: Mutex::new(None) }))
    }

    pub fn config(self: &Arc<Looking>) -> Result<ClientConfig, LinkError> {
        Ok(ClientConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .dangerous()
            .with_custom_certificate_verifier(Arc::clone(self) as Arc<dyn ServerCertVerifier>)
            .with_no_client_auth())
    }

    /// The certificate that was shown.
    pub fn fingerprint(&self) -> Option<Fingerprint> {
        self.seen().map(|seen| seen.fingerprint)
    }

    /// Why the connection did not come about: for the certificate, or for something else.
    pub fn failure(&self, error: io::Error) -> LinkError {
        match self.seen() {
            Some(Seen { fingerprint, why: Some(why) }) => LinkError::Untrusted(Untrusted {
                fingerprint: fingerprint.to_string(),
                trusted: self.pinned.map(|it| it.to_string()),
                why,
            }),
            _ => LinkError::Connect(error),
        }
    }

    fn seen(&self) -> Option<Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl ServerCertVerifier for Looking {
    fn verify_server_cert(
        &self,
        shown: &CertificateDer<'_>,
        chain: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let fingerprint = fingerprint(shown);
        let vouched = match (&self.pinned, &self.roots) {
            (Some(pinned), _) if *pinned == fingerprint => Ok(ServerCertVerified::assertion()),
            (Some(_), _) => Err(CertificateError::ApplicationVerificationFailure.into()),
            (None, Some(roots)) => roots.verify_server_cert(shown, chain, name, ocsp, now),
            (None, None) => Err(CertificateError::UnknownIssuer.into()),
        };
        let why = vouched.as_ref().err().map(why);
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(Seen { fingerprint, why });
        vouched
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

fn fingerprint(certificate: &CertificateDer<'_>) -> Fingerprint {
    let mut bytes = [0; store::sharing::FINGERPRINT_BYTES];
    bytes.copy_from_slice(digest(&SHA256, certificate).as_ref());
    Fingerprint(bytes)
}

fn why(error: &rustls::Error) -> WhyUntrusted {
    match error {
        rustls::Error::InvalidCertificate(
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. },
        ) => WhyUntrusted::OutOfDate,
        rustls::Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => WhyUntrusted::OtherName,
        rustls::Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure) => {
            WhyUntrusted::Changed
        }
        _ => WhyUntrusted::Unknown,
    }
}

/// Whom this computer trusts, read once.
fn roots(provider: &Arc<CryptoProvider>) -> Result<Option<Arc<WebPkiServerVerifier>>, LinkError> {
    static ROOTS: OnceLock<Option<Arc<WebPkiServerVerifier>>> = OnceLock::new();
    if let Some(roots) = ROOTS.get() {
        return Ok(roots.clone());
    }
    let mut store = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    store.add_parsable_certificates(found.certs);
    let roots = if store.is_empty() {
        tracing::warn!("no certificates that this computer trusts were found");
        None
    } else {
        let builder =
            WebPkiServerVerifier::builder_with_provider(Arc::new(store), Arc::clone(provider));
        Some(builder.build().map_err(io::Error::other)?)
    };
    Ok(ROOTS.get_or_init(|| roots).clone())
}
