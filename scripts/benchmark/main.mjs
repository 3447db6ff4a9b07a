// What it costs: see scripts/bench.

import { spawnSync } from 'node:child_process';
import { closeSync, fsyncSync, openSync, readFileSync, readdirSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { trelloBoard } from './board.mjs';
import { Caller } from './caller.mjs';

const ROOT = new URL('../../', import.meta.url).pathname;
const RELEASE = join(process.env.CARGO_TARGET_DIR ?? join(ROOT, 'target'), 'release');
const HOLDFAST = join(RELEASE, 'holdfast');
const CARDS = 10_000;
const IN_ONE_COLUMN = 5_000;
const IMPORTS = 5;
const EDITS = 500;
const STARTS = 5;

process.env.HOLDFAST_DESKTOP = join(RELEASE, 'holdfast-desktop');
process.env.HOLDFAST = HOLDFAST;

const results = [];

function say(what, unit, values, note = '') {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
  const row = { what, unit, runs: sorted.length, min: sorted[0], median: at(0.5), p99: at(0.99), max: sorted.at(-1), note };
  results.push(row);
  const figure = (value) => value.toFixed(value < 100 ? 2 : 0).padStart(9);
  const spread = sorted.length > 1 ? ` min ${figure(row.min)}  p99 ${figure(row.p99)}  max ${figure(row.max)}  n ${row.runs}` : '';
  console.log(`${what.padEnd(46)} ${figure(row.median)} ${unit.padEnd(4)}${spread}${note ? `  (${note})` : ''}`);
}

/** The floor below every durable edit: 4 KiB written and forced to the disk. */
function measureFsync(folder) {
  const file = openSync(join(folder, 'fsync'), 'w');
  const page = Buffer.alloc(4096, 1);
  const times = Array.from({ length: 300 }, () => {
    writeSync(file, page);
    const began = performance.now();
    fsyncSync(file);
    return performance.now() - began;
  });
  closeSync(file);
  say('floor: one fsync of 4 KiB', 'ms', times);
}

async function fresh(work) {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function command(folder, ...args) {
  const began = performance.now();
  const ran = spawnSync(HOLDFAST, ['--data-dir', folder, ...args], { maxBuffer: 1 << 28 });
  if (ran.status !== 0) throw new Error(String(ran.stderr));
  return { ms: performance.now() - began, text: String(ran.stdout) };
}

async function measureImport(file) {
  const times = [];
  for (let run = 0; run < IMPORTS; run++) {
    await fresh((folder) => times.push(command(folder, 'import', file).ms));
  }
  say(`import of ${CARDS} cards, whole command`, 'ms', times);
}

async function measureBoard(folder) {
  const board = JSON.parse(command(folder, 'board', 'list', '--json').text)[0].id;
  const opens = [];
  let bytes = 0;
  for (let run = 0; run < 5; run++) {
    const caller = new Caller(HOLDFAST, folder);
    await caller.ask({ ask: 'open' });
    const answer = await caller.ask({ ask: 'board', board });
    opens.push(answer.ms);
    bytes = answer.bytes;
    await caller.end();
  }
  say(`opening the board of ${CARDS} from the disk`, 'ms', opens, `${IN_ONE_COLUMN} in one column`);
  const caller = new Caller(HOLDFAST, folder);
  const { ok } = await caller.ask({ ask: 'board', board });
  const again = [];
  for (let run = 0; run < 20; run++) again.push((await caller.ask({ ask: 'board', board })).ms);
  say('the same board once it is in memory', 'ms', again, `${(bytes / 1e6).toFixed(1)} MB of JSON`);
  await measureEdits(caller, board, ok.content);
  const searches = [];
  for (let run = 0; run < 50; run++) searches.push((await caller.ask({ ask: 'search', words: `recon ${run}` })).ms);
  say('search over all of it', 'ms', searches);
  await caller.end();
}

async function measureEdits(caller, board, content) {
  const [column] = content.columns;
  const cards = content.cards.filter((card) => card.column === column.id);
  const moves = [];
  const renames = [];
  const drafts = [];
  for (let run = 0; run < EDITS; run++) {
    const card = cards[(run * 31) % cards.length].id;
    const neighbour = cards[(run * 17 + 5) % cards.length].id;
    const move = { verb: 'moveCards', cards: [card], column: column.id, place: { at: 'after', neighbours: [neighbour] } };
    moves.push((await caller.ask({ ask: 'edit', board, edit: move })).ms);
    const rename = { verb: 'renameCard', card, title: `Renamed ${run}` };
    renames.push((await caller.ask({ ask: 'edit', board, edit: rename })).ms);
    const draft = { key: `card/${card}/comment`, board, card, column: null, text: `typing ${run}`, saved_ms: 0, savedMs: 0 };
    drafts.push((await caller.ask({ ask: 'saveDraft', draft })).ms);
  }
  say('one durable move among 5,000', 'ms', moves, 'asked to answered');
  say('one durable rename', 'ms', renames, 'asked to answered');
  say('one durable draft', 'ms', drafts, 'asked to answered');
}

async function measureWindow(folder) {
  const { Machine, until } = await import('../../src-tauri/e2e/machine.mjs');
  const machine = await Machine.start();
  const times = [];
  let memory = 0;
  try {
    for (let run = 0; run < STARTS + 1; run++) {
      const began = performance.now();
      const window = await machine.open(folder);
      await until('the board is painted', () =>
        window.session.run(() => document.querySelectorAll('[data-card-id]').length > 5));
      // The first start fills the caches.
      if (run > 0) times.push(performance.now() - began);
      memory = proportionalMemory(window.app);
      await window.end();
    }
  } finally {
    await machine.stop();
  }
  say(`window start to the painted board of ${CARDS}`, 'ms', times, 'driver included');
  say('memory of the window and its web processes', 'MB', [memory / 1024]);
}

/** What a server writes and lists: the load is a program of its own, which prints its figures as they come. */
function measureServer(folder) {
  const file = join(folder, 'load.json');
  const ran = spawnSync(join(RELEASE, 'holdfast-load'), ['--folder', folder, '--json', file], { stdio: 'inherit' });
  if (ran.status !== 0) throw new Error('the server could not be measured');
  results.push(...JSON.parse(readFileSync(file, 'utf8')));
}

/** Of a process and all below it, in KiB, each shared page counted once. */
function proportionalMemory(root) {
  const parents = new Map();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const stat = read(`/proc/${pid}/stat`);
    const parent = /^\d+ \(.*\) \S (\d+)/s.exec(stat)?.[1];
    if (parent) parents.set(Number(pid), Number(parent));
  }
  const below = (pid) => pid === root || (parents.has(pid) && below(parents.get(pid)));
  return [...parents.keys()]
    .filter(below)
    .map((pid) => Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0))
    .reduce((sum, kib) => sum + kib, 0);
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function measureSizes() {
  const bundles = join(RELEASE, 'bundle');
  for (const kind of ['deb', 'rpm']) {
    for (const name of readdirSync(join(bundles, kind)).filter((name) => name.endsWith(`.${kind}`))) {
      say(`package .${kind}`, 'MB', [statSync(join(bundles, kind, name)).size / 1e6]);
    }
  }
  say('program of the window', 'MB', [statSync(process.env.HOLDFAST_DESKTOP).size / 1e6]);
  say('command line', 'MB', [statSync(HOLDFAST).size / 1e6]);
  const page = join(ROOT, 'ui/dist');
  const index = readFileSync(join(page, 'index.html'), 'utf8');
  const first = [...index.matchAll(/(?:src|href)="\.\/([^"]+\.(?:js|css))"/g)].map((match) => match[1]);
  const files = ['index.html', ...first].map((name) => readFileSync(join(page, name)));
  const sum = (sizes) => sizes.reduce((all, size) => all + size, 0) / 1e3;
  say('first load of the page', 'kB', [sum(files.map((file) => file.length))]);
  say('first load of the page, gzip', 'kB', [sum(files.map((file) => gzipSync(file).length))]);
}

console.log(`${cpus().length} cores, ${cpus()[0]?.model ?? 'unknown'}, node ${process.version}`);
await fresh(measureServer);
await fresh(async (folder) => {
  measureFsync(folder);
  const file = join(folder, 'board.json');
  writeFileSync(file, trelloBoard(CARDS, IN_ONE_COLUMN));
  await measureImport(file);
  await fresh(async (boards) => {
    command(boards, 'import', file);
    await measureBoard(boards);
    if (!process.argv.includes('--no-window')) await measureWindow(boards);
  });
});
if (!process.argv.includes('--no-window')) measureSizes();
writeFileSync(join(RELEASE, '../bench.json'), `${JSON.stringify(results, undefined, 2)}\n`);
