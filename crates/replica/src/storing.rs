//! Rows of the sync into tables: which row goes where, and in what order, was decided when they were made.

use crate::{engine::wall_ms, protocol::Failure};
use domain::{id::*, shared::SharedBoard, view};
use store::{Connection, Store, boards, drafts, sharing, undo};
use sync::{
    following::Past,
    message::{Refused, SnapshotOffer},
    rows::Row,
};

/// Stores rows of a board in their order. `shared` is the board with all of them taken in.
pub(crate) async fn store_rows(
    connection: &mut Connection,
    shared: &SharedBoard,
    rows: &[Row],
) -> Result<(), Failure> {
    for row in rows {
        store_row(connection, shared, row).await?;
    }
    Ok(())
}

async fn store_row(
    connection: &mut Connection,
    shared: &SharedBoard,
    row: &Row,
) -> Result<(), Failure> {
    let numbered = shared.numbered();
    let id = numbered.id;
    match row {
        Row::Log { numbered, line } => {
            boards::append_one(connection, numbered, *line).await?;
            sharing::accepted_after_all(connection, id, numbered.change.act).await?;
        }
        Row::Restamp(numbered) => boards::restamp(connection, numbered).await?,
        Row::Unlog { after } => boards::unlog(connection, id, *after).await?,
        Row::Queue(waiting) => sharing::queue(connection, waiting).await?,
        Row::Unqueue { line } => sharing::unqueue(connection, id, *line).await?,
        Row::Keep { waiting, seq, cstamp } => {
            sharing::keep(connection, waiting, *seq, *cstamp).await?;
        }
        Row::Unkeep { line } => sharing::unkeep(connection, id, *line).await?,
        Row::Refuse { waiting, why } => {
            let now = view::signed(wall_ms());
            sharing::refuse(connection, waiting, refused_name(*why), now).await?;
        }
        Row::Things(ids) => boards::put_entities(connection, numbered, ids).await?,
        Row::AllThings => boards::put_all_entities(connection, numbered).await?,
        Row::Head => {
            boards::put_head(connection, numbered).await?;
            sharing::put_settled(connection, shared).await?;
        }
        Row::Floor(floor) => {
            // It is set by the snapshot on which the board stands now.
            let chain = numbered.head.position.chain;
            sharing::put_floor(connection, id, *floor, chain).await?;
        }
        Row::Signer(signer) => boards::put_signer(connection, id, signer).await?,
        Row::Replica(replica) => Store::put_replica(connection, *replica).await?,
        Row::Renamed { old, new } => {
            undo::renamed(connection, id, *old, *new).await?;
            drafts::renamed(connection, id, *old, *new).await?;
        }
        Row::Stage(offer) => {
            let offer = minicbor::to_vec(&**offer).unwrap_or_default();
            sharing::stage(connection, id, &offer).await?;
        }
        Row::StagePart { part, things } => {
            sharing::stage_part(connection, id, *part, things).await?;
        }
        Row::Unstage => sharing::unstage(connection, id).await?,
    }
    Ok(())
}

/// Whether a row says something of the board, and not of a snapshot that is still arriving.
pub(crate) fn is_of_board(row: &Row) -> bool {
    !matches!(row, Row::Stage(_) | Row::StagePart { .. } | Row::Unstage)
}

/// All that the disk has of a board's log and of a snapshot that is arriving.
pub(crate) async fn past(
    connection: &mut Connection,
    id: BoardId,
    floor: u64,
) -> Result<Past, Failure> {
    Ok(Past {
        floor,
        log: boards::read_lines_after(connection, id, 0, u32::MAX).await?,
        kept: sharing::kept(connection, id).await?,
        staged: sharing::staged_parts(connection, id).await?,
    })
}

/// What the server said of the snapshot that is arriving, and how many of its parts are here. One that cannot be
/// read begins anew.
pub(crate) async fn staged(
    connection: &mut Connection,
    id: BoardId,
) -> Result<Option<(SnapshotOffer, u32)>, Failure> {
    let staged = sharing::staged(connection, id).await?;
    Ok(staged.and_then(|(offer, parts)| Some((minicbor::decode(&offer).ok()?, parts))))
}

/// Why a change was refused, as the tray keeps it.
pub(crate) fn refused_name(why: Refused) -> &'static str {
    match why {
        Refused::Forbidden => "forbidden",
        Refused::Malformed => "malformed",
        Refused::TooLarge => "tooLarge",
    }
}
