//! Backups: copies of the whole database that were reopened and found whole before they count.

use crate::{
    Folder, FolderKind, Opening, Store, StoreError, account, boards::new_replica,
    folder::sync_folder,
};
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{
    fs::{self, File},
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::{Path, PathBuf},
    time::Duration,
};

/// The oldest beyond this are removed.
pub const BACKUPS_KEPT: usize = 10;

/// No copy takes as long.
const UNFINISHED_FOR: Duration = Duration::from_secs(60 * 60);

/// Why a backup was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    Daily,
    Migration,
    Import,
    /// What a restore replaced.
    Restore,
    Asked,
}

impl Reason {
    const ALL: [Reason; 5] =
        [Reason::Daily, Reason::Migration, Reason::Import, Reason::Restore, Reason::Asked];

    pub fn name(self) -> &'static str {
        match self {
            Reason::Daily => "daily",
            Reason::Migration => "migration",
            Reason::Import => "import",
            Reason::Restore => "restore",
            Reason::Asked => "asked",
        }
    }
}

/// A copy that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupFile {
    /// Its file name in the folder of backups: `holdfast-20261122T120000123-daily.db`.
    pub name: String,
    pub made_ms: i64,
    pub bytes: u64,
    pub boards: u32,
    pub cards: u32,
    pub reason: Reason,
}

impl Store {
    /// Copies the database as it is now, opens the copy, looks through it, and only then gives it its
    /// name; then removes the oldest beyond [`BACKUPS_KEPT`].
    pub async fn backup(&mut self, reason: Reason) -> Result<BackupFile, StoreError> {
        let folder = self.folder().backups();
        make_folder(&folder)?;
        let unfinished = folder.join(format!(".{}.unfinished", uuid::Uuid::new_v4().simple()));
        let made = self.copy_to(&unfinished).await;
        let made = match made {
            Ok(()) => finish(self.folder(), &unfinished, reason).await,
            Err(error) => Err(error),
        };
        if made.is_err() {
            fs::remove_file(&unfinished).ok();
        }
        let backup = made?;
        prune(&folder)?;
        Ok(backup)
    }

    /// Copies the database as it is now to a file that is not there yet, which gets its name once the copy
    /// was reopened and found whole. Others may work on the database meanwhile.
    pub async fn backup_to(&mut self, path: &Path) -> Result<(), StoreError> {
        if path.exists() {
            return Err(StoreError::Other(format!("{} is there already", path.display())));
        }
        let folder = match path.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        let unfinished = folder.join(format!(".{}.unfinished", uuid::Uuid::new_v4().simple()));
        let made = match self.copy_to(&unfinished).await {
            Ok(()) => seal(&unfinished, self.folder().kind()).await,
            Err(error) => Err(error),
        };
        if let Err(error) = made {
            fs::remove_file(&unfinished).ok();
            return Err(error);
        }
        fs::rename(&unfinished, path)?;
        sync_folder(folder)
    }

    /// As [`Store::check`], where another process works on the database and must not wait: looks
    /// through the pages of the database itself, and at everything else in a copy of it.
    pub async fn check_beside(&mut self) -> Result<Vec<String>, StoreError> {
        let mut problems: Vec<String> =
            sqlx::query_scalar("pragma integrity_check(20)").fetch_all(self.connection()).await?;
        problems.retain(|line| line != "ok");
        let root = self.folder().root().join(format!(".check-{}", uuid::Uuid::new_v4().simple()));
        let copy = Folder::prepare_kind(&root, self.folder().kind())?;
        let checked = self.check_copy_in(&copy).await;
        fs::remove_dir_all(&root)?;
        problems.extend(checked?);
        Ok(problems)
    }

    async fn check_copy_in(&mut self, folder: &Folder) -> Result<Vec<String>, StoreError> {
        self.copy_to(&folder.database()).await?;
        let opening = Opening { thorough: false, checkpoints: true };
        let mut copy = Store::open_alone(folder, opening).await?;
        let problems = copy.check().await?;
        copy.close().await?;
        Ok(problems)
    }

    async fn copy_to(&mut self, to: &Path) -> Result<(), StoreError> {
        let to = to.to_str().ok_or_else(|| StoreError::Other("the path is no text".to_owned()))?;
        sqlx::query("vacuum into ?").bind(to).execute(self.connection()).await?;
        Ok(())
    }
}

/// The backups of a folder, the newest first. Each was whole when it was made; those that cannot
/// be read now are left out.
pub async fn list(folder: &Folder) -> Result<Vec<BackupFile>, StoreError> {
    let mut backups = Vec::new();
    for path in files(&folder.backups())? {
        if let Ok(backup) = describe(&path).await {
            backups.push(backup);
        }
    }
    backups.sort_by(|a, b| b.name.cmp(&a.name));
    Ok(backups)
}

/// Those of [`list`] that are whole now, every page looked through: what is offered in place of a
/// damaged database.
pub async fn list_whole(folder: &Folder) -> Result<Vec<BackupFile>, StoreError> {
    let mut whole = Vec::new();
    for backup in list(folder).await? {
        if check_copy(&folder.backups().join(&backup.name), folder.kind()).await.is_ok() {
            whole.push(backup);
        }
    }
    Ok(whole)
}

/// Puts a copy in the place of the database. What it replaces is kept among the backups, whole or
/// not. Refused as `Locked` while any process has the
/// database open. The restored copy signs under a new replica id, since
/// the one in it has signed more than the copy knows; a server's begins new epochs and lets nobody in on
/// an old token.
pub async fn restore_file(folder: &Folder, source: &Path) -> Result<(), StoreError> {
    check_copy(source, folder.kind()).await?;
    folder.refuse_other_kind()?;
    let _alone = folder.work_alone()?;
    make_folder(&folder.backups())?;
    let unfinished = folder.root().join(".restore.unfinished");
    fs::copy(source, &unfinished)?;
    fs::set_permissions(&unfinished, fs::Permissions::from_mode(0o600))?;
    let mut copy = connect(&unfinished, false).await?;
    sqlx::query("update replica set replica_id = ?")
        .bind(new_replica().bytes().as_slice())
        .execute(&mut copy)
        .await?;
    if folder.kind() == FolderKind::Server {
        account::begin_anew(&mut copy, jiff::Timestamp::now().as_millisecond()).await?;
    }
    copy.close().await?;
    File::open(&unfinished)?.sync_all()?;
    keep_replaced(folder).await?;
    for suffix in ["-wal", "-shm"] {
        let path = folder.companion(suffix);
        if path.exists() {
            fs::remove_file(path)?;
        }
    }
    fs::rename(&unfinished, folder.database())?;
    sync_folder(folder.root())
}

/// A good database becomes a backup like any other; a damaged one is kept byte for byte.
async fn keep_replaced(folder: &Folder) -> Result<(), StoreError> {
    if !folder.database().exists() {
        return Ok(());
    }
    let opening = Opening { thorough: true, checkpoints: true };
    match Store::open_alone(folder, opening).await {
        Ok(mut store) => {
            store.backup(Reason::Restore).await?;
            store.close().await
        }
        Err(_) => {
            let stamp = stamp()?;
            for suffix in ["", "-wal", "-shm"] {
                let from = folder.companion(suffix);
                if from.exists() {
                    let to = folder.backups().join(format!("damaged-{stamp}.db{suffix}"));
                    fs::copy(&from, &to)?;
                    File::open(&to)?.sync_all()?;
                }
            }
            sync_folder(&folder.backups())
        }
    }
}

async fn finish(
    folder: &Folder,
    unfinished: &Path,
    reason: Reason,
) -> Result<BackupFile, StoreError> {
    seal(unfinished, folder.kind()).await?;
    let backups = folder.backups();
    let path = backups.join(format!("holdfast-{}-{}.db", stamp()?, reason.name()));
    fs::rename(unfinished, &path)?;
    sync_folder(&backups)?;
    describe(&path).await
}

/// Makes sure that a copy is whole, on disk, and its owner's alone.
async fn seal(unfinished: &Path, kind: FolderKind) -> Result<(), StoreError> {
    fs::set_permissions(unfinished, fs::Permissions::from_mode(0o600))?;
    check_copy(unfinished, kind).await?;
    Ok(File::open(unfinished)?.sync_all()?)
}

/// Reopens a copy, looks through every page, and at whose it is.
async fn check_copy(path: &Path, kind: FolderKind) -> Result<(), StoreError> {
    let mut copy = connect(path, true).await?;
    let whole = crate::open::check_pages(&mut copy).await;
    let whose = crate::open::check_kind(&mut copy, kind).await;
    let ours: Result<i64, _> =
        sqlx::query_scalar("select count(*) from board_head").fetch_one(&mut copy).await;
    copy.close().await?;
    whole?;
    whose?;
    ours?;
    Ok(())
}

async fn connect(path: &Path, read_only: bool) -> Result<SqliteConnection, StoreError> {
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(false);
    let options = if read_only { options.immutable(true).read_only(true) } else { options };
    Ok(SqliteConnection::connect_with(&options).await?)
}

async fn describe(path: &Path) -> Result<BackupFile, StoreError> {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
    let (made_ms, reason) =
        read_name(&name).ok_or_else(|| StoreError::Other("not a backup's name".to_owned()))?;
    let mut copy = connect(path, true).await?;
    let counts: Result<(i64, i64), _> = sqlx::query_as(
        "select (select count(*) from board where standing <> 'deleted'),
                (select count(*) from card where own_standing <> 'deleted')",
    )
    .fetch_one(&mut copy)
    .await;
    copy.close().await?;
    let (boards, cards) = counts?;
    Ok(BackupFile {
        made_ms,
        bytes: fs::metadata(path)?.len(),
        boards: u32::try_from(boards).unwrap_or(u32::MAX),
        cards: u32::try_from(cards).unwrap_or(u32::MAX),
        reason,
        name,
    })
}

fn prune(folder: &Path) -> Result<(), StoreError> {
    let mut files = files(folder)?;
    files.sort();
    let surplus = files.len().saturating_sub(BACKUPS_KEPT);
    for path in &files[..surplus] {
        fs::remove_file(path)?;
    }
    sweep(folder)
}

/// Removes copies that were cut short. One that is under way in another process is younger.
fn sweep(folder: &Path) -> Result<(), StoreError> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let cut_short = path.extension().is_some_and(|extension| extension == "unfinished");
        let age = fs::metadata(&path).and_then(|meta| meta.modified()).map(|time| time.elapsed());
        if cut_short && age.is_ok_and(|age| age.is_ok_and(|age| age > UNFINISHED_FOR)) {
            fs::remove_file(path).ok();
        }
    }
    Ok(())
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.file_name().and_then(|name| name.to_str()).and_then(read_name).is_some() {
            files.push(path);
        }
    }
    Ok(files)
}

fn make_folder(folder: &Path) -> Result<(), StoreError> {
    if !folder.is_dir() {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    Ok(())
}

const STAMP: &str = "%Y%m%dT%H%M%S%3f";

fn stamp() -> Result<String, StoreError> {
    let now = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC);
    jiff::fmt::strtime::format(STAMP, &now).map_err(|error| StoreError::Other(error.to_string()))
}

/// When and why, as the name says; `None` for a file that is no backup of ours.
fn read_name(name: &str) -> Option<(i64, Reason)> {
    let (stamp, reason) = name.strip_prefix("holdfast-")?.strip_suffix(".db")?.split_once('-')?;
    let reason = Reason::ALL.into_iter().find(|known| known.name() == reason)?;
    let (seconds, millis) = stamp.split_at_checked(15)?;
    let time = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%S", seconds).ok()?;
    let zoned = time.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    let millis: i64 = millis.parse().ok()?;
    Some((zoned.timestamp().as_millisecond() + millis, reason))
}
