//! One socket. The first message is the key; then each call gets its answer, and every patch of the
//! desk goes up. Calls are answered in the order they came, so that two quick edits cannot overtake
//! each other; the slow ones run beside them.

use crate::{Shared, gate, shell};
use axum::{
    extract::{
        State, WebSocketUpgrade,
        ws::{CloseFrame, Message, WebSocket, close_code},
    },
    http::{HeaderMap, StatusCode},
    response::Response,
};
use futures_util::{SinkExt, StreamExt, stream::SplitSink, stream::SplitStream};
use replica::{
    FileSource, Page,
    protocol::{Call, ChosenFile, Event, Failure, FailureCode, Patch, Reply, ShellReply},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::{
        Semaphore,
        broadcast::{self, error::RecvError},
        mpsc,
    },
    task::JoinSet,
    time::timeout,
};

/// A message of text.
const TEXT_BYTES_MAX: usize = 8 << 20;
/// A file that the browser hands over.
const FILE_BYTES_MAX: usize = 64 << 20;
/// A message may be this much larger before the socket is closed for it, so that the answer can still
/// say what was wrong.
const SLACK_BYTES: usize = 1 << 20;
/// How long a socket may stay without having shown the key.
const KEY_WAIT: Duration = Duration::from_secs(5);
/// Answers and patches that wait for a slow reader; beyond, patches become one reload.
const WAITING_FRAMES_MAX: usize = 64;
/// Slow calls under way at once.
const SLOW_CALLS_MAX: usize = 4;

/// The upgrade to a socket, for the own page alone.
pub async fn open(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    if !gate::is_own_page(&headers, &shared.authority) {
        return gate::forbidden();
    }
    let Ok(place) = shared.sockets.clone().try_acquire_owned() else {
        return gate::plain(StatusCode::SERVICE_UNAVAILABLE, "Too many pages are open.\n");
    };
    let bytes_max = FILE_BYTES_MAX + SLACK_BYTES;
    upgrade.max_message_size(bytes_max).max_frame_size(bytes_max).on_upgrade(|socket| async move {
        converse(socket, shared).await;
        drop(place);
    })
}

/// What the page sends as text, after the key.
#[derive(Deserialize)]
struct Asked {
    id: u64,
    #[serde(default)]
    call: Option<Value>,
    /// The next binary message is this file.
    #[serde(default)]
    upload: Option<Upload>,
}

#[derive(Deserialize)]
struct Upload {
    name: String,
    bytes: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum Answer {
    Ok(Good),
    Failed(Failure),
}

#[derive(Serialize)]
#[serde(untagged)]
enum Good {
    Reply(Box<Reply>),
    Shell(ShellReply),
    File(Taken),
}

#[derive(Serialize)]
#[serde(tag = "is", rename_all = "camelCase")]
enum Taken {
    File { file: ChosenFile },
}

#[derive(Serialize)]
struct Answered {
    /// Absent where the message was so broken that it had none.
    id: Option<u64>,
    #[serde(flatten)]
    answer: Answer,
}

#[derive(Serialize)]
struct Told {
    event: Event,
}

async fn converse(socket: WebSocket, shared: Arc<Shared>) {
    let (mut sink, mut stream) = socket.split();
    if let Err(why) = greet(&mut stream, &shared).await {
        let frame = CloseFrame { code: close_code::POLICY, reason: why.into() };
        sink.send(Message::Close(Some(frame))).await.ok();
        return;
    }
    let page = Arc::new(shared.desk.page());
    let (out, frames) = mpsc::channel(WAITING_FRAMES_MAX);
    let mut beside = JoinSet::new();
    beside.spawn(write(sink, frames));
    beside.spawn(tell(shared.desk.patches(), out.clone()));
    read(stream, &shared, &page, out).await;
}

async fn greet(stream: &mut SplitStream<WebSocket>, shared: &Shared) -> Result<(), &'static str> {
    #[derive(Deserialize)]
    struct Greeting {
        key: String,
    }
    let Ok(Some(Ok(Message::Text(text)))) = timeout(KEY_WAIT, stream.next()).await else {
        return Err("the key did not come");
    };
    match serde_json::from_str::<Greeting>(&text) {
        Ok(greeting) if shared.key.opens(&greeting.key) => Ok(()),
        _ => Err("the key is wrong"),
    }
}

/// Until the page goes, breaks the rules or the host stops.
async fn read(
    mut stream: SplitStream<WebSocket>,
    shared: &Arc<Shared>,
    page: &Arc<Page>,
    out: mpsc::Sender<Message>,
) {
    let mut stopped = shared.stop.subscribe();
    let slow = Arc::new(Semaphore::new(SLOW_CALLS_MAX));
    let mut awaited: Option<(u64, Upload)> = None;
    loop {
        let message = tokio::select! {
            message = stream.next() => message,
            _ = stopped.wait_for(|stop| *stop) => break,
        };
        let answered = match message {
            Some(Ok(Message::Text(text))) => match understand(&text) {
                Ok((id, Wish::Upload(upload))) if fits(&upload) => {
                    awaited = Some((id, upload));
                    continue;
                }
                Ok((id, Wish::Upload(_))) => too_large(id),
                Ok((id, Wish::Call(call))) if is_slow(&call) => {
                    let place = slow.clone().acquire_owned().await;
                    let (shared, page, out) = (shared.clone(), page.clone(), out.clone());
                    // Not ended with the socket: what is committed must also be told to the others.
                    tokio::spawn(async move {
                        let answer = answer(&shared, &page, call).await;
                        drop(place);
                        out.send(frame(&Answered { id: Some(id), answer })).await.ok();
                    });
                    continue;
                }
                Ok((id, Wish::Call(call))) => {
                    Answered { id: Some(id), answer: answer(shared, page, call).await }
                }
                Err((id, failure)) => Answered { id, answer: Answer::Failed(failure) },
            },
            Some(Ok(Message::Binary(bytes))) => take(shared, awaited.take(), bytes.into()),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
            Some(Ok(Message::Close(_)) | Err(_)) | None => break,
        };
        if out.send(frame(&answered)).await.is_err() {
            break;
        }
    }
}

enum Wish {
    Call(Call),
    Upload(Upload),
}

/// A broken message is answered, with its id where that could be read, and the socket stays open.
fn understand(text: &str) -> Result<(u64, Wish), (Option<u64>, Failure)> {
    if text.len() > TEXT_BYTES_MAX {
        let why = format!("a message may have {TEXT_BYTES_MAX} bytes");
        return Err((None, Failure::new(FailureCode::TooLarge, why)));
    }
    let value: Value = serde_json::from_str(text).map_err(|error| (None, unreadable(&error)))?;
    let id = value.get("id").and_then(Value::as_u64);
    let asked: Asked = serde_json::from_value(value).map_err(|error| (id, unreadable(&error)))?;
    match asked {
        Asked { id, call: Some(call), upload: None } => {
            let call =
                serde_json::from_value(call).map_err(|error| (Some(id), unreadable(&error)))?;
            Ok((id, Wish::Call(call)))
        }
        Asked { id, call: None, upload: Some(upload) } => Ok((id, Wish::Upload(upload))),
        Asked { id, .. } => {
            Err((Some(id), shell::bad_request("a message has either a call or an upload")))
        }
    }
}

fn unreadable(error: &serde_json::Error) -> Failure {
    // The message of the error may quote what was sent, which may be a card's text.
    let place = format!("line {}, column {}", error.line(), error.column());
    shell::bad_request(&format!("the request could not be read ({place})"))
}

/// What may take longer than a keystroke should wait.
fn is_slow(call: &Call) -> bool {
    match call {
        Call::Shell(_) => false,
        Call::Replica(request) => request.is_slow(),
    }
}

async fn answer(shared: &Arc<Shared>, page: &Page, call: Call) -> Answer {
    let good = match call {
        Call::Replica(request) => {
            page.call(request).await.map(|reply| Good::Reply(Box::new(reply)))
        }
        Call::Shell(request) => shell::answer(shared, request).await.map(Good::Shell),
    };
    good.map_or_else(Answer::Failed, Answer::Ok)
}

fn fits(upload: &Upload) -> bool {
    usize::try_from(upload.bytes).is_ok_and(|bytes| bytes <= FILE_BYTES_MAX)
}

fn too_large(id: u64) -> Answered {
    let why = format!("a file may have {} MiB here", FILE_BYTES_MAX >> 20);
    Answered { id: Some(id), answer: Answer::Failed(Failure::new(FailureCode::TooLarge, why)) }
}

fn take(shared: &Shared, awaited: Option<(u64, Upload)>, bytes: Vec<u8>) -> Answered {
    let Some((id, upload)) = awaited else {
        let failure = shell::bad_request("a file came without being announced");
        return Answered { id: None, answer: Answer::Failed(failure) };
    };
    let taken = if u64::try_from(bytes.len()) == Ok(upload.bytes) {
        shared.desk.take_file(upload.name, FileSource::Bytes(bytes))
    } else {
        Err(shell::bad_request("the file is not as long as was announced"))
    };
    let answer =
        taken.map_or_else(Answer::Failed, |file| Answer::Ok(Good::File(Taken::File { file })));
    Answered { id: Some(id), answer }
}

fn frame(message: &impl Serialize) -> Message {
    // Our own types have string keys alone and always turn into JSON.
    Message::text(serde_json::to_string(message).unwrap_or_default())
}

async fn write(mut sink: SplitSink<WebSocket, Message>, mut frames: mpsc::Receiver<Message>) {
    while let Some(frame) = frames.recv().await {
        if sink.send(frame).await.is_err() {
            return;
        }
    }
}

async fn tell(mut patches: broadcast::Receiver<Patch>, out: mpsc::Sender<Message>) {
    loop {
        let patch = match patches.recv().await {
            Ok(patch) => patch,
            Err(RecvError::Lagged(_)) => Patch::Reload,
            Err(RecvError::Closed) => return,
        };
        if out.send(frame(&Told { event: Event::Patch { patch } })).await.is_err() {
            return;
        }
    }
}
