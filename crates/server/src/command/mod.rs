//! What can be typed, and how each command is carried out.

mod accounts;
mod arguments;
mod errand;
mod health;
mod keeping;
mod serving;

pub use arguments::Arguments;
pub use errand::Errand;

use arguments::{TokenVerb, UserVerb, Verb};
use std::path::Path;
use store::{Folder, Opening, Store};

pub async fn carry_out(arguments: Arguments) -> Result<(), Errand> {
    let Arguments { data_dir, json, verb } = arguments;
    let folder = || {
        let root = data_dir.as_deref().filter(|root| !root.as_os_str().is_empty());
        root.ok_or_else(|| {
            Errand::usage("say where the data lies: --data-dir or HOLDFAST_DATA_DIR")
        })
    };
    match verb {
        Verb::Serve(how) => serving::serve(folder()?, how, json).await,
        Verb::User { verb } => match verb {
            UserVerb::Add { name, operator, password } => {
                accounts::add(folder()?, &name, operator, &password, json).await
            }
            UserVerb::List => accounts::list(folder()?, json).await,
            UserVerb::Disable { name } => {
                accounts::set_disabled(folder()?, &name, true, json).await
            }
            UserVerb::Enable { name } => {
                accounts::set_disabled(folder()?, &name, false, json).await
            }
            UserVerb::Passwd { name, password } => {
                accounts::change_password(folder()?, &name, &password, json).await
            }
        },
        Verb::Token { verb } => match verb {
            TokenVerb::Create { name, scopes, days, label } => {
                accounts::create_token(folder()?, &name, &scopes, days, &label, json).await
            }
            TokenVerb::List => accounts::list_tokens(folder()?, json).await,
            TokenVerb::Revoke { id } => accounts::revoke_token(folder()?, &id, json).await,
        },
        Verb::Check => keeping::check(folder()?, json).await,
        Verb::Backup { file } => keeping::backup(folder()?, &file, json).await,
        Verb::Restore { file } => keeping::restore(folder()?, &file, json).await,
        Verb::Healthcheck(how) => health::check(how, json).await,
    }
}

/// Opens the database, whether a server works on it or not. The server alone writes the log back.
async fn open(root: &Path) -> Result<Store, Errand> {
    let folder = existing(root)?;
    let opening = Opening { thorough: false, checkpoints: !folder.has_server() };
    Ok(Store::open(&folder, opening).await?)
}

/// A folder that was mistyped is not made.
fn existing(root: &Path) -> Result<Folder, Errand> {
    if !root.is_dir() {
        let words = format!("there is no folder {}", root.display());
        return Err(Errand::failed("noFolder", &words));
    }
    Ok(Folder::prepare_server(root)?)
}
