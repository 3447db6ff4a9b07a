//! The desk: a replica on one data folder, or the reason why there is none.

use crate::{
    engine::Engine,
    files::Files,
    link::{Links, PageId},
    protocol::*,
};
use domain::{document::BoardDocument, id::BoardId};
use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Weak,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use store::{Folder, LinkLock, Opening, Reason, Store, StoreError, WindowLock};
use tokio::sync::{MappedMutexGuard, Mutex, MutexGuard, broadcast};

pub use crate::files::FileSource;

/// How often a desk looks whether another process wrote to its folder.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// A reader that is further behind than this is told to read everything again.
const PATCHES_HELD: usize = 1024;
/// At a start, a backup is made when the newest one is older than this.
const BACKUP_EVERY_MS: i64 = 24 * 60 * 60 * 1000;

/// How a desk is opened.
#[derive(Clone, Debug)]
pub struct DeskOptions {
    /// The data folder; it is made, with mode 0700, where it is missing.
    pub folder: PathBuf,
    /// Holds the folder's window lock: a second desk with it is refused as `AlreadyOpen`.
    pub window: bool,
}

/// The page of a desk that has one.
const THE_WINDOW: PageId = 0;

/// Cheap to clone; all clones are the same desk, and the last one closes it.
#[derive(Clone)]
pub struct Desk(pub(crate) Arc<Shared>);

pub(crate) struct Shared {
    options: DeskOptions,
    /// One request at a time: what one of them reads is true until it answers.
    state: Mutex<State>,
    patches: broadcast::Sender<Patch>,
    files: Files,
    pub(crate) links: Links,
    /// How many there were.
    pages: AtomicU64,
}

/// A page, which has something open as long as it is there.
pub struct Page {
    desk: Desk,
    id: PageId,
}

impl Page {
    /// As [`Desk::call`], on behalf of this page.
    pub async fn call(&self, request: Request) -> Result<Reply, Failure> {
        match request {
            Request::Look { looking } => Ok(self.desk.look(self.id, looking)),
            request => self.desk.call(request).await,
        }
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.desk.look(self.id, None);
    }
}

enum State {
    Ready { engine: Box<Engine>, _lock: Option<WindowLock> },
    Failed(Failure),
}

impl Desk {
    /// Never fails: where the folder cannot be opened, every request is answered with the reason.
    pub async fn open(options: DeskOptions) -> Desk {
        let patches = broadcast::channel(PATCHES_HELD).0;
        let state = start(&options, &patches).await;
        let desk = Desk(Arc::new(Shared {
            options,
            state: Mutex::new(state),
            patches,
            files: Files::default(),
            links: Links::default(),
            pages: AtomicU64::new(THE_WINDOW + 1),
        }));
        tokio::spawn(look(Arc::downgrade(&desk.0)));
        tokio::spawn(crate::announcing::run(Arc::downgrade(&desk.0)));
        tokio::spawn(crate::announcing::tell_who_is_here(Arc::downgrade(&desk.0)));
        if desk.0.options.window {
            desk.start_link();
        }
        desk
    }

    /// Carries one request out. An edit is on disk when this returns.
    pub async fn call(&self, request: Request) -> Result<Reply, Failure> {
        match request {
            // Reading a file takes a while, and nobody waits for it.
            Request::PreviewImport { file, format } => {
                let preview = self.0.files.preview(file, format).await?;
                return Ok(Reply::Preview { preview });
            }
            Request::LetGo { file } => {
                self.0.files.let_go(file);
                return Ok(Reply::Done);
            }
            Request::Restore { backup } => return self.restore(&backup).await,
            Request::Look { looking } => return Ok(self.look(THE_WINDOW, looking)),
            Request::Status => return Ok(Reply::Status { boards: self.statuses().await? }),
            request if request.is_of_people() => return self.people(request).await,
            _ => {}
        }
        let mut state = self.0.state.lock().await;
        match &mut *state {
            State::Failed(_) if matches!(request, Request::Backups) => {
                let folder = Folder::prepare(&self.0.options.folder)?;
                Ok(Reply::Backups { backups: backups(&folder).await? })
            }
            State::Failed(failure) => Err(failure.clone()),
            State::Ready { engine, .. } => self.answer(engine, request).await,
        }
    }

    fn look(&self, page: PageId, looking: Option<Looking>) -> Reply {
        self.0.links.presence.look(page, looking.map(Looking::into));
        Reply::Here { boards: self.0.links.presence.now() }
    }

    /// One of several pages on this desk.
    pub fn page(&self) -> Page {
        let id = self.0.pages.fetch_add(1, Ordering::Relaxed);
        Page { desk: self.clone(), id }
    }

    async fn answer(&self, engine: &mut Engine, request: Request) -> Result<Reply, Failure> {
        Ok(match request {
            Request::Open => Reply::Overview { overview: self.overview(engine).await? },
            Request::Board { board } => Reply::Board { content: engine.content(board).await? },
            Request::Card { board, card } => engine.card(board, card).await?,
            Request::History { board, card } => {
                Reply::History { events: engine.history(board, card).await? }
            }
            Request::Versions { board, card } => {
                Reply::Versions { versions: engine.versions(board, card).await? }
            }
            Request::VersionText { board, card, version } => {
                engine.version_text(board, card, &version).await?
            }
            Request::Edit { board, edit } => {
                Reply::Edited { edited: engine.edit(board, &edit).await? }
            }
            Request::Edits { board, edits } => {
                Reply::Edited { edited: engine.edits(board, &edits).await? }
            }
            Request::Carry { carrying } => Reply::Edited { edited: engine.carry(&carrying).await? },
            Request::CopyRefused { board, act, to } => {
                Reply::Edited { edited: engine.copy_refused(board, act, to).await? }
            }
            Request::CreateBoard { title, colour, columns } => {
                Reply::Edited { edited: engine.create_board(&title, colour, &columns).await? }
            }
            Request::CreateExample => Reply::Edited { edited: engine.create_example().await? },
            Request::Undo => Reply::Undone { undone: engine.step(store::Stack::Undo).await? },
            Request::Redo => Reply::Undone { undone: engine.step(store::Stack::Redo).await? },
            Request::Search { words } => Reply::Found { found: engine.search(&words).await? },
            Request::Archive { board } => Reply::Shelf { items: engine.archive(board).await? },
            Request::Trash { board } => Reply::Shelf { items: engine.trash(board).await? },
            Request::EmptyTrash => {
                engine.empty_trash().await?;
                Reply::Done
            }
            Request::SaveDraft { draft } => {
                engine.save_draft(draft).await?;
                Reply::Done
            }
            Request::DropDraft { key } => {
                engine.drop_draft(key).await?;
                Reply::Done
            }
            Request::Import { file } => {
                let (read, preview) = self.0.files.read(file, None).await?;
                let imported = engine.import(&read, preview).await?;
                self.0.files.let_go(file);
                Reply::Imported { imported }
            }
            Request::Export { board, format } => engine.export(board, format).await?,
            Request::Backups => Reply::Backups { backups: backups(engine.folder()).await? },
            Request::MakeBackup => {
                engine.backup(Reason::Asked).await?;
                Reply::Backups { backups: backups(engine.folder()).await? }
            }
            Request::Check => Reply::Checked { problems: engine.check().await? },
            Request::PreviewImport { .. }
            | Request::LetGo { .. }
            | Request::Restore { .. }
            | Request::Look { .. }
            | Request::Status => Reply::Done,
            _ => return Err(Failure::new(FailureCode::BadRequest, "This is asked of a server.")),
        })
    }

    async fn overview(&self, engine: &mut Engine) -> Result<Overview, Failure> {
        engine.catch_up().await?;
        Ok(Overview {
            boards: engine.records().await?,
            drafts: engine.drafts().await?,
            folder: self.0.options.folder.display().to_string(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            undo: engine.undo_state().await?,
        })
    }

    async fn restore(&self, backup: &str) -> Result<Reply, Failure> {
        let folder = Folder::prepare(&self.0.options.folder)?;
        let known = store::backup::list(&folder).await?.into_iter().any(|it| it.name == backup);
        if !known {
            return Err(Failure::not_found("good backup"));
        }
        self.restore_file(&folder.backups().join(backup)).await
    }

    /// As [`Request::Restore`], from a file anywhere; for the command line.
    pub async fn restore_file(&self, file: &Path) -> Result<Reply, Failure> {
        let mut state = self.0.state.lock().await;
        let folder = Folder::prepare(&self.0.options.folder)?;
        let waiting = State::Failed(Failure::new(FailureCode::Storage, "A restore is going on."));
        let lock = match std::mem::replace(&mut *state, waiting) {
            State::Ready { engine, _lock: lock } => {
                if let Err(failure) = engine.close().await {
                    drop(lock);
                    *state = start(&self.0.options, &self.0.patches).await;
                    return Err(failure);
                }
                lock
            }
            State::Failed(_) => None,
        };
        let restored = match &lock {
            None if folder.has_window() => Err(StoreError::Locked),
            _ => store::backup::restore_file(&folder, file).await,
        };
        // Its lock goes before the folder is opened again, under a new one.
        drop(lock);
        *state = start(&self.0.options, &self.0.patches).await;
        restored?;
        self.0.patches.send(Patch::Reload).ok();
        match &mut *state {
            State::Ready { engine, .. } => {
                Ok(Reply::Overview { overview: self.overview(engine).await? })
            }
            State::Failed(failure) => Err(failure.clone()),
        }
    }

    /// The whole board but for its trash, archived things marked; for the command line.
    pub async fn document(&self, board: BoardId) -> Result<BoardDocument, Failure> {
        match &mut *self.0.state.lock().await {
            State::Ready { engine, .. } => engine.document(board).await,
            State::Failed(failure) => Err(failure.clone()),
        }
    }

    /// The sum over what the board shows, as text: two boards of which all is the same have the same.
    pub async fn digest(&self, board: BoardId) -> Result<String, Failure> {
        let mut engine = self.0.engine().await?;
        Ok(format!("{:032x}", engine.held(board).await?.board().digest()))
    }

    /// What comes true from now on. A receiver that lags asks for everything again.
    pub fn patches(&self) -> broadcast::Receiver<Patch> {
        self.0.patches.subscribe()
    }

    /// Takes a file that the shell chose, for [`Request::PreviewImport`]; at most eight are held.
    pub fn take_file(&self, name: String, source: FileSource) -> Result<ChosenFile, Failure> {
        self.0.files.take(name, source)
    }

    /// Opens the folder again after a failure to open it.
    pub async fn retry(&self) {
        let mut state = self.0.state.lock().await;
        if matches!(*state, State::Failed(_)) {
            *state = start(&self.0.options, &self.0.patches).await;
        }
    }

    /// Closes the database in good order, for a process that ends. Every request after it fails.
    pub async fn close(&self) {
        let closed = State::Failed(Failure::new(FailureCode::Storage, "It was closed."));
        let mut state = self.0.state.lock().await;
        if let State::Ready { engine, .. } = std::mem::replace(&mut *state, closed)
            && let Err(failure) = engine.close().await
        {
            tracing::warn!(code = ?failure.code, "closing failed");
        }
    }

    /// The data folder.
    pub fn folder(&self) -> &Path {
        &self.0.options.folder
    }
}

impl Shared {
    /// The engine, for as long as nobody else needs it.
    pub(crate) async fn engine(&self) -> Result<MappedMutexGuard<'_, Engine>, Failure> {
        let engine = MutexGuard::try_map(self.state.lock().await, |state| match state {
            State::Ready { engine, .. } => Some(&mut **engine),
            State::Failed(_) => None,
        });
        engine.map_err(|state| match &*state {
            State::Failed(failure) => failure.clone(),
            State::Ready { .. } => Failure::new(FailureCode::Storage, "The folder is not open."),
        })
    }

    pub(crate) fn patches(&self) -> broadcast::Receiver<Patch> {
        self.patches.subscribe()
    }

    /// Nobody listening is no fault.
    pub(crate) fn publish(&self, patch: Patch) {
        self.patches.send(patch).ok();
    }

    pub(crate) fn root(&self) -> &Path {
        &self.options.folder
    }

    /// Refused where another process on the folder holds the link.
    pub(crate) fn lock_link(&self) -> Result<LinkLock, StoreError> {
        Folder::prepare(&self.options.folder)?.lock_link()
    }
}

async fn start(options: &DeskOptions, patches: &broadcast::Sender<Patch>) -> State {
    match open(options, patches).await {
        Ok(state) => state,
        Err(mut failure) => {
            failure.folder = Some(options.folder.display().to_string());
            if failure.code == FailureCode::DatabaseCorrupt
                && let Ok(folder) = Folder::prepare(&options.folder)
            {
                let whole = store::backup::list_whole(&folder).await.unwrap_or_default();
                failure.backups = whole.into_iter().map(backup).collect();
            }
            State::Failed(failure)
        }
    }
}

async fn open(options: &DeskOptions, patches: &broadcast::Sender<Patch>) -> Result<State, Failure> {
    let folder = Folder::prepare(&options.folder)?;
    let lock = if options.window { Some(folder.lock_window()?) } else { None };
    let checkpoints = options.window || !folder.has_window();
    let opening = Opening { thorough: options.window, checkpoints };
    let mut store = Store::open(&folder, opening).await?;
    if options.window {
        daily_backup(&mut store).await;
    }
    let engine = Box::new(Engine::start(store, patches.clone()).await?);
    Ok(State::Ready { engine, _lock: lock })
}

/// A start does not fail for want of a backup; the list of backups shows that there is none.
async fn daily_backup(store: &mut Store) {
    let newest = match store::backup::list(store.folder()).await {
        Ok(backups) => backups.first().map(|backup| backup.made_ms),
        Err(error) => return tracing::warn!(%error, "backups cannot be listed"),
    };
    let now = domain::view::signed(crate::engine::wall_ms());
    let due = newest.is_none_or(|made| now - made >= BACKUP_EVERY_MS);
    if due
        && !store.is_fresh()
        && let Err(error) = store.backup(Reason::Daily).await
    {
        tracing::warn!(%error, "no backup could be made");
    }
}

/// Reads on whenever another process committed, for as long as the desk is there.
async fn look(desk: Weak<Shared>) {
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        let Some(desk) = desk.upgrade() else { return };
        let mut state = desk.state.lock().await;
        if let State::Ready { engine, .. } = &mut *state
            && let Err(failure) = engine.catch_up().await
        {
            tracing::warn!(code = ?failure.code, "reading on failed");
        }
    }
}

async fn backups(folder: &Folder) -> Result<Vec<Backup>, Failure> {
    let files = store::backup::list(folder).await?;
    Ok(files.into_iter().map(backup).collect())
}

fn backup(file: store::BackupFile) -> Backup {
    Backup {
        name: file.name,
        made_ms: file.made_ms,
        bytes: file.bytes,
        boards: file.boards,
        cards: file.cards,
        reason: file.reason.name().to_owned(),
    }
}
