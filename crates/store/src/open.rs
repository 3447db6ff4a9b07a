//! Opening the database: with the promises that make "saved" true, and only where it is ours to open.

use crate::{Folder, FolderKind, Reason, StoreError, boards::new_replica, reading};
use domain::id::ReplicaId;
use sqlx::{
    Connection, SqliteConnection, SqlitePool,
    migrate::Migrator,
    sqlite::{SqliteConnectOptions, SqlitePoolOptions, SqliteSynchronous},
};
use std::{fs::File, time::Duration};

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// "Hold" and "HolS", so that `file` and others can tell whose database it is.
fn application_id(kind: FolderKind) -> i64 {
    match kind {
        FolderKind::Desktop => 0x486f_6c64,
        FolderKind::Server => 0x486f_6c53,
    }
}

/// A pragma takes no bound values.
fn set_application_id(kind: FolderKind) -> &'static str {
    match kind {
        FolderKind::Desktop => "pragma application_id = 0x486f6c64",
        FolderKind::Server => "pragma application_id = 0x486f6c53",
    }
}

/// Older releases can lose committed writes (the WAL-reset bug).
const SQLITE_MIN: [u32; 3] = [3, 51, 3];
const BUSY: Duration = Duration::from_secs(5);
const READERS: u32 = 2;

/// How a folder is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opening {
    /// Looks through every page first. It takes a while; the window has it, while its web view starts.
    pub thorough: bool,
    /// Only one process writes the log back into the database: the window where there is one.
    pub checkpoints: bool,
}

/// An open database. Dropping it closes it.
pub struct Store {
    folder: Folder,
    /// The one connection that writes, and how it was made.
    writer: SqliteConnection,
    options: SqliteConnectOptions,
    /// Readers never wait for the writer, nor it for them.
    readers: SqlitePool,
    fresh: bool,
    /// Tells other processes that the database is open.
    _open: Option<File>,
}

/// Connections for lists that need not wait for the writer, nor it for them.
#[derive(Clone, Debug)]
pub struct Readers(SqlitePool);

/// A connection that only reads what was committed.
pub type Reader = sqlx::pool::PoolConnection<sqlx::Sqlite>;

impl Readers {
    /// Waits for one that is free.
    pub async fn take(&self) -> Result<Reader, StoreError> {
        Ok(self.0.acquire().await?)
    }
}

impl Store {
    /// Opens or makes the database. A backup is made before a migration. On any error the database is
    /// as it was.
    pub async fn open(folder: &Folder, opening: Opening) -> Result<Store, StoreError> {
        let open = folder.work_with_others()?;
        let mut store = Store::open_alone(folder, opening).await?;
        store._open = Some(open);
        Ok(store)
    }

    /// As [`Store::open`], for whoever works alone on the folder.
    pub(crate) async fn open_alone(folder: &Folder, opening: Opening) -> Result<Store, StoreError> {
        match Store::open_inner(folder, opening).await {
            // SQLite says no more than that it cannot: the folder itself knows why.
            Err(error @ (StoreError::Other(_) | StoreError::ReadOnly)) => {
                folder.probe()?;
                Err(error)
            }
            opened => opened,
        }
    }

    async fn open_inner(folder: &Folder, opening: Opening) -> Result<Store, StoreError> {
        let waiting = folder.clone();
        let _turn = tokio::task::spawn_blocking(move || waiting.take_turn())
            .await
            .map_err(|error| StoreError::Other(error.to_string()))??;
        folder.refuse_other_kind()?;
        folder.create_database()?;
        let options = options(folder, opening);
        let mut writer = SqliteConnection::connect_with(&options).await?;
        let known = MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or(0);
        let version = match look_over(&mut writer, folder.kind(), opening, known).await {
            Ok(version) => version,
            Err(error) => {
                // Whoever is told of it can be sure that nobody has the file open any more.
                writer.close().await.ok();
                return Err(error);
            }
        };
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .min_connections(0)
            .connect_lazy_with(options.clone().read_only(true));
        let fresh = version == 0;
        let mut store =
            Store { folder: folder.clone(), writer, options, readers, fresh, _open: None };
        if version < known {
            store.migrate(version > 0).await?;
        }
        Ok(store)
    }

    async fn migrate(&mut self, backup_first: bool) -> Result<(), StoreError> {
        if backup_first {
            self.backup(Reason::Migration).await?;
        }
        // In one transaction, so that of several processes that find it old only one migrates.
        let mut transaction = self.writer.begin_with("begin immediate").await?;
        // `run` takes anything that can be acquired, and what holds that cannot be sent to a thread.
        MIGRATIONS.run_direct(None, &mut *transaction, false).await?;
        sqlx::query(set_application_id(self.folder.kind())).execute(&mut *transaction).await?;
        let replica = new_replica();
        sqlx::query("insert or ignore into replica (one, replica_id) values (1, ?)")
            .bind(replica.bytes().as_slice())
            .execute(&mut *transaction)
            .await?;
        if self.folder.kind() == FolderKind::Desktop {
            // A migration may add tables for reading, which nothing but the log can fill.
            reading::bring_up_to_date(&mut transaction).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// Whether the database was made by this opening.
    pub fn is_fresh(&self) -> bool {
        self.fresh
    }

    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    /// The transaction in which everything is written: it has the write lock from its start, so
    /// that what is read in it is true until it ends.
    pub async fn begin(&mut self) -> Result<crate::Transaction<'_>, StoreError> {
        self.mend_writer().await?;
        Ok(self.writer.begin_with("begin immediate").await?)
    }

    /// Where the disk is full, SQLite takes a transaction back by itself; its own `rollback` then
    /// fails, and sqlx counts for ever a transaction that is no more. Such a connection is replaced.
    async fn mend_writer(&mut self) -> Result<(), StoreError> {
        if self.writer.is_in_transaction() {
            // A transaction that was let go may still be on the way to its end; this waits for it.
            self.writer.ping().await?;
        }
        if self.writer.is_in_transaction() {
            self.writer = SqliteConnection::connect_with(&self.options).await?;
        }
        Ok(())
    }

    /// For reading what was committed.
    pub fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.writer
    }

    /// For lists that need not wait for the writer.
    pub fn readers(&self) -> &SqlitePool {
        &self.readers
    }

    /// As [`Store::readers`], for those who outlive a borrow of the store.
    pub fn shared_readers(&self) -> Readers {
        Readers(self.readers.clone())
    }

    /// Begins again with a new connection, where nobody knows how a commit ended.
    pub async fn reopen_writer(&mut self) -> Result<(), StoreError> {
        let fresh = SqliteConnection::connect_with(&self.options).await?;
        let former = std::mem::replace(&mut self.writer, fresh);
        // It may be the connection that is broken: that it cannot be closed says nothing new.
        former.close_hard().await.ok();
        Ok(())
    }

    /// Grows whenever another connection commits.
    pub async fn data_version(&mut self) -> Result<i64, StoreError> {
        Ok(sqlx::query_scalar("pragma data_version").fetch_one(&mut self.writer).await?)
    }

    /// Who signs.
    pub async fn replica(connection: &mut SqliteConnection) -> Result<ReplicaId, StoreError> {
        let bytes: Vec<u8> =
            sqlx::query_scalar("select replica_id from replica").fetch_one(connection).await?;
        crate::rows::id(&bytes)
    }

    /// From now on another id signs: the former one is used elsewhere, too.
    pub async fn put_replica(
        connection: &mut SqliteConnection,
        replica: ReplicaId,
    ) -> Result<(), StoreError> {
        sqlx::query("update replica set replica_id = ?")
            .bind(replica.bytes().as_slice())
            .execute(connection)
            .await?;
        Ok(())
    }

    pub async fn close(self) -> Result<(), StoreError> {
        self.readers.close().await;
        Ok(self.writer.close().await?)
    }
}

/// A commit waits for the disk.
#[cfg(not(feature = "mutants"))]
const fn synchronous() -> SqliteSynchronous {
    SqliteSynchronous::Full
}

/// As above, but where the chaos harness asks for a store that is broken so.
#[cfg(feature = "mutants")]
fn synchronous() -> SqliteSynchronous {
    match std::env::var("HOLDFAST_MUTANT").as_deref() {
        Ok("a commit waits for the disk") => SqliteSynchronous::Off,
        _ => SqliteSynchronous::Full,
    }
}

fn options(folder: &Folder, opening: Opening) -> SqliteConnectOptions {
    let options = SqliteConnectOptions::new()
        .filename(folder.database())
        .create_if_missing(false)
        .synchronous(synchronous())
        .foreign_keys(true)
        .busy_timeout(BUSY)
        .pragma("trusted_schema", "off")
        .pragma("temp_store", "memory")
        .pragma("journal_size_limit", "16777216");
    if opening.checkpoints { options } else { options.pragma("wal_autocheckpoint", "0") }
}

/// The version of a database that is ours to open; 0 for a new one.
async fn look_over(
    writer: &mut SqliteConnection,
    kind: FolderKind,
    opening: Opening,
    known: i64,
) -> Result<i64, StoreError> {
    check_sqlite(writer).await?;
    let version = schema_version(writer, kind).await?;
    if version > known {
        return Err(StoreError::Newer { found: version, known });
    }
    if opening.thorough && version > 0 {
        check_pages(writer).await?;
    }
    // It is written into the file, which is known to be ours only now.
    sqlx::query("pragma journal_mode = wal").execute(writer).await?;
    Ok(version)
}

async fn check_sqlite(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let version: String =
        sqlx::query_scalar("select sqlite_version()").fetch_one(connection).await?;
    let parts: Vec<u32> = version.split('.').filter_map(|part| part.parse().ok()).collect();
    if parts.as_slice() < SQLITE_MIN.as_slice() {
        return Err(StoreError::OldSqlite(version));
    }
    Ok(())
}

/// 0 where there is no table yet.
async fn schema_version(
    connection: &mut SqliteConnection,
    kind: FolderKind,
) -> Result<i64, StoreError> {
    let tables: i64 = sqlx::query_scalar("select count(*) from sqlite_master")
        .fetch_one(&mut *connection)
        .await?;
    if tables == 0 {
        return Ok(0);
    }
    check_kind(connection, kind).await?;
    let known: i64 =
        sqlx::query_scalar("select count(*) from sqlite_master where name = '_sqlx_migrations'")
            .fetch_one(&mut *connection)
            .await?;
    if known == 0 {
        return Err(StoreError::Corrupt("it is another program's database".to_owned()));
    }
    let version: Option<i64> = sqlx::query_scalar("select max(version) from _sqlx_migrations")
        .fetch_one(connection)
        .await?;
    Ok(version.unwrap_or(0))
}

/// Whose database it is.
pub(crate) async fn check_kind(
    connection: &mut SqliteConnection,
    wanted: FolderKind,
) -> Result<(), StoreError> {
    let application: i64 =
        sqlx::query_scalar("pragma application_id").fetch_one(connection).await?;
    if application == application_id(wanted.other()) {
        return Err(StoreError::OtherKind { found: wanted.other(), wanted });
    }
    // An early release made the id after the tables: a kill between the two left none.
    if application != application_id(wanted) && application != 0 {
        return Err(StoreError::Corrupt("it is another program's database".to_owned()));
    }
    Ok(())
}

pub(crate) async fn check_pages(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let found: String = sqlx::query_scalar("pragma quick_check(1)").fetch_one(connection).await?;
    if found == "ok" { Ok(()) } else { Err(StoreError::Corrupt(found)) }
}
