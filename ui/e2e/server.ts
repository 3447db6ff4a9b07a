/// <reference types="node" />
// A real board server on loopback, which can be stopped and started again on the same address and data.

import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext } from 'playwright/test';
import { BoardPage, expect, Holdfast, test as base } from './holdfast';

const BINARY =
  process.env['HOLDFAST_SERVER_BINARY'] ??
  new URL('../../target/debug/holdfast-server', import.meta.url).pathname;
const START_MS_MAX = 20_000;

/** Nobody but the tests has it. */
export const PASSWORD = 'a long enough password';

/** PEM files. */
export interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
}

export class BoardServer {
  readonly folder: string;
  url = '';
  /** What it shows from its next start on; it does no TLS without. */
  tls: TlsFiles | undefined;
  /** From its next start on, its data lies on a disk of its own of so many MiB, with what the folder holds by then. */
  disk: number | undefined;
  /** What it is started with besides. */
  more: readonly string[] = [];
  #process: ChildProcess | undefined;

  constructor(folder: string) {
    this.folder = folder;
  }

  async addUser(name: string): Promise<void> {
    const add = execFile(BINARY, ['user', 'add', name, '--password-stdin', '--data-dir', this.folder]);
    add.stdin?.end(`${PASSWORD}\n`);
    const code = await new Promise((resolve) => add.once('exit', resolve));
    if (code !== 0) throw new Error(`no account for ${name}`);
  }

  /** Starts it where it was before, or on a free port. */
  async start(): Promise<void> {
    const listen = this.url === '' ? '127.0.0.1:0' : new URL(this.url).host;
    const words = ['serve', '--data-dir', this.folder, '--listen', listen, '--json', ...this.more];
    if (this.tls) words.push('--tls-cert', this.tls.certificate, '--tls-key', this.tls.key);
    const [program, given] = this.#onDisk([BINARY, ...words]);
    const process = spawn(program, given, { stdio: ['ignore', 'pipe', 'ignore'] });
    this.#process = process;
    this.url = await new Promise((resolve, reject) => {
      let printed = '';
      const late = setTimeout(() => reject(new Error(`no address in: ${printed}`)), START_MS_MAX);
      process.stdout.on('data', (part: Buffer) => {
        printed += part.toString();
        const url = /"url":"([^"]+)"/.exec(printed)?.[1];
        if (url === undefined) return;
        clearTimeout(late);
        resolve(url);
      });
      process.once('exit', () => reject(new Error(`ended with: ${printed}`)));
    });
  }

  /** The same, in a namespace where the folder is a disk. */
  #onDisk([program, ...words]: readonly [string, ...string[]]): readonly [string, readonly string[]] {
    if (this.disk === undefined) return [program, words];
    const mount = `cp -a "$1" "$1.was" && mount -t tmpfs -o size=${String(this.disk)}m tmpfs "$1" &&
      cp -a "$1.was/." "$1" && rm -r "$1.was" && shift && exec "$@"`;
    return [
      'unshare',
      ['--mount', '--propagation', 'private', 'sh', '-c', mount, 'sh', this.folder, program, ...words],
    ];
  }

  /** Fills its disk to the last byte. */
  async fill(): Promise<void> {
    for (const size of [1024 * 1024, 4096]) {
      const some = Buffer.alloc(size);
      for (;;) {
        try {
          await appendFile(this.#filling(), some);
        } catch (error) {
          if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') break;
          throw error;
        }
      }
    }
  }

  async makeRoom(): Promise<void> {
    await rm(this.#filling());
  }

  /** As its own namespace sees the folder. */
  #filling(): string {
    return `/proc/${String(this.#process?.pid)}/root${join(this.folder, 'filling')}`;
  }

  /** Ends it by its own id, as a failing machine would. */
  async stop(): Promise<void> {
    const process = this.#process;
    if (!process || process.exitCode !== null || process.signalCode !== null) return;
    const over = new Promise((resolve) => process.once('exit', resolve));
    process.kill('SIGKILL');
    await over;
  }
}

/** Somebody at their own computer: a data folder, the program on it, and a browser of their own. */
export class Seat {
  readonly holdfast: Holdfast;
  readonly board: BoardPage;
  readonly context: BrowserContext;

  private constructor(holdfast: Holdfast, board: BoardPage, context: BrowserContext) {
    this.holdfast = holdfast;
    this.board = board;
    this.context = context;
  }

  static async take(browser: Browser): Promise<Seat> {
    const holdfast = new Holdfast(await mkdtemp(join(tmpdir(), 'holdfast-seat-')));
    const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
    const page = await context.newPage();
    await page.goto(await holdfast.web());
    await page.getByRole('heading', { name: 'Welcome to Holdfast' }).waitFor();
    return new Seat(holdfast, new BoardPage(page), context);
  }

  get page() {
    return this.board.page;
  }

  /** Starts the program again, which had ended. */
  async again(): Promise<void> {
    await this.page.goto(await this.holdfast.web());
    await this.page.locator('section.column').first().waitFor();
  }

  async leave(): Promise<void> {
    await this.context.close();
    await this.holdfast.end();
    await rm(this.holdfast.folder, { recursive: true, force: true });
  }

  /** Runs an action as a person does who knows its name. */
  async palette(words: string): Promise<void> {
    await this.page.keyboard.press('Control+k');
    await this.page.getByPlaceholder('What do you want to do?').fill(words);
    await this.page.keyboard.press('Enter');
  }

  /** The foot of the sidebar. */
  foot() {
    return this.page.locator('.foot');
  }

  dialog(name: string | RegExp) {
    return this.page.getByRole('dialog', { name });
  }

  toast(text: string) {
    return this.page.locator('[data-sonner-toast]', { hasText: text });
  }

  async signIn(server: BoardServer, name: string): Promise<void> {
    await this.palette('Sign in at a server');
    const dialog = this.dialog('Sign in at a server');
    await dialog.getByLabel('Address of the server').fill(server.url);
    await dialog.getByLabel('Name').fill(name);
    await dialog.getByLabel('Password').fill(PASSWORD);
    await this.page.keyboard.press('Enter');
    await expect(dialog).toHaveCount(0);
  }

  /** Shares the board on screen, and waits until people can be invited. */
  async share(): Promise<void> {
    await this.palette('Share the board');
    await this.dialog(/^Share/)
      .getByRole('button', { name: 'Share the board' })
      .click();
    await expect(this.dialog(/^People on/).getByRole('button', { name: 'Make a link' })).toBeVisible();
  }

  /** A link to the board on screen, whose dialog is open, for somebody who may do so much. */
  async invite(role: string): Promise<string> {
    const dialog = this.dialog(/^People on/);
    await dialog.getByLabel('What they may do').click();
    await this.page.getByRole('option', { name: role, exact: true }).click();
    await dialog.getByRole('button', { name: 'Make a link' }).click();
    const link = dialog.getByRole('textbox', { name: 'Link' });
    await expect(link).toHaveValue(/\/join#hfi_/);
    return link.inputValue();
  }

  /** Joins with a link as somebody new, and waits until the board is there. */
  async join(link: string, name: string): Promise<void> {
    await this.palette('Join with a link');
    const dialog = this.dialog('Join with a link');
    await dialog.getByLabel('Link').fill(link);
    await this.page.keyboard.press('Enter');
    await dialog.getByLabel('Name').fill(name);
    await dialog.getByLabel(/^Password/).fill(PASSWORD);
    await this.page.keyboard.press('Enter');
    await this.page.locator('section.column').first().waitFor();
  }
}

interface Fixtures {
  readonly server: BoardServer;
  /** Somebody who just started Holdfast. */
  readonly seat: () => Promise<Seat>;
}

export const test = base.extend<Fixtures>({
  // eslint-disable-next-line no-empty-pattern -- the runner reads the pattern to know what it needs
  server: async ({}, use) => {
    const server = new BoardServer(await mkdtemp(join(tmpdir(), 'holdfast-server-')));
    await server.addUser('ada');
    await server.start();
    await use(server);
    await server.stop();
    await rm(server.folder, { recursive: true, force: true });
  },
  seat: async ({ browser }, use) => {
    const seats: Seat[] = [];
    const failures: string[] = [];
    await use(async () => {
      const seat = await Seat.take(browser);
      seat.page.on('pageerror', (error) => failures.push(error.message));
      seats.push(seat);
      return seat;
    });
    for (const seat of seats) await seat.leave();
    expect(failures).toEqual([]);
  },
});

export { expect } from 'playwright/test';
