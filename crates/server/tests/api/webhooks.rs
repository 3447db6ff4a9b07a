//! Webhooks: each change arrives at least once and in its order, wherever the server is cut, and nowhere else.

use crate::{
    client::{Client, id, send},
    peer::patiently,
    receiver::{Received, Receiver, Says},
    running::{
        Server,
        cast::{behind, people},
        command, done, folder,
    },
    stage::Stage,
};
use domain::id::BoardId;
use reqwest::Method;
use serde_json::{Value, json};
use std::{collections::BTreeSet, fs, path::Path, process::Command};

const ALLOWED: [&str; 2] = ["--webhooks-allow", "127.0.0.0/8"];

/// Somebody's board on a server that delivers to loopback.
async fn stage() -> (Stage, Client, BoardId) {
    let (root, folder) = folder();
    let stage = Stage::at(root, folder, &["ada", "ben"], &ALLOWED).await;
    let (_, replica) = stage.shared("ada", 0).await;
    let client = Client::program(&stage, "ada", replica.board(), &["read", "write"]);
    (stage, client, replica.board())
}

/// A new webhook: its path and its secret.
async fn made(client: &Client, url: &str) -> (String, String) {
    let made = client.post("webhooks", json!({ "url": url })).await;
    let location = made.header("location").to_owned();
    let made = made.expect(201);
    let below = format!("webhooks/{}", id(&made));
    assert!(location.ends_with(&below), "{location}");
    (below, made["secret"].as_str().unwrap().to_owned())
}

/// Makes cards; the numbers of their changes.
async fn cards(client: &Client, count: usize) -> Vec<u64> {
    let column = match client.get("columns").await.array().first() {
        Some(column) => id(column),
        None => id(&client.post("columns", json!({ "title": "Todo" })).await.expect(201)),
    };
    let begins = client.get("changes").await.head();
    for number in 0..count {
        client.card(&column, &format!("card {number}")).await;
    }
    (begins + 1..=client.get("changes").await.head()).collect()
}

/// Waits until a webhook is as wanted.
async fn until(client: &Client, below: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    patiently(async {
        loop {
            let webhook = client.get(below).await.expect(200);
            if wanted(&webhook) {
                return webhook;
            }
            tokio::task::yield_now().await;
        }
    })
    .await
}

/// What the recipe of docs/api.md says of a delivery, which is bash and openssl.
fn verified(secret: &str, received: &Received, folder: &Path) -> bool {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/api.md");
    let page = fs::read_to_string(page).unwrap();
    let recipe = page.split("```bash\n").nth(1).unwrap().split("```").next().unwrap();
    let file = folder.join("body");
    fs::write(&file, &received.body).unwrap();
    let run = Command::new("bash")
        .args(["-c", &format!("set -eo pipefail\n{recipe}")])
        .env("SECRET", secret)
        .env("ID", received.header("webhook-id"))
        .env("TIMESTAMP", received.header("webhook-timestamp"))
        .env("SIGNATURE", received.header("webhook-signature"))
        .env("BODY", &file)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    match said.trim() {
        "it is from the server" => true,
        "it is not" => false,
        other => panic!("{other}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_change_from_then_on_arrives_in_order_signed_as_the_events_say_it() {
    let (stage, client, board) = stage().await;
    let before = cards(&client, 2).await;
    let mut receiver = Receiver::start();
    let (below, secret) = made(&client, &receiver.url).await;
    let webhook = client.get(&below).await.expect(200);
    assert_eq!(webhook["delivered"], *before.last().unwrap());
    let numbers = cards(&client, 5).await;
    let told = client.get(&format!("changes?since={}", before.last().unwrap())).await.array();
    for (number, told) in numbers.iter().zip(&told) {
        let received = receiver.next().await;
        assert_eq!((received.number(), &received.json()), (*number, told));
        assert_eq!(received.header("content-type"), "application/json");
        assert_eq!(received.header("holdfast-event"), "change");
        assert_eq!(received.header("holdfast-board"), board.to_string());
        assert!(verified(&secret, &received, stage.root.path()));
        let mut body = received.body.to_vec();
        *body.last_mut().unwrap() = b' ';
        let forged = Received { body: body.into(), ..received };
        assert!(!verified(&secret, &forged, stage.root.path()));
    }
    let last = *numbers.last().unwrap();
    until(&client, &below, |webhook| webhook["delivered"] == last).await;
    let tries = client.get(&format!("{below}/deliveries")).await.array();
    let noted: Vec<u64> = tries.iter().rev().map(|it| it["number"].as_u64().unwrap()).collect();
    assert_eq!(noted, numbers);
    assert!(
        tries.iter().all(|it| it["status"] == 204 && it["attempt"] == 1 && it["error"].is_null())
    );
    assert_eq!(stage.problems(), json!([]));
}

#[tokio::test]
async fn a_server_that_is_killed_goes_on_and_leaves_nothing_out() {
    let (mut stage, mut client, board) = stage().await;
    let mut receiver = Receiver::start();
    let (below, _) = made(&client, &receiver.url).await;
    let mut numbers = cards(&client, 1).await;
    let mut received = receiver.numbers(1).await;
    for round in 0..6 {
        let mut hanging = None;
        if round % 2 == 1 {
            let last = *numbers.last().unwrap();
            until(&client, &below, |webhook| webhook["delivered"] == last).await;
            received.extend(receiver.so_far().iter().map(Received::number));
            receiver.says([Says::Nothing]);
        }
        numbers.extend(cards(&client, 8).await);
        if round % 2 == 1 {
            hanging = Some(receiver.numbers(1).await[0]);
        } else {
            // Some of them are under way, nobody knows which.
            received.extend(receiver.numbers(round).await);
        }
        let Stage { root, folder, server, people } = stage;
        server.kill();
        let server = Server::start_with(&folder, &ALLOWED);
        stage = Stage { root, folder, server, people };
        client = client.again(&stage);
        if let Some(hanging) = hanging {
            assert_eq!(receiver.numbers(1).await, [hanging], "nobody had said that it was taken");
            received.push(hanging);
        }
    }
    while received.last() != numbers.last() {
        received.extend(receiver.numbers(1).await);
    }
    let first = numbers[0];
    let mut seen = first;
    for number in &received {
        assert!(*number <= seen + 1, "{number} came before {}: {received:?}", seen + 1);
        seen = seen.max(*number);
    }
    assert_eq!(received.iter().collect::<BTreeSet<_>>(), numbers.iter().collect());
    assert_eq!(client.on(board).get("changes").await.head(), seen);
    assert_eq!(stage.problems(), json!([]));
}

#[tokio::test]
async fn what_was_not_taken_is_sent_again_under_the_same_id_and_nothing_before_it() {
    let (_stage, client, _) = stage().await;
    cards(&client, 1).await;
    let mut receiver = Receiver::start();
    receiver.says([Says::Status(500), Says::Status(404)]);
    let (below, _) = made(&client, &receiver.url).await;
    let numbers = cards(&client, 2).await;
    let mut ids = Vec::new();
    for expected in [0, 0, 0, 1] {
        let received = receiver.next().await;
        assert_eq!(received.number(), numbers[expected]);
        ids.push(received.header("webhook-id").to_owned());
        if ids.len() == 1 {
            let failed = until(&client, &below, |webhook| webhook["failures"] == 1).await;
            assert!(failed["nextMs"].is_i64() && failed["paused"].is_null(), "{failed}");
        }
    }
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), 2);
    let taken = until(&client, &below, |webhook| webhook["delivered"] == numbers[1]).await;
    assert_eq!((&taken["failures"], &taken["nextMs"]), (&json!(0), &Value::Null));
    let tries = client.get(&format!("{below}/deliveries")).await.array();
    let tries: Vec<Value> = tries
        .iter()
        .map(|it| json!([it["number"], it["attempt"], it["status"], it["error"]]))
        .collect();
    let expected = json!([
        [numbers[1], 1, 204, null],
        [numbers[0], 3, 204, null],
        [numbers[0], 2, 404, "status"],
        [numbers[0], 1, 500, "status"],
    ]);
    assert_eq!(json!(tries), expected);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (_stage, client, _) = stage().await;
    let (mut receiver, mut elsewhere) = (Receiver::start(), Receiver::start());
    receiver.says([Says::Elsewhere(elsewhere.url.clone())]);
    let (below, _) = made(&client, &receiver.url).await;
    cards(&client, 1).await;
    let first = receiver.next().await.number();
    assert_eq!(receiver.next().await.number(), first, "it was not taken");
    let tries = client.get(&format!("{below}/deliveries")).await.array();
    let redirected = tries.last().unwrap();
    assert_eq!((&redirected["status"], &redirected["error"]), (&json!(302), &json!("redirect")));
    assert!(elsewhere.so_far().is_empty());
}

#[tokio::test]
async fn one_that_is_gone_is_sent_nothing_until_somebody_says_so() {
    let (_stage, client, _) = stage().await;
    cards(&client, 1).await;
    let mut receiver = Receiver::start();
    receiver.says([Says::Status(410)]);
    let (below, _) = made(&client, &receiver.url).await;
    let mut numbers = cards(&client, 1).await;
    let gone = until(&client, &below, |webhook| webhook["paused"] == "gone").await;
    assert!(gone["pausedMs"].is_i64(), "{gone}");
    numbers.extend(cards(&client, 2).await);
    assert_eq!(receiver.so_far().len(), 1);
    let resumed = client.patch(&below, json!({ "paused": false })).await.expect(200);
    assert_eq!((&resumed["paused"], &resumed["failures"]), (&Value::Null, &json!(0)));
    assert_eq!(receiver.numbers(3).await, numbers);
}

#[tokio::test]
async fn one_that_fails_for_long_is_paused_and_says_why() {
    let (stage, client, _) = stage().await;
    let mut receiver = Receiver::start();
    receiver.says([Says::Status(503)]);
    let (below, _) = made(&client, &receiver.url).await;
    // As after days.
    let mut store = behind(&stage.folder).await;
    sqlx::raw_sql("update webhook set failures = 99").execute(store.connection()).await.unwrap();
    store.close().await.unwrap();
    let numbers = cards(&client, 1).await;
    let paused = until(&client, &below, |webhook| !webhook["paused"].is_null()).await;
    assert_eq!((&paused["paused"], &paused["failures"]), (&json!("failing"), &json!(100)));
    assert_eq!(receiver.numbers(1).await, numbers[..1]);
    // Another address is another try.
    let mut other = Receiver::start();
    client.patch(&below, json!({ "url": other.url, "paused": false })).await.expect(200);
    assert_eq!(other.numbers(numbers.len()).await, numbers);
    assert!(receiver.so_far().is_empty());
}

#[tokio::test]
async fn one_that_is_paused_goes_on_where_it_was_and_one_that_is_deleted_is_forgotten() {
    let (_stage, client, _) = stage().await;
    let mut receiver = Receiver::start();
    let (below, _) = made(&client, &receiver.url).await;
    let first = cards(&client, 1).await;
    assert_eq!(receiver.numbers(first.len()).await, first);
    let last = *first.last().unwrap();
    until(&client, &below, |webhook| webhook["delivered"] == last).await;
    let paused = client.patch(&below, json!({ "paused": true })).await.expect(200);
    assert_eq!(paused["paused"], "asked");
    let meanwhile = cards(&client, 3).await;
    let pinged = client.post(&format!("{below}/ping"), json!({})).await.expect(200);
    assert_eq!((&pinged["status"], &pinged["number"]), (&json!(204), &Value::Null));
    // Of all that came, the ping is the only one: it was sent last.
    let came = receiver.so_far();
    assert_eq!(came.len(), 1, "{came:?}");
    assert_eq!(came[0].header("holdfast-event"), "ping");
    client.patch(&below, json!({ "paused": false })).await.expect(200);
    assert_eq!(receiver.numbers(3).await, meanwhile);
    assert_eq!(client.delete(&below).await.status, 204);
    cards(&client, 1).await;
    client.get(&below).await.refused(404, "notFound", "");
    assert_eq!(client.get("webhooks").await.array(), Vec::<Value>::new());
    let mut other = Receiver::start();
    made(&client, &other.url).await;
    let last = cards(&client, 1).await;
    assert_eq!(other.numbers(1).await, last);
    assert!(receiver.so_far().is_empty());
}

#[tokio::test]
async fn a_receiver_that_says_nothing_delays_nobody_else() {
    let (_stage, client, _) = stage().await;
    cards(&client, 1).await;
    let (mut slow, mut quick) = (Receiver::start(), Receiver::start());
    slow.says(std::iter::repeat_n(Says::Nothing, 10));
    let (below, _) = made(&client, &slow.url).await;
    made(&client, &quick.url).await;
    let numbers = cards(&client, 1).await;
    assert_eq!(slow.numbers(1).await, numbers);
    let more = cards(&client, 10).await;
    assert_eq!(quick.numbers(11).await, [numbers.clone(), more].concat());
    assert!(slow.so_far().is_empty(), "it is still waited for");
    let given_up = until(&client, &below, |webhook| webhook["failures"] == 1).await;
    assert_eq!(given_up["delivered"], numbers[0] - 1);
    let tries = client.get(&format!("{below}/deliveries")).await.array();
    assert_eq!((&tries[0]["status"], &tries[0]["error"]), (&Value::Null, &json!("tooSlow")));
}

#[tokio::test]
async fn nothing_goes_to_an_address_that_the_operator_did_not_allow() {
    let stage = Stage::with(&["ada"]).await;
    let (_peer, replica) = stage.shared("ada", 1).await;
    let client = Client::program(&stage, "ada", replica.board(), &["read", "write"]);
    let mut receiver = Receiver::start();
    let port = receiver.url.split(':').nth(2).unwrap().split('/').next().unwrap();
    for host in ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "10.0.0.1", "169.254.169.254"] {
        let asked = json!({ "url": format!("http://{host}:{port}/") });
        client.post("webhooks", asked).await.refused(422, "refusedAddress", "url");
    }
    // What these lead to shows when they are looked up.
    for host in ["localhost", "2130706433", "0x7f.1"] {
        let (below, _) = made(&client, &format!("http://{host}:{port}/")).await;
        let pinged = client.post(&format!("{below}/ping"), json!({})).await.expect(200);
        assert_eq!((&pinged["error"], &pinged["status"]), (&json!("refusedAddress"), &Value::Null));
        cards(&client, 1).await;
        until(&client, &below, |webhook| webhook["failures"] != 0).await;
        let refused = json!({ "url": receiver.url });
        client.patch(&below, refused).await.refused(422, "refusedAddress", "url");
    }
    assert!(receiver.so_far().is_empty());
}

#[tokio::test]
async fn a_webhook_is_delivered_for_as_long_as_its_maker_manages_the_board() {
    let (stage, ada, board) = stage().await;
    stage.invited(board, "ada", "ben", "admin").await;
    let ben = Client::program(&stage, "ben", board, &["read", "write"]);
    let mut receiver = Receiver::start();
    let (below, _) = made(&ben, &receiver.url).await;
    let first = cards(&ada, 1).await;
    assert_eq!(receiver.numbers(first.len()).await, first);
    let path = format!("/api/boards/{board}/members/{}", stage.people["ben"].id);
    let role = json!({ "role": "editor" });
    stage.server.ask(Method::PUT, &path, stage.token("ada"), role).await.expect(204);
    ben.get(&below).await.refused(403, "notAllowed", "");
    let missed = cards(&ada, 1).await;
    until(&ada, &below, |webhook| webhook["paused"] == "notAllowed").await;
    assert!(receiver.so_far().is_empty());
    // Whoever lets it go on stands for it.
    let resumed = ada.patch(&below, json!({ "paused": false })).await.expect(200);
    let person = ada.get("").await.expect(200)["person"].clone();
    assert_eq!(resumed["madeBy"], person);
    assert_eq!(receiver.numbers(1).await, missed);
}

#[tokio::test]
async fn check_sees_one_that_is_ahead_of_its_board_and_none_is_left_of_a_board_that_was_ended() {
    let (stage, client, board) = stage().await;
    let (below, _) = made(&client, "http://127.0.0.1:9/").await;
    client.patch(&below, json!({ "paused": true })).await.expect(200);
    let mut store = behind(&stage.folder).await;
    let ahead = "update webhook set cursor = cursor + 1000";
    sqlx::raw_sql(ahead).execute(store.connection()).await.unwrap();
    let found = crate::running::run(&stage.folder, &["check"], "");
    assert_eq!(found.status.code(), Some(3));
    let said = String::from_utf8_lossy(&found.stdout).into_owned();
    assert!(said.contains("was sent more than the log has"), "{said}");
    let path = format!("/api/boards/{board}");
    stage.server.ask(Method::DELETE, &path, stage.token("ada"), Value::Null).await.expect(204);
    let left: i64 = sqlx::query_scalar("select count(*) from webhook")
        .fetch_one(store.connection())
        .await
        .unwrap();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn a_restored_server_sends_nothing_until_somebody_says_so() {
    let (stage, client, board) = stage().await;
    let mut receiver = Receiver::start();
    let (below, _) = made(&client, &receiver.url).await;
    let first = cards(&client, 1).await;
    assert_eq!(receiver.numbers(first.len()).await, first);
    let last = *first.last().unwrap();
    until(&client, &below, |webhook| webhook["delivered"] == last).await;
    let file = stage.folder.with_file_name("backup.db");
    done(&stage.folder, &["backup", file.to_str().unwrap()], "");
    let Stage { root, folder, server, people } = stage;
    server.stop();
    done(&folder, &["restore", file.to_str().unwrap()], "");
    let server = Server::start_with(&folder, &ALLOWED);
    let stage = Stage { root, folder, server, people };
    let client = Client::program(&stage, "ada", board, &["read", "write"]);
    assert_eq!(client.get(&below).await.expect(200)["paused"], "restored");
    let after = cards(&client, 1).await;
    client.patch(&below, json!({ "paused": false })).await.expect(200);
    assert_eq!(receiver.numbers(1).await, after);
    assert_eq!(stage.problems(), json!([]));
}

#[tokio::test]
async fn a_secret_is_shown_once_and_logged_never() {
    let (root, folder) = folder();
    let log = root.path().join("log");
    let mut proxy = Receiver::start();
    let mut serve = command(&folder, &["serve", "--listen", "127.0.0.1:0"]);
    serve.env("HOLDFAST_WEBHOOKS_ALLOW", "127.0.0.1,10.0.0.0/8").env("RUST_LOG", "trace");
    serve.env("http_proxy", &proxy.url).env("ALL_PROXY", &proxy.url);
    serve.stderr(fs::File::create(&log).unwrap());
    let server = Server::start_as(serve, false);
    let people = people(&server, &folder, &["ada"]).await;
    let stage = Stage { root, folder, server, people };
    let (_peer, replica) = stage.shared("ada", 1).await;
    let client = Client::program(&stage, "ada", replica.board(), &["read", "write"]);
    let mut receiver = Receiver::start();
    let (below, secret) = made(&client, &receiver.url).await;
    cards(&client, 1).await;
    receiver.next().await;
    client.post(&format!("{below}/ping"), json!({})).await.expect(200);
    let key = secret.strip_prefix("whsec_").unwrap();
    assert_eq!(key.len(), 44);
    let mut said = Vec::new();
    for path in ["webhooks".to_owned(), below.clone(), format!("{below}/deliveries")] {
        said.push(client.get(&path).await.body.to_string());
    }
    said.push(client.patch(&below, json!({ "paused": true })).await.body.to_string());
    said.push(fs::read_to_string(&log).unwrap());
    assert!(said[4].contains("TRACE"), "it logs");
    for said in &said {
        assert!(!said.contains(key), "{said}");
    }
    assert!(proxy.so_far().is_empty(), "nobody asked for a proxy");
}

#[tokio::test]
async fn over_https_a_receiver_is_one_that_the_machine_trusts() {
    let (root, folder) = folder();
    let certificate = || rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let (trusted, other) = (certificate(), certificate());
    let file = root.path().join("roots.pem");
    fs::write(&file, trusted.cert.pem()).unwrap();
    let mut serve = command(&folder, &["serve", "--listen", "127.0.0.1:0"]);
    serve.args(ALLOWED).env("SSL_CERT_FILE", &file);
    let server = Server::start_as(serve, false);
    let people = people(&server, &folder, &["ada"]).await;
    let stage = Stage { root, folder, server, people };
    let (_peer, replica) = stage.shared("ada", 1).await;
    let client = Client::program(&stage, "ada", replica.board(), &["read", "write"]);
    let receiver = async |shown: &rcgen::CertifiedKey<rcgen::KeyPair>| {
        let (certificate, key) = (shown.cert.pem(), shown.signing_key.serialize_pem());
        Receiver::with_tls(certificate.as_bytes(), key.as_bytes()).await
    };
    let mut known = receiver(&trusted).await;
    made(&client, &known.url).await;
    let numbers = cards(&client, 2).await;
    assert_eq!(known.numbers(2).await, numbers);
    let mut stranger = receiver(&other).await;
    let (below, _) = made(&client, &stranger.url).await;
    let pinged = client.post(&format!("{below}/ping"), json!({})).await.expect(200);
    assert_eq!(pinged["error"], "tls");
    assert!(stranger.so_far().is_empty());
}

#[tokio::test]
async fn what_cannot_be_a_webhook_is_refused_by_name() {
    let (_stage, client, board) = stage().await;
    for url in ["", "ftp://a.example/", "https://ada:pw@a.example/", "https://a.example/#x", "a"] {
        let asked = json!({ "url": url });
        client.post("webhooks", asked).await.refused(422, "badUrl", "url");
    }
    client.post("webhooks", json!({})).await.refused(400, "missingField", "url");
    let asked = json!({ "url": "https://a.example/", "secret": "mine" });
    client.post("webhooks", asked).await.refused(400, "unknownField", "secret");
    client.get("webhooks?limit=1").await.refused(400, "unknownParameter", "limit");
    let url = "http://127.0.0.1:9/";
    let keyed = client.keyed(Method::POST, "webhooks", "once", json!({ "url": url })).await;
    keyed.refused(400, "badHeader", "Idempotency-Key");
    let mut ids = BTreeSet::new();
    for _ in 0..10 {
        let (below, _) = made(&client, url).await;
        ids.insert(below.split('/').nth(1).unwrap().to_owned());
    }
    client.post("webhooks", json!({ "url": url })).await.refused(422, "tooMany", "");
    assert_eq!(client.get("webhooks").await.ids(), ids);
    // Those of a board are no other's.
    let asked = client.everywhere(Method::POST, "boards").json(&json!({ "title": "other" }));
    let other: BoardId = id(&send(asked).await.expect(201)).parse().unwrap();
    assert_ne!(other, board);
    let one = format!("webhooks/{}", ids.first().unwrap());
    client.on(other).get(&one).await.refused(404, "notFound", "");
    assert_eq!(client.on(other).delete(&one).await.status, 404);
    client.get(&one).await.expect(200);
}

/// Connections that a process began itself: those whose own end is not where it listens.
fn begun(server: &Server) -> usize {
    let listens = server.address().rsplit(':').next().unwrap().parse::<u16>().unwrap();
    let sockets: BTreeSet<String> = fs::read_dir(format!("/proc/{}/fd", server.id()))
        .unwrap()
        .filter_map(|entry| fs::read_link(entry.ok()?.path()).ok())
        .filter_map(|link| {
            let link = link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned();
            Some(link)
        })
        .collect();
    let mut begun = 0;
    for table in ["tcp", "tcp6", "udp", "udp6"] {
        let table = fs::read_to_string(format!("/proc/{}/net/{table}", server.id())).unwrap();
        for line in table.lines().skip(1) {
            let words: Vec<&str> = line.split_whitespace().collect();
            let port = words[1].rsplit(':').next().unwrap();
            let other = u16::from_str_radix(port, 16).unwrap() != listens;
            begun += usize::from(sockets.contains(words[9]) && other);
        }
    }
    begun
}

#[tokio::test]
async fn a_server_without_webhooks_connects_to_nobody() {
    let (stage, client, _) = stage().await;
    cards(&client, 3).await;
    assert_eq!(begun(&stage.server), 0);
    let mut receiver = Receiver::start();
    receiver.says([Says::Nothing]);
    made(&client, &receiver.url).await;
    cards(&client, 1).await;
    receiver.next().await;
    assert_eq!(begun(&stage.server), 1, "the look sees one");
}
