//! TLS with a certificate that nobody signed but itself.

use crate::running::{PASSWORD, Server, builder, done, failed, folder};
use rcgen::generate_simple_self_signed;
use reqwest::{Certificate, Client};
use rustix::process::Signal;
use serde_json::json;
use std::{
    fs,
    path::{Path, PathBuf},
};
use tokio_rustls::rustls::pki_types::{CertificateDer, pem::PemObject};

struct Files {
    certificate: PathBuf,
    key: PathBuf,
}

impl Files {
    /// Writes a new certificate to these files; a client that trusts it alone.
    fn renew(&self) -> Client {
        let made = generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        let pem = made.cert.pem();
        fs::write(&self.key, made.signing_key.serialize_pem()).unwrap();
        fs::write(&self.certificate, &pem).unwrap();
        let trusted = Certificate::from_pem(pem.as_bytes()).unwrap();
        builder().tls_certs_only([trusted]).build().unwrap()
    }
}

fn files(root: &Path) -> Files {
    Files { certificate: root.join("cert.pem"), key: root.join("key.pem") }
}

async fn answers(client: &Client, server: &Server) -> bool {
    client.get(format!("{}/healthz", server.url)).send().await.is_ok_and(|it| it.status() == 200)
}

#[tokio::test]
async fn a_self_signed_certificate_serves_those_who_trust_it() {
    let (root, folder) = folder();
    let files = files(root.path());
    let trusting = files.renew();
    let (certificate, key) = (files.certificate.to_str().unwrap(), files.key.to_str().unwrap());
    let server = Server::start_with(&folder, &["--tls-cert", certificate, "--tls-key", key]);
    let link = server.set_up.clone().unwrap();
    assert!(link.starts_with("https://127.0.0.1:"), "{link}");
    let sent = json!({ "secret": link, "name": "ada", "password": PASSWORD });
    let made = trusting.post(format!("{}/api/setup", server.url)).json(&sent).send().await.unwrap();
    assert_eq!(made.status(), 201);
    assert!(!answers(&server.client, &server).await, "nobody vouches for it");
    let shown = server.fingerprint.clone().unwrap();
    let der = CertificateDer::from_pem_file(&files.certificate).unwrap();
    let digest = ring::digest::digest(&ring::digest::SHA256, &der);
    let pairs: Vec<String> = digest.as_ref().iter().map(|it| format!("{it:02X}")).collect();
    assert_eq!(shown, pairs.join(":"), "its operator can tell it");
    let plain = format!("http://{}/healthz", server.address());
    assert!(server.client.get(plain).send().await.is_err(), "it speaks TLS alone");

    let check = ["healthcheck", "--listen", server.address(), "--tls-cert", certificate];
    done(&folder, &check, "");
    // Renewed on disk and not yet in use: what the server presents is another.
    let renewed = files.renew();
    assert_eq!(failed(&folder, &check, "").1, "unhealthy");
    assert!(!answers(&renewed, &server).await);
    server.signal(Signal::HUP);
    while !answers(&renewed, &server).await {
        tokio::task::yield_now().await;
    }
    done(&folder, &check, "");
    server.stop();
}

#[test]
fn a_certificate_that_cannot_be_read_ends_the_start() {
    let (root, folder) = folder();
    let file = root.path().join("cert.pem");
    fs::write(&file, "nothing").unwrap();
    let file = file.to_str().unwrap();
    let serve = ["serve", "--listen", "127.0.0.1:0", "--tls-cert", file, "--tls-key", file];
    assert_eq!(failed(&folder, &serve, ""), (Some(1), "tls".to_owned()));
}
