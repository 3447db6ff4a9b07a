//! Every verb for every role, as expected by hand: Viewer, Commenter, Editor, Admin, Owner. Each verb is resolved on a
//! board with something of every kind, and what it writes is judged. A new verb does not compile before it has a row.

use crate::support::{sample::*, *};
use domain::{
    edit::{CardsGo, Dates, Edit, Place},
    text::{Colour, Priority, When},
    undo::{inverses, plan},
};
use std::collections::BTreeSet;
use sync::message::Role;

const ROLES: [(char, Role); 5] = [
    ('V', Role::Viewer),
    ('C', Role::Commenter),
    ('E', Role::Editor),
    ('A', Role::Admin),
    ('O', Role::Owner),
];

macro_rules! verbs {
    ($($pattern:pat $(if $guard:expr)? => $row:literal, $sample:expr;)+) => {
        /// The roles that may.
        fn expected(edit: &Edit) -> &'static str {
            match edit {
                $($pattern $(if $guard)? => $row,)+
            }
        }

        fn samples() -> Vec<Edit> {
            vec![$($sample),+]
        }
    };
}

verbs! {
    Edit::RenameBoard { .. } => "...AO", Edit::RenameBoard { title: words() };
    Edit::ColourBoard { .. } => "...AO", Edit::ColourBoard { colour: red() };
    Edit::MoveBoard { .. } => "VCEAO", Edit::MoveBoard { place: Place::First };
    Edit::ArchiveBoard => "...AO", Edit::ArchiveBoard;
    Edit::RestoreBoard => "...AO", Edit::RestoreBoard;
    Edit::DeleteBoard => "....O", Edit::DeleteBoard;
    Edit::UndeleteBoard => "....O", Edit::UndeleteBoard;

    Edit::AddColumn { .. } => "..EAO", Edit::AddColumn { title: words(), place: Place::First };
    Edit::RenameColumn { .. } => "..EAO", Edit::RenameColumn { column: column(), title: words() };
    Edit::ColourColumn { .. } => "..EAO", Edit::ColourColumn { column: column(), colour: red() };
    Edit::MoveColumn { .. } => "..EAO", Edit::MoveColumn { column: column(), place: Place::Last };
    Edit::CollapseColumn { .. } => "VCEAO", Edit::CollapseColumn { column: column(), collapsed: true };
    Edit::LimitColumn { .. } => "..EAO", Edit::LimitColumn { column: column(), limit: Some(3) };
    Edit::ArchiveColumn { .. } => "..EAO", Edit::ArchiveColumn { column: column() };
    Edit::RestoreColumn { .. } => "..EAO", Edit::RestoreColumn { column: thing(ARCHIVED_COLUMN).into() };
    Edit::DeleteColumn { cards: CardsGo::Trash, .. } => "..EAO",
        Edit::DeleteColumn { column: column(), cards: CardsGo::Trash };
    Edit::DeleteColumn { cards: CardsGo::Column { .. }, .. } => "..EAO",
        Edit::DeleteColumn { column: column(), cards: CardsGo::Column { column: thing(NEXT_COLUMN).into() } };
    Edit::UndeleteColumn { .. } => "..EAO", Edit::UndeleteColumn { column: thing(DELETED_COLUMN).into() };

    Edit::AddCards { .. } => "..EAO",
        Edit::AddCards { column: column(), place: Place::First, titles: vec![words(), words()] };
    Edit::RenameCard { .. } => "..EAO", Edit::RenameCard { card: card(), title: words() };
    Edit::DescribeCard { .. } => "..EAO", Edit::DescribeCard { card: card(), text: words(), seen: None };
    Edit::MoveCards { .. } => "..EAO",
        Edit::MoveCards { cards: vec![card()], column: thing(NEXT_COLUMN).into(), place: Place::First };
    Edit::LabelCard { .. } => "..EAO",
        Edit::LabelCard { card: card(), label: thing(LABEL).into(), on: true };
    Edit::AssignCard { .. } => "..EAO", Edit::AssignCard { card: card(), person: me(), on: true };
    Edit::DateCard { .. } => "..EAO", Edit::DateCard { card: card(), dates: dates() };
    Edit::FinishCard { .. } => "..EAO", Edit::FinishCard { card: card(), done: true };
    Edit::PrioritiseCard { .. } => "..EAO",
        Edit::PrioritiseCard { card: card(), priority: Some(Priority::High) };
    Edit::CoverCard { .. } => "..EAO", Edit::CoverCard { card: card(), colour: red() };
    Edit::DuplicateCard { .. } => "..EAO", Edit::DuplicateCard { card: card() };
    Edit::ArchiveCards { .. } => "..EAO", Edit::ArchiveCards { cards: vec![card()] };
    Edit::RestoreCards { .. } => "..EAO", Edit::RestoreCards { cards: vec![thing(ARCHIVED_CARD).into()] };
    Edit::DeleteCards { .. } => "..EAO", Edit::DeleteCards { cards: vec![card()] };
    Edit::UndeleteCards { .. } => "..EAO", Edit::UndeleteCards { cards: vec![thing(DELETED_CARD).into()] };

    Edit::AddLabel { .. } => "..EAO", Edit::AddLabel { name: words(), colour: red() };
    Edit::ChangeLabel { .. } => "..EAO",
        Edit::ChangeLabel { label: thing(LABEL).into(), name: words(), colour: red() };
    Edit::DeleteLabel { .. } => "..EAO", Edit::DeleteLabel { label: thing(LABEL).into() };
    Edit::AddPerson { .. } => "..EAO", Edit::AddPerson { name: words() };
    Edit::RenamePerson { person, .. } if *person == me() => "VCEAO",
        Edit::RenamePerson { person: me(), name: words() };
    Edit::RenamePerson { .. } => "...AO", Edit::RenamePerson { person: other(), name: words() };
    Edit::DeletePerson { .. } => "...AO", Edit::DeletePerson { person: other() };

    Edit::AddChecklist { .. } => "..EAO", Edit::AddChecklist { card: card(), title: words() };
    Edit::RenameChecklist { .. } => "..EAO",
        Edit::RenameChecklist { checklist: checklist(), title: words() };
    Edit::MoveChecklist { .. } => "..EAO",
        Edit::MoveChecklist { checklist: checklist(), place: Place::Last };
    Edit::DeleteChecklist { .. } => "..EAO", Edit::DeleteChecklist { checklist: checklist() };
    Edit::UndeleteChecklist { .. } => "..EAO", Edit::UndeleteChecklist { checklist: thing(DELETED_CHECKLIST).into() };
    Edit::AddItems { .. } => "..EAO", Edit::AddItems { checklist: checklist(), titles: vec![words()] };
    Edit::RenameItem { .. } => "..EAO", Edit::RenameItem { item: item(), title: words() };
    Edit::CheckItem { .. } => "..EAO", Edit::CheckItem { item: item(), done: true };
    Edit::MoveItem { .. } => "..EAO",
        Edit::MoveItem { item: item(), checklist: thing(NEXT_CHECKLIST).into(), place: Place::Last };
    Edit::DeleteItem { .. } => "..EAO", Edit::DeleteItem { item: item() };

    Edit::AddComment { .. } => ".CEAO", Edit::AddComment { card: card(), text: words() };
    Edit::ChangeComment { comment, .. } if is_own(*comment) => ".CEAO",
        Edit::ChangeComment { comment: thing(OWN_COMMENT).into(), text: words() };
    Edit::ChangeComment { .. } => "....O",
        Edit::ChangeComment { comment: thing(COMMENT).into(), text: words() };
    Edit::DeleteComment { comment } if is_own(*comment) => ".CEAO",
        Edit::DeleteComment { comment: thing(OWN_COMMENT).into() };
    Edit::DeleteComment { .. } => "...AO", Edit::DeleteComment { comment: thing(COMMENT).into() };
    Edit::AddLink { .. } => "..EAO",
        Edit::AddLink { card: card(), name: words(), url: "https://example.org".to_owned() };
    Edit::DeleteLink { .. } => "..EAO", Edit::DeleteLink { attachment: thing(LINK).into() };

    Edit::EmptyTrash => "...AO", Edit::EmptyTrash;
}

fn words() -> String {
    "other words".to_owned()
}

#[allow(clippy::unnecessary_wraps, reason = "as an edit takes it")]
fn red() -> Option<Colour> {
    Some(Colour("red".to_owned()))
}

fn dates() -> Dates {
    Dates { start: None, due: Some(When::Day { day: "2026-11-28".to_owned() }) }
}

fn column() -> ColumnId {
    thing(COLUMN).into()
}

fn card() -> CardId {
    thing(CARD).into()
}

fn checklist() -> ChecklistId {
    thing(CHECKLIST).into()
}

fn item() -> ItemId {
    thing(ITEM).into()
}

fn other() -> PersonId {
    thing(OTHER).into()
}

fn is_own(comment: CommentId) -> bool {
    comment == thing(OWN_COMMENT).into()
}

fn sample_for(edit: &Edit) -> Sample {
    let put_away = matches!(edit, Edit::RestoreBoard | Edit::UndeleteBoard);
    if put_away { Sample::put_away() } else { Sample::new() }
}

fn roles_that(may: impl Fn(Role) -> bool) -> String {
    ROLES.iter().map(|(letter, role)| if may(*role) { *letter } else { '.' }).collect()
}

#[test]
fn every_verb_is_for_the_roles_that_the_table_says() {
    let samples = samples();
    let rows: BTreeSet<&str> = samples.iter().map(expected).collect();
    assert_eq!(rows.into_iter().collect::<Vec<_>>(), ["....O", "...AO", "..EAO", ".CEAO", "VCEAO"]);
    for edit in samples {
        let sample = sample_for(&edit);
        let writes = sample.writes_of(&edit);
        assert!(!writes.is_empty(), "{edit:?} writes nothing here");
        let may = roles_that(|role| sample.may(role, writes.clone()));
        assert_eq!(may, expected(&edit), "{edit:?}");
    }
}

#[test]
fn whoever_may_do_something_may_undo_it() {
    for edit in samples() {
        let mut sample = sample_for(&edit);
        let writes = sample.writes_of(&edit);
        let mut inverses = inverses(&sample.board, &writes);
        let change = sample.write(writes).remove(0).change.id();
        for (index, inverse) in &mut inverses {
            inverse.expects = index.map(|_| change);
        }
        let undone = plan(&sample.board, inverses.iter().map(|(_, inverse)| inverse)).writes;
        // What was forgotten does not come back.
        assert_eq!(undone.is_empty(), edit == Edit::EmptyTrash, "{edit:?}");
        let may = roles_that(|role| sample.may(role, undone.clone()));
        let expected = match &edit {
            Edit::EmptyTrash => "VCEAO",
            edit => expected(edit),
        };
        assert_eq!(may, expected, "the undo of {edit:?}");
    }
}
