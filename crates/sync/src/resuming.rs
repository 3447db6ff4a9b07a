//! Where two ends stand on many boards, compared in few bytes. Eight of a hash find out which boards changed; that
//! nothing was taken for the same that is not, the whole hash over all others proves.

use crate::message::{FromClient, IMPRINT_BYTES, IMPRINTS_MAX, Imprint, Resume, Resumed};
use domain::{
    board::Head,
    change::{Hash, Position},
    id::*,
    mutants::is_left_out,
};
use std::collections::{BTreeSet, HashMap};

/// Where one end stands on a board: its position there, and all that the board holds at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stand {
    pub board: BoardId,
    position: Position,
    digest: u128,
}

impl Stand {
    pub fn of(board: BoardId, head: &Head) -> Stand {
        Stand { board, position: head.position, digest: head.digest }
    }

    pub fn seq(&self) -> u64 {
        self.position.seq
    }

    pub fn imprint(&self) -> Imprint {
        let mut short = [0; IMPRINT_BYTES];
        short.copy_from_slice(&Hash::of(&[&self.hashed()]).0[..IMPRINT_BYTES]);
        Imprint(short)
    }

    fn hashed(&self) -> Vec<u8> {
        let Stand { board, position: Position { epoch, seq, chain }, digest } = self;
        if is_left_out("a stand is a number alone") {
            return [board.bytes(), &seq.to_be_bytes()[..]].concat();
        }
        let (seq, digest) = (seq.to_be_bytes(), digest.to_be_bytes());
        [board.bytes(), epoch.bytes(), &seq[..], &chain.0, &digest].concat()
    }
}

fn proof<'a>(stands: impl Iterator<Item = &'a Stand>) -> Hash {
    Hash::of(&[&stands.flat_map(Stand::hashed).collect::<Vec<u8>>()])
}

/// At the replica: what was asked, until it is answered.
#[derive(Clone, Debug)]
pub struct Asked(Vec<Stand>);

impl Asked {
    /// As many as may be asked about.
    pub fn about(mut stands: Vec<Stand>) -> Asked {
        stands.truncate(IMPRINTS_MAX);
        Asked(stands)
    }

    /// `list`: the hash of the list that was told last.
    pub fn message(&self, list: Hash) -> FromClient {
        let imprints = self.0.iter().map(Stand::imprint).collect();
        FromClient::Resume(Resume { list, imprints })
    }

    /// Where the server stands too, and goes on from. Nowhere, if what it means is not what we mean.
    pub fn vouched(self, resumed: &Resumed) -> Vec<Stand> {
        let elsewhere: BTreeSet<u32> = resumed.elsewhere.iter().copied().collect();
        let stands = (0..).zip(self.0).filter(|(place, _)| !elsewhere.contains(place));
        let stands: Vec<Stand> = stands.map(|(_, stand)| stand).collect();
        if proof(stands.iter()) == resumed.proof { stands } else { Vec::new() }
    }
}

/// At the server: what was asked, and what of it was found.
#[derive(Debug)]
pub struct Resuming {
    places: HashMap<Imprint, usize>,
    found: Vec<Option<Stand>>,
}

impl Resuming {
    pub fn new(imprints: &[Imprint]) -> Resuming {
        let places = imprints.iter().enumerate().map(|(place, imprint)| (*imprint, place));
        Resuming { places: places.collect(), found: vec![None; imprints.len()] }
    }

    /// Whether the replica stands where the board's log ends. To be asked once for each board that the account is a
    /// member of, and no other.
    pub fn is_at(&mut self, board: BoardId, head: &Head) -> bool {
        let stand = Stand::of(board, head);
        match self.places.remove(&stand.imprint()) {
            Some(place) => {
                self.found[place] = Some(stand);
                true
            }
            None => false,
        }
    }

    pub fn answer(self) -> Resumed {
        let missing = (0..).zip(&self.found).filter(|(_, found)| found.is_none());
        let elsewhere = missing.map(|(place, _)| place).collect();
        Resumed { elsewhere, proof: proof(self.found.iter().flatten()) }
    }
}
