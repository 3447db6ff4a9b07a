//! What the tests stand on: a world with one board, pictures of it, words for its edits, and dice for storms.

pub mod dice;
pub mod drawing;
pub mod laws;
pub mod reader;
pub mod steps;
pub mod wild;
pub mod words;
pub mod world;

use expect_test::Expect;
use proptest::prelude::ProptestConfig;

/// So many cases of a storm; `HOLDFAST_STORM=20` makes twenty times as many of each.
pub fn storm(cases: u32) -> ProptestConfig {
    let times = std::env::var("HOLDFAST_STORM").ok().and_then(|times| times.parse().ok());
    ProptestConfig::with_cases(cases * times.unwrap_or(1))
}

/// Draws `picture`, does what the words say, and compares the drawing with what is expected.
pub fn check(picture: &str, words: &str, expected: Expect) {
    let mut world = world::World::drawn(picture);
    let told = words::perform(&mut world, words);
    let mut drawn = drawing::draw(&world.board, world.me);
    for line in told {
        drawn.push('\n');
        drawn.push_str(&line);
    }
    expected.assert_eq(&drawn);
}
