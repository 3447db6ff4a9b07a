//! A session bus of the test's own with a real keyring on it, in a folder of its own.

use super::{Ended, ended, on};
use std::{
    ffi::OsStr,
    fs,
    io::{BufRead, BufReader, Write},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    thread,
    time::Duration,
};
use tempfile::TempDir;

const LOGIN: &str = "/org/freedesktop/secrets/collection/login";

const EVERY: Duration = Duration::from_millis(20);
const TRIES: usize = 1500;

pub struct Session {
    folder: TempDir,
    bus: Child,
    pub address: String,
    keyring: Option<Child>,
}

impl Session {
    /// A bus, and nobody on it who keeps secrets.
    pub fn new() -> Session {
        let folder = tempfile::tempdir().unwrap();
        let run = folder.path().join("run");
        fs::create_dir(&run).unwrap();
        fs::set_permissions(&run, fs::Permissions::from_mode(0o700)).unwrap();
        // Nobody is started because somebody asks for them: what is on the bus is what the test puts there.
        let config = folder.path().join("bus.conf");
        fs::write(
            &config,
            format!(
                "<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\"
                 \"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">
                 <busconfig><type>session</type><listen>unix:tmpdir={}</listen>
                 <policy context=\"default\"><allow send_destination=\"*\" eavesdrop=\"true\"/>
                 <allow eavesdrop=\"true\"/><allow own=\"*\"/></policy></busconfig>",
                run.display()
            ),
        )
        .unwrap();
        let mut command = Command::new("dbus-daemon");
        command.args(["--nofork", "--print-address=1"]).arg("--config-file").arg(config);
        let mut bus = within(&mut command, folder.path()).stdout(Stdio::piped()).spawn().unwrap();
        let mut address = String::new();
        BufReader::new(bus.stdout.take().unwrap()).read_line(&mut address).unwrap();
        Session { folder, bus, address: address.trim().to_owned(), keyring: None }
    }

    /// Somebody logs in: their keyring is there, and open.
    pub fn log_in(&mut self) {
        let mut command = Command::new("gnome-keyring-daemon");
        command.args(["--foreground", "--unlock", "--components=secrets"]);
        let command = within(&mut command, self.folder.path());
        command.env("DBUS_SESSION_BUS_ADDRESS", &self.address);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut keyring = command.spawn().unwrap();
        keyring.stdin.take().unwrap().write_all(b"a password").unwrap();
        self.keyring = Some(keyring);
        let owned = ["org.freedesktop.DBus.NameHasOwner", "string:org.freedesktop.secrets"];
        until("the keyring is on the bus", || {
            said(&self.ask("org.freedesktop.DBus", "/", &owned)).contains("boolean true")
        });
        let default = ["org.freedesktop.Secret.Service.ReadAlias", "string:default"];
        until("the keyring is open", || said(&self.ask_keyring(&default)).contains(LOGIN));
    }

    /// Until somebody logs in again.
    pub fn log_out(&mut self) {
        if let Some(mut keyring) = self.keyring.take() {
            keyring.kill().unwrap();
            keyring.wait().unwrap();
        }
    }

    pub fn lock(&self) {
        let lock = format!("array:objpath:{LOGIN}");
        let locked = self.ask_keyring(&["org.freedesktop.Secret.Service.Lock", &lock]);
        assert!(said(&locked).contains(LOGIN), "{locked:?}");
    }

    /// How many tokens the keyring holds for a server.
    pub fn tokens(&self, server: &str) -> usize {
        let attributes = format!("dict:string:string:application,holdfast,server,{server}");
        let found = self.ask_keyring(&["org.freedesktop.Secret.Service.SearchItems", &attributes]);
        assert!(found.status.success(), "{found:?}");
        said(&found).matches(LOGIN).count()
    }

    /// The program within this session.
    pub fn on<A: AsRef<OsStr>>(
        &self,
        data: &Path,
        arguments: impl IntoIterator<Item = A>,
    ) -> Command {
        let mut command = on(data, arguments);
        command.env("DBUS_SESSION_BUS_ADDRESS", &self.address);
        command
    }

    pub fn run<A: AsRef<OsStr>>(
        &self,
        data: &Path,
        arguments: impl IntoIterator<Item = A>,
    ) -> Ended {
        ended(&mut self.on(data, arguments))
    }

    fn ask_keyring(&self, words: &[&str]) -> Output {
        self.ask("org.freedesktop.secrets", "/org/freedesktop/secrets", words)
    }

    fn ask(&self, whom: &str, path: &str, words: &[&str]) -> Output {
        let mut command = Command::new("dbus-send");
        command.args(["--session", "--print-reply", &format!("--dest={whom}"), path]).args(words);
        command.env("DBUS_SESSION_BUS_ADDRESS", &self.address).output().unwrap()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.log_out();
        self.bus.kill().ok();
        self.bus.wait().ok();
    }
}

/// Nothing of whoever runs the tests.
fn within<'a>(command: &'a mut Command, folder: &Path) -> &'a mut Command {
    let home = |name: &str| -> PathBuf { folder.join(name) };
    command.env_remove("DBUS_SESSION_BUS_ADDRESS").env_remove("GNOME_KEYRING_CONTROL");
    command.env("HOME", folder).env("XDG_RUNTIME_DIR", home("run"));
    for (variable, name) in
        [("XDG_DATA_HOME", "data"), ("XDG_CONFIG_HOME", "config"), ("XDG_CACHE_HOME", "cache")]
    {
        command.env(variable, home(name));
    }
    command
}

/// Asks again and again, for as long as a slow machine may take.
pub fn until(what: &str, is: impl Fn() -> bool) {
    for _ in 0..TRIES {
        if is() {
            return;
        }
        thread::sleep(EVERY);
    }
    panic!("it never came about that {what}");
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}
