// Two real windows on two folders, and one real server between them.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { Machine, until } from './machine.mjs';
import { Page } from './page.mjs';
import { PASSWORD, Server } from './server.mjs';

let machine;
let server;
before(async () => {
  machine = await Machine.start();
  server = await Server.start('ada', 'bob');
});
afterEach(async (context) => {
  if (!context.passed) await machine.picture(context.name);
});
after(async () => {
  await machine.stop();
  await server.stop();
});

async function open(folder, options) {
  const window = await machine.open(folder, options);
  return { folder, window, session: window.session, page: new Page(window.session) };
}

/** Runs an action by its name, as the palette finds it. */
async function act(desk, name) {
  await desk.session.press('Control', 'k');
  await desk.page.find('dialog', 'Every action and board');
  await desk.session.type(name);
  await desk.page.find('option', name, { starts: true });
  await desk.session.press('Enter');
}

async function fill(desk, label, text) {
  await desk.page.focus(await desk.page.find('textbox', label));
  await desk.session.press('Control', 'a');
  await desk.session.type(text);
}

/** Signs in; the boards that the server has for this person are offered then. */
async function signIn(desk, name) {
  await act(desk, 'Sign in at a server');
  await fill(desk, 'Address of the server', server.url);
  await fill(desk, 'Name', name);
  await fill(desk, 'Password', PASSWORD);
  await desk.session.press('Enter');
  await desk.page.find('dialog', 'Open a board of a server');
}

/** Drags a card into a column, below its head. */
async function drag(desk, card, column) {
  const from = await desk.page.centre(await desk.page.find('option', card, { starts: true }));
  const region = await desk.page.find('region', column, { starts: true });
  const to = await desk.session.run((one) => {
    const box = one.getBoundingClientRect();
    return { x: box.x + box.width / 2, y: box.y + 70 };
  }, region);
  await desk.session.drag(from, to);
}

async function shows(desk, column, titles) {
  await until(`${column} shows ${titles.join(', ')}`, async () => {
    const shown = await desk.page.titles(column);
    return JSON.stringify(shown.toSorted()) === JSON.stringify(titles.toSorted());
  }, 60_000);
}

async function addCard(desk, column, title) {
  await desk.session.run((name) => {
    const place = [...document.querySelectorAll('section[aria-label]')].find((one) =>
      one.getAttribute('aria-label').startsWith(`${name}, `),
    );
    [...place.querySelectorAll('button')].find((one) => one.textContent.includes('Add a card')).click();
  }, column);
  await desk.page.find('textbox', 'Title of the new card');
  await desk.session.type(title);
  await desk.session.press('Enter');
  await until(`${title} is there`, async () => (await desk.page.titles(column)).includes(title));
  await desk.session.press('Escape');
}

/** How the board stands in the folder, as `status --json` has it. */
async function standing(desk) {
  const [board] = JSON.parse(await machine.holdfast(desk.folder, 'status', '--json'));
  return board;
}

test('a link to join by fills the form, at the start and while the program runs, and does nothing else', async () => {
  const folder = await machine.folder();
  const first = `holdfast://join/${server.url}/join#hfi_0a1b`;
  const desk = await open(folder, { args: [first] });
  const field = async () => {
    const link = await desk.page.find('textbox', 'Link');
    return desk.session.run((one) => one.value, link);
  };
  assert.equal(await field(), first);
  assert.deepEqual(await machine.json(folder, 'status'), []);

  const second = `holdfast://join/${server.url}/join#hfi_2c3d`;
  await machine.startAgain(folder, second);
  await until('the form holds the second link', async () => (await field()) === second);
  await machine.startAgain(folder, `holdfast://join/${server.url}`);
  await desk.page.says('It does not know the secret of your invitation');
  assert.equal(await field(), '');
  await assert.rejects(machine.startAgain(folder, 'https://elsewhere.example/join#hfi_0a1b'), /begins with holdfast/);
  await desk.window.end();
});

test('what is dragged in one window moves in the other, also after the server was gone for a while', async () => {
  const ada = await open(await machine.folder());
  await machine.holdfast(ada.folder, 'board', 'create', 'Garden', '--column', 'To do', '--column', 'Doing');
  for (const title of ['Dig', 'Sow', 'Water']) {
    await machine.holdfast(ada.folder, 'card', 'add', 'Garden', '--column', 'To do', title);
  }
  await ada.page.click('button', 'Garden', { starts: true });
  await ada.page.find('option', 'Water', { starts: true });
  await signIn(ada, 'ada');
  await ada.page.click('button', 'Close', { starts: true });
  await machine.holdfast(ada.folder, 'share', 'Garden', '--server', server.url);
  await until('the server has the board', async () => (await standing(ada))?.waiting === 0);
  await until('bob is a member', () =>
    machine.holdfast(ada.folder, 'member', 'add', 'Garden', 'bob', '--role', 'editor').then(() => true),
  );

  const bob = await open(await machine.folder());
  await bob.page.find('heading', 'Welcome to Holdfast');
  await signIn(bob, 'bob');
  await bob.page.click('button', 'Open Garden', { starts: true });
  await shows(bob, 'To do', ['Dig', 'Sow', 'Water']);

  await drag(ada, 'Sow', 'Doing');
  await shows(bob, 'Doing', ['Sow']);
  await drag(bob, 'Dig', 'Doing');
  await shows(ada, 'Doing', ['Dig', 'Sow']);
  await shows(ada, 'To do', ['Water']);

  await server.kill();
  for (const desk of [ada, bob]) await desk.page.says('Offline');
  await drag(ada, 'Water', 'Doing');
  await shows(ada, 'Doing', ['Dig', 'Sow', 'Water']);
  await addCard(bob, 'To do', 'Rest');
  await until('both wait', async () => {
    const [a, b] = [await standing(ada), await standing(bob)];
    return a.waiting === 1 && b.waiting === 1;
  });
  assert.deepEqual(await bob.page.titles('Doing').then((titles) => titles.toSorted()), ['Dig', 'Sow']);

  await server.again();
  for (const desk of [ada, bob]) {
    await shows(desk, 'To do', ['Rest']);
    await shows(desk, 'Doing', ['Dig', 'Sow', 'Water']);
    await desk.page.says('In step with');
  }
  const [a, b] = await until('both are at the same place', async () => {
    const both = [await standing(ada), await standing(bob)];
    return both.every((one) => one.waiting === 0 && one.cursor === both[0].head) && both;
  });
  assert.equal(a.digest, b.digest);
  assert.deepEqual([a.refused, b.refused], [0, 0]);
  for (const desk of [ada, bob]) {
    await desk.window.end();
    assert.deepEqual(await machine.json(desk.folder, 'check'), { ok: true, problems: [] });
  }
});
