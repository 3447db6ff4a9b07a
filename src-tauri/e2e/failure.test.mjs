// The failure screens, each made real: a folder that cannot be written, a full disk, a damaged file, a
// database from a newer version, a second window. Each says what happened, what was kept and what to do,
// and harms nothing. HOLDFAST_SCREENS=DIR keeps their pictures there.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, open as openFile, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Machine, until } from './machine.mjs';
import { Page } from './page.mjs';

const run = promisify(execFile);

// Root ignores permission bits, so a folder is made read-only by mounting it so, in a namespace of its own.
const NAMESPACE = ['unshare', '--mount', ...(process.getuid() === 0 ? [] : ['--map-root-user'])];
const READ_ONLY = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"';
const SMALL_DISK = 'mount -t tmpfs -o size=4m,mode=700 tmpfs "$0" && exec "$@"';

let machine;
before(async () => {
  machine = await Machine.start();
});
afterEach(async (context) => {
  if (!context.passed) await machine.picture(context.name);
});
after(() => machine.stop());

const within = (script, folder) => [...NAMESPACE, 'sh', '-c', script, folder];

/** A folder with one board of three cards, whole on disk. */
async function boards() {
  const folder = await machine.folder();
  await machine.holdfast(folder, 'board', 'create', 'Garden', '--column', 'To do');
  for (const title of ['Dig', 'Sow', 'Water']) {
    await machine.holdfast(folder, 'card', 'add', 'Garden', '--column', 'To do', title);
  }
  return folder;
}

async function open(folder, options) {
  const window = await machine.open(folder, options);
  return { window, session: window.session, page: new Page(window.session) };
}

async function digest(folder) {
  const bytes = await readFile(join(folder, 'holdfast.db'));
  return createHash('sha256').update(bytes).digest('hex');
}

async function keepPicture(session, name) {
  const folder = process.env.HOLDFAST_SCREENS;
  if (!folder) return;
  await mkdir(folder, { recursive: true });
  // What moves at a start has come to rest by then.
  await wait(400);
  await writeFile(join(folder, `${name}.png`), await session.screenshot());
}

/** A screen says its three things, and is no blank window. */
async function shows(page, title) {
  await page.find('heading', title);
  const text = await page.text();
  assert.ok(text.includes('Data folder'), text);
}

test('a folder that cannot be written is said so, and its boards stay as they are', async () => {
  const folder = await boards();
  const former = await digest(folder);
  const { window, session, page } = await open(folder, { wrap: within(READ_ONLY, folder) });
  await shows(page, 'The data folder cannot be written');
  await keepPicture(session, 'read-only');
  await page.click('button', 'Try again');
  await shows(page, 'The data folder cannot be written');
  await window.end();
  assert.equal(await digest(folder), former);
});

test('a disk that fills while working keeps what was saved and what is being typed', async () => {
  const folder = await machine.folder();
  const { window, session, page } = await open(folder, { wrap: within(SMALL_DISK, folder) });
  await page.click('button', 'Try the example board', { starts: true });
  await page.click('button', '+ Add a card', { starts: true });
  await page.find('textbox', 'Title of the new card');

  const inside = join('/proc', String(window.app), 'root', folder);
  await fill(join(inside, 'filler'));
  const title = 'A card for which there is no room '.repeat(40).trim();
  await session.type(title);
  await session.press('Enter');
  await page.says('disk is full');
  await keepPicture(session, 'disk-full-while-working');
  // The draft may be refused before the card is, which is on its way and not in the field until then.
  await until('what was typed stands in its field again', async () =>
    session.run((text) => document.querySelector('textarea')?.value === text, title),
  );

  await run('rm', [join(inside, 'filler')]);
  await session.press('Enter');
  await until('it is saved once there is room', async () =>
    session.run(
      (text) => [...document.querySelectorAll('[role=option] .title')].some((one) => one.textContent === text),
      title,
    ),
  );
  await window.end();
});

test('a disk that is full at the start is said so', async () => {
  const folder = await machine.folder();
  const full = 'dd if=/dev/zero of="$0/filler" bs=4096 2>/dev/null; test -s "$0/filler" && exec "$@"';
  const script = SMALL_DISK.replace('exec "$@"', `{ ${full}; }`);
  const { window, session, page } = await open(folder, { wrap: within(script, folder) });
  await shows(page, 'The disk is full');
  await keepPicture(session, 'disk-full');
  await run('rm', [join('/proc', String(window.app), 'root', folder, 'filler')]);
  await page.click('button', 'Try again');
  await page.find('heading', 'Welcome to Holdfast');
  await window.end();
});

test('a damaged database is left as it is, and the newest good backup is offered', async () => {
  const folder = await boards();
  await machine.holdfast(folder, 'backup');
  await damage(join(folder, 'holdfast.db'));
  const former = await digest(folder);
  const { window, session, page } = await open(folder);
  await shows(page, 'The database is damaged');
  await page.says('3 cards on 1 board');
  assert.equal(await digest(folder), former);
  await keepPicture(session, 'damaged');

  await page.click('button', 'Go back to it…');
  await page.find('dialog', 'Go back to this backup?');
  await page.click('button', 'Go back to it');
  await page.click('button', 'Garden', { starts: true });
  await until('the cards are back', async () => (await page.titles('To do')).length === 3);
  await window.end();
  assert.deepEqual(await machine.json(folder, 'check'), { ok: true, problems: [] });
});

test('a database from a newer version is left alone', async () => {
  const folder = await boards();
  await run('sqlite3', [
    join(folder, 'holdfast.db'),
    `insert into _sqlx_migrations select 99999999, description, installed_on, success, checksum, execution_time
     from _sqlx_migrations limit 1; pragma wal_checkpoint(truncate)`,
  ]);
  const former = await digest(folder);
  const { window, session, page } = await open(folder);
  await shows(page, 'These boards need a newer Holdfast');
  await keepPicture(session, 'newer-database');
  await window.end();
  assert.equal(await digest(folder), former);
});

test('a second window on one folder says so, and works once the first is closed', async () => {
  const folder = await boards();
  const first = await open(folder);
  await first.page.click('button', 'Garden', { starts: true });
  // Another session bus, so that the second is not simply led to the first.
  const other = await Machine.start();
  try {
    const window = await other.open(folder);
    const page = new Page(window.session);
    await shows(page, 'Holdfast is open already');
    await keepPicture(window.session, 'open-already');
    await first.window.end();
    await page.click('button', 'Try again');
    await page.click('button', 'Garden', { starts: true });
    await until('the cards are there', async () => (await page.titles('To do')).length === 3);
  } finally {
    await other.stop();
  }
});

test('a second start on the same bus leads to the first window and ends', async () => {
  const folder = await boards();
  const { window } = await open(folder);
  await machine.startAgain(folder);
  assert.equal(await window.hasEnded(), false);
  await window.end();
});

async function fill(path) {
  const file = await openFile(path, 'w');
  try {
    for (const size of [65536, 4096]) {
      while (await file.write(Buffer.alloc(size)).then(({ bytesWritten }) => bytesWritten === size));
    }
  } catch (error) {
    assert.equal(error.code, 'ENOSPC');
  } finally {
    await file.close();
  }
}

/** Overwrites the middle of a file, as a failing disk might. */
async function damage(path) {
  const { size } = await stat(path);
  const file = await openFile(path, 'r+');
  await file.write(Buffer.alloc(16384, 0xa5), 0, 16384, Math.floor(size / 2 / 4096) * 4096);
  await file.close();
}
