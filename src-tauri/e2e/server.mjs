// A real board server on loopback, which can be stopped and started again at the same address.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = new URL('../../', import.meta.url).pathname;
const TARGET = process.env.CARGO_TARGET_DIR ?? join(ROOT, 'target');
const BINARY = process.env.HOLDFAST_SERVER ?? join(TARGET, 'debug/holdfast-server');

/** Nobody but the tests has it. */
export const PASSWORD = 'a long enough password';

export class Server {
  #folder;
  #process;
  url;

  /** With an account for each of these names. */
  static async start(...names) {
    const server = new Server();
    server.#folder = await mkdtemp(join(tmpdir(), 'holdfast-server-'));
    for (const name of names) await server.#addUser(name);
    await server.again();
    return server;
  }

  async #addUser(name) {
    const words = ['user', 'add', name, '--password-stdin', '--data-dir', this.#folder];
    const add = spawn(BINARY, words, { stdio: ['pipe', 'ignore', 'inherit'] });
    add.stdin.end(`${PASSWORD}\n`);
    const [code] = await once(add, 'exit');
    if (code !== 0) throw new Error(`no account for ${name}`);
  }

  /** Where it was before, or on a free port. */
  async again() {
    const listen = this.url === undefined ? '127.0.0.1:0' : new URL(this.url).host;
    const words = ['serve', '--data-dir', this.#folder, '--listen', listen, '--json'];
    this.#process = spawn(BINARY, words, { stdio: ['ignore', 'pipe', 'ignore'] });
    let printed = '';
    for await (const part of this.#process.stdout) {
      printed += part;
      this.url = /"url":"([^"]+)"/.exec(printed)?.[1];
      if (this.url !== undefined) break;
    }
    if (this.url === undefined) throw new Error(`the server ended with: ${printed}`);
  }

  /** As a power cut would. */
  async kill() {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#process.kill('SIGKILL');
    await once(this.#process, 'exit');
  }

  async stop() {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
