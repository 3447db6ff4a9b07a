//! What is asked, as jobs of the writer and of the server in memory.

use super::{
    super::{
        job::{BoardJob, Job, On, OneJob},
        reply,
    },
    Script, Somebody,
    authority::Room,
};
use crate::{
    ServerError,
    sync::{
        Rooms,
        acting::{self, Own},
        pushing,
    },
    writer::{BoardWork, board_job, job},
};
use domain::{
    change::{Numbered, Write},
    fresh::Fresh,
    id::*,
    stamp::ChangeId,
};
use std::sync::Arc;
use store::account::{self, AccountId, Member as MemberRow};
use sync::{
    acceptance::{Member, Offer, Verdict},
    message::{Answer, Role},
};
use tokio::sync::oneshot;

#[derive(Clone)]
pub enum Asked {
    Push {
        board: BoardId,
        who: usize,
        offers: Vec<Offer>,
    },
    /// A push that fails when it is done, or even stored: nothing of it may stay.
    Fails {
        board: BoardId,
        who: usize,
        offers: Vec<Offer>,
        stores: bool,
    },
    /// The server signs it itself.
    Own {
        board: BoardId,
        who: usize,
        act: ActId,
        writes: Vec<Write>,
    },
    /// `None`: they are no member any more.
    Role {
        board: BoardId,
        who: usize,
        role: Option<Role>,
    },
}

type Pushed = Option<(u64, Verdict)>;
pub type Reply = Result<Pushed, ServerError>;

impl Asked {
    /// The board that the writer opens for it.
    pub fn on(&self) -> Option<BoardId> {
        match self {
            Asked::Role { .. } => None,
            Asked::Push { .. } | Asked::Fails { .. } | Asked::Own { .. } => Some(self.board()),
        }
    }

    pub fn board(&self) -> BoardId {
        match self {
            Asked::Push { board, .. }
            | Asked::Fails { board, .. }
            | Asked::Own { board, .. }
            | Asked::Role { board, .. } => *board,
        }
    }

    pub fn offers(&self) -> &[Offer] {
        match self {
            Asked::Push { offers, .. } | Asked::Fails { offers, .. } => offers,
            Asked::Own { .. } | Asked::Role { .. } => &[],
        }
    }

    /// For the writer.
    pub fn job(
        &self,
        script: &Script,
        rooms: &Arc<Rooms>,
    ) -> (Box<dyn Job>, oneshot::Receiver<Reply>) {
        let now_ms = script.now_ms;
        let account = |who: &usize| script.people[*who].account;
        match self {
            Asked::Push { board, who, offers } => {
                on(rooms, *board, pushing(account(who), offers.clone(), move || now_ms))
            }
            Asked::Fails { board, who, offers, stores } => {
                let push = pushing(account(who), offers.clone(), move || now_ms);
                on(rooms, *board, failing(push, *stores))
            }
            Asked::Own { board, who, act, writes } => {
                let person = script.people[*who].person;
                on(rooms, *board, own(account(who), person, *act, writes.clone(), now_ms))
            }
            Asked::Role { board, who, role } => role_job(*board, script.people[*who], *role),
        }
    }

    /// The server in memory does the same; what it answers. `log` is what the writer numbered.
    pub fn model(
        &self,
        script: &mut Script,
        log: &[Numbered],
    ) -> Result<Option<Vec<(ChangeId, Answer)>>, ()> {
        let now_ms = script.now_ms;
        let person = |who: &usize| script.people[*who].person;
        match self {
            Asked::Push { board, who, offers } => {
                let person = person(who);
                let room = script.model.rooms.get_mut(board).unwrap();
                let Some(role) = room.members.get(&person).copied() else { return Ok(None) };
                let member = Member { person, role };
                Ok(Some(room.accept(member, offers.clone(), now_ms).answers))
            }
            Asked::Fails { .. } => Err(()),
            Asked::Own { board, who, act, .. } => {
                let person = person(who);
                let room = script.model.rooms.get_mut(board).unwrap();
                own_model(room, person, log.iter().find(|it| it.change.act == *act), now_ms)
            }
            Asked::Role { board, who, role } => {
                let person = person(who);
                let members = &mut script.model.rooms.get_mut(board).unwrap().members;
                match role {
                    Some(role) => members.insert(person, *role),
                    None => members.remove(&person),
                };
                Ok(None)
            }
        }
    }
}

/// What the server signed is looked at by the server in memory like what anybody pushes.
fn own_model(
    room: &mut Room,
    person: PersonId,
    numbered: Option<&Numbered>,
    now_ms: u64,
) -> Result<Option<Vec<(ChangeId, Answer)>>, ()> {
    let role = room.members.get(&person).copied();
    let may = matches!(role, Some(Role::Editor | Role::Admin | Role::Owner));
    assert_eq!(numbered.is_some(), may, "who may not write signs nothing, the others do");
    let (Some(role), Some(it)) = (role, numbered) else { return Err(()) };
    let (change, body, hash) = (it.change.clone(), it.body.clone(), it.hash);
    let offer = Offer { change, body, hash, former: None };
    let verdict = room.accept(Member { person, role }, vec![offer], now_ms);
    assert!(matches!(verdict.answers[..], [(_, Answer::Accepted(..))]));
    Ok(Some(Vec::new()))
}

fn on(
    rooms: &Arc<Rooms>,
    board: BoardId,
    work: impl BoardWork<Pushed>,
) -> (Box<dyn Job>, oneshot::Receiver<Reply>) {
    let (reply, waiting) = reply(|_: &Pushed| ());
    let on = On { rooms: rooms.clone(), board, acts: Vec::new() };
    (Box::new(BoardJob { on, work, reply }), waiting.answer)
}

fn failing(push: impl BoardWork<Pushed> + Sync, stores: bool) -> impl BoardWork<Pushed> {
    let push = Arc::new(push);
    board_job(move |connection, sitting| {
        let push = Arc::clone(&push);
        Box::pin(async move {
            push(&mut *connection, &mut *sitting).await?;
            if stores {
                sitting.store(connection).await?;
            }
            Err(ServerError::bad_request("it fails half-way"))
        })
    })
}

fn own(
    account: AccountId,
    author: PersonId,
    act: ActId,
    writes: Vec<Write>,
    now_ms: u64,
) -> impl BoardWork<Pushed> {
    board_job(move |connection, sitting| {
        let writes = writes.clone();
        Box::pin(async move {
            let member = sitting.member(connection, account).await?;
            let member = member.ok_or(ServerError::NotFound("board"))?;
            let group = GroupId(uuid::Uuid::from_bytes(*act.bytes()));
            let own = Own { author, intent: "edit", group, acts: &|_| act, writes };
            let mut fresh = Fresh::new([3; 32], now_ms);
            let acted = acting::act(connection, sitting, member, own, &mut fresh).await?;
            acted.map_err(|_| ServerError::NotAllowed)?;
            Ok(Some((sitting.board.head.position.seq, Verdict::default())))
        })
    })
}

fn role_job(
    board: BoardId,
    somebody: Somebody,
    role: Option<Role>,
) -> (Box<dyn Job>, oneshot::Receiver<Reply>) {
    let member = MemberRow {
        board,
        account: somebody.account,
        role: role.map_or(account::Role::Viewer, row_role),
        person: somebody.person,
        since_ms: 1,
        ended_ms: role.is_none().then_some(2),
    };
    let work = job(move |connection| {
        Box::pin(async move {
            account::put_member(connection, &member).await?;
            Ok(None)
        })
    });
    let (reply, waiting) = reply(|_: &Pushed| ());
    (Box::new(OneJob { work: Some(work), reply }), waiting.answer)
}

pub fn row_role(role: Role) -> account::Role {
    match role {
        Role::Viewer => account::Role::Viewer,
        Role::Commenter => account::Role::Commenter,
        Role::Editor => account::Role::Editor,
        Role::Admin => account::Role::Admin,
        Role::Owner => account::Role::Owner,
    }
}
