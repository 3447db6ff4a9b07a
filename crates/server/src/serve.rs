//! From a data folder to an open door, and back.

use crate::{
    Door, Limits, Passwords, Secret, SecretKind, ServerError, Settings, Shared, TlsFiles,
    api::Api,
    compat,
    connections::Connections,
    http, now_ms, sync, tls,
    webhooks::{self, Webhooks},
    writer::{Writer, WriterTask, job},
};
use axum_server::{
    Handle,
    tls_rustls::{RustlsAcceptor, RustlsConfig},
};
use hyper_util::rt::TokioTimer;
use ipnet::IpNet;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use std::{
    io,
    net::{SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};
use store::{Folder, Opening, Store, StoreError, account, sharing::Fingerprint};
use tokio::{
    net::TcpSocket,
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
};

/// Requests that are under way at the end get so long.
const DRAIN: Duration = Duration::from_secs(8);
/// And those who stay connected so long to leave, once there are no more requests.
const LEAVE: Duration = Duration::from_secs(2);
/// What the system takes on for a reader who does not read; the rest waits on the disk. With much more, one
/// who reads slowly would look like one who is gone.
const SEND_BUFFER_BYTES: u32 = 32 * 1024;
const CONNECTIONS_WAITING_MAX: u32 = 1024;
/// Whoever connects says what they want within it.
const HEADERS_WITHIN: Duration = Duration::from_secs(10);
const HEADERS_BYTES_MAX: usize = 32 * 1024;
/// How long the link that makes the first account opens.
const SET_UP_MS: i64 = 24 * 60 * 60 * 1000;
/// How long it is remembered which device was signed in.
const SIGN_INS_KEPT_MS: i64 = 180 * 24 * 60 * 60 * 1000;
const TIDY_EVERY: Duration = Duration::from_secs(10);

/// What whoever started the server has to know.
#[derive(Clone, Debug)]
pub enum Announcement {
    /// Requests are answered from now on.
    Listening { address: SocketAddr, url: String },
    /// Whoever connects sees this certificate, and may want to compare it.
    Certificate { fingerprint: Fingerprint },
    /// There is no account yet. The link makes the first one, once.
    SetUp { link: String },
    /// Passwords would travel where everybody can read along, so none is taken.
    NoPrivacy,
}

#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error("the data folder {folder}: {source}")]
    Folder { folder: String, source: StoreError },
    #[error("cannot listen on {address}: {source}")]
    Listen { address: SocketAddr, source: io::Error },
    #[error("the TLS certificate or its key: {0}")]
    Tls(io::Error),
    #[error("serving failed: {0}")]
    Serve(#[from] io::Error),
    #[error("the first account cannot be made: {0}")]
    SetUp(#[from] ServerError),
    #[error("the numbers for /metrics: {0}")]
    Metrics(String),
    #[error("the writer fell over: {0}")]
    Writer(String),
}

/// Serves until a signal asks it to end, or the writer can go on no longer.
pub async fn serve(settings: Settings, announce: impl Fn(&Announcement)) -> Result<(), ServeError> {
    tls::install_provider();
    let mut signals = Signals::new()?;
    let failed =
        |source| ServeError::Folder { folder: settings.data_dir.display().to_string(), source };
    let folder = Folder::prepare_server(&settings.data_dir).map_err(failed)?;
    let _only = folder.lock_server().map_err(failed)?;
    let opening = Opening { thorough: true, checkpoints: true };
    let store = Store::open(&folder, opening).await.map_err(failed)?;
    let tls = match &settings.tls {
        Some(files) => Some((tls::load(files).await.map_err(ServeError::Tls)?, files.clone())),
        None => None,
    };
    let listener = listen(settings.listen)?;
    let address = listener.local_addr()?;
    let door = Door::new(&settings, address);
    let (patience, allowed) = (settings.reader_patience, settings.webhooks_allow.clone());
    let (shared, writer) = start(door, patience, allowed, store)?;
    begin(&shared, &announce).await?;

    let handle = Handle::new();
    let ended = watch::channel(());
    let served = run(&shared, listener, tls.as_ref().map(|(config, _)| config.clone()), &handle);
    let minded = mind(&shared, writer, &mut signals, tls.as_ref(), &handle, ended.1);
    announce(&Announcement::Listening { address, url: shared.door.url.clone() });
    if let Some(files) = &settings.tls {
        let fingerprint = tls::fingerprint(&files.certificate).map_err(ServeError::Tls)?;
        announce(&Announcement::Certificate { fingerprint });
    }
    let serving = async {
        let served = served.await;
        drop(ended.0);
        served
    };
    let delivering = tokio::spawn(webhooks::run(shared.clone()));
    let (served, writer) = tokio::join!(serving, minded);
    delivering.abort();
    let writer = writer?;
    // Whoever is still connected has had the same signal.
    tokio::time::timeout(LEAVE, shared.rooms.empty()).await.ok();
    writer.finish().await.map_err(failed)?;
    Ok(served?)
}

/// Looks after the server while it runs: signals, the writer, and what is to be forgotten.
async fn mind(
    shared: &Shared,
    mut writer: WriterTask,
    signals: &mut Signals,
    tls: Option<&(RustlsConfig, TlsFiles)>,
    handle: &Handle<SocketAddr>,
    mut ended: watch::Receiver<()>,
) -> Result<WriterTask, ServeError> {
    let mut tidy = tokio::time::interval(TIDY_EVERY);
    loop {
        tokio::select! {
            asked = signals.next() => match asked {
                Asked::End => {
                    tracing::info!("ending");
                    shared.stop.send_replace(true);
                    handle.graceful_shutdown(Some(DRAIN));
                }
                Asked::LoadAgain => load_again(tls).await,
            },
            error = writer.fell_over() => {
                shared.stop.send_replace(true);
                handle.shutdown();
                return Err(ServeError::Writer(error));
            }
            _ = tidy.tick() => {
                shared.limits.forget();
                shared.metrics.run_upkeep();
                metrics::gauge!("holdfast_connections").set(count(handle.connection_count()));
            }
            // Nothing is ever sent: its end says that nobody is served any more.
            _ = ended.changed() => return Ok(writer),
        }
    }
}

fn count(number: usize) -> f64 {
    u32::try_from(number).unwrap_or(u32::MAX).into()
}

async fn run(
    shared: &Arc<Shared>,
    listener: TcpListener,
    tls: Option<RustlsConfig>,
    handle: &Handle<SocketAddr>,
) -> io::Result<()> {
    let service = http::routes(shared.clone()).into_make_service_with_connect_info::<SocketAddr>();
    let connections = Connections::new(&shared.door.proxies, shared.reader_patience);
    let server = axum_server::from_tcp(listener)?.handle(handle.clone());
    match tls {
        Some(config) => {
            let acceptor = RustlsAcceptor::new(config).acceptor(connections);
            let mut server = server.acceptor(acceptor);
            limit(server.http_builder());
            server.serve(service).await
        }
        None => {
            let mut server = server.acceptor(connections);
            limit(server.http_builder());
            server.serve(service).await
        }
    }
}

fn limit<E: Clone>(builder: &mut hyper_util::server::conn::auto::Builder<E>) {
    // Said to the server instead, it would let no connection become a WebSocket.
    *builder = builder.clone().http1_only();
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS_WITHIN)
        .max_buf_size(HEADERS_BYTES_MAX);
}

fn listen(address: SocketAddr) -> Result<TcpListener, ServeError> {
    let failed = |source| ServeError::Listen { address, source };
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() };
    let socket = socket.map_err(failed)?;
    // Who connects inherits it.
    socket.set_send_buffer_size(SEND_BUFFER_BYTES).map_err(failed)?;
    socket.set_reuseaddr(true).map_err(failed)?;
    socket.bind(address).map_err(failed)?;
    socket.listen(CONNECTIONS_WAITING_MAX).and_then(|it| it.into_std()).map_err(failed)
}

fn start(
    door: Door,
    reader_patience: Duration,
    webhooks_allow: Vec<IpNet>,
    store: Store,
) -> Result<(Arc<Shared>, WriterTask), ServeError> {
    let access = watch::Sender::new(0_u64);
    let noticed = access.clone();
    let readers = store.shared_readers();
    let (writer, task) = Writer::start(store, move || noticed.send_modify(|count| *count += 1));
    let shared = Shared {
        door,
        writer,
        readers,
        passwords: Passwords::default(),
        limits: Limits::default(),
        access,
        stop: watch::Sender::new(false),
        metrics: recorder()?,
        reader_patience,
        rooms: Arc::new(sync::Rooms::default()),
        api: Api::default(),
        webhooks: Webhooks::new(webhooks_allow),
    };
    Ok((Arc::new(shared), task))
}

fn recorder() -> Result<PrometheusHandle, ServeError> {
    PrometheusBuilder::new()
        .install_recorder()
        .map_err(|error| ServeError::Metrics(error.to_string()))
}

/// What is done once before the first request.
async fn begin(shared: &Shared, announce: &impl Fn(&Announcement)) -> Result<(), ServeError> {
    shared.passwords.dummy().await?;
    let forget_before = now_ms() - SIGN_INS_KEPT_MS;
    let forget = job(move |connection| {
        Box::pin(async move {
            account::forget_sign_ins(connection, forget_before).await?;
            sync::forget_incoming(connection, now_ms()).await
        })
    });
    shared.writer.write(forget).await?;
    if shared.door.open_access {
        compat::begin(shared).await?;
    }
    if !shared.door.private {
        announce(&Announcement::NoPrivacy);
    }
    if let Some(link) = set_up_link(shared).await? {
        announce(&Announcement::SetUp { link });
    }
    Ok(())
}

/// `None` where there are accounts already.
async fn set_up_link(shared: &Shared) -> Result<Option<String>, ServerError> {
    let secret = Secret::fresh(SecretKind::SetUp)?;
    let hash = secret.hash();
    let work = job(move |connection| {
        Box::pin(async move {
            if account::account_count(connection).await? > 0 {
                account::remove_set_up(connection).await?;
                return Ok(false);
            }
            account::put_set_up(connection, hash, now_ms() + SET_UP_MS).await?;
            Ok(true)
        })
    });
    let made = shared.writer.write(work).await?;
    Ok(made.then(|| format!("{}/setup#{}", shared.door.url, secret.words())))
}

async fn load_again(tls: Option<&(RustlsConfig, TlsFiles)>) {
    let Some((config, files)) = tls else { return };
    if let Err(error) = tls::load_again(config, files).await {
        return tracing::error!(%error, "the certificate of before stays in use");
    }
    match tls::fingerprint(&files.certificate) {
        Ok(fingerprint) => tracing::info!(%fingerprint, "the certificate was read anew"),
        Err(error) => tracing::error!(%error, "the certificate cannot be read"),
    }
}

/// What a signal asks for.
enum Asked {
    End,
    /// The certificate was renewed.
    LoadAgain,
}

/// Taken before anything else, so that none is missed.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
}

impl Signals {
    fn new() -> io::Result<Signals> {
        Ok(Signals {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    async fn next(&mut self) -> Asked {
        tokio::select! {
            _ = self.terminate.recv() => Asked::End,
            _ = self.interrupt.recv() => Asked::End,
            _ = self.hang_up.recv() => Asked::LoadAgain,
        }
    }
}
