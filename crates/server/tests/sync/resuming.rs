//! Going on with many boards at once: what stands where its log ends is followed from there, and what does not is named.

use crate::{
    peer::Peer,
    replica::Replica,
    running::{Server, done},
    stage::{Stage, is_heard, share},
};
use domain::{
    change::Hash,
    edit::Edit,
    id::{BoardId, CardId},
};
use reqwest::Method;
use serde_json::{Value, json};
use sync::{
    message::*,
    resuming::{Asked, Stand},
};
use uuid::Uuid;

/// Ada's boards, and Ben who has all of them and went.
struct Boards {
    stage: Stage,
    ada: Peer,
    adas: Vec<Replica>,
    bens: Vec<Replica>,
    /// As Ben was told it last.
    list: Vec<BoardSeen>,
}

impl Boards {
    async fn new(count: usize) -> Boards {
        let stage = Stage::with(&["ada", "ben"]).await;
        let mut ada = stage.peer("ada").await;
        let (mut adas, mut bens, mut list) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..count {
            let mut replica = Replica::own(2);
            share(&mut ada, &replica, 1_000).await;
            let (ben, clone) = stage.join(replica.board(), "ada", "ben", "editor").await;
            // Who joins is named in the log.
            ada.say(&replica.follow()).await;
            replica.take(ada.changes().await);
            assert_eq!(replica.position(), clone.position());
            adas.push(replica);
            bens.push(clone);
            list = ben.boards;
        }
        Boards { stage, ada, adas, bens, list }
    }

    /// Ada writes on one of them.
    async fn change(&mut self, number: usize) -> BoardId {
        let added = self.adas[number].add("while away");
        self.push(number, added).await
    }

    async fn push(&mut self, number: usize, changes: Vec<Pushed>) -> BoardId {
        let board = self.adas[number].board();
        let answers = self.ada.push(board, changes).await;
        let [(_, Answer::Accepted(seq, _))] = answers[..] else { panic!("{answers:?}") };
        while self.adas[number].position().seq < seq {
            let changes = self.ada.changes().await;
            let of = changes.changes[0].0.change.board;
            self.adas.iter_mut().find(|it| it.board() == of).unwrap().take(changes);
        }
        board
    }

    fn asked(&self) -> Asked {
        Asked::about(self.bens.iter().map(Replica::stand).collect())
    }

    /// Ben comes back, and says where he stands: the list that he is told, if he is, and what is said to the rest.
    async fn resume(&self) -> (Peer, Option<Vec<BoardSeen>>, Resumed) {
        let mut ben = Peer::silent(&self.stage.server, self.stage.token("ben")).await;
        ben.meet(PROTOCOL_MAX).await;
        ben.say(&self.asked().message(list_hash(&self.list))).await;
        let mut told = None;
        loop {
            match ben.hear().await {
                FromServer::Boards(boards) => assert_eq!(told.replace(boards), None),
                FromServer::Resumed(resumed) => return (ben, told, resumed),
                other => panic!("{other:?}"),
            }
        }
    }

    /// The boards that the server vouches for, with a proof that is right.
    fn vouched(&self, resumed: &Resumed) -> Vec<BoardId> {
        self.asked().vouched(resumed).iter().map(|stand| stand.board).collect()
    }

    fn ids(&self) -> Vec<BoardId> {
        self.bens.iter().map(Replica::board).collect()
    }
}

#[tokio::test]
async fn what_stands_where_its_log_ends_is_followed_from_there_and_the_rest_is_named() {
    let mut boards = Boards::new(4).await;
    let changed = boards.change(2).await;
    let (mut ben, told, resumed) = boards.resume().await;
    assert_eq!((told, &resumed.elsewhere[..]), (None, &[2][..]));
    let followed: Vec<BoardId> = boards.ids().into_iter().filter(|id| *id != changed).collect();
    assert_eq!(boards.vouched(&resumed), followed);
    // These go on without another word, and the one that was named does not.
    for number in 0..4 {
        let board = boards.change(number).await;
        if board != changed {
            boards.bens[number].take(ben.changes().await);
        }
    }
    is_heard(&mut ben).await;
    ben.say(&boards.bens[2].follow()).await;
    let end = boards.adas[2].position().seq;
    boards.bens[2].hear_up_to(end, &mut ben).await;
    for (ours, theirs) in boards.bens.iter().zip(&boards.adas) {
        assert_eq!(ours.stand(), theirs.stand());
        assert_eq!(ours.titles().last().unwrap(), "while away");
    }
    assert_eq!(boards.stage.problems(), json!([]));
}

/// The first change behind the point at which it was looked is told, however close the two are.
#[tokio::test]
async fn a_change_that_is_made_while_somebody_resumes_is_told_or_named() {
    let mut boards = Boards::new(2).await;
    for round in 0..20 {
        let mut ben = Peer::silent(&boards.stage.server, boards.stage.token("ben")).await;
        ben.meet(PROTOCOL_MAX).await;
        let board = boards.adas[1].board();
        let added = boards.adas[1].add(&format!("round {round}"));
        let asked = boards.asked();
        // Both are under way at once.
        ben.say(&asked.message(list_hash(&boards.list))).await;
        boards.push(1, added).await;
        let FromServer::Resumed(resumed) = ben.hear().await else { panic!("no answer") };
        if !asked.vouched(&resumed).iter().any(|stand| stand.board == board) {
            assert_eq!(resumed.elsewhere, [1]);
            ben.say(&boards.bens[1].follow()).await;
        }
        boards.bens[1].take(ben.changes().await);
        assert_eq!(boards.bens[1].stand(), boards.adas[1].stand());
    }
}

#[tokio::test]
async fn whoever_stands_elsewhere_than_on_the_log_is_not_followed_from_there() {
    let mut boards = Boards::new(1).await;
    // Behind it, and with a digest that is not the log's.
    boards.change(0).await;
    let (_, _, resumed) = boards.resume().await;
    assert_eq!((&resumed.elsewhere[..], boards.vouched(&resumed)), (&[0][..], Vec::new()));
    let mut ben = boards.stage.peer("ben").await;
    ben.say(&boards.bens[0].follow()).await;
    boards.bens[0].take(ben.changes().await);
    assert!(boards.resume().await.2.elsewhere.is_empty());
    let replica = &boards.bens[0];
    let (position, mut head) = (replica.position(), replica.shared.numbered().head);
    head.digest ^= 1;
    let asked = Asked::about(vec![Stand::of(replica.board(), &head)]);
    let mut ben = Peer::silent(&boards.stage.server, boards.stage.token("ben")).await;
    ben.meet(PROTOCOL_MAX).await;
    ben.say(&asked.message(list_hash(&boards.list))).await;
    let FromServer::Resumed(resumed) = ben.hear().await else { panic!("no answer") };
    assert_eq!((&resumed.elsewhere[..], asked.vouched(&resumed)), (&[0][..], Vec::new()));
    // What is asked for then tells the log's digest.
    ben.say(&replica.follow()).await;
    let changes = ben.changes().await;
    assert_eq!((changes.from, changes.changes.len()), (position, 0));
    assert_eq!(changes.digest, Some(replica.shared.numbered().head.digest.to_be_bytes()));
}

#[tokio::test]
async fn whoever_knows_another_list_is_told_it_and_goes_on_all_the_same() {
    let mut boards = Boards::new(3).await;
    assert_eq!(boards.resume().await.1, None);
    // A board is renamed, and one's role on another is another.
    let title = "Orchard".to_owned();
    let renamed = boards.adas[0].edit(&Edit::RenameBoard { title });
    let renamed = boards.push(0, renamed).await;
    let (_, told, resumed) = boards.resume().await;
    let told = told.expect("a board has another title");
    assert!(told.iter().any(|seen| (seen.board, &*seen.title) == (renamed, "Orchard")));
    assert_eq!((&resumed.elsewhere[..], boards.vouched(&resumed).len()), (&[0][..], 2));
    boards.list = told;

    let lowered = boards.adas[1].board();
    let member = format!("/api/boards/{lowered}/members/{}", boards.stage.people["ben"].id);
    let (server, token) = (&boards.stage.server, boards.stage.token("ada"));
    server.ask(Method::PUT, &member, token, json!({ "role": "viewer" })).await.expect(204);
    let (mut ben, told, resumed) = boards.resume().await;
    let told = told.expect("a role is another");
    assert!(told.iter().any(|seen| (seen.board, seen.role) == (lowered, Role::Viewer)));
    assert!(boards.vouched(&resumed).contains(&lowered), "it is read on all the same");
    let added = boards.bens[1].add("too late");
    let answers = ben.push(lowered, added).await;
    assert!(matches!(answers[..], [(_, Answer::Refused(Refused::Forbidden))]), "{answers:?}");
    boards.list = told;
    assert_eq!(boards.resume().await.1, None);

    // Of a board that one was removed from, nothing more is said.
    let (server, token) = (&boards.stage.server, boards.stage.token("ada"));
    server.ask(Method::DELETE, &member, token, Value::Null).await.expect(204);
    let (mut ben, told, resumed) = boards.resume().await;
    assert_eq!(told.expect("a board is gone").len(), 2);
    assert_eq!(resumed.elsewhere, [0, 1]);
    boards.change(1).await;
    is_heard(&mut ben).await;
    ben.say(&boards.bens[1].follow()).await;
    assert_eq!(ben.news(lowered).await, BoardNews::Gone);
}

/// Whatever is said of a board, one who is no member of it learns nothing.
#[tokio::test]
async fn boards_of_others_are_elsewhere() {
    let boards = Boards::new(2).await;
    let token = boards.stage.server.token("ada").await;
    let mut ada = Peer::connect(&boards.stage.server, &token).await;
    assert_eq!(ada.boards.len(), 2);
    let stage = Stage::with(&["eve"]).await;
    let mut eve = Peer::silent(&stage.server, stage.token("eve")).await;
    eve.meet(PROTOCOL_MAX).await;
    eve.say(&boards.asked().message(Hash::default())).await;
    assert_eq!(eve.hear().await, FromServer::Boards(Vec::new()));
    let FromServer::Resumed(resumed) = eve.hear().await else { panic!("no answer") };
    assert_eq!(resumed.elsewhere, [0, 1]);
    is_heard(&mut ada).await;
}

/// A server that was set back to a backup opens an epoch, and nobody stands in it yet.
#[tokio::test]
async fn a_restored_server_vouches_for_nothing_and_says_where_the_logs_part() {
    let boards = Boards::new(2).await;
    let Boards { stage, ada, mut adas, mut bens, list } = boards;
    let kept = adas[0].position();
    let file = stage.folder.with_file_name("backup.db");
    done(&stage.folder, &["backup", file.to_str().unwrap()], "");
    let mut boards = Boards { stage, ada, adas, bens, list };
    boards.change(0).await;
    let mut ben = boards.stage.peer("ben").await;
    ben.say(&boards.bens[0].follow()).await;
    boards.bens[0].take(ben.changes().await);
    let Boards { stage, list, .. } = boards;
    (adas, bens) = (boards.adas, boards.bens);
    let Stage { root, folder, server, mut people } = stage;
    server.stop();
    done(&folder, &["restore", file.to_str().unwrap()], "");
    let server = Server::start(&folder);
    people.get_mut("ben").unwrap().token = server.token("ben").await;
    let ada = Peer::connect(&server, &server.token("ada").await).await;
    let stage = Stage { root, folder, server, people };
    let mut boards = Boards { stage, ada, adas, bens, list };

    let (mut ben, told, resumed) = boards.resume().await;
    assert_eq!((told, &resumed.elsewhere[..]), (None, &[0, 1][..]));
    ben.say(&boards.bens[0].follow()).await;
    let board = boards.bens[0].board();
    let BoardNews::Diverged(common) = ben.news(board).await else { panic!("it did not diverge") };
    assert_eq!((common.seq, common.chain), (kept.seq, kept.chain));
    ben.say(&boards.bens[1].follow()).await;
    // The first are those of the one that diverged.
    assert_eq!(ben.changes().await.from, common);
    boards.bens[1].take(ben.changes().await);
    // In the new epoch one goes on as before.
    assert_eq!(boards.resume().await.2.elsewhere, [0]);
}

#[tokio::test]
async fn who_speaks_an_earlier_version_is_told_the_list_unasked_and_does_not_resume() {
    let boards = Boards::new(1).await;
    let token = boards.stage.token("ben");
    for version in PROTOCOL_MIN..RESUME_SINCE {
        let mut old = Peer::speaking(&boards.stage.server, token, version).await;
        assert_eq!(old.boards.len(), 1);
        old.say(&boards.bens[0].follow()).await;
        assert_eq!(old.changes().await.changes, []);
        old.say(&boards.asked().message(list_hash(&old.boards))).await;
        assert_eq!(old.goodbye().await, Some(GoodbyeCode::Protocol));
    }
}

#[tokio::test]
async fn one_resumes_once_and_before_all_else() {
    let boards = Boards::new(1).await;
    let token = boards.stage.token("ben");
    let mut twice = Peer::connect(&boards.stage.server, token).await;
    twice.say(&boards.asked().message(Hash::default())).await;
    assert_eq!(twice.goodbye().await, Some(GoodbyeCode::Protocol));
    let mut late = Peer::silent(&boards.stage.server, token).await;
    late.meet(PROTOCOL_MAX).await;
    is_heard(&mut late).await;
    late.say(&boards.bens[0].follow()).await;
    assert_eq!(late.goodbye().await, Some(GoodbyeCode::Protocol));
}

/// Also to one whose own place is said before, and holds from then on.
#[tokio::test]
async fn who_is_here_is_told_to_whoever_resumes() {
    let mut boards = Boards::new(1).await;
    let board = boards.adas[0].board();
    let card = Some(CardId(Uuid::new_v4()));
    let here = FromClient::Here(Some(Looking { board, editing: false, card }));
    boards.ada.say(&here).await;
    let BoardNews::Here(first) = boards.ada.news(board).await else { panic!("other news") };
    assert_eq!(first.len(), 1);
    let (mut ben, _, resumed) = boards.resume().await;
    assert_eq!(boards.vouched(&resumed), [board]);
    assert_eq!(ben.news(board).await, BoardNews::Here(first));
    ben.say(&here).await;
    let BoardNews::Here(both) = boards.ada.news(board).await else { panic!("other news") };
    assert_eq!(both.len(), 2);
}
