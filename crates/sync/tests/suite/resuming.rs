//! Going on with many boards at once: what two ends find out of each other in few bytes, and what is done where they
//! are wrong.

use crate::support::{desk::*, pen::*, room::*, *};
use domain::board::Head;
use sync::{
    following::Following,
    message::*,
    resuming::{Asked, Resuming, Stand},
};

fn id(number: u128) -> BoardId {
    BoardId(Uuid::from_u128(number))
}

/// Of a board whose log has so many changes.
fn head(seq: u64) -> Head {
    let position = Position { epoch: epoch(), seq, chain: Hash([7; 16]) };
    Head { position, digest: 70, ..Head::new(epoch()) }
}

fn stands(boards: &[(u128, u64)]) -> Vec<Stand> {
    boards.iter().map(|(board, seq)| Stand::of(id(*board), &head(*seq))).collect()
}

fn imprints(message: &FromClient) -> &[Imprint] {
    let FromClient::Resume(resume) = message else { panic!("{message:?}") };
    &resume.imprints
}

/// What a server answers, which has these boards, and whether it follows each.
fn answered(asked: &Asked, boards: &[(u128, Head)]) -> (Resumed, Vec<bool>) {
    let mut resuming = Resuming::new(imprints(&asked.message(Hash::default())));
    let follows = boards.iter().map(|(board, head)| resuming.is_at(id(*board), head)).collect();
    (resuming.answer(), follows)
}

#[test]
fn who_stands_where_the_logs_end_goes_on_from_there_and_the_rest_is_named() {
    let asked = Asked::about(stands(&[(3, 9), (1, 4), (2, 5)]));
    // One was not asked about, and one is not there any more.
    let boards = [(1, head(4)), (3, head(10)), (4, head(1))];
    let (resumed, follows) = answered(&asked, &boards);
    assert_eq!(follows, [true, false, false]);
    assert_eq!(resumed.elsewhere, [0, 2]);
    assert_eq!(asked.vouched(&resumed), stands(&[(1, 4)]));
}

#[test]
fn whoever_asks_about_nothing_is_answered_with_nothing() {
    let asked = Asked::about(Vec::new());
    let (resumed, follows) = answered(&asked, &[(1, head(4))]);
    assert_eq!((&resumed.elsewhere[..], &follows[..]), (&[][..], &[false][..]));
    assert_eq!(asked.vouched(&resumed), []);
}

#[test]
pub fn a_stand_is_its_board_epoch_number_chain_and_digest() {
    let here = head(9);
    let other = Position { epoch: replica(9), ..here.position };
    let others = [
        (2, here),
        (1, Head { position: other, ..here }),
        (1, head(8)),
        (1, Head { position: Position { chain: Hash([8; 16]), ..here.position }, ..here }),
        (1, Head { digest: 71, ..here }),
    ];
    for (board, head) in others {
        let asked = Asked::about(stands(&[(1, 9)]));
        let (resumed, follows) = answered(&asked, &[(board, head)]);
        assert_eq!((&resumed.elsewhere[..], &follows[..]), (&[0][..], &[false][..]), "{head:?}");
    }
}

/// Two positions may leave the same eight bytes. Whoever then believes to be followed from where they are would hear
/// nothing more.
#[test]
fn nothing_is_believed_that_is_not_proved() {
    let asked = Asked::about(stands(&[(1, 4), (2, 5)]));
    let (resumed, _) =
        answered(&Asked::about(stands(&[(1, 4), (2, 6)])), &[(1, head(4)), (2, head(6))]);
    assert_eq!(resumed.elsewhere, []);
    assert_eq!(asked.vouched(&resumed), []);
    // Nor where another board is meant, or fewer are, or more.
    let named = |elsewhere: &[u32]| Resumed { elsewhere: elsewhere.to_vec(), ..resumed };
    for elsewhere in [&[][..], &[0], &[1], &[0, 1], &[7]] {
        let asked = Asked::about(stands(&[(1, 4), (3, 6)]));
        assert_eq!(asked.vouched(&named(elsewhere)), []);
    }
}

/// It costs whoever says so one more question, and nobody else anything.
#[test]
fn what_is_asked_twice_is_followed_once() {
    let imprint = stands(&[(1, 4)])[0].imprint();
    let mut resuming = Resuming::new(&[imprint, imprint]);
    assert!(resuming.is_at(id(1), &head(4)));
    assert!(!resuming.is_at(id(1), &head(4)));
    assert_eq!(resuming.answer().elsewhere.len(), 1);
}

#[test]
fn no_more_is_asked_than_may_be() {
    let many: Vec<(u128, u64)> = (0..1_200).map(|board| (board, 1)).collect();
    let asked = Asked::about(stands(&many));
    let message = asked.message(Hash::default());
    assert_eq!(imprints(&message).len(), IMPRINTS_MAX);
    assert_eq!(sync::frame::read(&sync::frame::write(&message).unwrap()), Ok(message));
}

/// As the bytes stand on the wire.
#[test]
fn more_imprints_than_there_may_be_and_parts_of_one_are_no_message() {
    let message = |bytes: usize| {
        let mut cbor = minicbor::Encoder::new(vec![0]);
        cbor.array(2).unwrap().u8(10).unwrap().array(1).unwrap().array(2).unwrap();
        cbor.bytes(&[0; 16]).unwrap().bytes(&vec![1; bytes]).unwrap();
        sync::frame::read::<FromClient>(&cbor.into_writer())
    };
    for fine in [0, IMPRINT_BYTES, IMPRINTS_MAX * IMPRINT_BYTES] {
        assert!(message(fine).is_ok(), "{fine}");
    }
    for none in [1, IMPRINT_BYTES + 1, (IMPRINTS_MAX + 1) * IMPRINT_BYTES] {
        assert!(message(none).is_err(), "{none}");
    }
    let elsewhere = vec![0; IMPRINTS_MAX + 1];
    let resumed = FromServer::Resumed(Resumed { elsewhere, proof: Hash::default() });
    assert!(sync::frame::read::<FromServer>(&sync::frame::write(&resumed).unwrap()).is_err());
}

/// The marks of the connection before are gone, as after a `Follow`: what waits is pushed again, and an answer settles
/// what the position covers.
#[test]
fn a_board_that_is_resumed_is_verified_and_pushes_again() {
    let (mut room, mut desk) = (Room::new(), Desk::new(5));
    room.take(vec![Pen::new(2).sign(vec![title(7, "a")])]);
    desk.hear(BoardNews::Changes(room.changes(0)));
    desk.act(vec![title(7, "b")]);
    assert!(desk.push().is_some());
    desk.following.end(&mut desk.shared);
    desk.following.resume();
    assert!(desk.following.is_verified());
    let push = desk.push().unwrap();
    assert_eq!(push.changes.len(), 1);
    assert!(!Following::new(board(), None).is_verified());
}

#[test]
fn a_list_is_known_by_all_that_it_says() {
    let seen = |board, role, person, title: &str| BoardSeen {
        board: id(board),
        role,
        person: PersonId(Uuid::from_u128(person)),
        title: title.to_owned(),
    };
    let list = [seen(1, Role::Editor, 7, "Home"), seen(2, Role::Viewer, 8, "Work")];
    let [home, work] = list.clone();
    let others = [
        vec![],
        vec![home.clone()],
        vec![work.clone(), home.clone()],
        vec![seen(1, Role::Viewer, 7, "Home"), work.clone()],
        vec![seen(1, Role::Editor, 9, "Home"), work.clone()],
        vec![seen(1, Role::Editor, 7, "House"), work.clone()],
        vec![seen(3, Role::Editor, 7, "Home"), work],
    ];
    for other in others {
        assert_ne!(list_hash(&other), list_hash(&list), "{other:?}");
    }
    assert_ne!(list_hash(&[]), Hash::default(), "an empty list is one too");
}
