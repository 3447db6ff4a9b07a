//! Servers in this process: one that believes to listen where everybody can read along takes no password, and one
//! whose connections to the database are all taken says so.

use crate::running::{answer, builder, folder};
use metrics_exporter_prometheus::PrometheusBuilder;
use serde_json::json;
use server::{Door, Limits, Passwords, Settings, Shared, http, writer::Writer};
use std::{net::SocketAddr, path::Path, sync::Arc};
use store::{Folder, Opening, Store};
use tokio::{net::TcpListener, sync::watch};

/// Its address, while it believes to listen elsewhere; it serves until the test ends.
async fn serving(folder: &Path, believes: &str) -> (SocketAddr, Arc<Shared>) {
    let settings = Settings {
        data_dir: folder.to_owned(),
        listen: believes.parse().unwrap(),
        tls: None,
        base_url: None,
        proxies: Vec::new(),
        reader_patience: std::time::Duration::from_secs(30),
        open_access: false,
        webhooks_allow: Vec::new(),
    };
    let opening = Opening { thorough: false, checkpoints: true };
    let store = Store::open(&Folder::prepare_server(folder).unwrap(), opening).await.unwrap();
    let readers = store.shared_readers();
    let (writer, task) = Writer::start(store, || ());
    let shared = Arc::new(Shared {
        reader_patience: settings.reader_patience,
        rooms: Default::default(),
        api: server::api::Api::default(),
        webhooks: server::Webhooks::new(Vec::new()),
        door: Door::new(&settings, settings.listen),
        writer,
        readers,
        passwords: Passwords::default(),
        limits: Limits::default(),
        access: watch::Sender::new(0),
        stop: watch::Sender::new(false),
        metrics: PrometheusBuilder::new().build_recorder().handle(),
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let routes = http::routes(shared.clone());
    tokio::spawn(async move {
        let service = routes.into_make_service_with_connect_info::<SocketAddr>();
        axum::serve(listener, service).await.unwrap();
        drop(task);
    });
    (address, shared)
}

#[tokio::test]
async fn no_password_is_taken_where_everybody_reads_along() {
    let (_root, folder) = folder();
    let (address, _) = serving(&folder, "192.0.2.1:80").await;
    let client = builder().build().unwrap();
    let sent = json!({ "name": "ada", "password": "whatever it is" });
    for path in ["/api/sign-in", "/api/setup", "/api/invitations/accept", "/setup", "/join"] {
        let sent = client.post(format!("http://{address}{path}")).json(&sent).send().await;
        answer(sent.unwrap()).await.refused(403, "httpsRequired");
    }
    let page = client.get(format!("http://{address}/setup")).send().await.unwrap();
    assert!(page.text().await.unwrap().contains("over https alone"));
    let health = client.get(format!("http://{address}/healthz")).send().await.unwrap();
    assert_eq!(health.status(), 200);
}

#[tokio::test]
async fn a_read_that_finds_the_database_taken_is_told_to_come_again() {
    let (_root, folder) = folder();
    let (address, shared) = serving(&folder, "127.0.0.1:80").await;
    let mut taken = Vec::new();
    // All of them, however many there are.
    while let Ok(reader) = shared.reader().await {
        taken.push(reader);
    }
    assert!(!taken.is_empty());
    let client = builder().build().unwrap();
    let url = format!("http://{address}/api/v1/boards");
    let token = format!("hfa_{}", "0".repeat(64));
    let busy = client.get(&url).bearer_auth(&token).send().await.unwrap();
    assert!(busy.headers().contains_key("retry-after"));
    answer(busy).await.refused(503, "busy");
    drop(taken);
    let now = client.get(&url).bearer_auth(&token).send().await.unwrap();
    answer(now).await.refused(401, "notSignedIn");
}
