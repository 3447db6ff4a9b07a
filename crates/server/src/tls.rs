//! TLS by rustls, and looking at the own server through it.

use crate::TlsFiles;
use axum_server::tls_rustls::RustlsConfig;
use ring::digest::{SHA256, digest};
use std::{io, path::Path, sync::Arc};
use store::sharing::{FINGERPRINT_BYTES, Fingerprint};
use tokio_rustls::{
    TlsConnector,
    rustls::{
        ClientConfig, DigitallySignedStruct, Error, SignatureScheme,
        client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        crypto::{
            CryptoProvider, ring as provider, verify_tls12_signature, verify_tls13_signature,
        },
        pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject},
    },
};

/// Every `main` that meets TLS calls it first. Once is enough; more do no harm.
pub fn install_provider() {
    provider::default_provider().install_default().ok();
}

pub async fn load(files: &TlsFiles) -> io::Result<RustlsConfig> {
    RustlsConfig::from_pem_file(&files.certificate, &files.key).await
}

/// Takes the files anew, for connections from now on.
pub async fn load_again(config: &RustlsConfig, files: &TlsFiles) -> io::Result<()> {
    config.reload_from_pem_file(&files.certificate, &files.key).await
}

/// What people compare who do not know who signed the certificate.
pub fn fingerprint(certificate: &Path) -> io::Result<Fingerprint> {
    let mut bytes = [0; FINGERPRINT_BYTES];
    bytes.copy_from_slice(digest(&SHA256, &read(certificate)?).as_ref());
    Ok(Fingerprint(bytes))
}

/// The first of the file: the server's own.
fn read(certificate: &Path) -> io::Result<CertificateDer<'static>> {
    CertificateDer::from_pem_file(certificate)
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))
}

/// Connects to whoever presents exactly this certificate, whatever name is in it and whoever signed it.
pub fn connector_to(certificate: &Path) -> io::Result<TlsConnector> {
    let only = read(certificate)?;
    let provider = Arc::new(provider::default_provider());
    let config = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(OnlyThis { only, provider }))
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

#[derive(Debug)]
struct OnlyThis {
    only: CertificateDer<'static>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for OnlyThis {
    fn verify_server_cert(
        &self,
        presented: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if *presented == self.only {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(Error::General("it presents another certificate".to_owned()))
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
