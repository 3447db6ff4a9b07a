//! The stacks of undo and redo in memory, as the store keeps them on disk: each step is the registers that
//! it writes back, and a change that wrote a value back stands for the one that had written it first.

use domain::{
    board::Board,
    change::{Numbered, Write},
    stamp::ChangeId,
    undo::{Inverse, Plan, inverses},
};

#[derive(Clone, Debug, Default)]
pub struct Steps {
    pub undo: Vec<Vec<Inverse>>,
    pub redo: Vec<Vec<Inverse>>,
}

impl Steps {
    /// A new edit was done; it leaves nothing to do again.
    pub fn did(&mut self, before: &Board, writes: &[Write], changes: &[Numbered]) {
        let step = taking_back(before, writes, changes);
        if !step.is_empty() {
            self.undo.push(step);
            self.redo.clear();
        }
    }

    pub fn take(&mut self, undo: bool) -> Option<Vec<Inverse>> {
        if undo { self.undo.pop() } else { self.redo.pop() }
    }

    /// A plan was written: what takes it back goes on the other stack.
    pub fn stepped(&mut self, undo: bool, before: &Board, plan: &Plan, changes: &[Numbered]) {
        for ((write, former), by) in plan.writes.iter().zip(&plan.stands_for).zip(by(changes)) {
            for inverse in self.undo.iter_mut().chain(&mut self.redo).flatten() {
                let same = inverse.entity == write.entity && inverse.slot == write.slot;
                if same && inverse.expects == *former {
                    inverse.expects = Some(by);
                }
            }
        }
        let step = taking_back(before, &plan.writes, changes);
        if !step.is_empty() {
            if undo { self.redo.push(step) } else { self.undo.push(step) }
        }
    }
}

fn taking_back(before: &Board, writes: &[Write], changes: &[Numbered]) -> Vec<Inverse> {
    let by = by(changes);
    let with_expected = |(write, mut inverse): (Option<usize>, Inverse)| {
        inverse.expects = write.and_then(|write| by.get(write).copied());
        inverse
    };
    inverses(before, writes).into_iter().map(with_expected).collect()
}

/// The change that carried each write, in their order.
fn by(changes: &[Numbered]) -> Vec<ChangeId> {
    let each = |it: &Numbered| std::iter::repeat_n(it.change.id(), it.change.writes.len());
    changes.iter().flat_map(each).collect()
}
