//! A board on a replica, in memory: what it knows of the log, and what it signs.

use crate::peer::Peer;
use domain::{
    board::Board,
    change::{Hash, Numbered, Position, Write},
    document::*,
    edit::{Edit, Place},
    fresh::Fresh,
    id::*,
    import::import,
    log::{Act, Signer, record},
    register::{Field, Kind},
    resolve::resolve,
    shared::{Settled, SharedBoard, Waiting},
};
use std::{
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};
use sync::{
    following::locator_seqs,
    message::{Changes, Follow, FromClient, NumberedBytes, Pushed},
    resuming::Stand,
    sharing::Promise,
};
use uuid::Uuid;

pub fn fresh() -> Fresh {
    let mut seed = [0; 32];
    seed[..16].copy_from_slice(Uuid::new_v4().as_bytes());
    seed[16..].copy_from_slice(Uuid::new_v4().as_bytes());
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
    Fresh::new(seed, u64::try_from(now).unwrap())
}

pub struct Replica {
    pub shared: SharedBoard,
    pub signer: Signer,
    pub person: PersonId,
    pub log: Vec<Numbered>,
}

impl Replica {
    /// A board of one's own, with a column, and as many changes as it has cards.
    pub fn own(cards: usize) -> Replica {
        Replica::made(0, cards)
    }

    /// As [`Replica::own`], all of whose cards came from a file, in a few large changes.
    pub fn imported(cards: usize) -> Replica {
        Replica::made(cards, 0)
    }

    fn made(imported: usize, cards: usize) -> Replica {
        let mut fresh = fresh();
        let card = |number: usize| CardDocument {
            title: format!("imported {number}"),
            description: format!("What there is to say of {number}. ").repeat(20),
            ..CardDocument::default()
        };
        let column = ColumnDocument {
            title: "To do".to_owned(),
            cards: (0..imported).map(card).collect(),
            ..ColumnDocument::default()
        };
        let document = BoardDocument {
            title: "Garden".to_owned(),
            columns: vec![column],
            ..BoardDocument::default()
        };
        let made = import(&document, "", |_| true, &mut fresh);
        let mut board = Board::new(made.board, ReplicaId(fresh.uuid()));
        let mut signer = new_signer();
        let mut act = |board: &mut Board, intent: &str, writes| {
            let group = GroupId(Uuid::new_v4());
            let act = Act { author: made.me, intent, group, id: None };
            record(board, &mut signer, &act, writes, &mut fresh).unwrap().changes
        };
        let mut log = act(&mut board, "createBoard", made.writes);
        for card in 0..cards {
            let edit = add_card(&board, &format!("card {card}"));
            let writes = resolve(&board, made.me, &edit, &mut self::fresh()).unwrap().writes;
            log.extend(act(&mut board, edit.verb(), writes));
        }
        let shared = SharedBoard::new(board, Vec::new(), Settled::default(), 0);
        Replica { shared, signer, person: made.me, log }
    }

    /// Nothing of a board yet.
    pub fn empty(board: BoardId, person: PersonId) -> Replica {
        let board = Board::new(board, ReplicaId(Uuid::new_v4()));
        let shared = SharedBoard::new(board, Vec::new(), Settled::default(), 0);
        Replica { shared, signer: new_signer(), person, log: Vec::new() }
    }

    pub fn board(&self) -> BoardId {
        self.shared.numbered().id
    }

    pub fn position(&self) -> Position {
        self.shared.numbered().head.position
    }

    pub fn stand(&self) -> Stand {
        Stand::of(self.board(), &self.shared.numbered().head)
    }

    pub fn promise(&self) -> Promise {
        let head = self.shared.numbered().head;
        let digest = head.digest.to_be_bytes();
        Promise { board: self.board(), head: head.position, digest, person: self.person }
    }

    /// Of the log, behind a number.
    pub fn log_after(&self, seq: u64, limit: usize) -> Vec<NumberedBytes> {
        let behind = self.log.iter().filter(|it| it.seq > seq).take(limit);
        behind.cloned().map(NumberedBytes).collect()
    }

    pub fn follow(&self) -> FromClient {
        let positions = locator_seqs(self.position().seq, 0).into_iter().filter_map(|seq| {
            let of_log = self.log.iter().find(|it| it.seq == seq).map(Numbered::position);
            of_log.or((seq == 0).then_some(Position {
                seq: 0,
                chain: Hash::default(),
                ..self.position()
            }))
        });
        let locator = positions.collect();
        FromClient::Follow(Follow { board: self.board(), locator, whole: false })
    }

    /// Signs an edit, which waits from then on.
    pub fn edit(&mut self, edit: &Edit) -> Vec<Pushed> {
        let writes = resolve(self.shared.shown(), self.person, edit, &mut fresh()).unwrap().writes;
        self.sign(edit.verb(), writes)
    }

    pub fn sign(&mut self, intent: &str, writes: Vec<Write>) -> Vec<Pushed> {
        let act = Act { author: self.person, intent, group: GroupId(Uuid::new_v4()), id: None };
        let queued = self.shared.queue(&mut self.signer, &act, writes, &mut fresh()).unwrap();
        queued.waiting.iter().map(pushed).collect()
    }

    pub fn add(&mut self, title: &str) -> Vec<Pushed> {
        self.edit(&add_card(self.shared.shown(), title))
    }

    pub fn waiting(&self) -> Vec<Pushed> {
        self.shared.outbox().map(pushed).collect()
    }

    /// Takes changes in, which must follow exactly on what is here.
    pub fn take(&mut self, changes: Changes) {
        let at = self.position();
        assert_eq!(
            (changes.from.seq, changes.from.chain),
            (at.seq, at.chain),
            "a gap or a repetition"
        );
        for NumberedBytes(numbered) in changes.changes {
            assert!(numbered.follows(self.position()), "number {} does not follow", numbered.seq);
            self.shared.absorb(&numbered);
            self.log.push(numbered);
        }
        self.shared.go_to_epoch(changes.from.epoch);
        self.shared.show();
        if let Some(digest) = changes.digest {
            assert_eq!(digest, self.shared.numbered().head.digest.to_be_bytes());
        }
    }

    /// Hears on until this many changes are here.
    pub async fn hear_up_to(&mut self, seq: u64, peer: &mut Peer) {
        while self.position().seq < seq {
            self.take(peer.changes().await);
        }
    }

    /// The titles of the cards that were numbered, in their order.
    pub fn titles(&self) -> Vec<String> {
        let board = self.shared.numbered();
        let cards = board.below(first_column(board), &Kind::CARD);
        cards.map(|(_, card, _)| card.text(Field::TITLE).to_owned()).collect()
    }
}

pub fn pushed(waiting: &Arc<Waiting>) -> Pushed {
    Pushed { body: waiting.body.to_vec().into(), former: waiting.former.clone() }
}

fn new_signer() -> Signer {
    Signer { replica: ReplicaId(Uuid::new_v4()), rseq: 0, prev: Hash::default() }
}

pub fn first_column(board: &Board) -> EntityId {
    board.below(EntityId::BOARD, &Kind::COLUMN).next().unwrap().0
}

fn add_card(board: &Board, title: &str) -> Edit {
    let column = first_column(board).into();
    Edit::AddCards { column, place: Place::Last, titles: vec![title.to_owned()] }
}
