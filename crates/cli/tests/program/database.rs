//! The database, looked at and tampered with behind the program's back.

use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use std::path::Path;

/// Writes to the database of a data folder; says how many rows it touched.
pub fn write(data: &Path, statement: &'static str) -> u64 {
    with(&data.join("holdfast.db"), false, async |connection| {
        sqlx::query(statement).execute(connection).await.unwrap().rows_affected()
    })
}

/// The first column of what a statement finds, as text.
pub fn read(data: &Path, statement: &'static str) -> Vec<String> {
    with(&data.join("holdfast.db"), false, async |connection| {
        sqlx::query_scalar(statement).fetch_all(connection).await.unwrap()
    })
}

/// As [`read`], of a file that nobody writes to.
pub fn read_copy(file: &Path, statement: &'static str) -> Vec<String> {
    with(file, true, async |connection| {
        sqlx::query_scalar(statement).fetch_all(connection).await.unwrap()
    })
}

fn with<T>(file: &Path, copy: bool, work: impl AsyncFnOnce(&mut SqliteConnection) -> T) -> T {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(false)
        .immutable(copy)
        .read_only(copy);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
        let done = work(&mut connection).await;
        connection.close().await.unwrap();
        done
    })
}
