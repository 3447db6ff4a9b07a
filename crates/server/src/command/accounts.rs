//! `user` and `token`: accounts and tokens, while the server runs or not. A running server notices within
//! a second.

use super::{Errand, arguments::PasswordSource, open};
use serde_json::{Value, json};
use server::{
    Passwords, Secret, SecretKind,
    account::{
        callers::Scope,
        names::{self, Name},
    },
    now_ms,
};
use std::{io::BufRead, path::Path};
use store::{
    Connection,
    account::{self, Account, AccountId, ApiTokenId, NewApiToken},
};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

pub async fn add(
    folder: &Path,
    name: &str,
    operator: bool,
    password: &PasswordSource,
    json: bool,
) -> Result<(), Errand> {
    let name = Name::read(name)?;
    let password = Passwords::default().hash(read_password(password)?).await?;
    let account = Account {
        id: AccountId::fresh(),
        name: name.shown,
        name_key: name.key,
        password,
        operator,
        disabled: false,
        made_ms: now_ms(),
    };
    let mut store = open(folder).await?;
    let mut transaction = store.begin().await?;
    if !account::add_account(&mut transaction, &account).await? {
        return Err(server::ServerError::NameTaken.into());
    }
    store::commit(transaction).await?;
    store.close().await?;
    let words = format!("{} can sign in now", account.name);
    print(json, account_json(&account), &words);
    Ok(())
}

pub async fn list(folder: &Path, json: bool) -> Result<(), Errand> {
    let mut store = open(folder).await?;
    let accounts = account::accounts(store.connection()).await?;
    store.close().await?;
    let lines: Vec<String> = accounts
        .iter()
        .map(|account| {
            let operator = if account.operator { " (operator)" } else { "" };
            let disabled = if account.disabled { " (disabled)" } else { "" };
            format!("{}{operator}{disabled}", account.name)
        })
        .collect();
    print(json, Value::Array(accounts.iter().map(account_json).collect()), &lines.join("\n"));
    Ok(())
}

pub async fn set_disabled(
    folder: &Path,
    name: &str,
    disabled: bool,
    json: bool,
) -> Result<(), Errand> {
    let mut store = open(folder).await?;
    let mut transaction = store.begin().await?;
    let found = find(&mut transaction, name).await?;
    account::set_disabled(&mut transaction, found.id, disabled).await?;
    if disabled {
        account::end_sign_ins(&mut transaction, found.id, None, now_ms()).await?;
        account::end_api_tokens(&mut transaction, found.id, now_ms()).await?;
    }
    store::commit(transaction).await?;
    store.close().await?;
    let words = if disabled { "cannot sign in any more" } else { "can sign in again" };
    print(
        json,
        account_json(&Account { disabled, ..found.clone() }),
        &format!("{} {words}", found.name),
    );
    Ok(())
}

pub async fn change_password(
    folder: &Path,
    name: &str,
    password: &PasswordSource,
    json: bool,
) -> Result<(), Errand> {
    let password = Passwords::default().hash(read_password(password)?).await?;
    let mut store = open(folder).await?;
    let mut transaction = store.begin().await?;
    let found = find(&mut transaction, name).await?;
    account::set_password(&mut transaction, found.id, &password).await?;
    let ended = account::end_sign_ins(&mut transaction, found.id, None, now_ms()).await?;
    store::commit(transaction).await?;
    store.close().await?;
    let words = format!("{} has another password; {ended} devices were signed out", found.name);
    print(json, json!({ "name": found.name, "endedSignIns": ended }), &words);
    Ok(())
}

pub async fn create_token(
    folder: &Path,
    name: &str,
    scopes: &[String],
    days: u32,
    label: &str,
    json: bool,
) -> Result<(), Errand> {
    let scopes: Option<Vec<Scope>> = scopes.iter().map(|scope| Scope::from_name(scope)).collect();
    let scopes = scopes.ok_or_else(|| Errand::usage("a scope is read, write or metrics"))?;
    let secret = Secret::fresh(SecretKind::Api)?;
    let mut store = open(folder).await?;
    let mut transaction = store.begin().await?;
    let found = find(&mut transaction, name).await?;
    if scopes.contains(&Scope::Metrics) && !found.operator {
        return Err(Errand::failed("notAllowed", "only an operator's token opens the metrics"));
    }
    let now = now_ms();
    let new = NewApiToken {
        id: ApiTokenId::fresh(),
        token: secret.hash(),
        account: found.id,
        label: label.to_owned(),
        scopes: scopes.iter().map(|scope| scope.name()).collect::<Vec<_>>().join(" "),
        made_ms: now,
        expires_ms: now + i64::from(days) * DAY_MS,
    };
    account::add_api_token(&mut transaction, &new).await?;
    store::commit(transaction).await?;
    store.close().await?;
    let answer = json!({
        "id": new.id.to_string(), "token": secret.words(), "scopes": new.scopes,
        "expiresMs": new.expires_ms,
    });
    print(
        json,
        answer,
        &format!("{}\n(its id is {}; the token is not shown again)", secret.words(), new.id),
    );
    Ok(())
}

pub async fn list_tokens(folder: &Path, json: bool) -> Result<(), Errand> {
    let mut store = open(folder).await?;
    let tokens = account::api_tokens(store.connection()).await?;
    store.close().await?;
    let opens = |token: &account::ApiToken| token.ended_ms.is_none() && now_ms() < token.expires_ms;
    let values = tokens.iter().map(|token| {
        json!({
            "id": token.id.to_string(), "name": token.name, "label": token.label,
            "scopes": token.scopes, "expiresMs": token.expires_ms, "opens": opens(token),
        })
    });
    let lines: Vec<String> = tokens
        .iter()
        .map(|token| {
            let ended = if opens(token) { "" } else { " (ended)" };
            format!("{} {} [{}] {}{ended}", token.id, token.name, token.scopes, token.label)
        })
        .collect();
    print(json, Value::Array(values.collect()), &lines.join("\n"));
    Ok(())
}

pub async fn revoke_token(folder: &Path, id: &str, json: bool) -> Result<(), Errand> {
    let id: ApiTokenId =
        id.parse().map_err(|_| Errand::usage("`token list` says the ids of the tokens"))?;
    let mut store = open(folder).await?;
    let mut transaction = store.begin().await?;
    if !account::end_api_token(&mut transaction, id, now_ms()).await? {
        return Err(Errand::failed("notFound", "there is no such token that opens"));
    }
    store::commit(transaction).await?;
    store.close().await?;
    print(json, json!({ "id": id.to_string(), "revoked": true }), "it opens nothing any more");
    Ok(())
}

async fn find(connection: &mut Connection, name: &str) -> Result<Account, Errand> {
    let found = account::account_by_key(connection, &names::key(name)).await?;
    found.ok_or_else(|| Errand::failed("notFound", "there is no account of that name"))
}

/// The flag, then the file, then the variable.
fn read_password(source: &PasswordSource) -> Result<String, Errand> {
    let unreadable = |error: std::io::Error| Errand::failed("password", &error.to_string());
    let text = if source.password_stdin {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).map_err(unreadable)?;
        line
    } else if let Some(file) = &source.password_file {
        std::fs::read_to_string(file).map_err(unreadable)?
    } else {
        std::env::var("HOLDFAST_PASSWORD").map_err(|_| {
            Errand::usage("give the password with --password-stdin, or in HOLDFAST_PASSWORD_FILE")
        })?
    };
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

fn account_json(account: &Account) -> Value {
    json!({
        "id": account.id.to_string(), "name": account.name, "operator": account.operator,
        "disabled": account.disabled, "madeMs": account.made_ms,
    })
}

#[expect(clippy::print_stdout, reason = "the answer of a command")]
pub fn print(as_json: bool, value: Value, words: &str) {
    if as_json {
        println!("{value}");
    } else if !words.is_empty() {
        println!("{words}");
    }
}
