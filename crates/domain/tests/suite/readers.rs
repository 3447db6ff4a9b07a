//! Readers: every live card shows exactly once (I8), and patches lead where the content is.

use crate::support::{dice, laws::*, reader::Reader, storm, wild, words::perform, world::*};
use domain::{board::Board, view};
use proptest::{collection::vec, prelude::*};

/// Own and others' edits, undo and redo.
fn turn(world: &mut World, turn: u8, throw: dice::Throw) {
    match turn {
        0 => drop(world.undo()),
        1 => drop(world.redo()),
        _ => {
            let Some(edit) = dice::edit(world, throw, true) else { return };
            let _refused = if turn == 2 {
                world.foreign(2, &edit).is_err()
            } else {
                world.edit(&edit).is_err()
            };
        }
    }
}

proptest! {
    #![proptest_config(storm(300))]

    #[test]
    fn v1_every_live_card_shows_exactly_once(turns in vec((0..8u8, any::<dice::Throw>()), 1..40)) {
        let mut world = dice::furnished();
        for (kind, throw) in turns {
            turn(&mut world, kind, throw);
            prop_assert_eq!(every_live_card_shows_once(&world.board, world.me), Ok(()));
        }
    }

    #[test]
    fn v2_patches_lead_to_the_content(turns in vec((0..8u8, any::<dice::Throw>()), 1..40)) {
        let mut world = dice::furnished();
        let mut reader = Reader::new(view::content(&world.board, world.me));
        let mut details = details(&world.board);
        for (kind, throw) in turns {
            let before = world.clone();
            turn(&mut world, kind, throw);
            // The board that was before, absorbing what the log got since, touches the same.
            let mut board = before.board;
            for change in &world.log[before.log.len()..] {
                let touched = board.absorb(change);
                let patch = view::patch(&board, world.me, reader.seq, &touched);
                for card in &patch.details {
                    let entity = board.entity((*card).into()).unwrap();
                    details.insert((*card).into(), view::card_detail(&board, *card, entity));
                }
                reader.absorb(patch);
            }
            prop_assert_eq!(&reader, &Reader::new(view::content(&world.board, world.me)));
            details.retain(|id, _| !board.entity(*id).unwrap().purged());
            prop_assert_eq!(&details, &self::details(&world.board));
        }
    }

    #[test]
    fn v3_every_live_card_shows_exactly_once_whatever_arrives(log in wild::log(1..14)) {
        let mut board = Board::new(wild::BOARD, log[0].epoch);
        for change in log.iter() {
            board.absorb(change);
            prop_assert_eq!(every_live_card_shows_once(&board, wild::ME), Ok(()));
        }
    }
}

fn details(
    board: &Board,
) -> std::collections::BTreeMap<domain::id::EntityId, domain::record::CardDetail> {
    let cards = crate::support::drawing::all(board, &domain::register::Kind::CARD).into_iter();
    cards.map(|id| (id, view::card_detail(board, id.into(), board.entity(id).unwrap()))).collect()
}

#[test]
fn v2_an_item_that_moves_to_another_card_changes_both() {
    let mut world = dice::furnished();
    let mut reader = Reader::new(view::content(&world.board, world.me));
    let mut board = world.board.clone();
    assert_eq!(perform(&mut world, "move item s to More first"), Vec::<String>::new());
    let touched = board.absorb(world.log.last().unwrap());
    reader.absorb(view::patch(&board, world.me, reader.seq, &touched));
    assert_eq!(reader, Reader::new(view::content(&world.board, world.me)));
}
