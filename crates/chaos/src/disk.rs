//! The last read path: SQL of our own on a copy of the database, as it lay on disk when the server was killed. What
//! the tables mean is read from the migrations, not from the server's code.

use crate::{
    act::{Card, Id, Standing},
    journal::Kept,
    logged::{self, Logged},
    reading::{Reading, Shows},
    run::Question,
    tickets,
};
use anyhow::{Context, Result, ensure};
use minicbor::{Decoder, data::Type};
use sqlx::{
    Connection, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode},
};
use std::{collections::BTreeMap, path::Path};
use uuid::Uuid;

pub const ON_DISK: &str = "SQL on what lay on the disk";

/// Each thing of a kind with its registers.
const THINGS: &str =
    "select entity_id, registers from entity where board_id = ? and kind = ? order by entity_id";
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
        match self.kept(board, &mut reading.faults).await {
            Ok(kept) => reading.cards = kept.cards,
            Err(error) => reading.failed = Some(format!("{error:#}")),
        }
        reading.only_live()
    }

    /// All cards of a board, by id, who has which, and what was said; what is wrong with its log is told.
    pub async fn kept(&mut self, board: &Id, faults: &mut Vec<String>) -> Result<Kept> {
        log_is_whole(&mut self.0, board, faults).await?;
        let things = self.things(board, "card").await?;
        let people = self.things(board, "person").await?.into_iter();
        let people = people.map(|(id, it)| Ok((id.as_bytes().to_vec(), text(&it, "title")?)));
        let people = people.collect::<Result<BTreeMap<_, _>>>()?;
        let mut kept = Kept::default();
        for (id, registers) in &things {
            kept.cards.push(card(*id, registers)?);
            for held in registers.iter().filter(|it| it.field == "assignee") {
                if flag(&held.value)? {
                    let name = people.get(held.element.as_slice()).cloned().unwrap_or_default();
                    kept.claims.push(tickets::said(id.to_string(), name, Id::new()));
                }
            }
        }
        for (id, registers) in self.things(board, "comment").await? {
            let (said, on) = (text(&registers, "text")?, on_card(&registers)?);
            if !is_set(&registers, "deleted")? {
                kept.comments.push(tickets::said(id.to_string(), said, on));
            }
        }
        Ok(kept)
    }

    async fn things(&mut self, board: &Id, kind: &str) -> Result<Vec<(Uuid, Vec<Register>)>> {
        let board = board.parse::<Uuid>()?;
        let things = sqlx::query_as(THINGS).bind(board.as_bytes().as_slice()).bind(kind);
        let rows: Vec<(Vec<u8>, Vec<u8>)> = things.fetch_all(&mut self.0).await?;
        rows.iter().map(|(id, held)| Ok((Uuid::from_slice(id)?, registers(held)?))).collect()
    }

    /// The log of a board, and what its changes did to what.
    pub async fn log(&mut self, board: &Id) -> Result<Vec<Logged>> {
        logged::read(&mut self.0, board).await
    }

    pub async fn close(self) -> Result<()> {
        Ok(self.0.close().await?)
    }
}

async fn log_is_whole(
    connection: &mut SqliteConnection,
    board: &Id,
    faults: &mut Vec<String>,
) -> Result<()> {
    let board = board.parse::<Uuid>()?;
    let (head, count, first, last): (i64, i64, i64, i64) =
        sqlx::query_as(LOG).bind(board.as_bytes().as_slice()).fetch_one(connection).await?;
    if (first, last, count) != (1, head, head) {
        faults.push(format!(
            "the log has {count} changes from {first} to {last}; its head is {head}"
        ));
    }
    Ok(())
}

/// One field of a thing.
struct Register {
    field: String,
    /// Of those that there are several of: whose it is.
    element: Vec<u8>,
    value: Vec<u8>,
}

/// They are CBOR: `[[field, element, value, rank], …]`, and each value is CBOR of its own in a string of bytes.
fn registers(held: &[u8]) -> Result<Vec<Register>> {
    let mut decoder = Decoder::new(held);
    let count = decoder.array()?.context("a length that is not said")?;
    let register = |decoder: &mut Decoder| {
        let parts = decoder.array()?.context("a length that is not said")?;
        ensure!(parts >= 4, "a register has {parts} parts");
        let field = decoder.str()?.to_owned();
        let element = match decoder.datatype()? {
            Type::Bytes => decoder.bytes()?.to_vec(),
            _ => decoder.skip().map(|()| Vec::new())?,
        };
        let value = decoder.bytes()?.to_vec();
        for _ in 3..parts {
            decoder.skip()?;
        }
        Ok(Register { field, element, value })
    };
    (0..count).map(|_| register(&mut decoder)).collect()
}

fn card(id: Uuid, registers: &[Register]) -> Result<Card> {
    let (title, mut column, mut key) = (text(registers, "title")?, Id::new(), String::new());
    if let Some(place) = registers.iter().find(|it| it.field == "place") {
        let mut value = Decoder::new(&place.value);
        ensure!(value.array()? == Some(2), "a place is a column and a key");
        column = Uuid::from_slice(value.bytes()?)?.to_string();
        key = value.bytes()?.iter().map(|byte| format!("{byte:02x}")).collect();
    }
    let standing = match (is_set(registers, "deleted")?, is_set(registers, "archived")?) {
        (true, _) => Standing::Deleted,
        (false, true) => Standing::Archived,
        (false, false) => Standing::Live,
    };
    Ok(Card { id: id.to_string(), title, column, key, standing })
}

/// Empty where there is none.
fn text(registers: &[Register], field: &str) -> Result<String> {
    let held = registers.iter().find(|it| it.field == field);
    let text = held.map(|it| Decoder::new(&it.value).str().map(str::to_owned)).transpose()?;
    Ok(text.unwrap_or_default())
}

fn on_card(registers: &[Register]) -> Result<Id> {
    let held = registers.iter().find(|it| it.field == "card").context("a comment on no card")?;
    Ok(Uuid::from_slice(Decoder::new(&held.value).bytes()?)?.to_string())
}

fn is_set(registers: &[Register], field: &str) -> Result<bool> {
    let held = registers.iter().find(|it| it.field == field);
    held.map_or(Ok(false), |held| flag(&held.value))
}

fn flag(value: &[u8]) -> Result<bool> {
    let mut decoder = Decoder::new(value);
    if decoder.datatype()? == Type::Null {
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
        let held: Vec<u8> = digits.collect::<Result<_, _>>().unwrap();
        let read = card(Uuid::from_bytes([7; 16]), &registers(&held).unwrap()).unwrap();
        assert_eq!(read.title, "other 00000 chaos7");
        assert_eq!(read.column, "01a20523-6de2-7003-b536-b78307054904");
        assert_eq!((read.key.as_str(), read.standing), ("7f8586817f80", Standing::Live));
    }
}
