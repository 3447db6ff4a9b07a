//! Descriptions that programs write: each names the version that its author had before it.

use crate::{
    client::Client,
    peer::Peer,
    replica::{Replica, first_column},
    stage::Stage,
};
use domain::{
    change::{Numbered, Write},
    edit::Edit,
    id::CardId,
    register::{Field, Kind},
    stamp::ChangeId,
    versions::{Family, Version, shown, versions_of},
};
use serde_json::json;

struct Scene {
    stage: Stage,
    peer: Peer,
    replica: Replica,
    client: Client,
    card: CardId,
}

impl Scene {
    async fn set() -> Scene {
        let stage = Stage::with(&["ada"]).await;
        let (peer, replica) = stage.shared("ada", 1).await;
        let client = Client::program(&stage, "ada", replica.board(), &["read", "write"]);
        let shown = replica.shared.shown();
        let card = shown.below(first_column(shown), &Kind::CARD).next().unwrap().0.into();
        Scene { stage, peer, replica, client, card }
    }

    fn path(&self) -> String {
        format!("cards/{}", self.card)
    }

    /// The version that the program reads.
    async fn read(&self) -> String {
        let card = self.client.get(&self.path()).await.expect(200);
        card["descriptionVersion"].as_str().unwrap().to_owned()
    }

    /// A program writes; what came of it is on the replica.
    async fn write(&mut self, body: serde_json::Value) -> serde_json::Value {
        let answer = self.client.patch(&self.path(), body).await;
        self.replica.hear_up_to(answer.head(), &mut self.peer).await;
        answer.expect(200)
    }

    /// The desktop writes over what it shows.
    async fn type_in(&mut self, text: &str) {
        let edit = Edit::DescribeCard { card: self.card, text: text.to_owned(), seen: None };
        let changes = self.replica.edit(&edit);
        self.peer.push(self.replica.board(), changes).await;
        let head = self.client.get(&self.path()).await.head();
        self.replica.hear_up_to(head, &mut self.peer).await;
    }

    /// What stands on the replica.
    fn stands(&self) -> ChangeId {
        let board = self.replica.shared.numbered();
        shown(board.entity(self.card.into()).unwrap()).change().unwrap()
    }

    /// Which versions stand apart from it, as the replica's log has them.
    fn apart(&self) -> Vec<ChangeId> {
        let all = |numbered| versions_of(numbered, 0).map(|it| it.1);
        let versions: Vec<Version> = self.replica.log.iter().flat_map(all).collect();
        Family::new(&versions, false).apart(self.stands())
    }

    /// What the last version says that its author had before them.
    fn seen(&self) -> Option<Vec<ChangeId>> {
        let described = |write: &&Write| write.slot == Field::TEXT.into();
        let find = |it: &Numbered| it.change.writes.iter().find(described).cloned();
        self.replica.log.iter().rev().find_map(find).unwrap().seen
    }
}

#[tokio::test]
async fn a_description_is_written_over_the_one_that_stands_or_the_one_that_is_named() {
    let mut scene = Scene::set().await;
    assert_eq!(scene.read().await, "");
    let first = scene.write(json!({ "description": "first" })).await;
    assert_eq!(scene.seen(), Some(vec![]));
    scene.type_in("typed").await;
    let typed = scene.stands();
    // Nothing is said: what stands is what they had.
    let second = scene.write(json!({ "description": "second" })).await;
    assert_eq!((scene.seen(), scene.apart()), (Some(vec![typed]), vec![]));
    // The same again is no version.
    scene.write(json!({ "description": "second" })).await;
    assert_eq!(json!(scene.read().await), second["descriptionVersion"]);
    // Whoever read before somebody else wrote says so, and the other text is kept apart for a person to decide.
    scene.type_in("typed again").await;
    let unseen = scene.stands();
    let late = json!({ "description": "late", "descriptionVersion": second["descriptionVersion"] });
    let late = scene.write(late).await;
    assert_eq!((&late["description"], scene.apart()), (&json!("late"), vec![unseen]));
    // One that names nothing was written by somebody to whom the card had none.
    let blind = json!({ "description": "blind", "descriptionVersion": "" });
    scene.write(blind).await;
    assert_eq!(scene.seen(), Some(vec![]));
    assert_ne!(first["descriptionVersion"], second["descriptionVersion"]);
    assert_eq!(scene.stage.problems(), json!([]));
}

#[tokio::test]
async fn a_description_that_one_act_writes_twice_is_one_version() {
    let mut scene = Scene::set().await;
    scene.type_in("typed").await;
    let typed = scene.stands();
    let describe =
        |text: &str| json!({ "op": "changeCard", "card": scene.card, "description": text });
    let operations = [describe("once"), describe("twice")];
    let answer = scene.client.post("bulk", json!({ "operations": operations })).await;
    scene.replica.hear_up_to(answer.head(), &mut scene.peer).await;
    assert_eq!((scene.seen(), scene.apart()), (Some(vec![typed]), vec![]));
    assert_eq!(scene.client.get(&scene.path()).await.expect(200)["description"], "twice");
}

#[tokio::test]
async fn a_version_without_a_description_or_without_a_name_is_refused() {
    let scene = Scene::set().await;
    let alone = json!({ "descriptionVersion": scene.read().await });
    scene.client.patch(&scene.path(), alone).await.refused(400, "missingField", "description");
    for version in [json!("latest"), json!(3)] {
        let body = json!({ "description": "no", "descriptionVersion": version });
        let answer = scene.client.patch(&scene.path(), body).await;
        answer.refused(400, "badField", "descriptionVersion");
    }
    assert_eq!(scene.read().await, "");
}
