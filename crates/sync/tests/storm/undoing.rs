//! Undo in the storm: a step is known by its act, whatever id its change has by now.

use crate::world::World;
use domain::{
    fresh::Fresh,
    id::*,
    stamp::ChangeId,
    undo::{Inverse, plan},
};

pub struct Step {
    pub board: BoardId,
    pub act: ActId,
    /// With none where no change may hold the register.
    pub inverses: Vec<(Option<usize>, Inverse)>,
}

impl World {
    /// A client's person takes the last step back, and may take that back in turn. I14 is judged here: each register
    /// that is written back is held by the act that is undone, or by nobody where nobody may hold it.
    pub fn undo(&mut self, at: usize, fresh: &mut Fresh) {
        let Some(Step { board: id, act, inverses }) = self.clients[at].steps.pop() else { return };
        let client = &self.clients[at];
        let shown = client.open[&id].shown();
        let holder = |inverse: &Inverse| {
            let register = shown.winner(inverse.entity, &inverse.slot)?;
            Some((register.winner(), self.act_of(client, id, register.winner())))
        };
        // An id that nobody has: of an act that holds nothing any more.
        let gone = ChangeId { replica: ReplicaId(act.0), rseq: 0 };
        let mut expecting = Vec::new();
        for (wrote, mut inverse) in inverses {
            let held = holder(&inverse).filter(|(_, by)| *by == Some(act));
            inverse.expects = wrote.map(|_| held.map_or(gone, |(id, _)| id));
            expecting.push(inverse);
        }
        let plan = plan(shown, &expecting);
        let mut wrong = None;
        for write in &plan.writes {
            let of = |it: &&Inverse| it.entity == write.entity && it.slot == write.slot;
            let aimed = expecting.iter().find(of).is_some_and(|it| it.expects.is_some());
            let by = shown.winner(write.entity, &write.slot).map(|it| it.winner());
            let by = by.map(|it| self.act_of(client, id, it));
            let may = if aimed { by == Some(Some(act)) } else { by.is_none() };
            if !may {
                wrong = Some(format!("{act} on {:?}, which {by:?} holds", write.slot));
            }
        }
        if let Some(detail) = wrong {
            self.found("I14: undo wrote over what came since", || detail);
        }
        if !plan.writes.is_empty() {
            self.undone += 1;
            self.carry(at, id, "undo", plan.writes, None, fresh);
        }
    }
}
