//! The board and its laws. Pure: no disk, clock, chance, network or framework; whatever of these
//! it needs is handed in. `SPEC.md` beside this folder numbers the rules.

// What people say, see and carry from board to board.
pub mod document;
pub mod edit;
pub mod id;
pub mod record;
pub mod text;
pub mod versions;

// What is written, and when.
pub mod change;
pub mod fresh;
pub mod key;
pub mod register;
pub mod stamp;
pub mod value;

// The board, and the ways from an edit to it and from it to a reader.
pub mod board;
pub mod crossing;
pub mod detach;
pub mod export;
pub mod import;
pub mod log;
pub mod merge;
pub mod mutants;
pub mod resolve;
pub mod shared;
pub mod undo;
pub mod view;
