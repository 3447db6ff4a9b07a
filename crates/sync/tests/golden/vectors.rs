//! The hashes, chain and digests of `docs/protocol.md`, step by step: what is fed to the hash, and what comes out.

use crate::{frozen, hex, samples};
use domain::{
    board::{Board, register_digest},
    change::{self, Hash},
    register::Field,
};
use sync::message::{IMPRINT_BYTES, list_hash};

pub const NAMES: [&str; 11] = [
    "vector_body",
    "vector_hash",
    "vector_chain_input",
    "vector_chain",
    "vector_register_input",
    "vector_register",
    "vector_digest",
    "vector_list_input",
    "vector_list",
    "vector_stand_input",
    "vector_stand",
];

fn check(name: &str, about: &str, bytes: &[u8]) {
    assert!(NAMES.contains(&name));
    assert_eq!(hex(&frozen(name, about, bytes)), hex(bytes), "{name}");
    // The page tells the same, however its lines are broken.
    let page: String = include_str!("../../../../docs/protocol.md").split_whitespace().collect();
    assert!(page.contains(&hex(bytes)), "docs/protocol.md does not have {name}: {}", hex(bytes));
}

#[test]
fn the_body_and_its_hash_are_those_of_the_page() {
    let numbered = samples::numbered();
    check("vector_body", "A change as it is signed", &numbered.body);
    check("vector_hash", "Its hash: of the body", &numbered.hash.0);
    assert_eq!(Hash::of(&[&numbered.body]), numbered.hash);
    assert_eq!(change::read(&numbered.body).as_ref(), Ok(&numbered.change));
}

#[test]
fn the_chain_is_that_of_the_page() {
    let numbered = samples::numbered();
    let stamps = minicbor::to_vec((numbered.cstamp, &numbered.weak_ranks)).unwrap();
    let input = [&samples::position(7).chain.0[..], &numbered.hash.0, &stamps].concat();
    check("vector_chain_input", "Chain of number 7, hash, canonical stamp and weak ranks", &input);
    check("vector_chain", "The chain of number 8", &numbered.chain.0);
    assert_eq!(Hash::of(&[&input]), numbered.chain);
    assert!(numbered.follows(samples::position(7)));
}

#[test]
fn the_digests_are_those_of_the_page() {
    let mut board = Board::new(samples::board(), samples::epoch());
    board.absorb(&samples::numbered());
    let title = board.winner(samples::card(), &Field::TITLE.into()).unwrap();
    let rank = minicbor::to_vec(title.rank).unwrap();
    let input =
        [&samples::card().bytes()[..], &[5], b"title", &[0; 16], &rank, title.value.bytes()]
            .concat();
    check("vector_register_input", "A title, as it is hashed for the digest", &input);
    let register = register_digest(samples::card(), title).to_be_bytes();
    assert_eq!(Hash::of(&[&input]).0, register);
    check("vector_register", "What the title adds to the digest", &register);
    let digest = board.head.digest.to_be_bytes();
    check("vector_digest", "The digest of a board with that change alone", &digest);
    let sum = board
        .entities()
        .flat_map(|(id, entity)| entity.registers().iter().map(move |it| register_digest(id, it)))
        .fold(0u128, u128::wrapping_add);
    assert_eq!(sum, board.head.digest);
}

#[test]
fn what_a_resume_says_is_that_of_the_page() {
    let list = samples::list();
    let input = minicbor::to_vec(&list).unwrap();
    check("vector_list_input", "A list of two boards, as it is hashed", &input);
    check("vector_list", "Its hash", &list_hash(&list).0);
    assert_eq!(Hash::of(&[&input]), list_hash(&list));

    let stand = samples::stands()[0];
    let position = samples::head(8).position;
    let input = [
        &samples::board().bytes()[..],
        position.epoch.bytes(),
        &position.seq.to_be_bytes(),
        &position.chain.0,
        &samples::DIGEST,
    ]
    .concat();
    check("vector_stand_input", "Board, epoch, number, chain and digest", &input);
    // Of one board alone, it is the proof as well.
    check("vector_stand", "The hash, which begins with the imprint", &Hash::of(&[&input]).0);
    assert_eq!(Hash::of(&[&input]).0[..IMPRINT_BYTES], stand.imprint().0);
    assert_eq!(Hash::of(&[&input]), samples::resumed().proof);
}
