//! A board in memory: the fold of the numbered changes. It is a pure function of their *set*: order,
//! repetition and batching cannot matter.

use crate::{
    change::{Hash, Numbered, Position, Write},
    id::*,
    key::OrderKey,
    mutants::is_left_out,
    record::Standing,
    register::{Field, Kind, Register, Slot},
    stamp::{Latest, Rank},
    value::{Spot, Value},
};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// How far a board's log goes, and what it says in sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    pub position: Position,
    pub latest: Latest,
    /// Sum over the registers, modulo 2¹²⁸; equal positions have equal digests.
    pub digest: u128,
}

impl Head {
    /// Before the first change of a board that begins a new log.
    pub fn new(epoch: ReplicaId) -> Head {
        Head {
            position: Position { epoch, seq: 0, chain: Hash::default() },
            latest: Latest::default(),
            digest: 0,
        }
    }
}

/// A thing on the board: its registers, sorted by slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entity {
    pub kind: Kind,
    registers: Vec<Register>,
}

impl Entity {
    /// Takes registers from the disk.
    pub fn from_registers(kind: Kind, mut registers: Vec<Register>) -> Entity {
        registers.sort_by(|a, b| a.slot.cmp(&b.slot));
        Entity { kind, registers }
    }

    pub fn registers(&self) -> &[Register] {
        &self.registers
    }

    pub fn register(&self, slot: &Slot) -> Option<&Register> {
        let found = self.registers.binary_search_by(|register| register.slot.cmp(slot)).ok()?;
        self.registers.get(found)
    }

    pub fn value(&self, field: Field) -> Option<&Value> {
        self.register(&field.into()).map(|register| &register.value)
    }

    pub fn flag(&self, field: Field) -> bool {
        self.value(field).and_then(Value::as_flag).unwrap_or(false)
    }

    pub fn text(&self, field: Field) -> &str {
        self.value(field).and_then(Value::as_text).unwrap_or("")
    }

    /// The elements of a set field that are in it.
    pub fn elements(&self, field: &Field) -> impl Iterator<Item = EntityId> {
        self.registers
            .iter()
            .filter(move |register| register.slot.field == *field)
            .filter(|register| register.value.as_flag() == Some(true))
            .filter_map(|register| register.slot.element.map(EntityId))
    }

    /// The standing that its own registers give it.
    pub fn standing(&self) -> Standing {
        if self.flag(Field::DELETED) || self.purged() {
            Standing::Deleted
        } else if self.flag(Field::ARCHIVED) {
            Standing::Archived
        } else {
            Standing::Live
        }
    }

    pub fn purged(&self) -> bool {
        self.register(&Field::PURGED.into()).is_some()
    }

    /// Where it hangs, and by which key. Comments and attachments have no key and hang in the
    /// order in which they were made.
    fn spot(&self) -> Option<(EntityId, Option<OrderKey>)> {
        if self.kind == Kind::COMMENT || self.kind == Kind::ATTACHMENT {
            return self.value(Field::CARD).and_then(Value::as_id).map(|card| (card, None));
        }
        let Spot { parent, key } = self.value(Field::PLACE).and_then(Value::as_spot)?;
        Some((parent, Some(key)))
    }
}

/// Cards below one parent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub live: u32,
    pub archived: u32,
}

#[derive(Clone, Debug)]
pub struct Board {
    pub id: BoardId,
    pub head: Head,
    entities: HashMap<EntityId, Entity>,
    /// What hangs below each thing, in order; whatever its standing.
    children: HashMap<EntityId, BTreeSet<(Option<OrderKey>, EntityId)>>,
    /// The cards below each parent, by their own standing: counting them anew at each edit would
    /// make an edit cost as much as the board is large.
    tally: HashMap<EntityId, Tally>,
    /// Labels and people, which hang nowhere, in the order in which they were made.
    loose: BTreeMap<Kind, BTreeSet<EntityId>>,
}

impl Board {
    pub fn new(id: BoardId, epoch: ReplicaId) -> Board {
        Board {
            id,
            head: Head::new(epoch),
            entities: HashMap::new(),
            children: HashMap::new(),
            tally: HashMap::new(),
            loose: BTreeMap::new(),
        }
    }

    /// Takes a board from the disk, whose head counts these entities already.
    pub fn from_entities(
        id: BoardId,
        head: Head,
        entities: impl IntoIterator<Item = (EntityId, Entity)>,
    ) -> Board {
        let mut board = Board::new(id, head.position.epoch);
        for (entity_id, entity) in entities {
            board.entities.insert(entity_id, entity);
            board.hang(entity_id);
            board.count(entity_id, 1);
        }
        board.head = head;
        board
    }

    /// What the digest of the head is kept to be, summed up anew. What waits on a shared board is in the one that it
    /// shows, and in no head.
    pub fn digest(&self) -> u128 {
        let registers = self.entities().flat_map(|(id, entity)| {
            entity.registers().iter().map(move |register| register_digest(id, register))
        });
        registers.fold(0, u128::wrapping_add)
    }

    /// All of them, in no order; purged ones too.
    pub fn entities(&self) -> impl Iterator<Item = (EntityId, &Entity)> {
        self.entities.iter().map(|(id, entity)| (*id, entity))
    }

    /// How many there are, purged ones too.
    pub fn things(&self) -> usize {
        self.entities.len()
    }

    /// Purged ones are there too, without anything but that.
    pub fn entity(&self, id: EntityId) -> Option<&Entity> {
        self.entities.get(&id)
    }

    /// The entity, where it is of this kind and was not purged.
    pub fn of_kind(&self, id: EntityId, kind: &Kind) -> Option<&Entity> {
        self.entities.get(&id).filter(|entity| entity.kind == *kind && !entity.purged())
    }

    /// What hangs below `parent`, of one kind, in order; whatever its standing.
    pub fn below<'a>(
        &'a self,
        parent: EntityId,
        kind: &'a Kind,
    ) -> impl DoubleEndedIterator<Item = (EntityId, &'a Entity, Option<&'a OrderKey>)> {
        self.children.get(&parent).into_iter().flatten().filter_map(move |(key, id)| {
            let entity = self.entities.get(id).filter(|entity| entity.kind == *kind)?;
            Some((*id, entity, key.as_ref()))
        })
    }

    /// Columns' and others' ids below `parent`, of every kind.
    pub fn all_below(&self, parent: EntityId) -> impl Iterator<Item = EntityId> {
        self.children.get(&parent).into_iter().flatten().map(|(_, id)| *id)
    }

    /// Parents that something hangs below; they need not exist.
    pub fn parents(&self) -> impl Iterator<Item = EntityId> {
        self.children.keys().copied()
    }

    /// How many cards hang below each parent, by their own standing; those in the trash do not
    /// count. A parent need not exist.
    pub fn tallies(&self) -> impl Iterator<Item = (EntityId, Tally)> {
        self.tally.iter().map(|(parent, tally)| (*parent, *tally))
    }

    /// Labels or people, in the order in which they were made; whatever their standing.
    pub fn loose(&self, kind: &Kind) -> impl Iterator<Item = (EntityId, &Entity)> {
        let ids = self.loose.get(kind);
        ids.into_iter().flatten().filter_map(|id| self.entities.get(id).map(|it| (*id, it)))
    }

    /// The card that a thing is or belongs to.
    pub fn card_of(&self, id: EntityId) -> Option<CardId> {
        let mut id = id;
        // An item hangs in a checklist, that in a card: no way up is longer.
        for _ in 0..3 {
            let entity = self.entities.get(&id)?;
            if entity.kind == Kind::CARD {
                return Some(id.into());
            }
            id = entity.spot()?.0;
        }
        None
    }

    /// The write that won a register.
    pub fn winner(&self, entity: EntityId, slot: &Slot) -> Option<&Register> {
        self.entities.get(&entity)?.register(slot)
    }

    /// Takes a numbered change in and goes on to its position. The ids of what it touched come back;
    /// a repetition touches nothing.
    pub fn absorb(&mut self, numbered: &Numbered) -> Vec<EntityId> {
        let touched = self.write_all(numbered.ranked_writes());
        self.head.latest.see(numbered.cstamp);
        if numbered.seq > self.head.position.seq {
            self.head.position =
                Position { epoch: numbered.epoch, seq: numbered.seq, chain: numbered.chain };
        }
        touched
    }

    /// Takes ranked writes in, wherever they come from; the position stays. The ids of what they touched
    /// come back.
    pub fn write_all<'a>(
        &mut self,
        writes: impl IntoIterator<Item = (&'a Write, Rank)>,
    ) -> Vec<EntityId> {
        let mut touched = BTreeSet::new();
        for (write, rank) in writes {
            self.count(write.entity, -1);
            let part_of = self.card_of(write.entity);
            if self.write(write, rank) {
                touched.insert(write.entity);
                // A card that an item leaves is another card than before.
                let left = part_of.filter(|_| self.card_of(write.entity) != part_of);
                touched.extend(left.map(EntityId::from));
            }
            self.count(write.entity, 1);
            self.head.latest.see(rank.stamp);
        }
        touched.into_iter().collect()
    }

    /// Sets a thing to what it is elsewhere, or takes it away; the head stays as it is. The card that it
    /// belonged to comes back, where that is not itself.
    pub fn replace(&mut self, id: EntityId, with: Option<&Entity>) -> Option<CardId> {
        let part_of = self.card_of(id).filter(|card| EntityId::from(*card) != id);
        self.count(id, -1);
        self.unhang(id);
        match with {
            Some(entity) => self.entities.insert(id, entity.clone()),
            None => self.entities.remove(&id),
        };
        self.hang(id);
        self.count(id, 1);
        part_of
    }

    /// Whether it made a difference.
    fn write(&mut self, write: &Write, rank: Rank) -> bool {
        let known = self.entities.get(&write.entity);
        // Only a hostile peer names two kinds: the lesser one holds, whichever came first.
        let renames = known.is_some_and(|entity| write.kind < entity.kind);
        let hanging = [Field::PLACE, Field::CARD, Field::CREATED, Field::PURGED];
        let rehangs = renames || hanging.contains(&write.slot.field);
        if rehangs {
            self.unhang(write.entity);
        }
        let won = self.fold(write, rank);
        if rehangs {
            self.hang(write.entity);
        }
        won || renames
    }

    /// The registers and the digest alone; whether the write won its register.
    fn fold(&mut self, write: &Write, rank: Rank) -> bool {
        let entity = self
            .entities
            .entry(write.entity)
            .or_insert_with(|| Entity { kind: write.kind.clone(), registers: Vec::new() });
        if write.kind < entity.kind {
            entity.kind = write.kind.clone();
        }
        let digest = &mut self.head.digest;
        let purging = write.slot == Field::PURGED.into();
        if entity.purged() && !purging && !is_left_out("what was purged is written again") {
            return false;
        }
        if purging {
            entity.registers.retain(|register| {
                let stays = register.slot == write.slot;
                if !stays {
                    *digest = digest.wrapping_sub(register_digest(write.entity, register));
                }
                stays
            });
        }
        let new = Register { slot: write.slot.clone(), value: write.value.clone(), rank };
        match entity.registers.binary_search_by(|register| register.slot.cmp(&write.slot)) {
            Ok(at) if entity.registers[at].rank >= rank => return false,
            Ok(at)
                if entity.registers[at].rank.ties(&rank)
                    && is_left_out("of two that tie the first stays") =>
            {
                return false;
            }
            Ok(at) => {
                *digest = digest
                    .wrapping_sub(register_digest(write.entity, &entity.registers[at]))
                    .wrapping_add(register_digest(write.entity, &new));
                entity.registers[at] = new;
            }
            Err(at) => {
                *digest = digest.wrapping_add(register_digest(write.entity, &new));
                entity.registers.insert(at, new);
            }
        }
        true
    }

    /// Puts a card into the tally of its parent, or takes it out.
    fn count(&mut self, id: EntityId, by: i32) {
        let Some(card) = self.entities.get(&id).filter(|it| it.kind == Kind::CARD) else { return };
        // A card without a place stands below no column, as the board itself is none.
        let parent = card.spot().map_or(EntityId::BOARD, |(parent, _)| parent);
        let tally = self.tally.entry(parent).or_default();
        match card.standing() {
            Standing::Live => tally.live = tally.live.saturating_add_signed(by),
            Standing::Archived => tally.archived = tally.archived.saturating_add_signed(by),
            Standing::Deleted => {}
        }
    }

    /// Labels and people show when their creation arrived; other things have a parent from then on.
    fn hang(&mut self, id: EntityId) {
        let Some(entity) = self.entities.get(&id) else { return };
        if entity.kind == Kind::LABEL || entity.kind == Kind::PERSON {
            if entity.value(Field::CREATED).is_some() {
                self.loose.entry(entity.kind.clone()).or_default().insert(id);
            }
        } else if let Some((parent, key)) = entity.spot() {
            self.children.entry(parent).or_default().insert((key, id));
        }
    }

    fn unhang(&mut self, id: EntityId) {
        let Some(entity) = self.entities.get(&id) else { return };
        if let Some(ids) = self.loose.get_mut(&entity.kind) {
            ids.remove(&id);
        }
        let Some((parent, key)) = entity.spot() else { return };
        if let Some(siblings) = self.children.get_mut(&parent) {
            siblings.remove(&(key, id));
            if siblings.is_empty() {
                self.children.remove(&parent);
            }
        }
    }
}

/// What one register adds to the digest.
pub fn register_digest(entity: EntityId, register: &Register) -> u128 {
    let rank = minicbor::to_vec(register.rank).unwrap_or_default();
    let element = register.slot.element.unwrap_or_default();
    let name = register.slot.field.name();
    let hash = Hash::of(&[
        entity.bytes(),
        &[u8::try_from(name.len()).unwrap_or(u8::MAX)],
        name.as_bytes(),
        element.as_bytes(),
        &rank,
        if is_left_out("a digest is over what is understood") {
            register.value.as_text().map(str::as_bytes).unwrap_or_default()
        } else {
            register.value.bytes()
        },
    ]);
    u128::from_be_bytes(hash.0)
}
