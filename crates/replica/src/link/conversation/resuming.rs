//! Going on with all boards at once: where this folder stands is said in one message, and what the server vouches for
//! needs no word more.

use super::*;

impl Conversation {
    /// The first word behind the welcome of a server that knows it. It asks for the list too, where none is known.
    pub(super) async fn resume(&mut self, saying: &socket::Saying) -> Result<(), LinkError> {
        let shared = self.shared()?;
        let stands = self.engine(&shared).await?.stands(self.server.id).await?;
        let asked = Asked::about(stands);
        let list = self.list.as_deref().map(list_hash).unwrap_or_default();
        let message = asked.message(list);
        self.asked = Some(asked);
        saying.say(&message)
    }

    /// What the server vouched for is followed; what it did not, the next look asks about one by one.
    pub(super) async fn resumed(&mut self, resumed: &Resumed) -> Result<(), LinkError> {
        let asked = self.asked.take();
        let asked = asked.ok_or_else(|| LinkError::protocol("an answer to no question"))?;
        // What it said when it was told may have met other boards here than there are now.
        let list = self.list.take();
        self.boards_are(list.ok_or_else(|| LinkError::protocol("no list of boards"))?).await?;
        let shared = self.shared()?;
        let mut engine = self.engine(&shared).await?;
        for id in engine.resumed(self.server.id, &asked.vouched(resumed)).await? {
            let mut following = match self.boards.remove(&id) {
                Some(following) => following,
                None => engine.following(id).await?,
            };
            following.resume();
            self.boards.insert(id, following);
            self.followed.insert(id);
            if self.introduced.insert(id) {
                engine.introduce(id, &self.server.account).await?;
            }
            engine.merge_apart(id).await;
            shared.links.verified(self.server.id, id, true);
        }
        Ok(())
    }

    /// Which boards the account has, and what it may on each.
    pub(super) async fn boards_are(&mut self, seen: Vec<BoardSeen>) -> Result<(), LinkError> {
        let shared = self.shared()?;
        self.engine(&shared).await?.boards_seen(self.server.id, &seen).await?;
        self.me = seen.iter().map(|seen| (seen.board, seen.person)).collect();
        self.list = Some(seen);
        Ok(())
    }
}
