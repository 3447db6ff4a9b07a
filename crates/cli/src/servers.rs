//! Boards that are shared: signing in at a server, fetching a board from it, and keeping all of them current.

use crate::{
    arguments::{MemberVerb, RoleName},
    errand::{Errand, Outcome},
    names,
    print::{aside, json, line, plain},
};
use replica::{Desk, ServerFailure, SignedIn, Synced, protocol::*};
use serde_json::json;
use tokio::io::AsyncReadExt;

/// No password is longer.
const PASSWORD_BYTES_MAX: u64 = 4096;

/// What helps where a certificate is not trusted.
const TRUST: &str = "`holdfast login … --certificate FINGERPRINT` does.";

impl From<ServerFailure> for Errand {
    fn from(failure: ServerFailure) -> Errand {
        match &*failure.code {
            "ambiguous" => Errand::ambiguous(&failure.message),
            code => Errand::failed(code, &failure.message),
        }
    }
}

pub async fn login(
    desk: &Desk,
    url: &str,
    user: &str,
    certificate: Option<&str>,
    as_json: bool,
) -> Result<Outcome, Errand> {
    let mut password = String::new();
    let mut input = tokio::io::stdin().take(PASSWORD_BYTES_MAX);
    input
        .read_to_string(&mut password)
        .await
        .map_err(|error| Errand::failed("io", &format!("The password cannot be read: {error}.")))?;
    // A shell's echo ends it with a line's end that is no part of it.
    let password = password.strip_suffix('\n').unwrap_or(&password);
    let password = password.strip_suffix('\r').unwrap_or(password);
    let signed_in = desk.sign_in(url, user, password, certificate).await.map_err(|failure| {
        let can_trust = failure.certificate.is_some();
        let message = format!("{} {}", failure.message, if can_trust { TRUST } else { "" });
        Errand::failed(&failure.code, message.trim_end())
    })?;
    let SignedIn { server, account, token_in_file } = signed_in;
    if as_json {
        json(&json!({ "server": server, "account": account, "tokenInFile": token_in_file }));
        return Ok(Outcome::Done);
    }
    line(&format!("Signed in at {server} as {}.", plain(&account)));
    if token_in_file {
        aside("There is no keyring here; the token lies in a file that only you can read.");
    }
    Ok(Outcome::Done)
}

pub async fn clone(desk: &Desk, url: &str, board: &str, as_json: bool) -> Result<Outcome, Errand> {
    let cloned = desk.clone_board(url, board).await?;
    desk.sync().await?;
    if as_json {
        json(&json!({ "id": cloned.board, "title": cloned.title, "role": cloned.role.name() }));
    } else {
        line(&format!("{}  {}", cloned.board, plain(&cloned.title)));
    }
    Ok(Outcome::Done)
}

pub async fn share(desk: &Desk, board: &str, url: &str, as_json: bool) -> Result<Outcome, Errand> {
    let board = names::board(desk, board).await?;
    desk.call(Request::ShareBoard { board: board.id, server: url.to_owned() }).await?;
    desk.sync().await?;
    if as_json {
        json(&json!({ "id": board.id, "title": board.title }));
    } else {
        line(&format!("{} is shared.", plain(&board.title)));
    }
    Ok(Outcome::Done)
}

pub async fn member(desk: &Desk, verb: MemberVerb, as_json: bool) -> Result<Outcome, Errand> {
    let request = match verb {
        MemberVerb::List { board } => {
            Request::Members { board: names::board(desk, &board).await?.id }
        }
        MemberVerb::Add { board, person, role } => {
            let board = names::board(desk, &board).await?.id;
            Request::AddMember { board, name: person, role: role.into() }
        }
        MemberVerb::Remove { board, person } => {
            let board = names::board(desk, &board).await?.id;
            let Reply::Members { members } = desk.call(Request::Members { board }).await? else {
                return Ok(Outcome::Done);
            };
            let found = members.into_iter().find(|member| member.name == person);
            let message = format!("{person} is no member of this board.");
            let found = found.ok_or_else(|| Errand::failed("notFound", &message))?;
            Request::RemoveMember { board, account: found.account }
        }
    };
    let Reply::Members { members } = desk.call(request).await? else { return Ok(Outcome::Done) };
    if as_json {
        json(&members);
        return Ok(Outcome::Done);
    }
    for BoardMember { name, role, disabled, .. } in members {
        let closed = if disabled { ", account closed" } else { "" };
        line(&format!("{}  {}{closed}", plain(&name), role_name(role)));
    }
    Ok(Outcome::Done)
}

impl From<RoleName> for MemberRole {
    fn from(name: RoleName) -> MemberRole {
        match name {
            RoleName::Viewer => MemberRole::Viewer,
            RoleName::Commenter => MemberRole::Commenter,
            RoleName::Editor => MemberRole::Editor,
            RoleName::Admin => MemberRole::Admin,
            RoleName::Owner => MemberRole::Owner,
        }
    }
}

fn role_name(role: MemberRole) -> &'static str {
    match role {
        MemberRole::Viewer => "viewer",
        MemberRole::Commenter => "commenter",
        MemberRole::Editor => "editor",
        MemberRole::Admin => "admin",
        MemberRole::Owner => "owner",
    }
}

pub async fn sync(desk: &Desk, watch: bool, as_json: bool) -> Result<Outcome, Errand> {
    if watch {
        desk.start_link();
        line("Shared boards are kept up to date; Ctrl+C stops.");
        return stopped()
            .await
            .map(|()| Outcome::Done)
            .map_err(|error| Errand::failed("io", &error.to_string()));
    }
    let synced = desk.sync().await?;
    match synced {
        _ if as_json => return status(desk, true).await,
        Synced::All => {
            let Reply::Status { boards } = desk.call(Request::Status).await? else {
                return Ok(Outcome::Done);
            };
            let stranded: Vec<&BoardStatus> =
                boards.iter().filter(|it| it.gone && it.waiting > 0).collect();
            for board in &stranded {
                line(&format!(
                    "{}: {} waiting, on a board that is no longer yours. What is here stays.",
                    plain(&board.title),
                    board.waiting
                ));
            }
            if stranded.is_empty() {
                line("Nothing waits, and every board is where its server is.");
            }
        }
        Synced::Elsewhere => line("Another program on this folder keeps its boards up to date."),
    }
    Ok(Outcome::Done)
}

/// By whoever sits at the terminal, or by the system.
async fn stopped() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminated = signal(SignalKind::terminate())?;
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted,
            _ = terminated.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}

pub async fn status(desk: &Desk, as_json: bool) -> Result<Outcome, Errand> {
    let Reply::Status { boards } = desk.call(Request::Status).await? else {
        return Ok(Outcome::Done);
    };
    if as_json {
        json(&boards);
        return Ok(Outcome::Done);
    }
    for board in &boards {
        line(&standing(board));
    }
    Ok(Outcome::Done)
}

/// How a board stands, on one line.
pub fn standing(board: &BoardStatus) -> String {
    let BoardStatus { title, server, cursor, head, waiting, refused, gone, .. } = board;
    let lost = if *gone { ", no longer yours" } else { "" };
    let title = plain(title);
    format!(
        "{title}  {server}: {cursor} of {head}, {waiting} waiting, {refused} not accepted{lost}"
    )
}
