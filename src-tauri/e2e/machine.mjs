// The machine that the window runs on: a display without a screen, a session bus of its own, a folder
// for the boards, and the driver. Everything that is started here is ended by its own process id.

import { spawn, execFile } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Session } from './webdriver.mjs';

const ROOT = new URL('../../', import.meta.url).pathname;
const TARGET = process.env.CARGO_TARGET_DIR ?? join(ROOT, 'target');
export const WINDOW = process.env.HOLDFAST_DESKTOP ?? join(TARGET, 'debug/holdfast-desktop');
const COMMAND = process.env.HOLDFAST ?? join(TARGET, 'debug/holdfast');

export class Machine {
  #display;
  #bus;
  #home;
  #windows = [];
  environment;

  static async start() {
    const machine = new Machine();
    await machine.#begin();
    return machine;
  }

  async #begin() {
    this.#home = await mkdtemp(join(tmpdir(), 'holdfast-window-'));
    this.#display = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1440x900x24', '-nolisten', 'tcp'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    });
    const [number] = await once(this.#display.stdio[3], 'data');
    this.#bus = spawn('dbus-daemon', ['--session', '--nofork', '--print-address=1'], {
      stdio: ['ignore', 'pipe', 'ignore'],
      // It starts a keyring for whoever asks: not on the secrets of whoever runs the tests.
      env: { PATH: process.env.PATH, HOME: this.#home, XDG_RUNTIME_DIR: this.#home },
    });
    const [address] = await once(this.#bus.stdout, 'data');
    this.environment = {
      PATH: process.env.PATH,
      HOME: this.#home,
      LANG: 'C.UTF-8',
      DISPLAY: `:${String(number).trim()}`,
      DBUS_SESSION_BUS_ADDRESS: String(address).trim(),
      XDG_RUNTIME_DIR: this.#home,
      GDK_BACKEND: 'x11',
      // There is no graphics card here.
      LIBGL_ALWAYS_SOFTWARE: '1',
    };
  }

  async folder() {
    return mkdtemp(join(this.#home, 'boards-'));
  }

  /** The command line on a folder. */
  async holdfast(folder, ...args) {
    const run = promisify(execFile);
    const { stdout } = await run(COMMAND, ['--data-dir', folder, ...args], {
      env: this.environment,
      maxBuffer: 256 << 20,
    });
    return stdout;
  }

  /** What the window could ask, asked by the command line. */
  async ask(folder, request) {
    const run = promisify(execFile)(COMMAND, ['--data-dir', folder, 'call'], { env: this.environment });
    run.child.stdin.end(`${JSON.stringify(request)}\n`);
    return JSON.parse((await run).stdout).ok;
  }

  async json(folder, ...args) {
    return JSON.parse(await this.holdfast(folder, ...args, '--json'));
  }

  /** `wrap` is a command that the program is started through, as `unshare`; `args` are its own. */
  async open(folder, { wrap = [], args = [] } = {}) {
    await access(WINDOW);
    const window = await Window.start(this.environment, folder, { wrap, args });
    this.#windows.push(window);
    return window;
  }

  /** Starts the program once more, undriven, and waits until it ends by itself. */
  async startAgain(folder, ...more) {
    const run = promisify(execFile);
    await run(WINDOW, ['--data-dir', folder, ...more], { env: this.environment, timeout: 20_000 });
  }

  /** Keeps a picture of every window that is still open, for whoever wants to know why a test failed. */
  async picture(name) {
    const folder = join(TARGET, 'test-logs');
    await mkdir(folder, { recursive: true });
    for (const [number, window] of this.#windows.entries()) {
      const picture = await window.session.screenshot().catch(() => undefined);
      const file = join(folder, `${name.replace(/[^a-z0-9]+/gi, '-')}-${number}.png`);
      if (picture) await writeFile(file, picture);
    }
  }

  async stop() {
    for (const window of this.#windows) await window.end();
    for (const started of [this.#bus, this.#display]) await ended(started, 'SIGTERM');
    await rm(this.#home, { recursive: true, force: true });
  }
}

export class Window {
  #driver;
  session;
  /** Process ids. */
  app;
  page;

  static async start(environment, folder, { wrap, args: own }) {
    const window = new Window();
    const port = await freePort();
    const [program, ...args] = [...wrap, 'WebKitWebDriver', `--port=${port}`];
    window.#driver = spawn(program, args, {
      env: { ...environment, HOLDFAST_DATA_DIR: folder, TAURI_WEBVIEW_AUTOMATION: 'true' },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    try {
      await window.#drive(`http://127.0.0.1:${port}`, own);
    } catch (error) {
      for (const { pid } of await descendants(window.#driver.pid)) process.kill(pid, 'SIGKILL');
      await ended(window.#driver, 'SIGTERM');
      throw error;
    }
    return window;
  }

  async #drive(driver, args) {
    await until('the driver answers', () => fetch(`${driver}/status`).then((answer) => answer.ok));
    this.session = await Session.open(driver, WINDOW, args);
    const below = await descendants(this.#driver.pid);
    this.app = below.find((one) => one.name === 'holdfast-deskto')?.pid;
    this.page = below.find((one) => one.name === 'WebKitWebProces')?.pid;
  }

  hasEnded() {
    return isGone(this.app);
  }

  /** As a power cut would. */
  async kill() {
    process.kill(this.app, 'SIGKILL');
    await until('the program is gone', () => isGone(this.app));
    await ended(this.#driver, 'SIGTERM');
  }

  /** As a person quits; what hangs is ended all the same, and that is a failure. */
  async end() {
    if (this.#driver.exitCode !== null || this.#driver.signalCode !== null) return;
    await this.session.run(quit).catch(() => undefined);
    try {
      await until('the program has quit', () => isGone(this.app));
    } finally {
      if (!(await isGone(this.app))) process.kill(this.app, 'SIGKILL');
      await ended(this.#driver, 'SIGTERM');
    }
  }
}

// Runs in the page.
function quit() {
  void window.__TAURI_INTERNALS__.invoke('call', { call: { to: 'shell', request: { ask: 'quit' } } });
}

/** Tries until it is true, for at most 20 seconds; what was thrown last is the cause. */
export async function until(what, probe, limit_ms = 20_000) {
  const limit = Date.now() + limit_ms;
  let cause;
  while (Date.now() < limit) {
    try {
      const value = await probe();
      if (value) return value;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    await wait(50);
  }
  throw new Error(`did not come true: ${what}`, { cause });
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

async function ended(started, signal) {
  if (started.exitCode !== null || started.signalCode !== null) return;
  started.kill(signal);
  await once(started, 'exit');
}

/** Every process below one, with the name that the kernel knows (15 letters at most). */
async function descendants(root) {
  const all = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    const parts = /^\d+ \((.*)\) \S (\d+)/s.exec(stat);
    if (parts) all.push({ pid: Number(pid), name: parts[1], parent: Number(parts[2]) });
  }
  const below = [];
  for (let parents = [root]; parents.length > 0; ) {
    const children = all.filter((one) => parents.includes(one.parent));
    below.push(...children);
    parents = children.map((one) => one.pid);
  }
  return below;
}

async function isGone(pid) {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat === '' || /^\d+ \(.*\) Z/s.test(stat);
}
