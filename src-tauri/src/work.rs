//! The road of a call from the page to the desk and back. Calls are carried out in the order they
//! came, so that two quick edits cannot overtake each other; the slow ones run beside them.

use crate::{drop, preferences::Kept, shell, window};
use replica::{
    Desk, DeskOptions,
    protocol::{Call, Event, Failure, FailureCode, Patch, Reply, ShellReply, ShellRequest},
};
use serde::Serialize;
use std::{path::PathBuf, time::Duration};
use tauri::{
    Emitter, Manager, WebviewWindow, WindowEvent, Wry,
    ipc::{Invoke, InvokeBody, InvokeResolver},
};
use tokio::sync::{
    broadcast::{self, error::RecvError},
    mpsc,
};

/// The one event that goes up to the page.
const EVENT: &str = "event";
/// What is being typed is journalled within 300 ms; a closing window gives the page that long.
const LAST_DRAFT_WAIT: Duration = Duration::from_millis(400);

enum Job {
    Call(Box<(Call, InvokeResolver<Wry>)>),
    /// The window closes, once all that was asked before is done.
    Close,
}

/// Where the page's calls go in.
pub struct Asked(mpsc::UnboundedSender<Job>);

/// Where they come out, once there is a desk.
pub struct Waiting {
    jobs: mpsc::UnboundedReceiver<Job>,
    more: mpsc::UnboundedSender<Job>,
}

/// A page has few calls under way at once, so the queue needs no limit of its own.
pub fn queue() -> (Asked, Waiting) {
    let (more, jobs) = mpsc::unbounded_channel();
    (Asked(more.clone()), Waiting { jobs, more })
}

impl Asked {
    /// Called as each message arrives, in their order. `false` where there is no such command.
    pub fn take(&self, invoke: Invoke<Wry>) -> bool {
        if invoke.message.command() != "call" {
            return false;
        }
        match read(invoke.message.payload()) {
            Ok(call) => {
                let job = Job::Call(Box::new((call, invoke.resolver)));
                if let Err(mpsc::error::SendError(Job::Call(refused))) = self.0.send(job) {
                    refused.1.reject(Failure::new(FailureCode::Storage, "the window is closing"));
                }
            }
            Err(failure) => invoke.resolver.reject(failure),
        }
        true
    }
}

fn read(payload: &InvokeBody) -> Result<Call, Failure> {
    let bad = || Failure::new(FailureCode::BadRequest, "the request could not be read");
    let InvokeBody::Json(arguments) = payload else {
        return Err(bad());
    };
    let call = arguments.get("call").ok_or_else(bad)?;
    serde::Deserialize::deserialize(call).map_err(|_| bad())
}

/// What every call can reach.
#[derive(Clone)]
pub struct Surroundings {
    pub desk: Desk,
    pub window: WebviewWindow,
    pub preferences: Kept,
}

/// Opens the desk and works until the window closes.
pub fn start(waiting: Waiting, window: WebviewWindow, folder: PathBuf, preferences: Kept) {
    let Waiting { mut jobs, more } = waiting;
    close_in_order(&window, more);
    tauri::async_runtime::spawn(async move {
        let desk = Desk::open(DeskOptions { folder, window: true }).await;
        tauri::async_runtime::spawn(tell(desk.patches(), window.clone()));
        drop::watch(&window, &desk);
        let here = Surroundings { desk, window, preferences };
        while let Some(job) = jobs.recv().await {
            match job {
                Job::Call(asked) => {
                    let (call, resolver) = *asked;
                    let waits = !is_slow(&call);
                    let done = tauri::async_runtime::spawn(carry_out(here.clone(), call, resolver));
                    if waits && let Err(error) = done.await {
                        tracing::error!(%error, "a call was not carried out");
                    }
                }
                Job::Close => end(&here).await,
            }
        }
    });
}

/// Ends the program, with the database closed in good order.
pub async fn end(here: &Surroundings) {
    here.desk.close().await;
    here.window.app_handle().exit(0);
}

/// A closing window disappears at once, and the program ends when the last draft is on disk.
fn close_in_order(window: &WebviewWindow, more: mpsc::UnboundedSender<Job>) {
    let closing = window.clone();
    window.on_window_event(move |event| {
        if let WindowEvent::CloseRequested { api, .. } = event {
            api.prevent_close();
            if let Err(error) = closing.hide() {
                tracing::warn!(%error, "the window could not be hidden");
            }
            let more = more.clone();
            tauri::async_runtime::spawn(async move {
                tokio::time::sleep(LAST_DRAFT_WAIT).await;
                more.send(Job::Close).ok();
            });
        }
    });
}

/// What may take longer than a keystroke should wait. Dialogs wait for a person.
fn is_slow(call: &Call) -> bool {
    match call {
        Call::Shell(request) => {
            matches!(request, ShellRequest::ChooseFile | ShellRequest::SaveExport { .. })
        }
        Call::Replica(request) => request.is_slow(),
    }
}

#[derive(Serialize)]
#[serde(untagged)]
enum Good {
    Reply(Box<Reply>),
    Shell(ShellReply),
}

/// Always answers: a call that panics is told as a failure, or its promise in the page would wait for
/// ever.
async fn carry_out(here: Surroundings, call: Call, resolver: InvokeResolver<Wry>) {
    let answer = tauri::async_runtime::spawn(async move {
        match call {
            Call::Replica(request) => {
                here.desk.call(request).await.map(|reply| Good::Reply(Box::new(reply)))
            }
            Call::Shell(request) => shell::answer(&here, request).await.map(Good::Shell),
        }
    });
    match answer.await {
        Ok(Ok(good)) => resolver.resolve(good),
        Ok(Err(failure)) => resolver.reject(failure),
        Err(error) => {
            tracing::error!(%error, "a call stopped");
            resolver.reject(Failure::new(
                FailureCode::Storage,
                "an unexpected fault stopped the request",
            ));
        }
    }
}

async fn tell(mut patches: broadcast::Receiver<Patch>, window: WebviewWindow) {
    loop {
        let patch = match patches.recv().await {
            Ok(patch) => patch,
            Err(RecvError::Lagged(_)) => Patch::Reload,
            Err(RecvError::Closed) => return,
        };
        emit(&window, &Event::Patch { patch });
    }
}

pub fn emit(window: &WebviewWindow, event: &Event) {
    if let Err(error) = window.emit_to(window::LABEL, EVENT, event) {
        tracing::warn!(%error, "an event did not reach the page");
    }
}
