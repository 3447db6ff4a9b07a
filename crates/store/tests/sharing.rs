//! Shared boards as rows: what waits is never lost between two tables, whatever a program does.
#![expect(clippy::unwrap_used, reason = "a test may panic, its helpers too")]

mod fixture;

use domain::{
    board::Entity,
    change::Hash,
    edit::Edit,
    id::*,
    log::Signer,
    register::{Field, Kind},
    shared::{Former, Waiting},
    stamp::{ChangeId, Latest, Stamp},
    undo::Inverse,
    value::Value,
};
use fixture::*;
use sqlx::Executor;
use std::sync::Arc;
use store::{
    Holding, Stack, Store,
    account::Role,
    boards, reading,
    rooms::{AnswerRow, EndRow, OutcomeRow, answers, answers_to_acts, end, put_answers, put_end},
    sharing::*,
    undo,
};
use tempfile::{TempDir, tempdir};
use uuid::Uuid;

/// A folder whose board "Small" is shared, with one card that waits.
async fn sharing() -> (TempDir, Store, BoardId, Arc<Waiting>) {
    let root = tempdir().unwrap();
    let mut store = opened(&holding(root.path(), SAVED)).await;
    let board = share_small(&mut store).await;
    let waiting = queue_card(&mut store, "waits").await;
    (root, store, board, waiting)
}

/// Why the schema refuses a statement.
async fn refusal(store: &mut Store, statement: &'static str) -> String {
    store.connection().execute(statement).await.unwrap_err().to_string()
}

/// Puts the change that waits into the log, as its server would number it, and leaves it waiting.
async fn number(store: &mut Store, board: BoardId, waiting: &Waiting) {
    assert_eq!(take_in(store, board, waiting).await, Some(waiting.line));
}

/// The same on any replica; the line on which it waits there comes back.
async fn take_in(store: &mut Store, board: BoardId, waiting: &Waiting) -> Option<i64> {
    let mut held = boards::load(store.connection(), board).await.unwrap().unwrap();
    let numbered = numbered(held.numbered(), waiting);
    let Holding::Shared(shared) = &mut held.holding else { panic!("the board is not shared") };
    let (touched, waited) = shared.board.absorb(&numbered);
    shared.board.show();
    let line = waited.map(|waited| waited.line);
    let connection = store.connection();
    boards::append_one(connection, &numbered, line).await.unwrap();
    boards::put_entities(connection, shared.board.numbered(), &touched).await.unwrap();
    boards::put_head(connection, shared.board.numbered()).await.unwrap();
    put_settled(connection, &shared.board).await.unwrap();
    put_shown(connection, board, shared.share.shown + 1).await.unwrap();
    reading::follow_shared(connection, &held, &touched, [&numbered].into_iter()).await.unwrap();
    line
}

fn stamp(ms: u64) -> Stamp {
    Stamp { ms, counter: 1, replica: ReplicaId(Uuid::from_u128(9)) }
}

#[tokio::test]
async fn what_waits_shows_and_is_found_after_a_new_start() {
    let (root, mut store, board, waiting) = sharing().await;
    assert!(titles(&mut store).await.contains(&"waits".to_owned()));
    let found = store::shelf::search(store.readers(), "waits").await.unwrap();
    assert_eq!(found.iter().map(|it| &*it.title).collect::<Vec<_>>(), ["waits"]);
    assert_eq!(store.check().await.unwrap(), [""; 0]);
    assert_eq!(reading::behind(store.connection()).await.unwrap(), []);
    store.close().await.unwrap();
    let mut store = opened(&folder(root.path())).await;
    let held = boards::load(store.connection(), board).await.unwrap().unwrap();
    let shared = held.shared().unwrap();
    assert!(shared.board.outbox().eq([&waiting]));
    assert_eq!((shared.share.last_line, shared.share.role), (waiting.line, Role::Editor));
    assert_eq!(held.number(), held.numbered().head.position.seq + 1);
    // What was numbered does not have it.
    let cards = |board: &domain::board::Board| {
        board.entities().filter(|(_, it)| it.text(Field::TITLE) == "waits").count()
    };
    assert_eq!((cards(held.board()), cards(held.numbered())), (1, 0));
}

#[tokio::test]
async fn a_change_leaves_the_outbox_only_for_the_log_the_kept_or_the_tray() {
    let (_root, mut store, board, waiting) = sharing().await;
    let said = refusal(&mut store, "delete from outbox").await;
    assert!(said.contains("may not be lost"), "{said}");
    unqueue(store.connection(), board, waiting.line).await.unwrap_err();
    // Nor with the board.
    refusal(&mut store, "delete from share").await;

    refuse(store.connection(), &waiting, "forbidden", 7).await.unwrap();
    unqueue(store.connection(), board, waiting.line).await.unwrap();
    assert_eq!(queued(store.connection(), board).await.unwrap(), []);
    let tray = tray(store.connection(), board).await.unwrap();
    assert_eq!(tray.len(), 1);
    assert_eq!((&*tray[0].why, tray[0].refused_ms), ("forbidden", 7));
    assert_eq!((&tray[0].waiting.body, tray[0].waiting.line), (&waiting.body, waiting.line));

    let second = queue_card(&mut store, "second").await;
    assert!(second.line > waiting.line, "no line is given twice");
    keep(store.connection(), &second, 40, stamp(5)).await.unwrap();
    unqueue(store.connection(), board, second.line).await.unwrap();
    let all = kept(store.connection(), board).await.unwrap();
    assert_eq!(all, [(Waiting::clone(&second), 40, stamp(5))]);

    let third = queue_card(&mut store, "third").await;
    assert!(unqueue(store.connection(), board, third.line).await.is_err());
    number(&mut store, board, &third).await;
    unqueue(store.connection(), board, third.line).await.unwrap();
    assert_eq!(outbox(store.connection(), board).await.unwrap(), []);
}

#[tokio::test]
async fn what_waits_is_signed_anew_but_does_not_become_another_act() {
    let (_root, mut store, board, waiting) = sharing().await;
    for statement in [
        "update outbox set act_id = x'00000000000000000000000000000001'",
        "update outbox set line = line + 1",
    ] {
        let said = refusal(&mut store, statement).await;
        assert!(said.contains("may not become another"), "{said}");
    }
    let mut other = Waiting::clone(&waiting);
    other.change.act = ActId(Uuid::new_v4());
    assert!(queue(store.connection(), &other).await.is_err(), "the line is taken");
    other = Waiting { line: waiting.line + 1, ..Waiting::clone(&waiting) };
    assert!(queue(store.connection(), &other).await.is_err(), "the act waits already");

    let mut anew = Waiting::clone(&waiting);
    anew.change.replica = ReplicaId(Uuid::new_v4());
    anew.change.stamp.replica = anew.change.replica;
    (anew.body, anew.hash) = domain::change::sign(&anew.change).unwrap();
    anew.former = Some(Former { cstamp: stamp(3), weak_ranks: vec![None] });
    queue(store.connection(), &anew).await.unwrap();
    let signer = Signer { replica: anew.change.replica, rseq: anew.change.rseq, prev: anew.hash };
    boards::put_signer(store.connection(), board, &signer).await.unwrap();
    assert_eq!(outbox(store.connection(), board).await.unwrap(), [Arc::new(anew.clone())]);
    let row = QueuedRow { line: anew.line, hash: anew.hash, former: anew.former };
    assert_eq!(queued(store.connection(), board).await.unwrap(), [row]);
    assert_eq!(store.check().await.unwrap(), [""; 0]);
}

#[tokio::test]
async fn a_change_of_this_folder_leaves_the_log_only_to_wait_again_or_to_be_kept() {
    let (_root, mut store, board, waiting) = sharing().await;
    number(&mut store, board, &waiting).await;
    unqueue(store.connection(), board, waiting.line).await.unwrap();
    assert_eq!(store.check().await.unwrap(), [""; 0]);
    let log = boards::read_lines_after(store.connection(), board, 0, 1000).await.unwrap();
    let (last, line) = log.last().unwrap();
    assert_eq!((last.change.act, *line), (waiting.change.act, Some(waiting.line)));
    assert!(log.iter().rev().skip(1).all(|(_, line)| line.is_none()));
    let position = boards::position(store.connection(), board, last.seq).await.unwrap();
    assert_eq!(position, Some(last.position()));

    let error = boards::unlog(store.connection(), board, last.seq - 1).await.unwrap_err();
    assert!(error.to_string().contains("for nowhere"), "{error}");
    keep(store.connection(), &waiting, last.seq, last.cstamp).await.unwrap();
    boards::unlog(store.connection(), board, last.seq - 1).await.unwrap();

    let error = unkeep(store.connection(), board, waiting.line).await.unwrap_err();
    assert!(error.to_string().contains("may not be lost"), "{error}");
    queue(store.connection(), &waiting).await.unwrap();
    unkeep(store.connection(), board, waiting.line).await.unwrap();
    assert_eq!(kept(store.connection(), board).await.unwrap(), []);
}

#[tokio::test]
async fn what_was_accepted_after_all_leaves_the_tray() {
    let (_root, mut store, board, waiting) = sharing().await;
    let second = queue_card(&mut store, "second").await;
    for refused in [&waiting, &second] {
        refuse(store.connection(), refused, "forbidden", 7).await.unwrap();
        unqueue(store.connection(), board, refused.line).await.unwrap();
    }
    accepted_after_all(store.connection(), board, waiting.change.act).await.unwrap();
    let tray = tray(store.connection(), board).await.unwrap();
    assert_eq!(tray.iter().map(|it| it.waiting.line).collect::<Vec<_>>(), [second.line]);
}

#[tokio::test]
async fn a_change_that_is_stamped_anew_has_the_stamp_and_the_chain_that_it_got() {
    let (_root, mut store, board, waiting) = sharing().await;
    number(&mut store, board, &waiting).await;
    let after = waiting.change.base.seq;
    let mut log = boards::read_after(store.connection(), board, after, 10).await.unwrap();
    let mut anew = log.pop().unwrap();
    anew.cstamp.ms += 5;
    anew.weak_ranks = vec![None];
    anew.chain = Hash([3; 16]);
    boards::restamp(store.connection(), &anew).await.unwrap();
    assert_eq!(boards::read_after(store.connection(), board, after, 10).await.unwrap(), [anew]);
}

#[tokio::test]
async fn check_finds_what_waits_and_is_not_what_was_signed() {
    let problem = async |statement: &'static str| {
        let (_root, mut store, board, _) = sharing().await;
        queue_card(&mut store, "next").await;
        store.connection().execute(statement).await.unwrap();
        let problems = store.check().await.unwrap();
        assert!(problems.iter().all(|it| it.contains(&board.to_string())), "{problems:?}");
        problems.join("; ")
    };
    let said = problem("update outbox set hash = zeroblob(16)").await;
    assert!(said.contains("is not what was signed"), "{said}");
    let said = problem("update outbox set body = x'00'").await;
    assert!(said.contains("cannot be read"), "{said}");
    let said = problem("update outbox set rseq = rseq + 1").await;
    assert!(said.contains("is not what was signed"), "{said}");
    let said = problem("update signer set rseq = rseq - 1").await;
    assert!(said.contains("a number that was never used"), "{said}");
    let twice = "insert into refused select board_id, line, replica_id, rseq, act_id, hash, body,
                 'forbidden', 0 from outbox limit 1";
    let said = problem(twice).await;
    assert!(said.contains("is somewhere else, too"), "{said}");
    // The first of two taken out of their row: the second no longer follows it.
    let torn = "update outbox set body = (select body from outbox o where o.line = 2),
                hash = (select hash from outbox o where o.line = 2) where line = 1";
    let said = problem(torn).await;
    assert!(said.contains("does not follow the one before it"), "{said}");
}

#[tokio::test]
async fn check_reads_a_log_from_its_floor_on() {
    let (_root, mut store, board, waiting) = sharing().await;
    let held = boards::load(store.connection(), board).await.unwrap().unwrap();
    let floor = held.numbered().head.position;
    number(&mut store, board, &waiting).await;
    unqueue(store.connection(), board, waiting.line).await.unwrap();
    let connection = store.connection();
    connection
        .execute("delete from log where line is null and board_id in (select board_id from share)")
        .await
        .unwrap();
    assert!(!store.check().await.unwrap().is_empty(), "the beginning is missing");
    put_floor(store.connection(), board, floor.seq, floor.chain).await.unwrap();
    // Which changes touched a card is known of those in the log alone.
    let told = store.check().await.unwrap();
    assert!(told.iter().all(|it| it.contains("card_change")), "{told:?}");
    assert_eq!(store.check().await.unwrap(), [""; 0]);
    assert_eq!(reading::behind(store.connection()).await.unwrap(), []);
    put_floor(store.connection(), board, floor.seq, Hash([7; 16])).await.unwrap();
    let told = store.check().await.unwrap().join("; ");
    assert!(told.contains("the chain breaks"), "{told}");
}

#[tokio::test]
async fn what_is_numbered_before_the_card_that_it_is_on_is_among_the_changes_of_the_card() {
    let (_root, mut store, board, card) = sharing().await;
    let said = queue_edit(&mut store, |board| {
        let waits = |it: &Entity| it.kind == Kind::CARD && it.text(Field::TITLE) == "waits";
        let (id, _) = board.entities().find(|(_, entity)| waits(entity)).unwrap();
        Edit::AddComment { card: id.into(), text: "early".to_owned() }
    });
    let said = said.await;
    let other = tempdir().unwrap();
    let mut other = opened(&holding(other.path(), SAVED)).await;
    assert_eq!(share_small(&mut other).await, board);
    for waiting in [&said, &card] {
        assert_eq!(take_in(&mut other, board, waiting).await, None);
    }
    assert_eq!(other.check().await.unwrap(), [""; 0]);
}

#[tokio::test]
async fn a_snapshot_arrives_in_parts_and_begins_anew_with_another_offer() {
    let (_root, mut store, board, _) = sharing().await;
    let connection = store.connection();
    assert_eq!(staged(connection, board).await.unwrap(), None);
    assert!(stage_part(connection, board, 0, b"early").await.is_err());
    stage(connection, board, b"offer").await.unwrap();
    stage_part(connection, board, 0, b"a").await.unwrap();
    stage_part(connection, board, 1, b"b").await.unwrap();
    assert!(stage_part(connection, board, 1, b"again").await.is_err());
    assert_eq!(staged(connection, board).await.unwrap(), Some((b"offer".to_vec(), 2)));
    assert_eq!(staged_parts(connection, board).await.unwrap(), [b"a".to_vec(), b"b".to_vec()]);
    stage(connection, board, b"other").await.unwrap();
    assert_eq!(staged(connection, board).await.unwrap(), Some((b"other".to_vec(), 0)));
    unstage(connection, board).await.unwrap();
    assert_eq!(staged(connection, board).await.unwrap(), None);
}

#[tokio::test]
async fn signing_in_again_keeps_the_server_and_what_is_shared_with_it() {
    let (_root, mut store, board, _) = sharing().await;
    let connection = store.connection();
    let share = share_of(connection, board).await.unwrap().unwrap();
    welcomed(connection, share.server, "Ada", -250).await.unwrap();
    sign_out(connection, share.server).await.unwrap();
    let known = server_by_url(connection, "https://boards.example").await.unwrap().unwrap();
    assert_eq!((&*known.account, known.clock_offset_ms, known.signed_in), ("Ada", -250, false));
    assert_eq!(sign_in(connection, "https://boards.example", "bea").await.unwrap(), share.server);
    assert!(servers(connection).await.unwrap()[0].signed_in);
    assert_eq!(share_of(connection, board).await.unwrap().unwrap().clock_offset_ms, -250);
    put_role(connection, board, None).await.unwrap();
    let lost = share_of(connection, board).await.unwrap().unwrap();
    assert_eq!((lost.role, lost.gone), (Role::Editor, true));
    put_role(connection, board, Some(Role::Viewer)).await.unwrap();
    let back = shares(connection).await.unwrap().remove(0);
    assert_eq!((back.role, back.gone), (Role::Viewer, false));
}

#[tokio::test]
async fn undo_knows_a_change_by_the_id_under_which_it_was_signed_anew() {
    let (_root, mut store, board, waiting) = sharing().await;
    let old = waiting.change.id();
    let new = ChangeId { replica: ReplicaId(Uuid::new_v4()), rseq: 1 };
    let inverse = Inverse {
        kind: Kind::CARD,
        entity: waiting.change.writes[0].entity,
        slot: Field::TITLE.into(),
        expects: Some(old),
        former: Value::null(),
        former_change: Some(old),
    };
    let connection = store.connection();
    undo::push(connection, Stack::Undo, "renameCard", &[(board, inverse)]).await.unwrap();
    undo::renamed(connection, BoardId(Uuid::new_v4()), old, new).await.unwrap();
    let step = undo::top(connection, Stack::Undo).await.unwrap().unwrap();
    assert_eq!(step.inverses[0].1.expects, Some(old), "of another board");
    undo::renamed(connection, board, old, new).await.unwrap();
    let step = undo::top(connection, Stack::Undo).await.unwrap().unwrap();
    assert_eq!(
        (step.inverses[0].1.expects, step.inverses[0].1.former_change),
        (Some(new), Some(new))
    );
}

#[tokio::test]
async fn an_answer_is_given_once_and_for_ever() {
    let (_root, mut store, board, waiting) = sharing().await;
    let (id, act) = (waiting.change.id(), waiting.change.act);
    let connection = store.connection();
    let accepted =
        AnswerRow { id, act, hash: waiting.hash, outcome: OutcomeRow::Accepted(9, stamp(4)) };
    put_answers(connection, board, std::slice::from_ref(&accepted)).await.unwrap();
    let later = ChangeId { rseq: id.rseq + 1, ..id };
    let no = OutcomeRow::Refused("forbidden".to_owned());
    let declined =
        AnswerRow { id: later, act: ActId(Uuid::new_v4()), hash: Hash([1; 16]), outcome: no };
    put_answers(connection, board, std::slice::from_ref(&declined)).await.unwrap();
    let again = AnswerRow { id, ..declined.clone() };
    assert!(put_answers(connection, board, &[again]).await.is_err());
    // The log has another id at its number.
    let logged = Some(ChangeId { rseq: 9, ..id });
    let known = answers(connection, board, [id]).await.unwrap();
    assert_eq!(known, [(accepted.clone(), logged)]);
    let known = answers(connection, board, [later]).await.unwrap();
    assert_eq!(known, [(declined.clone(), None)]);
    let known = answers_to_acts(connection, board, [act]).await.unwrap();
    assert_eq!(known, [(accepted, logged)]);
    let unknown = ActId(Uuid::new_v4());
    assert_eq!(answers_to_acts(connection, board, [unknown]).await.unwrap(), []);
    let half = "insert into answered select board_id, replica_id, rseq + 7, act_id, hash, null,
                null, null, null, null from answered limit 1";
    refusal(&mut store, half).await;

    let connection = store.connection();
    let end_row = EndRow { replica: id.replica, rseq: 3, hash: Hash([2; 16]), latest: None };
    put_end(connection, board, &end_row).await.unwrap();
    assert_eq!(end(connection, board, id.replica).await.unwrap(), Some(end_row));
    let end_row = EndRow { latest: Some(Latest { ms: 8, counter: 2 }), rseq: 4, ..end_row };
    put_end(connection, board, &end_row).await.unwrap();
    assert_eq!(end(connection, board, id.replica).await.unwrap(), Some(end_row));
    assert_eq!(end(connection, board, ReplicaId(Uuid::new_v4())).await.unwrap(), None);
}

#[tokio::test]
async fn a_restored_backup_keeps_what_waited_and_signs_as_another() {
    let (root, mut store, board, waiting) = sharing().await;
    let backup = store.backup(store::Reason::Asked).await.unwrap();
    let replica = Store::replica(store.connection()).await.unwrap();
    queue_card(&mut store, "later").await;
    store.close().await.unwrap();
    let folder = folder(root.path());
    store::backup::restore_file(&folder, &folder.backups().join(backup.name)).await.unwrap();
    let mut store = opened(&folder).await;
    assert_eq!(outbox(store.connection(), board).await.unwrap(), [waiting]);
    assert_ne!(Store::replica(store.connection()).await.unwrap(), replica);
    assert_eq!(store.check().await.unwrap(), [""; 0]);
}
