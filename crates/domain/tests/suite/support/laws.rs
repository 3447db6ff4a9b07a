//! The checkers of the laws. Each takes the thing under test as an argument, so that a broken one can be
//! shown to be caught.

use super::world::World;
use domain::{
    board::{Board, Entity, Head, register_digest},
    change::{Hash, Numbered, chain},
    document::BoardDocument,
    export::export,
    id::*,
    record::{BoardContent, CardDetail, Standing},
    register::{Field, Kind, Register},
    undo::Inverse,
    view,
};
use std::collections::{BTreeMap, BTreeSet};

pub type Registers = BTreeMap<EntityId, (Kind, Vec<Register>)>;

pub fn registers(board: &Board) -> Registers {
    let copy = |it: &Entity| (it.kind.clone(), it.registers().to_vec());
    board.entities().map(|(id, entity)| (id, copy(entity))).collect()
}

/// All that a reader can learn of a board.
#[derive(Debug, PartialEq)]
pub struct Seen {
    pub head: Head,
    pub registers: Registers,
    pub content: BoardContent,
    pub details: Vec<CardDetail>,
    pub export: BoardDocument,
}

pub fn seen(board: &Board, me: PersonId) -> Seen {
    let registers = registers(board);
    let cards = registers.iter().filter(|(_, (kind, _))| *kind == Kind::CARD);
    let detail = |id: EntityId| view::card_detail(board, id.into(), board.entity(id).unwrap());
    Seen {
        head: board.head,
        content: view::content(board, me),
        details: cards.map(|(id, _)| detail(*id)).collect(),
        export: export(board, me),
        registers,
    }
}

/// The sum over all registers, taken anew.
pub fn full_digest(board: &Board) -> u128 {
    let sum = |sum: u128, (id, entity): (EntityId, &Entity)| {
        entity.registers().iter().fold(sum, |sum, it| sum.wrapping_add(register_digest(id, it)))
    };
    board.entities().fold(0, sum)
}

/// What the registers have to be, by the plainest reading of the rules.
pub fn oracle(log: &[Numbered]) -> Registers {
    let mut kinds = BTreeMap::<EntityId, Kind>::new();
    let mut greatest = BTreeMap::new();
    for (write, rank) in log.iter().flat_map(Numbered::ranked_writes) {
        let kind = kinds.entry(write.entity).or_insert_with(|| write.kind.clone());
        *kind = write.kind.clone().min(kind.clone());
        let register = Register { slot: write.slot.clone(), value: write.value.clone(), rank };
        let held = greatest.entry((write.entity, write.slot.clone())).or_insert(register.clone());
        if held.rank < rank {
            *held = register;
        }
    }
    let mut registers: Registers =
        kinds.into_iter().map(|(id, kind)| (id, (kind, vec![]))).collect();
    for ((id, _), register) in greatest {
        registers.get_mut(&id).unwrap().1.push(register);
    }
    for (_, held) in registers.values_mut() {
        if held.iter().any(|it| it.slot == Field::PURGED.into()) {
            held.retain(|it| it.slot == Field::PURGED.into());
        }
    }
    registers
}

/// I5: two orders of arrival, with repetitions, give the same.
pub fn same_whatever_the_order<T: PartialEq>(
    fold: impl Fn(&[Numbered]) -> T,
    log: &[Numbered],
    arrivals: &[usize],
) -> bool {
    let mut shuffled: Vec<Numbered> =
        arrivals.iter().map(|at| log[at % log.len()].clone()).collect();
    shuffled.extend(log.iter().rev().cloned());
    fold(log) == fold(&shuffled)
}

pub fn fold(id: BoardId, epoch: ReplicaId, log: &[Numbered]) -> Board {
    let mut board = Board::new(id, epoch);
    for change in log {
        board.absorb(change);
    }
    board
}

/// The numbers run without gaps and each chain is that over the log before.
pub fn log_holds(log: &[Numbered]) -> bool {
    let mut before = Hash::default();
    (1..).zip(log).all(|(seq, it)| {
        let expected = chain(before, it.hash, it.cstamp, &it.weak_ranks);
        before = it.chain;
        it.seq == seq && it.chain == expected && it.hash == Hash::of(&[&it.body])
    })
}

/// I8 in small: every card that is neither deleted nor put away shows exactly once, in a column that is
/// shown and live, or in "Recovered"; and the export has it once too.
pub fn every_live_card_shows_once(board: &Board, me: PersonId) -> Result<(), String> {
    shows_once(board, &view::content(board, me), &export(board, me))
}

/// The same for a content and an export that are handed in.
pub fn shows_once(
    board: &Board,
    content: &BoardContent,
    export: &BoardDocument,
) -> Result<(), String> {
    let columns: BTreeSet<ColumnId> =
        content.columns.iter().filter(|it| it.standing == Standing::Live).map(|it| it.id).collect();
    let counted = usize::try_from(content.board.cards).unwrap();
    if content.cards.len() != counted {
        return Err(format!("{} cards are shown, {counted} counted", content.cards.len()));
    }
    let mut shown = BTreeMap::<CardId, u32>::new();
    for card in &content.cards {
        if card.recovered || columns.contains(&card.column) {
            *shown.entry(card.id).or_default() += 1;
        }
    }
    let mut exported = BTreeMap::<String, u32>::new();
    for card in export.columns.iter().flat_map(|column| &column.cards) {
        *exported.entry(card.id.clone()).or_default() += 1;
    }
    for (id, entity) in board.entities().filter(|(_, entity)| entity.kind == Kind::CARD) {
        let own = entity.standing();
        let times = shown.get(&id.into()).copied().unwrap_or(0);
        let parent = view::spot(entity).and_then(|it| board.of_kind(it.parent, &Kind::COLUMN));
        let may_rest = parent.is_some_and(|column| column.standing() == Standing::Archived);
        match own {
            Standing::Live if times == 1 || (may_rest && times == 0) => {}
            Standing::Live => return Err(format!("{id} shows {times} times")),
            _ if times == 0 => {}
            _ => return Err(format!("{id} shows, and is {own:?}")),
        }
        let wanted = u32::from(own != Standing::Deleted);
        let times = exported.get(&id.to_string()).copied().unwrap_or(0);
        if times != wanted {
            return Err(format!("{id} is exported {times} times, not {wanted}"));
        }
    }
    Ok(())
}

/// I14: a step of undo wrote only registers that held what the step expected.
pub fn wrote_only_what_was_held(
    before: &Board,
    after: &Board,
    step: &[Inverse],
) -> Result<(), String> {
    let (was, is) = (registers(before), registers(after));
    for (id, (_, held)) in &is {
        for register in held {
            let former =
                was.get(id).and_then(|(_, held)| held.iter().find(|it| it.slot == register.slot));
            if former == Some(register) {
                continue;
            }
            let winner = former.map(Register::winner);
            let mine = |it: &&Inverse| it.entity == *id && it.slot == register.slot;
            match step.iter().find(mine) {
                Some(inverse) if inverse.expects == winner => {}
                Some(_) => return Err(format!("{:?} of {id} was somebody else's", register.slot)),
                None => return Err(format!("{:?} of {id} was no part of it", register.slot)),
            }
        }
    }
    Ok(())
}

/// The export without what a document leaves to its reader.
pub fn exported(world: &World) -> BoardDocument {
    export(&world.board, world.me)
}
