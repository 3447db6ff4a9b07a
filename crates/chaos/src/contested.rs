//! Cards that several write to at the same time, on replicas that know nothing of each other and over the API. Whose
//! write stands is for their stamps to say; that it is the last of somebody's is certain.

use crate::act::{Act, Card, Id, Intent};
use std::collections::{BTreeMap, BTreeSet};

/// Who wrote. What a server's caller wrote a backup takes back, what a replica wrote it sends again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Writer {
    /// Whoever made the card.
    Maker,
    /// What a backup that was put back has.
    Backup,
    Caller(u32),
    Replica(u32),
}

/// What may stand in a register: of each writer the last that was acknowledged, and all of unknown outcome since.
type Register = BTreeMap<Writer, BTreeSet<String>>;

/// A card's registers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contested {
    titles: Register,
    columns: Register,
}

impl Contested {
    pub fn made(title: &str, column: &Id) -> Contested {
        let only =
            |value: &str| Register::from([(Writer::Maker, BTreeSet::from([value.to_owned()]))]);
        Contested { titles: only(title), columns: only(column) }
    }

    /// `is_known` says that it is so on the server by now.
    pub fn write(&mut self, intent: &Intent, is_known: bool) {
        let (register, value) = match &intent.act {
            Act::Rename { title, .. } => (&mut self.titles, title),
            Act::Move { column, .. } => (&mut self.columns, column),
            _ => return,
        };
        let on_replica = intent.is_on_replica();
        let writer =
            if on_replica { Writer::Replica(intent.agent) } else { Writer::Caller(intent.agent) };
        if is_known {
            // Everybody knew what it was made with, and a server knows what its backup has.
            register.remove(&Writer::Maker);
            if !on_replica {
                register.remove(&Writer::Backup);
            }
            register.remove(&writer);
        }
        register.entry(writer).or_default().insert(value.clone());
    }

    /// To a backup, which has it so.
    pub fn go_back(&mut self, backup: &Card) {
        for (register, value) in
            [(&mut self.titles, &backup.title), (&mut self.columns, &backup.column)]
        {
            register.retain(|writer, _| matches!(writer, Writer::Replica(_)));
            register.insert(Writer::Backup, BTreeSet::from([value.clone()]));
        }
    }

    pub fn titles(&self) -> BTreeSet<&str> {
        values(&self.titles)
    }

    pub fn columns(&self) -> BTreeSet<&str> {
        values(&self.columns)
    }
}

fn values(register: &Register) -> BTreeSet<&str> {
    register.values().flatten().map(String::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::act::{Phase, Road, Standing};

    fn rename(agent: u32, phase: Phase, title: &str) -> Intent {
        let (key, board, road) = (title.to_owned(), "board".to_owned(), Road::Api);
        let act = Act::Rename { card: "1".to_owned(), title: title.to_owned() };
        Intent { key, agent, phase, board, act, road, due_us: 0, contested: true }
    }

    fn told(card: &Contested) -> Vec<&str> {
        card.titles().into_iter().collect()
    }

    #[test]
    fn the_last_of_each_may_stand_and_no_earlier_one() {
        let mut card = Contested::made("made", &"todo".to_owned());
        card.write(&rename(1, Phase::Storm, "a"), true);
        card.write(&rename(1, Phase::Storm, "b"), true);
        card.write(&rename(9, Phase::Offline, "c"), true);
        assert_eq!(told(&card), ["b", "c"]);
        card.write(&rename(1, Phase::Storm, "d"), false);
        assert_eq!(told(&card), ["b", "c", "d"], "of d nobody knows");
        assert_eq!(card.columns(), BTreeSet::from(["todo"]));
    }

    #[test]
    fn after_a_restored_backup_what_it_has_and_what_replicas_wrote_may_stand() {
        let mut card = Contested::made("made", &"todo".to_owned());
        card.write(&rename(1, Phase::Storm, "a"), true);
        card.write(&rename(9, Phase::Offline, "c"), true);
        let (id, title, column) = ("1".to_owned(), "old".to_owned(), "todo".to_owned());
        card.go_back(&Card { id, title, column, key: String::new(), standing: Standing::Live });
        assert_eq!(told(&card), ["c", "old"]);
        card.write(&rename(9, Phase::Offline, "e"), true);
        assert_eq!(told(&card), ["e", "old"], "it may not have known what the backup has");
        card.write(&rename(1, Phase::Storm, "f"), true);
        assert_eq!(told(&card), ["e", "f"]);
    }
}
