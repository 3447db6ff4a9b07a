//! What is asked of a server over HTTP about people: who is on a board, and who may come to it.

use super::{
    LinkError,
    accounts::{SignedIn, ask, hostname},
    dial::Peer,
};
use crate::protocol::{MemberRole, NewAccount};
use domain::id::*;
use hyper::Method;
use serde::Deserialize;
use serde_json::json;
use store::account::Role;

/// Somebody on a board, as the server tells it.
#[derive(Debug, Deserialize)]
pub(crate) struct ListedMember {
    pub account: String,
    pub name: String,
    pub role: MemberRole,
    pub disabled: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListedInvitation {
    pub id: String,
    pub role: MemberRole,
    pub uses_left: u32,
    pub expires_ms: i64,
    pub revoked: bool,
}

/// What an invitation promises.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Promised {
    /// Absent while the server holds no change of the board.
    pub title: Option<String>,
    pub role: MemberRole,
    pub made_by: String,
    pub expires_ms: i64,
}

/// What an account became by an invitation.
#[derive(Debug, Deserialize)]
pub(crate) struct Joined {
    pub board: BoardId,
    pub role: MemberRole,
    /// Who the account is on the board.
    pub person: PersonId,
}

impl Joined {
    pub fn role(&self) -> Role {
        match self.role {
            MemberRole::Viewer => Role::Viewer,
            MemberRole::Commenter => Role::Commenter,
            MemberRole::Editor => Role::Editor,
            MemberRole::Admin => Role::Admin,
            MemberRole::Owner => Role::Owner,
        }
    }
}

/// An account that was just made, and what it joined.
#[derive(Debug, Deserialize)]
pub(crate) struct JoinedAnew {
    #[serde(flatten)]
    pub signed_in: SignedIn,
    pub joined: Joined,
}

/// A server where somebody is signed in.
pub(crate) struct Session {
    pub peer: Peer,
    pub token: String,
}

impl Session {
    pub async fn sign_out(&self) -> Result<(), LinkError> {
        self.ask_nothing(Method::POST, "/api/sign-out").await
    }

    pub async fn members(&self, board: BoardId) -> Result<Vec<ListedMember>, LinkError> {
        #[derive(Deserialize)]
        struct Listed {
            members: Vec<ListedMember>,
        }
        let path = format!("/api/boards/{board}/members");
        let listed: Listed = ask(&self.peer, Method::GET, &path, Some(&self.token), None).await?;
        Ok(listed.members)
    }

    pub async fn add_member(
        &self,
        board: BoardId,
        name: &str,
        role: MemberRole,
    ) -> Result<(), LinkError> {
        let path = format!("/api/boards/{board}/members");
        let body = json!({ "name": name, "role": role });
        let _: serde_json::Value =
            ask(&self.peer, Method::POST, &path, Some(&self.token), Some(&body)).await?;
        Ok(())
    }

    pub async fn set_role(
        &self,
        board: BoardId,
        account: &str,
        role: MemberRole,
    ) -> Result<(), LinkError> {
        let path = format!("/api/boards/{board}/members/{}", name(account)?);
        let body = json!({ "role": role });
        ask(&self.peer, Method::PUT, &path, Some(&self.token), Some(&body)).await
    }

    pub async fn remove_member(&self, board: BoardId, account: &str) -> Result<(), LinkError> {
        let path = format!("/api/boards/{board}/members/{}", name(account)?);
        self.ask_nothing(Method::DELETE, &path).await
    }

    /// Ends a board for all who are on it. Where it ended before, that is done as well.
    pub async fn end_board(&self, board: BoardId) -> Result<(), LinkError> {
        match self.ask_nothing(Method::DELETE, &format!("/api/boards/{board}")).await {
            Err(LinkError::Refused { code, .. }) if code == "notFound" => Ok(()),
            ended => ended,
        }
    }

    pub async fn invitations(&self, board: BoardId) -> Result<Vec<ListedInvitation>, LinkError> {
        #[derive(Deserialize)]
        struct Listed {
            invitations: Vec<ListedInvitation>,
        }
        let path = format!("/api/boards/{board}/invitations");
        let listed: Listed = ask(&self.peer, Method::GET, &path, Some(&self.token), None).await?;
        Ok(listed.invitations)
    }

    /// The link of a new invitation, which nobody is told again.
    pub async fn invite(
        &self,
        board: BoardId,
        role: MemberRole,
        uses: u32,
        hours: u32,
    ) -> Result<String, LinkError> {
        #[derive(Deserialize)]
        struct Made {
            link: String,
        }
        let path = format!("/api/boards/{board}/invitations");
        let body = json!({ "role": role, "uses": uses, "expiresInHours": hours });
        let made: Made =
            ask(&self.peer, Method::POST, &path, Some(&self.token), Some(&body)).await?;
        Ok(made.link)
    }

    pub async fn revoke(&self, board: BoardId, invitation: &str) -> Result<(), LinkError> {
        let path = format!("/api/boards/{board}/invitations/{}", name(invitation)?);
        self.ask_nothing(Method::DELETE, &path).await
    }

    pub async fn join(&self, secret: &str) -> Result<Joined, LinkError> {
        #[derive(Deserialize)]
        struct Accepted {
            joined: Joined,
        }
        let body = json!({ "secret": secret });
        let path = "/api/invitations/accept";
        let accepted: Accepted =
            ask(&self.peer, Method::POST, path, Some(&self.token), Some(&body)).await?;
        Ok(accepted.joined)
    }

    async fn ask_nothing(&self, method: Method, path: &str) -> Result<(), LinkError> {
        ask(&self.peer, method, path, Some(&self.token), None).await
    }
}

pub(crate) async fn look_at(peer: &Peer, secret: &str) -> Result<Promised, LinkError> {
    let body = json!({ "secret": secret });
    ask(peer, Method::POST, "/api/invitations/look", None, Some(&body)).await
}

/// Makes an account, which joins.
pub(crate) async fn join_anew(
    peer: &Peer,
    secret: &str,
    account: &NewAccount,
) -> Result<JoinedAnew, LinkError> {
    let NewAccount { name, password } = account;
    let account = json!({ "name": name, "password": password, "device": hostname() });
    let body = json!({ "secret": secret, "account": account });
    ask(peer, Method::POST, "/api/invitations/accept", None, Some(&body)).await
}

/// Servers name things by uuids: nothing else comes to stand in an address.
fn name(text: &str) -> Result<uuid::Uuid, LinkError> {
    text.parse().map_err(|_| LinkError::protocol("that names nothing there"))
}
