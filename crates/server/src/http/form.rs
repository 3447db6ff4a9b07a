//! The same two doors for a browser without the app: forms in, pages out.

use super::{ClientAddress, pages};
use crate::{
    ServerError, Shared,
    account::{
        invitations,
        people::{self, Credentials},
    },
};
use axum::{
    Extension, Form,
    extract::{State, rejection::FormRejection},
    response::Response,
};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Deserialize)]
pub struct Filled {
    secret: String,
    name: String,
    password: String,
}

impl Filled {
    /// No token is shown on a page: the app signs in by itself.
    fn split(self) -> (String, Credentials) {
        (self.secret, Credentials { name: self.name, password: self.password, device: None })
    }
}

pub async fn set_up(
    State(shared): State<Arc<Shared>>,
    Extension(ClientAddress(address)): Extension<ClientAddress>,
    form: Result<Form<Filled>, FormRejection>,
) -> Response {
    let done = async {
        let (secret, credentials) = read(form)?;
        let let_in = people::set_up(&shared, address, &secret, credentials).await?;
        Ok(let_in.name)
    };
    match done.await {
        Ok(name) => pages::welcome(&shared, &name, "The server is yours."),
        Err(error) => pages::set_up_again(&shared, &error),
    }
}

pub async fn join(
    State(shared): State<Arc<Shared>>,
    Extension(ClientAddress(address)): Extension<ClientAddress>,
    form: Result<Form<Filled>, FormRejection>,
) -> Response {
    let done = async {
        let (secret, credentials) = read(form)?;
        let accepted = invitations::accept_as_new(&shared, address, &secret, credentials).await;
        Ok(accepted?.1.name)
    };
    match done.await {
        Ok(name) => pages::welcome(&shared, &name, "You are a member of the board now."),
        Err(error) => pages::join_again(&shared, &error),
    }
}

fn read(form: Result<Form<Filled>, FormRejection>) -> Result<(String, Credentials), ServerError> {
    let Form(filled) = form.map_err(|rejection| ServerError::BadRequest {
        status: rejection.status(),
        words: rejection.body_text(),
    })?;
    Ok(filled.split())
}
