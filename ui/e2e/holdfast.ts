/// <reference types="node" />
// Each test gets a Holdfast of its own: a fresh data folder, the real program serving the real page on
// loopback, and the truth as the command line reads it from the same folder.

import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, type Locator, type Page, test as base } from 'playwright/test';
import type { Request } from '../src/generated/Request';

const BINARY =
  process.env['HOLDFAST_BINARY'] ?? new URL('../../target/debug/holdfast', import.meta.url).pathname;
/** A board of thousands is a lot to print. */
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;
const START_MS_MAX = 20_000;
/** A bus that is none: the keyring of whoever runs the tests is none of ours. Unset would be the usual one. */
const ENVIRONMENT = { ...process.env, DBUS_SESSION_BUS_ADDRESS: 'disabled:' };

export interface ShownCard {
  readonly id: string;
  readonly title: string;
  readonly archived: boolean;
  readonly labels: readonly string[];
}

export interface ShownColumn {
  readonly id: string;
  readonly title: string;
  readonly archived: boolean;
  readonly cards: readonly ShownCard[];
}

interface Shown {
  readonly board: { readonly id: string; readonly title: string };
  readonly columns: readonly ShownColumn[];
}

function isShown(printed: unknown): printed is Shown {
  return typeof printed === 'object' && printed !== null && 'board' in printed && 'columns' in printed;
}

export class Holdfast {
  readonly folder: string;
  #web: ChildProcess | undefined;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Runs the command line on the folder of the page. */
  async run(...words: readonly string[]): Promise<string> {
    const run = promisify(execFile);
    const { stdout } = await run(BINARY, ['--data-dir', this.folder, ...words], {
      env: ENVIRONMENT,
      maxBuffer: OUTPUT_BYTES_MAX,
    });
    return stdout;
  }

  /** Asks what the window can ask, from outside of it; the answer as it is printed. */
  async ask(request: Request): Promise<string> {
    const call = spawn(BINARY, ['--data-dir', this.folder, 'call'], {
      env: ENVIRONMENT,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let answer = '';
    call.stdout.on('data', (part: Buffer) => (answer += part.toString()));
    call.stdin.end(`${JSON.stringify(request)}\n`);
    await new Promise((resolve) => call.on('close', resolve));
    if (!answer.startsWith('{"ok"')) throw new Error(answer);
    return answer;
  }

  /** Resolves when a draft that holds this text lies on disk. */
  async journalled(text: string): Promise<void> {
    await expect.poll(() => this.ask({ ask: 'open' })).toContain(JSON.stringify(text).slice(1, -1));
  }

  /** A board with these columns, each with its cards; returns the board's id. */
  async board(title: string, columns: Readonly<Record<string, readonly string[]>>): Promise<string> {
    const names = Object.keys(columns).flatMap((name) => ['--column', name]);
    await this.run('board', 'create', title, ...names);
    const shown = await this.show(title);
    for (const column of shown.columns) {
      const titles = columns[column.title] ?? [];
      if (titles.length === 0) continue;
      await this.ask({
        ask: 'edit',
        board: shown.board.id,
        edit: { verb: 'addCards', column: column.id, place: { at: 'last' }, titles: [...titles] },
      });
    }
    return shown.board.id;
  }

  async show(board: string): Promise<Shown> {
    const shown: unknown = JSON.parse(await this.run('board', 'show', board, '--json'));
    if (!isShown(shown)) throw new Error('that is no board');
    return shown;
  }

  /** `To do: a b | Doing: c`, as it lies on disk. */
  async drawn(board: string): Promise<string> {
    const { columns } = await this.show(board);
    return columns
      .filter((column) => !column.archived)
      .map((column) => {
        const titles = column.cards.filter((card) => !card.archived).map((card) => card.title);
        return `${column.title}: ${titles.join(' ')}`.trim();
      })
      .join(' | ');
  }

  /** Serves the page, and resolves with its address. */
  async web(): Promise<string> {
    const web = spawn(BINARY, ['--data-dir', this.folder, 'web'], {
      env: ENVIRONMENT,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#web = web;
    return new Promise((resolve, reject) => {
      let printed = '';
      const late = setTimeout(() => reject(new Error(`no address in: ${printed}`)), START_MS_MAX);
      const read = (part: Buffer): void => {
        printed += part.toString();
        const address = /http:\/\/\S+#key=\S+/.exec(printed)?.[0];
        if (address === undefined) return;
        clearTimeout(late);
        resolve(address);
      };
      web.stdout.on('data', read);
      web.stderr.on('data', read);
      web.on('exit', () => reject(new Error(`ended with: ${printed}`)));
    });
  }

  /** Ends the program as a power cut would: nothing of it runs any more. */
  async crash(): Promise<void> {
    const web = this.#web;
    if (!web || web.exitCode !== null || web.signalCode !== null) return;
    const over = new Promise((resolve) => web.once('exit', resolve));
    web.kill('SIGKILL');
    await over;
  }

  /** Ends the program by its own id. */
  async end(): Promise<void> {
    const web = this.#web;
    if (!web || web.exitCode !== null || web.signalCode !== null) return;
    const over = new Promise((resolve) => web.once('exit', resolve));
    web.kill('SIGTERM');
    await over;
  }
}

/** The page of a board, and what a person sees on it. */
export class BoardPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  column(title: string): Locator {
    return this.page
      .locator('section.column')
      .filter({ has: this.page.locator('h2', { hasText: exactly(title) }) });
  }

  /** A card by its whole title. */
  card(title: string): Locator {
    return this.page.locator('[data-card-id]').filter({ has: this.page.getByText(title, { exact: true }) });
  }

  async focused(): Promise<string> {
    return this.page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '');
  }

  /** What was read out last. */
  voice(): Locator {
    return this.page.locator('[aria-live="assertive"]');
  }

  /** Holds what is at `from` by the mouse and brings it to `to`, without letting go. */
  async hold(from: Locator, to: Locator): Promise<void> {
    const start = await centre(from);
    const end = await centre(to);
    await this.page.mouse.move(start.x, start.y);
    await this.page.mouse.down();
    for (let step = 1; step <= 8; step += 1) {
      const share = step / 8;
      await this.page.mouse.move(start.x + (end.x - start.x) * share, start.y + (end.y - start.y) * share);
      await this.page.waitForTimeout(20);
    }
    await this.page.waitForTimeout(200);
  }

  /** What is held has landed. */
  async settled(): Promise<void> {
    await expect(this.page.locator('.held, .slot')).toHaveCount(0);
  }
}

export async function centre(thing: Locator): Promise<{ readonly x: number; readonly y: number }> {
  const box = await thing.boundingBox();
  if (!box) throw new Error('it is not in sight');
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

function exactly(text: string): RegExp {
  return new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`);
}

interface Fixtures {
  readonly holdfast: Holdfast;
  /** Opens the page on what the folder holds by then. */
  readonly open: () => Promise<BoardPage>;
}

export const test = base.extend<Fixtures>({
  // eslint-disable-next-line no-empty-pattern -- the runner reads the pattern to know what it needs
  holdfast: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-e2e-'));
    const holdfast = new Holdfast(folder);
    await use(holdfast);
    await holdfast.end();
    await rm(folder, { recursive: true, force: true });
  },
  open: async ({ holdfast, page }, use) => {
    const failures: string[] = [];
    page.on('pageerror', (error) => failures.push(error.message));
    await use(async () => {
      await page.goto(await holdfast.web());
      await page.locator('section.column').first().waitFor();
      return new BoardPage(page);
    });
    expect(failures).toEqual([]);
  },
});

export { expect } from 'playwright/test';
