//! `serve`.

use super::{Errand, arguments::Serve};
use serde_json::json;
use server::{Announcement, Settings, TlsFiles};
use std::{path::Path, time::Duration};

pub async fn serve(folder: &Path, how: Serve, json: bool) -> Result<(), Errand> {
    if how.open_access && !how.listen.ip().is_loopback() {
        let words =
            "--open-access is for this machine alone: --listen must say an address of loopback";
        return Err(Errand::usage(words));
    }
    let settings = Settings {
        data_dir: folder.to_owned(),
        listen: how.listen,
        tls: how.tls_cert.zip(how.tls_key).map(|(certificate, key)| TlsFiles { certificate, key }),
        base_url: how.base_url,
        proxies: how.proxies,
        reader_patience: Duration::from_secs(how.reader_patience.into()),
        open_access: how.open_access,
        webhooks_allow: how.webhooks_allow,
    };
    Ok(server::serve(settings, |announcement| announce(announcement, json)).await?)
}

#[expect(clippy::print_stdout, reason = "what whoever started the server has to know")]
fn announce(announcement: &Announcement, as_json: bool) {
    if as_json {
        let line = match announcement {
            Announcement::Listening { address, url } => {
                json!({ "event": "listening", "address": address.to_string(), "url": url })
            }
            Announcement::Certificate { fingerprint } => {
                json!({ "event": "certificate", "fingerprint": fingerprint.to_string() })
            }
            Announcement::SetUp { link } => json!({ "event": "setUp", "link": link }),
            Announcement::NoPrivacy => json!({ "event": "noPrivacy" }),
        };
        println!("{line}");
        return;
    }
    match announcement {
        Announcement::Listening { address, url } => println!("Listening on {address}, for {url}"),
        Announcement::Certificate { fingerprint } => {
            println!("Fingerprint of its certificate (SHA-256): {fingerprint}");
        }
        Announcement::SetUp { link } => {
            println!("There is no account yet. Make the first one, within a day: {link}");
        }
        Announcement::NoPrivacy => println!(
            "Nobody can sign in: passwords would travel where everybody can read along. Give it \
             --tls-cert and --tls-key, or put a proxy with TLS before it and say --base-url https://…"
        ),
    }
}
