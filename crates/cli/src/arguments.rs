//! What can be typed.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Holdfast: boards that never lose a card.
#[derive(Debug, Parser)]
#[command(name = "holdfast", version, disable_help_subcommand = true)]
pub struct Arguments {
    /// Where the boards lie; else HOLDFAST_DATA_DIR, else the place that the desktop gives
    #[arg(long, global = true, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Print JSON; an error goes to stderr as {"code","message"}
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    pub verb: Verb,
}

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// List, show and create boards
    Board {
        #[command(subcommand)]
        verb: BoardVerb,
    },
    /// Add and move cards
    Card {
        #[command(subcommand)]
        verb: CardVerb,
    },
    /// Import a board from a file, as one step of undo
    Import {
        file: PathBuf,
        /// Whose file it is
        #[arg(long, value_enum, default_value_t)]
        format: FileFormat,
        /// Say what would come along and what would not, and change nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Write a board to a file, or to the output
    Export {
        /// Its id, or a title that only one board has
        board: String,
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
        #[arg(long, value_enum, default_value_t)]
        format: TextFormat,
    },
    /// Take the last edit back
    Undo,
    /// Do again what was taken back last
    Redo,
    /// Verify logs, registers and files; rebuild the tables for reading and compare
    Check,
    /// Make a backup now
    Backup {
        #[command(subcommand)]
        verb: Option<BackupVerb>,
    },
    /// Put a backup in the place of the database, which is kept among the backups
    Restore {
        /// A file, or the name of a backup of `backup list`
        file: PathBuf,
    },
    /// Sign in at a board server
    Login {
        /// https://boards.example; http:// for a server on this machine alone
        url: String,
        #[arg(long, value_name = "NAME")]
        user: String,
        /// Read the password from the input: it never stands among the arguments
        #[arg(long, required = true)]
        password_stdin: bool,
        /// Trust the certificate with this SHA-256 fingerprint, and no other, where nobody that this computer knows
        /// vouches for the server
        #[arg(long, value_name = "FINGERPRINT")]
        certificate: Option<String>,
    },
    /// Fetch a board from a server, and keep it with it from now on
    Clone {
        url: String,
        /// Its id, or a title that only one board there has
        board: String,
    },
    /// Share a board with a server, whose members work on it together from then on
    Share {
        /// Its id, or a title that only one board has
        board: String,
        #[arg(long, value_name = "URL")]
        server: String,
    },
    /// Make a copy of a shared board that belongs to this folder alone, and leave the board
    Detach {
        /// Its id, or a title that only one board has
        board: String,
        /// Keep the shared board beside its copy
        #[arg(long)]
        keep: bool,
        /// Leave behind what the server did not accept
        #[arg(long)]
        leave_refused: bool,
    },
    /// Stop sharing: a shared board ends for all who are on it, and a copy goes on here alone
    Unshare {
        /// Its id, or a title that only one board has
        board: String,
        /// Leave behind what the server did not accept
        #[arg(long)]
        leave_refused: bool,
    },
    /// Move a shared board to another server, where its people have to be invited again
    Move {
        /// Its id, or a title that only one board has
        board: String,
        #[arg(long, value_name = "URL")]
        server: String,
        /// Leave behind what the server that it leaves did not accept
        #[arg(long)]
        leave_refused: bool,
    },
    /// Who works on a shared board
    Member {
        #[command(subcommand)]
        verb: MemberVerb,
    },
    /// Bring shared boards and their servers together, and end when nothing waits
    Sync {
        /// Go on until Ctrl+C
        #[arg(long)]
        watch: bool,
    },
    /// How each shared board stands with its server
    Status {
        /// And each change that waits, newest first
        #[arg(long)]
        waiting: bool,
    },
    /// Read requests as lines of JSON and answer each with a line: what the window can ask, a script can
    Call,
    /// Serve the window's page to a browser on this machine
    Web {
        /// A free one where absent
        #[arg(long, default_value_t = 0)]
        port: u16,
    },
}

#[derive(Debug, Subcommand)]
pub enum MemberVerb {
    /// All members, with their roles
    List { board: String },
    /// Make somebody who has an account on the board's server a member, or give a member another role
    Add {
        board: String,
        /// The account's name
        person: String,
        #[arg(long, default_value = "editor")]
        role: RoleName,
    },
    /// What they made stays theirs
    Remove {
        board: String,
        /// The account's name
        person: String,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum RoleName {
    Viewer,
    Commenter,
    Editor,
    Admin,
    Owner,
}

#[derive(Debug, Subcommand)]
pub enum BoardVerb {
    /// All boards that are not in the trash
    List,
    /// A board's columns and cards; archived ones are marked
    Show {
        /// Its id, or a title that only one board has
        board: String,
    },
    /// A new board
    Create {
        title: String,
        /// A column of it; may be said several times
        #[arg(long = "column", value_name = "TITLE")]
        columns: Vec<String>,
    },
}

#[derive(Debug, Subcommand)]
pub enum CardVerb {
    /// A new card at the foot of a column
    Add {
        board: String,
        /// Its id, or a title that only one column of the board has
        #[arg(long)]
        column: String,
        title: String,
    },
    /// Move a card on its board, or to another one; to the foot of the column unless said otherwise
    Move {
        /// Its id, or a title that only one card has
        card: String,
        #[arg(long)]
        column: String,
        /// The board that it goes to, where that is another: there it gets a new id and stands at the foot
        #[arg(long, conflicts_with_all = ["first", "after"])]
        board: Option<String>,
        #[command(flatten)]
        place: PlaceArguments,
    },
    /// Copy a card to the foot of another board's column; without its comments
    Copy {
        /// Its id, or a title that only one card has
        card: String,
        #[arg(long)]
        board: String,
        #[arg(long)]
        column: String,
    },
}

#[derive(Debug, Args)]
#[group(multiple = false)]
pub struct PlaceArguments {
    #[arg(long)]
    pub first: bool,
    #[arg(long)]
    pub last: bool,
    /// Right behind this card
    #[arg(long, value_name = "CARD")]
    pub after: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum BackupVerb {
    /// The backups that count, the newest first
    List,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub enum FileFormat {
    #[default]
    Auto,
    Trello,
    Holdfast,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub enum TextFormat {
    #[default]
    Json,
    Csv,
    Markdown,
    /// Of a shared board, what its server did not accept, whole
    Refused,
}
