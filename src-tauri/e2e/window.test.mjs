// The real window, from a first start to a crash: WebKitGTK, Tauri's own road into Rust, SQLite.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { Machine, until } from './machine.mjs';
import { Page } from './page.mjs';

let machine;
before(async () => {
  machine = await Machine.start();
});
afterEach(async (context) => {
  if (!context.passed) await machine.picture(context.name);
});
after(() => machine.stop());

/** Opens the window on a folder; fails unless it is a real one. */
async function open(folder) {
  const window = await machine.open(folder);
  assert.ok(window.app, 'the program runs');
  assert.ok(window.page, 'there is a WebKitWebProcess');
  assert.equal(await window.session.run(() => location.protocol), 'tauri:');
  return { window, session: window.session, page: new Page(window.session) };
}

async function columns(folder, board) {
  const shown = await machine.json(folder, 'board', 'show', board);
  return Object.fromEntries(
    shown.columns.map((column) => [column.title, column.cards.map((card) => card.title)]),
  );
}

test('a board is made, filled and worked, and the command line finds the same', async () => {
  const folder = await machine.folder();
  const { window, session, page } = await open(folder);

  await page.click('button', 'New board A title', { starts: true });
  await page.find('dialog', 'New board');
  await page.focus(await page.find('textbox', 'Title'));
  await session.type('Garden');
  await session.press('Enter');
  await page.find('heading', 'To do');

  await page.click('button', '+ Add a card', { starts: true });
  await page.find('textbox', 'Title of the new card');
  for (const title of ['Dig', 'Sow', 'Water']) {
    await session.type(title);
    await session.press('Enter');
    await until(`${title} is there`, async () => (await page.titles('To do')).includes(title));
  }
  await session.press('Escape');
  assert.deepEqual(await page.titles('To do'), ['Dig', 'Sow', 'Water']);

  const from = await page.centre(await page.find('option', 'Sow', { starts: true }));
  const column = await page.find('region', 'Doing', { starts: true });
  const to = await session.run((one) => {
    const box = one.getBoundingClientRect();
    return { x: box.x + box.width / 2, y: box.y + 70 };
  }, column);
  await session.drag(from, to);
  await until('Sow is in Doing', async () => (await page.titles('Doing')).includes('Sow'));
  assert.deepEqual(await page.titles('To do'), ['Dig', 'Water']);

  await window.end();
  assert.deepEqual(await columns(folder, 'Garden'), { 'To do': ['Dig', 'Water'], Doing: ['Sow'], Done: [] });
  assert.deepEqual(await machine.json(folder, 'check'), { ok: true, problems: [] });
});

test('card 4,000 of 5,000 is carried to another column and back by keys alone', async () => {
  const folder = await machine.folder();
  const title = (number) => `Card ${String(number).padStart(4, '0')}`;
  await writeFile(join(folder, 'many.json'), JSON.stringify(trelloBoard(5000, title)));
  await machine.holdfast(folder, 'import', join(folder, 'many.json'));
  const { window, session, page } = await open(folder);

  await page.find('option', title(1), { starts: true });
  await session.press('Down');
  await session.press('End');
  await until('the last card has focus', async () => (await page.focused()).name?.startsWith(title(5000)));
  for (let up = 0; up < 100; up += 1) await session.press('PageUp');
  const held = await until('card 4,000 has focus', async () => {
    const focused = await page.focused();
    return focused.name?.startsWith(title(4000)) ? focused : undefined;
  });

  const carry = async (towards, column) => {
    await session.press('Space');
    await page.hears('Picked up');
    await session.press(towards);
    await page.hears('Position', `in ${column}.`);
    await session.press('Space');
    await page.hears('Dropped', `in ${column}`);
    await until(`it has focus in ${column}`, async () => {
      const { card } = await page.focused();
      return card === held.card && (await page.titles(column)).includes(title(4000));
    });
  };
  await carry('Right', 'Second');
  await carry('Left', 'First');

  await window.end();
  const { First, Second } = await columns(folder, 'Many');
  assert.equal(First.length, 5000);
  assert.equal(new Set(First).size, 5000);
  assert.deepEqual(Second, []);
  assert.deepEqual(await machine.json(folder, 'check'), { ok: true, problems: [] });
});

test('half a comment survives kill -9', async () => {
  const folder = await machine.folder();
  await machine.holdfast(folder, 'board', 'create', 'Garden');
  await writeFile(join(folder, 'few.json'), JSON.stringify(trelloBoard(3, (number) => `Card ${number}`)));
  await machine.holdfast(folder, 'import', join(folder, 'few.json'));
  const half = 'The hose leaks where it';

  const first = await open(folder);
  await first.page.click('button', 'Many', { starts: true });
  await first.page.focus(await first.page.find('option', 'Card 2'));
  await first.session.press('Enter');
  await first.page.click('button', 'Write a comment', { starts: true });
  await until('the field has focus', () =>
    first.session.run(() => document.activeElement instanceof HTMLTextAreaElement),
  );
  await first.session.type(half);
  await until('it is journalled', async () => JSON.stringify(await machine.ask(folder, { ask: 'open' })).includes(half));
  await first.window.kill();

  const second = await open(folder);
  await second.page.click('button', 'Many', { starts: true });
  await second.page.focus(await second.page.find('option', 'Card 2'));
  await second.session.press('Enter');
  await second.page.says(half);
  await second.page.click('button', 'Keep');
  await until('the comment goes on', () =>
    second.session.run((text) => document.activeElement?.value === text, half),
  );
  await second.session.type(' joins the tap.');
  await second.session.press('Control', 'Enter');
  await until('the comment is there', async () => (await second.page.text()).includes('joins the tap.'));
  await second.window.end();

  const exported = JSON.parse(await machine.holdfast(folder, 'export', 'Many', '--format', 'json'));
  assert.ok(JSON.stringify(exported).includes(`${half} joins the tap.`));
});

test('what the command line does shows in the window', async () => {
  const folder = await machine.folder();
  const { window, page, session } = await open(folder);
  await page.click('button', 'Try the example board', { starts: true });
  const column = await until('there is a column', () =>
    session.run(() => document.querySelector('section h2')?.textContent),
  );
  const [board] = await machine.json(folder, 'board', 'list');
  await machine.holdfast(folder, 'card', 'add', board.id, '--column', column, 'From elsewhere');
  await until('it shows', async () => (await page.titles(column)).includes('From elsewhere'));
  await window.end();
});

test('the window comes back as it was left, and keeps its files to itself', async () => {
  const folder = await machine.folder();
  await machine.holdfast(folder, 'board', 'create', 'Garden');
  await machine.holdfast(folder, 'board', 'create', 'Reading');
  const first = await open(folder);
  await first.page.click('button', 'Garden', { starts: true });
  await first.page.find('heading', 'Garden');
  await until('the last board is kept', async () =>
    (await readFile(join(folder, 'preferences.json'), 'utf8').catch(() => '')).includes('lastBoard'),
  );
  await first.window.end();
  const second = await open(folder);
  await second.page.find('heading', 'Garden');
  await second.window.end();
});

/** An export as Trello makes it, with two open lists and all cards in the first. */
function trelloBoard(count, title) {
  const list = (id, name, pos) => ({ id, name, closed: false, pos });
  return {
    id: 'b'.padStart(24, '0'),
    name: 'Many',
    desc: '',
    closed: false,
    lists: [list('1'.padStart(24, 'a'), 'First', 1), list('2'.padStart(24, 'a'), 'Second', 2)],
    cards: Array.from({ length: count }, (_, index) => ({
      id: (index + 1).toString(16).padStart(24, '0'),
      idList: '1'.padStart(24, 'a'),
      name: title(index + 1),
      desc: '',
      closed: false,
      pos: index + 1,
      idLabels: [],
      idMembers: [],
      idChecklists: [],
      due: null,
      dueComplete: false,
    })),
    labels: [],
    members: [],
    checklists: [],
    actions: [],
    customFields: [],
  };
}
