//! Whom a desktop trusts: over real TLS, with the real server, and with one that only pretends to be it.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic, its helpers too")]

mod program;

use program::{server::*, *};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use serde_json::{Value, json};
use std::{
    fs,
    io::{ErrorKind, Read, Write},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
    thread::{self, JoinHandle},
};
use tokio_rustls::rustls::{
    ServerConfig, ServerConnection, Stream,
    crypto::ring::default_provider,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};

/// A certificate and its key, in files.
fn written(folder: &Path, name: &str, certificate: &str, key: &KeyPair) -> TlsFiles {
    let files = TlsFiles {
        certificate: folder.join(format!("{name}.pem")),
        key: folder.join(format!("{name}.key")),
    };
    fs::write(&files.certificate, certificate).unwrap();
    fs::write(&files.key, key.serialize_pem()).unwrap();
    files
}

/// One that nobody signed but itself, made out to `names`.
fn self_signed(folder: &Path, name: &str, names: &[&str], years: (i32, i32)) -> TlsFiles {
    let names: Vec<String> = names.iter().map(|it| (*it).to_owned()).collect();
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(names).unwrap();
    params.not_before = rcgen::date_time_ymd(years.0, 1, 1);
    params.not_after = rcgen::date_time_ymd(years.1, 1, 1);
    written(folder, name, &params.self_signed(&key).unwrap().pem(), &key)
}

/// A root of the test's own, and a certificate that it signed.
fn signed_by_root(folder: &Path, name: &str) -> (PathBuf, TlsFiles) {
    let root_key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root = folder.join("root.pem");
    fs::write(&root, params.self_signed(&root_key).unwrap().pem()).unwrap();
    let issuer = Issuer::new(params, root_key);
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
    let signed = leaf.signed_by(&key, &issuer).unwrap();
    (root, written(folder, name, &signed.pem(), &key))
}

/// As `openssl x509 -fingerprint -sha256` says it.
fn fingerprint(files: &TlsFiles) -> String {
    let der = CertificateDer::from_pem_file(&files.certificate).unwrap();
    let digest = ring::digest::digest(&ring::digest::SHA256, &der);
    let pairs: Vec<String> = digest.as_ref().iter().map(|it| format!("{it:02X}")).collect();
    pairs.join(":")
}

/// Whoever has this address now shows another certificate, and writes down all that it is told.
fn pretender(address: &str, files: &TlsFiles) -> (String, JoinHandle<Vec<u8>>) {
    let certificate = CertificateDer::from_pem_file(&files.certificate).unwrap();
    let key = PrivateKeyDer::from_pem_file(&files.key).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind(address).unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let hearing = thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        let mut connection = ServerConnection::new(config).unwrap();
        let mut heard = Vec::new();
        match Stream::new(&mut connection, &mut socket).read_to_end(&mut heard) {
            Ok(_) => {}
            // It hung up in the middle of the handshake, or after it without a word.
            Err(error) if error.kind() == ErrorKind::WouldBlock => panic!("{error}"),
            Err(_) => {}
        }
        heard
    });
    (address, hearing)
}

struct Table {
    folder: tempfile::TempDir,
    desk: Desk,
}

impl Table {
    fn new() -> Table {
        Table { folder: tempfile::tempdir().unwrap(), desk: Desk::new() }
    }

    fn root(&self) -> &Path {
        self.folder.path()
    }

    fn server(&self, files: &TlsFiles) -> Server {
        let server = Server::start_with(self.root().join("server"), Some(files.clone()));
        server.add("ada");
        server
    }

    fn log_in(&self, url: &str, certificate: Option<&str>) -> Ended {
        let mut command = on(&self.desk.data(), ["login", url, "--user", "ada", "--json"]);
        command.arg("--password-stdin");
        if let Some(certificate) = certificate {
            command.args(["--certificate", certificate]);
        }
        with_password(&mut command)
    }

    fn pinned(&self) -> Vec<String> {
        let statement = "select iif(pinned is null, 'nothing', hex(pinned)) from server";
        database::read(&self.desk.data(), statement)
    }
}

fn with_password(command: &mut Command) -> Ended {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    writeln!(child.stdin.take().unwrap(), "{PASSWORD}").unwrap();
    let output = child.wait_with_output().unwrap();
    Ended {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

const NOW: (i32, i32) = (2020, 2120);

#[test]
fn a_server_that_nobody_vouches_for_is_told_nothing_and_its_fingerprint_is() {
    let table = Table::new();
    let files = self_signed(table.root(), "own", &["127.0.0.1"], NOW);
    let print = fingerprint(&files);
    let (address, heard) = pretender("127.0.0.1:0", &files);
    let (code, message) = table.log_in(&format!("https://{address}"), None).refused(1);
    assert_eq!(code, "untrusted");
    assert!(message.contains(&print) && message.contains("--certificate"), "{message}");
    assert!(message.contains("signed by nobody that this computer knows"), "{message}");
    assert_eq!(heard.join().unwrap(), b"");
    assert_eq!(table.pinned(), [""; 0]);

    let (address, heard) = pretender("127.0.0.1:0", &files);
    let link = format!("https://{address}/join#hfi_0123456789abcdef0123456789abcdef");
    let mut calling = table.desk.call();
    let told = calling.answer(&json!({ "ask": "lookAtInvitation", "link": link }));
    assert_eq!(heard.join().unwrap(), b"", "the secret of the link least of all");
    assert_eq!(told["failed"]["code"], json!("untrusted"));
    let certificate = json!({ "fingerprint": print, "trusted": null, "why": "unknown" });
    assert_eq!(told["failed"]["certificate"], certificate);
}

#[test]
fn a_certificate_that_was_compared_is_trusted_for_all_that_is_asked_of_its_server() {
    let table = Table::new();
    // It is for another name, and ended long ago: whoever compared it knows whose it is.
    let files = self_signed(table.root(), "own", &["boards.example"], (2001, 2002));
    let print = fingerprint(&files);
    let server = table.server(&files);
    let other = print.replace(&print[..2], if print.starts_with("00") { "01" } else { "00" });
    let (code, message) = table.log_in(&server.url(), Some(&other)).refused(1);
    assert_eq!(code, "certificateChanged");
    assert!(message.contains(&print) && message.contains(&other), "{message}");
    let (code, _) = table.log_in(&server.url(), Some("3A:F0")).refused(1);
    assert_eq!(code, "badFingerprint");
    assert_eq!(table.pinned(), [""; 0]);

    let ended = table.log_in(&server.url(), Some(&print.to_lowercase()));
    assert_eq!((ended.code, &*ended.err), (0, ""));
    assert_eq!(table.pinned(), [print.replace(':', "")]);
    let board = table.desk.board("Team", &["To do"]);
    table.desk.run(["share", &board, "--server", &server.url()]).done();
    table.desk.add(&board, "To do", "card");
    table.desk.run(["sync"]).done();
    table.desk.run(["member", "list", &board]).done();
    let status = table.desk.json(["status"]);
    assert_eq!((&status[0]["waiting"], &status[0]["cursor"]), (&json!(0), &status[0]["head"]));
    // Signing in again needs no second look.
    assert_eq!(table.log_in(&server.url(), None).code, 0);
    assert_eq!(table.pinned(), [print.replace(':', "")]);

    let bob = Table { folder: tempfile::tempdir().unwrap(), desk: Desk::new() };
    server.add("bob");
    table.desk.run(["member", "add", &board, "bob", "--role", "editor"]).done();
    let mut command = on(&bob.desk.data(), ["login", &server.url(), "--user", "bob"]);
    command.args(["--password-stdin", "--certificate", &print]);
    assert_eq!(with_password(&mut command).code, 0);
    bob.desk.run(["clone", &server.url(), "Team"]).done();
    assert_eq!(bob.desk.drawn(&board), "To do: card");
    assert_eq!(server.problems(), "");
}

#[test]
fn another_certificate_than_the_trusted_one_stops_the_link_until_somebody_compares_it() {
    let table = Table::new();
    let files = self_signed(table.root(), "own", &["127.0.0.1"], NOW);
    let print = fingerprint(&files);
    let mut server = table.server(&files);
    assert_eq!(table.log_in(&server.url(), Some(&print)).code, 0);
    let board = table.desk.board("Team", &["To do"]);
    table.desk.run(["share", &board, "--server", &server.url()]).done();

    server.kill();
    let others = self_signed(table.root(), "other", &["127.0.0.1"], NOW);
    let shown = fingerprint(&others);
    table.desk.add(&board, "To do", "waits");
    let asks = [
        vec!["sync"],
        vec!["member", "list", &board],
        vec!["clone", "URL", "Team"],
        vec!["login", "URL", "--user", "ada", "--password-stdin"],
    ];
    for words in asks {
        let (_, heard) = pretender(&server.address, &others);
        let url = server.url();
        let words = words.iter().map(|it| if *it == "URL" { &*url } else { it });
        let mut command = on(&table.desk.data(), words);
        let ended = with_password(command.arg("--json"));
        assert_eq!((ended.code, &*ended.out), (1, ""), "{}", ended.err);
        let told: Value = serde_json::from_str(&ended.err).unwrap();
        let message = text(&told["message"]);
        assert!(message.contains(&print) && message.contains(&shown), "{message}");
        assert_eq!(heard.join().unwrap(), b"", "{}", ended.err);
    }
    assert_eq!(table.desk.json(["status"])[0]["waiting"], json!(1));
    assert_eq!(table.pinned(), [print.replace(':', "")]);

    // It was the operator who renewed it.
    server.renew(others);
    let mut command = on(&table.desk.data(), ["sync", "--json"]);
    assert_eq!(ended(&mut command).refused(1).0, "certificateChanged");
    assert_eq!(table.log_in(&server.url(), Some(&shown)).code, 0);
    table.desk.run(["sync"]).done();
    assert_eq!(table.pinned(), [shown.replace(':', "")]);
    assert_eq!(table.desk.json(["status"])[0]["waiting"], json!(0));
}

#[test]
fn what_a_root_of_this_computer_signed_is_trusted_without_a_look_and_never_pinned() {
    let table = Table::new();
    let (root, files) = signed_by_root(table.root(), "signed");
    let print = fingerprint(&files);
    let server = table.server(&files);
    let knowing = |words: &[&str]| {
        let mut command = on(&table.desk.data(), words);
        command.env("SSL_CERT_FILE", &root).env_remove("SSL_CERT_DIR");
        with_password(&mut command)
    };
    let url = server.url();
    let login = ["login", &url, "--user", "ada", "--password-stdin"];
    assert_eq!(table.log_in(&url, None).refused(1).0, "untrusted", "others do not know the root");
    let shown = self_signed(table.root(), "no", &["127.0.0.1"], NOW);
    let wrong = knowing(&[&login[..], &["--certificate", &fingerprint(&shown)]].concat());
    assert_eq!(wrong.code, 1, "somebody said which certificate it has to be");
    for certificate in [&[][..], &["--certificate", &print]] {
        let ended = knowing(&[&login[..], certificate].concat());
        assert_eq!(ended.code, 0, "{}", ended.err);
        assert_eq!(table.pinned(), ["nothing"]);
    }
    let board = table.desk.board("Team", &["To do"]);
    let shared = knowing(&["share", &board, "--server", &url]);
    assert_eq!(shared.code, 0, "{}", shared.err);
    let synced = knowing(&["sync"]);
    assert_eq!(synced.code, 0, "{}", synced.err);
    // Whoever does not know the root any more is told so, and sends nothing.
    let (code, message) = table.desk.run(["sync", "--json"]).refused(1);
    assert_eq!(code, "untrusted", "{message}");
}
