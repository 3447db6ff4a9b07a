//! The last read path: SQL of our own on a copy of the database, as it lay on disk when the server was killed. What
//! the tables mean is read from the migrations, not from the server's code.

use crate::{
    act::{Card, Id, Standing},
    logged::{self, Logged},
    reading::{Reading, Shows},
    run::Question,
};
use anyhow::{Context, Result, ensure};
use minicbor::{Decoder, data::Type};
use sqlx::{
    Connection, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode},
};
use std::path::Path;
use uuid::Uuid;

pub const ON_DISK: &str = "SQL on what lay on the disk";

/// Each card with its registers.
const CARDS: &str = "select entity_id, registers from entity where board_id = ? and kind = 'card' order by entity_id";
/// Where the log ends, and how many changes it has.
const LOG: &str =
    "select board_head.seq, count(log.seq), coalesce(min(log.seq), 1), coalesce(max(log.seq), 0)
from board_head left join log on log.board_id = board_head.board_id
where board_head.board_id = ?";

/// A copy of a server's database.
pub struct Copy(SqliteConnection);

impl Copy {
    /// Also whether it is sound.
    pub async fn open(copy: &Path) -> Result<(Copy, Question)> {
        // Opening it takes in what its write-ahead log holds, as the server's own start does.
        let options =
            SqliteConnectOptions::new().filename(copy).journal_mode(SqliteJournalMode::Wal);
        let mut connection = SqliteConnection::connect_with(&options).await?;
        let sound: String =
            sqlx::query_scalar("pragma integrity_check").fetch_one(&mut connection).await?;
        let fault = (sound != "ok").then_some(sound);
        let asked = "whether the database that lay on the disk is sound, by SQLite".to_owned();
        Ok((Copy(connection), Question { asked, fault }))
    }

    /// Live cards of a board, by id.
    pub async fn read(&mut self, board: &Id, path: &str) -> Reading {
        let mut reading = Reading::new(path, Shows::CardsById);
        match self.cards(board, &mut reading.faults).await {
            Ok(cards) => reading.cards = cards,
            Err(error) => reading.failed = Some(format!("{error:#}")),
        }
        reading.only_live()
    }

    /// All cards of a board, by id; what is wrong with its log is told.
    pub async fn cards(&mut self, board: &Id, faults: &mut Vec<String>) -> Result<Vec<Card>> {
        look(&mut self.0, board, faults).await
    }

    /// The log of a board, and what its changes did to what.
    pub async fn log(&mut self, board: &Id) -> Result<Vec<Logged>> {
        logged::read(&mut self.0, board).await
    }

    pub async fn close(self) -> Result<()> {
        Ok(self.0.close().await?)
    }
}

async fn look(
    connection: &mut SqliteConnection,
    board: &Id,
    faults: &mut Vec<String>,
) -> Result<Vec<Card>> {
    let board = board.parse::<Uuid>()?;
    let (head, count, first, last): (i64, i64, i64, i64) =
        sqlx::query_as(LOG).bind(board.as_bytes().as_slice()).fetch_one(&mut *connection).await?;
    if (first, last, count) != (1, head, head) {
        faults.push(format!(
            "the log has {count} changes from {first} to {last}; its head is {head}"
        ));
    }
    let rows: Vec<(Vec<u8>, Vec<u8>)> =
        sqlx::query_as(CARDS).bind(board.as_bytes().as_slice()).fetch_all(connection).await?;
    rows.iter().map(|(id, registers)| card(id, registers)).collect()
}

/// The registers are CBOR: `[[field, element, value, rank], …]`, and each value is CBOR of its own in a string of
/// bytes.
fn card(id: &[u8], registers: &[u8]) -> Result<Card> {
    let mut card = Card {
        id: Uuid::from_slice(id)?.to_string(),
        title: String::new(),
        column: String::new(),
        key: String::new(),
        standing: Standing::Live,
    };
    let (mut archived, mut deleted) = (false, false);
    let mut decoder = Decoder::new(registers);
    let count = decoder.array()?.context("a length that is not said")?;
    for _ in 0..count {
        let parts = decoder.array()?.context("a length that is not said")?;
        ensure!(parts >= 4, "a register has {parts} parts");
        let field = decoder.str()?.to_owned();
        decoder.skip()?;
        let mut value = Decoder::new(decoder.bytes()?);
        match field.as_str() {
            "title" => card.title = value.str()?.to_owned(),
            "archived" => archived = flag(&mut value)?,
            "deleted" => deleted = flag(&mut value)?,
            "place" => {
                ensure!(value.array()? == Some(2), "a place is a column and a key");
                card.column = Uuid::from_slice(value.bytes()?)?.to_string();
                card.key = value.bytes()?.iter().map(|byte| format!("{byte:02x}")).collect();
            }
            _ => {}
        }
        for _ in 3..parts {
            decoder.skip()?;
        }
    }
    card.standing = match (deleted, archived) {
        (true, _) => Standing::Deleted,
        (false, true) => Standing::Archived,
        (false, false) => Standing::Live,
    };
    Ok(card)
}

fn flag(decoder: &mut Decoder) -> Result<bool> {
    if decoder.datatype()? == Type::Null {
        decoder.null()?;
        return Ok(false);
    }
    Ok(decoder.bool()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A row as a server wrote it: created, place, title.
    const REGISTERS: &str = "83846763726561746564F6581B821B000001A205236E565001A205236DE27001B11C68DD2DF605DF83831B0000\
        01A205236E5600505422BCC5DAEC49C694D6D9ABD1C8CF740082505422BCC5DAEC49C694D6D9ABD1C8CF7402846570\
        6C616365F65819825001A205236DE27003B536B78307054904467F8586817F8083831B000001A205236E5600505422\
        BCC5DAEC49C694D6D9ABD1C8CF740082505422BCC5DAEC49C694D6D9ABD1C8CF740284657469746C65F653726F7468\
        6572203030303030206368616F733783831B000001A205236E5600505422BCC5DAEC49C694D6D9ABD1C8CF74008250\
        5422BCC5DAEC49C694D6D9ABD1C8CF7402";

    #[test]
    fn a_row_that_a_server_wrote_is_read() {
        let digits = REGISTERS.as_bytes().chunks(2);
        let digits = digits.map(|two| u8::from_str_radix(std::str::from_utf8(two).unwrap(), 16));
        let registers: Vec<u8> = digits.collect::<Result<_, _>>().unwrap();
        let read = card(&[7; 16], &registers).unwrap();
        assert_eq!(read.title, "other 00000 chaos7");
        assert_eq!(read.column, "01a20523-6de2-7003-b536-b78307054904");
        assert_eq!((read.key.as_str(), read.standing), ("7f8586817f80", Standing::Live));
    }
}
