//! What can be typed. A flag beats its variable, which beats the default.

use clap::{Args, Parser, Subcommand};
use ipnet::IpNet;
use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
};

/// Holdfast's board server: boards that never lose a card, shared between people.
#[derive(Debug, Parser)]
#[command(name = "holdfast-server", version, disable_help_subcommand = true)]
pub struct Arguments {
    /// Where accounts and boards lie
    #[arg(long, global = true, value_name = "DIR", env = "HOLDFAST_DATA_DIR")]
    pub data_dir: Option<PathBuf>,
    /// Print JSON; an error goes to stderr as {"code","message"}
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    pub verb: Verb,
}

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Serve until SIGTERM; SIGHUP reads the TLS files anew
    Serve(Serve),
    /// Add, list and disable accounts, and give them other passwords
    User {
        #[command(subcommand)]
        verb: UserVerb,
    },
    /// Create, list and revoke tokens for programs
    Token {
        #[command(subcommand)]
        verb: TokenVerb,
    },
    /// Verify the files, logs and registers; a running server does not wait for it
    Check,
    /// Copy everything to a file that is not there yet, while the server runs or not
    Backup { file: PathBuf },
    /// Put a backup in the place of the database, which is kept among the backups; ends all tokens and
    /// invitations. The server must not run
    Restore { file: PathBuf },
    /// Ask the server on this machine whether it works; exits with 1 where it does not
    Healthcheck(Healthcheck),
}

#[derive(Debug, Args)]
pub struct Serve {
    /// Address and port; port 0 takes a free one
    #[arg(long, value_name = "ADDR", env = "HOLDFAST_LISTEN", default_value = "127.0.0.1:8470")]
    pub listen: SocketAddr,
    /// The certificate and those that signed it, as PEM
    #[arg(long, value_name = "FILE", env = "HOLDFAST_TLS_CERT", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// The certificate's key, as PEM
    #[arg(long, value_name = "FILE", env = "HOLDFAST_TLS_KEY", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// How people reach the server; https here without TLS files says that a proxy before it does TLS
    #[arg(long, value_name = "URL", env = "HOLDFAST_BASE_URL", value_parser = base_url)]
    pub base_url: Option<String>,
    /// A proxy whose X-Forwarded-For is believed; loopback where a proxy does TLS
    #[arg(long = "proxy", value_name = "IP", env = "HOLDFAST_PROXY", value_delimiter = ',')]
    pub proxies: Vec<IpAddr>,
    /// Give up whoever takes nothing of what they are sent for so long
    #[arg(long, value_name = "SECONDS", env = "HOLDFAST_READER_PATIENCE", default_value_t = 30,
          value_parser = clap::value_parser!(u16).range(1..=3600))]
    pub reader_patience: u16,
    /// Take cards on this machine without a token, at the paths of an earlier server alone; only on loopback
    #[arg(long, env = "HOLDFAST_OPEN_ACCESS", conflicts_with_all = ["base_url", "proxies"])]
    pub open_access: bool,
    /// A private network that webhooks may be delivered to; those that anybody can reach always are
    #[arg(long = "webhooks-allow", value_name = "CIDR", env = "HOLDFAST_WEBHOOKS_ALLOW", value_delimiter = ',',
          value_parser = network)]
    pub webhooks_allow: Vec<IpNet>,
}

#[derive(Debug, Args)]
pub struct Healthcheck {
    /// Where the server listens
    #[arg(long, value_name = "ADDR", env = "HOLDFAST_LISTEN", default_value = "127.0.0.1:8470")]
    pub listen: SocketAddr,
    /// The certificate that it must present, where it does TLS
    #[arg(long, value_name = "FILE", env = "HOLDFAST_TLS_CERT")]
    pub tls_cert: Option<PathBuf>,
}

/// Where a password comes from, so that it stands on no command line.
#[derive(Debug, Args)]
pub struct PasswordSource {
    /// Read it from the first line of the input; else HOLDFAST_PASSWORD_FILE or HOLDFAST_PASSWORD has it
    #[arg(long)]
    pub password_stdin: bool,
    #[arg(long, hide = true, value_name = "FILE", env = "HOLDFAST_PASSWORD_FILE")]
    pub password_file: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub enum UserVerb {
    /// A new account
    Add {
        name: String,
        /// Runs the server; reads no board by that
        #[arg(long)]
        operator: bool,
        #[command(flatten)]
        password: PasswordSource,
    },
    /// All accounts
    List,
    /// Sign an account out everywhere and let it in no more; what it wrote stays
    Disable { name: String },
    /// Let a disabled account in again
    Enable { name: String },
    /// Another password; signs the account out everywhere
    Passwd {
        name: String,
        #[command(flatten)]
        password: PasswordSource,
    },
}

#[derive(Debug, Subcommand)]
pub enum TokenVerb {
    /// A token for a program that acts for an account; it is printed this once
    Create {
        /// Whose
        name: String,
        /// What it opens: read, write, metrics (an operator's)
        #[arg(long = "scope", value_name = "SCOPE", required = true)]
        scopes: Vec<String>,
        /// It expires after so many days
        #[arg(long, value_name = "DAYS", default_value_t = 90,
              value_parser = clap::value_parser!(u32).range(1..=3650))]
        days: u32,
        /// What it is for
        #[arg(long, default_value = "")]
        label: String,
    },
    /// All tokens, without what opens
    List,
    /// End a token
    Revoke { id: String },
}

/// An address alone is a network of one.
fn network(text: &str) -> Result<IpNet, String> {
    let one = || text.parse::<IpAddr>().map(IpNet::from);
    text.parse::<IpNet>().or_else(|_| one()).map_err(|_| "it looks like 10.1.0.0/16".to_owned())
}

/// Links begin with it.
fn base_url(text: &str) -> Result<String, String> {
    let text = text.trim_end_matches('/');
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~:[]/%".contains(c);
    match host {
        Some(host) if !host.is_empty() && host.chars().all(plain) => Ok(text.to_owned()),
        _ => Err("it looks like https://boards.example.org".to_owned()),
    }
}
