//! Tells how sharing stands and who is here to whoever listens, whenever that changes: nobody has to look.

use crate::{Desk, desk::Shared, protocol::*};
use std::sync::Weak;
use tokio::sync::broadcast::{Receiver, error::RecvError};

/// For as long as the desk is there.
pub(crate) async fn run(desk: Weak<Shared>) {
    let Some(shared) = desk.upgrade() else { return };
    let (mut changes, mut patches) = (shared.links.changes(), shared.patches());
    drop(shared);
    let mut told = Sharing::default();
    loop {
        let Some(shared) = desk.upgrade() else { return };
        // A folder that cannot be opened says so by itself.
        if let Ok(now) = Desk(shared.clone()).sharing().await
            && now != told
        {
            shared.publish(Patch::Sharing { sharing: Box::new(now.clone()) });
            told = now;
        }
        drop(shared);
        tokio::select! {
            changed = changes.changed() => if changed.is_err() { return },
            closed = rung(&mut patches) => if closed.is_err() { return },
        }
        while patches.try_recv().is_ok() {}
    }
}

/// Waits for a patch after which sharing may stand otherwise.
async fn rung(patches: &mut Receiver<Patch>) -> Result<(), RecvError> {
    loop {
        match patches.recv().await {
            Ok(Patch::Here { .. }) => {}
            Ok(_) | Err(RecvError::Lagged(_)) => return Ok(()),
            Err(RecvError::Closed) => return Err(RecvError::Closed),
        }
    }
}

/// For as long as the desk is there.
pub(crate) async fn tell_who_is_here(desk: Weak<Shared>) {
    let Some(mut changes) = desk.upgrade().map(|shared| shared.links.presence.changes()) else {
        return;
    };
    while let Some(changed) = changes.next().await {
        let Some(shared) = desk.upgrade() else { return };
        for here in changed {
            shared.publish(Patch::Here { here });
        }
    }
}
