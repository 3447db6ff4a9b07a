//! The first account, signing in and out, and passwords.

use crate::running::{PASSWORD, Server, answer, client_from, folder};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn the_set_up_link_makes_the_first_account_once() {
    let (_root, folder) = folder();
    let server = Server::start(&folder);
    let link = server.set_up.clone().unwrap();
    assert!(link.starts_with(&format!("{}/setup#hfu_", server.url)), "{link}");
    let sent = |secret: &str, password: &str| json!({ "secret": secret, "name": "Ada", "password": password });
    let wrong = format!("hfu_{}", "0".repeat(32));
    server.post("/api/setup", "", sent(&wrong, PASSWORD)).await.refused(403, "setUpEnded");
    server.post("/api/setup", "", sent("", PASSWORD)).await.refused(403, "setUpEnded");
    server.post("/api/setup", "", sent(&link, "short")).await.refused(422, "weakPassword");
    let made = server.post("/api/setup", "", sent(&link, PASSWORD)).await.expect(201);
    assert_eq!(made["account"]["operator"], true);
    let token = made["token"].as_str().unwrap();
    let me = server.get("/api/me", token).await.expect(200);
    assert_eq!(me["account"]["name"], "Ada");
    let again = json!({ "secret": link, "name": "Eve", "password": PASSWORD });
    server.post("/api/setup", "", again).await.refused(403, "setUpEnded");
    server.stop();
    assert_eq!(Server::start(&folder).set_up, None, "there is an account");
}

#[tokio::test]
async fn a_new_start_makes_the_former_set_up_link_void() {
    let (_root, folder) = folder();
    let server = Server::start(&folder);
    let former = server.set_up.clone().unwrap();
    server.stop();
    let server = Server::start(&folder);
    let sent = json!({ "secret": former, "name": "Ada", "password": PASSWORD });
    server.post("/api/setup", "", sent).await.refused(403, "setUpEnded");
    server.set_up("Ada").await;
}

#[tokio::test]
async fn somebody_signs_in_however_they_write_their_name_and_signs_out() {
    let (_root, folder) = folder();
    let server = Server::start(&folder);
    let first = server.set_up("Zoë").await;
    let signed_in = server.sign_in(" zoe\u{308} ", PASSWORD).await.expect(200);
    let second = signed_in["token"].as_str().unwrap();
    assert_ne!(first, second);
    let me = server.get("/api/me", second).await.expect(200);
    assert_eq!((&me["account"]["name"], &me["device"]["name"]), (&json!("Zoë"), &json!("desk")));
    server.post("/api/sign-out", second, Value::Null).await.expect(204);
    server.get("/api/me", second).await.refused(401, "notSignedIn");
    server.get("/api/me", &first).await.expect(200);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_look_the_same() {
    let (_root, folder) = folder();
    let server = Server::start(&folder);
    server.set_up("ada").await;
    let wrong = server.sign_in("ada", "wrong horse battery").await;
    let unknown = server.sign_in("eve", PASSWORD).await;
    assert_eq!(wrong.body, unknown.body);
    wrong.refused(401, "badCredentials");
    unknown.refused(401, "badCredentials");
    for token in ["", "x", "hfs_", &format!("hfs_{}", "0".repeat(64))] {
        server.get("/api/me", token).await.refused(401, "notSignedIn");
    }
}

#[tokio::test]
async fn a_locked_out_attacker_does_not_lock_out_the_owner() {
    let (_root, folder) = folder();
    let server = Server::start(&folder);
    server.set_up("ada").await;
    let attacker = client_from("127.0.0.2");
    let attack = async |password: &str| {
        let sent = json!({ "name": "ada", "password": password });
        server.request(&attacker, Method::POST, "/api/sign-in", "", sent).await
    };
    let mut refused = 0;
    while refused < 100 {
        let response = attack("a guess that is wrong").await;
        if response.status() == 429 {
            break;
        }
        answer(response).await.refused(401, "badCredentials");
        refused += 1;
    }
    assert_eq!(refused, 10);
    let response = attack(PASSWORD).await;
    let seconds = response.headers()["retry-after"].to_str().unwrap().parse::<u64>().unwrap();
    assert!(seconds > 0);
    answer(response).await.refused(429, "tooManyTries");
    server.sign_in("ada", PASSWORD).await.expect(200);
}

#[tokio::test]
async fn another_password_ends_the_other_sessions() {
    let (_root, folder) = folder();
    let server = Server::start(&folder);
    let first = server.set_up("ada").await;
    let second = server.token("ada").await;
    let next = "a quite new password";
    let change = async |current: &str, next: &str| {
        let sent = json!({ "current": current, "next": next });
        server.post("/api/me/password", &first, sent).await
    };
    change("wrong horse battery", next).await.refused(401, "badCredentials");
    change(PASSWORD, "short").await.refused(422, "weakPassword");
    server.get("/api/me", &second).await.expect(200);
    let changed = change(PASSWORD, next).await.expect(200);
    assert_eq!(changed["endedSignIns"], 1);
    server.get("/api/me", &first).await.expect(200);
    server.get("/api/me", &second).await.refused(401, "notSignedIn");
    server.sign_in("ada", PASSWORD).await.refused(401, "badCredentials");
    server.sign_in("ada", next).await.expect(200);
}

#[tokio::test]
async fn what_is_no_request_is_told_what_it_is() {
    let (_root, folder) = folder();
    let server = Server::start(&folder);
    let token = server.set_up("ada").await;
    server.get("/api/nothing", &token).await.refused(404, "notFound");
    server.get("/nothing", "").await.refused(404, "notFound");
    server.get("/api/sign-in", "").await.refused(405, "badRequest");
    server.post("/api/sign-in", "", json!({ "name": 7 })).await.refused(422, "badRequest");
    server.post("/api/sign-in", "", Value::Null).await.refused(415, "badRequest");
    let huge = json!({ "name": "x".repeat(100_000), "password": "x" });
    server.post("/api/sign-in", "", huge).await.refused(413, "badRequest");
    server.get("/api/boards/no-id/members", &token).await.refused(404, "notFound");
    let answer = server.client.get(format!("{}/api/me", server.url)).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    assert_eq!(answer.headers()["www-authenticate"], "Bearer");
    assert_eq!(answer.headers()["cache-control"], "no-store");
}
