//! A board with something of every kind on it, and ids that are known.

use super::*;
use domain::{
    board::Board,
    change::{Change, Numbered},
    document::*,
    edit::{Edit, Place},
    fresh::Fresh,
    import::import,
    log::{Act, Signer, record},
    resolve::{board::sidebar_write, resolve},
};
use sync::{acceptance::Member, message::Role, permission};

pub const ME: u8 = 0x11;
pub const OTHER: u8 = 0x12;
pub const LABEL: u8 = 0x21;
pub const COLUMN: u8 = 0x31;
pub const NEXT_COLUMN: u8 = 0x32;
pub const ARCHIVED_COLUMN: u8 = 0x33;
pub const DELETED_COLUMN: u8 = 0x34;
pub const CARD: u8 = 0x41;
pub const NEXT_CARD: u8 = 0x42;
pub const ARCHIVED_CARD: u8 = 0x43;
pub const DELETED_CARD: u8 = 0x44;
pub const CHECKLIST: u8 = 0x51;
pub const NEXT_CHECKLIST: u8 = 0x52;
pub const DELETED_CHECKLIST: u8 = 0x53;
pub const ITEM: u8 = 0x61;
pub const NEXT_ITEM: u8 = 0x62;
pub const OWN_COMMENT: u8 = 0x71;
pub const COMMENT: u8 = 0x72;
pub const DELETED_ITEM: u8 = 0x63;
pub const LINK: u8 = 0x81;

fn id(number: u8) -> String {
    thing(number).to_string()
}

fn document() -> BoardDocument {
    let person = |number, name: &str| PersonDocument {
        id: id(number),
        name: name.to_owned(),
        me: number == ME,
    };
    let column = |number, cards| ColumnDocument {
        id: id(number),
        title: "column".to_owned(),
        archived: number == ARCHIVED_COLUMN,
        cards,
        ..ColumnDocument::default()
    };
    let card = |number| CardDocument {
        id: id(number),
        title: "card".to_owned(),
        archived: number == ARCHIVED_CARD,
        ..CardDocument::default()
    };
    let checklist = |number, item| ChecklistDocument {
        id: id(number),
        title: "steps".to_owned(),
        items: vec![ItemDocument { id: id(item), title: "step".to_owned(), done: false }],
    };
    let comment = |number, author| CommentDocument {
        id: id(number),
        author: Some(id(author)),
        text: "words".to_owned(),
        created_ms: None,
    };
    let attachment =
        AttachmentDocument { id: id(LINK), name: "link".to_owned(), url: "http://a.b".to_owned() };
    let full = CardDocument {
        checklists: vec![
            checklist(CHECKLIST, ITEM),
            checklist(NEXT_CHECKLIST, NEXT_ITEM),
            checklist(DELETED_CHECKLIST, DELETED_ITEM),
        ],
        comments: vec![comment(OWN_COMMENT, ME), comment(COMMENT, OTHER)],
        attachments: vec![attachment],
        ..card(CARD)
    };
    BoardDocument {
        id: board().to_string(),
        title: "board".to_owned(),
        people: vec![person(ME, "me"), person(OTHER, "other")],
        labels: vec![LabelDocument { id: id(LABEL), name: "label".to_owned(), colour: None }],
        columns: vec![
            column(COLUMN, vec![full, card(NEXT_CARD), card(ARCHIVED_CARD), card(DELETED_CARD)]),
            column(NEXT_COLUMN, Vec::new()),
            column(ARCHIVED_COLUMN, Vec::new()),
            column(DELETED_COLUMN, Vec::new()),
        ],
        ..BoardDocument::default()
    }
}

pub fn me() -> PersonId {
    thing(ME).into()
}

/// A board, and a hand that writes on it as its authority does.
pub struct Sample {
    pub board: Board,
    signer: Signer,
    now_ms: u64,
}

impl Sample {
    pub fn new() -> Sample {
        let mut fresh = Fresh::new([1; 32], NOON);
        let imported = import(&document(), "", |_| true, &mut fresh);
        let signer = Signer { replica: replica(1), rseq: 0, prev: Hash::default() };
        let board = Board::new(board(), epoch());
        let mut sample = Sample { board, signer, now_ms: NOON };
        sample.write(imported.writes);
        let trash = vec![thing(DELETED_CARD).into()];
        sample.write(sample.writes_of(&Edit::DeleteCards { cards: trash }));
        let checklist = thing(DELETED_CHECKLIST).into();
        sample.write(sample.writes_of(&Edit::DeleteChecklist { checklist }));
        let cards = domain::edit::CardsGo::Trash;
        let column = thing(DELETED_COLUMN).into();
        sample.write(sample.writes_of(&Edit::DeleteColumn { column, cards }));
        sample
    }

    /// The same, put away and thrown away.
    pub fn put_away() -> Sample {
        let mut sample = Sample::new();
        sample.write(sample.writes_of(&Edit::ArchiveBoard));
        sample.write(sample.writes_of(&Edit::DeleteBoard));
        sample
    }

    pub fn write(&mut self, writes: Vec<Write>) -> Vec<Numbered> {
        self.now_ms += SECOND;
        let mut fresh = Fresh::new([2; 32], self.now_ms);
        let act = Act { author: me(), intent: "test", group: GroupId(fresh.uuid()), id: None };
        record(&mut self.board, &mut self.signer, &act, writes, &mut fresh).unwrap().changes
    }

    /// What an edit of this person's writes.
    pub fn writes_of(&self, edit: &Edit) -> Vec<Write> {
        let mut fresh = Fresh::new([3; 32], self.now_ms);
        // The sidebar is the replica's, which knows the other boards.
        if let Edit::MoveBoard { place } = edit {
            assert_eq!(*place, Place::First);
            return vec![sidebar_write(me(), &OrderKey::from_bytes(&[7, 128]).unwrap())];
        }
        resolve(&self.board, me(), edit, &mut fresh).unwrap().writes
    }

    /// Whether this person may make a change of these writes, in a role.
    pub fn may(&self, role: Role, writes: Vec<Write>) -> bool {
        self.may_all(role, vec![writes])
    }

    /// The same for an act of several changes.
    pub fn may_all(&self, role: Role, parts: Vec<Vec<Write>>) -> bool {
        let pen = pen::Pen { author: me(), ..pen::Pen::new(2) };
        let act: Vec<Change> = parts.into_iter().map(|writes| pen.draft(writes)).collect();
        let member = Member { person: me(), role };
        permission::may(&self.board, member, act.iter())
    }
}
