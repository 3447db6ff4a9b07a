/// <reference types="node" />
// Boards between people, end to end: two programs on two folders, each with a browser, and a real board server.

import { readFile } from 'node:fs/promises';
import type { Locator } from 'playwright/test';
import { type BoardServer, expect, PASSWORD, type Seat, test } from './server';

const TWO = { 'To do': ['a', 'b'], Doing: ['c'] } as const;

/** Ada has a board on the server, and its dialog with people is open. */
async function shared(ada: Seat, server: BoardServer): Promise<void> {
  await ada.holdfast.board('Work', TWO);
  await ada.page.locator('button[data-board-id]').click();
  await ada.signIn(server, 'ada');
  await ada.page.keyboard.press('Escape');
  await ada.share();
}

/** Ada shares a board, and another joins with this role. */
async function together(ada: Seat, other: Seat, server: BoardServer, role: string): Promise<void> {
  await shared(ada, server);
  const link = await ada.invite(role);
  await ada.page.keyboard.press('Escape');
  await other.join(link, role === 'Can view' ? 'vera' : 'bob');
  await expect(other.board.card('a')).toBeVisible();
}

async function addCard(seat: Seat, column: string, title: string): Promise<void> {
  await seat.board.column(column).getByRole('button', { name: 'Add a card' }).click();
  await seat.page.keyboard.type(title);
  await seat.page.keyboard.press('Enter');
  await seat.page.keyboard.press('Escape');
  await expect(seat.board.card(title)).toBeVisible();
}

test('a board is shared, somebody is invited, and what one moves moves at the other', async ({
  server,
  seat,
}) => {
  const [ada, bob] = [await seat(), await seat()];
  await shared(ada, server);
  const link = await ada.invite('Can edit');
  await ada.page.keyboard.press('Escape');
  await bob.join(link, 'bob');
  await expect(bob.board.column('To do').locator('[data-card-id]')).toHaveCount(2);
  await expect(ada.page.getByRole('list', { name: new URL(server.url).host })).toContainText('Work');
  await expect(ada.foot()).toContainText('In step with');

  // Bob types, and Ada drags: his text and his focus stay.
  await bob.board.column('Doing').getByRole('button', { name: 'Add a card' }).click();
  await bob.page.keyboard.type('half a thought');
  await ada.board.hold(ada.board.card('a'), ada.board.card('c'));
  await ada.page.mouse.up();
  await ada.board.settled();
  await expect(bob.board.column('Doing').locator('[data-card-id]')).toHaveCount(2);
  await expect(bob.page.getByRole('textbox', { name: 'Title of the new card' })).toBeFocused();
  await bob.page.keyboard.type(' and the rest');
  await bob.page.keyboard.press('Enter');
  await expect(ada.board.card('half a thought and the rest')).toBeVisible();
  expect(await bob.holdfast.drawn('Work')).toBe(await ada.holdfast.drawn('Work'));
});

test('without the server both go on working, the foot says so, and both agree when it is back', async ({
  server,
  seat,
}) => {
  const [ada, bob] = [await seat(), await seat()];
  await together(ada, bob, server, 'Can edit');
  await server.stop();
  await expect(ada.foot()).toContainText('Offline, nothing waiting');
  await expect(bob.foot()).toContainText('Offline');
  await addCard(ada, 'To do', 'from ada');
  await addCard(bob, 'Doing', 'from bob');
  await expect(ada.foot()).toContainText(/Offline, 1 waiting since \d\d:\d\d/);
  await ada
    .foot()
    .getByRole('button', { name: /Offline/ })
    .click();
  const standing = ada.dialog('How sharing stands');
  await expect(standing).toContainText('It cannot be reached. Work goes on here');
  await expect(standing).toContainText('1 change waiting since');
  await standing.getByRole('button', { name: 'Try now' }).click();
  await server.start();
  await expect(standing).toContainText('Connected');
  await ada.page.keyboard.press('Escape');
  await expect(ada.foot().getByRole('button', { name: /In step with/ })).toBeFocused();
  await bob.palette('Try to connect now');
  await expect(bob.board.card('from ada')).toBeVisible();
  await expect(ada.board.card('from bob')).toBeVisible();
  await expect(bob.foot()).toContainText('In step with');
  expect(await bob.holdfast.drawn('Work')).toBe(await ada.holdfast.drawn('Work'));
});

test('a viewer cannot edit, and is told why', async ({ server, seat }) => {
  const [ada, vera] = [await seat(), await seat()];
  await together(ada, vera, server, 'Can view');
  const before = await vera.holdfast.drawn('Work');
  await vera.page.getByRole('button', { name: 'View only' }).click();
  await expect(vera.dialog('View only')).toContainText('You may look at this board, but not change it');
  await vera.page.keyboard.press('Escape');
  await expect(vera.dialog('View only')).toHaveCount(0);
  await expect(vera.page.getByRole('button', { name: 'View only' })).toBeFocused();
  await expect(vera.page.getByRole('button', { name: 'Add a card' })).toHaveCount(0);
  await vera.page.keyboard.press('n');
  await expect(vera.toast('You may look at this board')).toBeVisible();
  await vera.page.getByRole('button', { name: 'Menu of Doing' }).click();
  await vera.page.getByRole('menuitem', { name: 'Rename' }).click();
  await expect(vera.page.getByRole('textbox')).toHaveCount(0);
  await vera.board.hold(vera.board.card('a'), vera.board.card('c'));
  await vera.board.settled();
  await vera.page.mouse.up();
  await expect(vera.toast('You may look at this board').first()).toBeVisible();
  expect(await vera.holdfast.drawn('Work')).toBe(before);
  // What concerns the viewer alone is theirs to do.
  await vera.page.getByRole('button', { name: 'Menu of Doing' }).click();
  await vera.page.getByRole('menuitem', { name: /^Fold/ }).click();
  await expect(vera.board.card('c')).toHaveCount(0);
  await expect(ada.board.card('c')).toBeVisible();
});

test('a board that one may only view takes no cards of another, and says why', async ({ server, seat }) => {
  const [ada, vera] = [await seat(), await seat()];
  await together(ada, vera, server, 'Can view');
  await vera.holdfast.board('Mine', { Inbox: ['x'] });
  await vera.page.locator('li[data-board-id]').filter({ hasText: 'Mine' }).getByRole('button').click();
  const row = vera.page.locator('li[data-board-id]').filter({ hasText: 'Work' });
  await vera.board.hold(vera.board.card('x'), row);
  await expect(row).toHaveClass(/refusing/);
  await vera.page.mouse.up();
  await expect(vera.toast('You may look at this board')).toBeVisible();
  await vera.board.settled();
  expect(await vera.holdfast.drawn('Mine')).toBe('Inbox: x');
  // Nor is it offered where a board is chosen by its name.
  await vera.board.card('x').focus();
  await vera.page.keyboard.press('m');
  await expect(vera.page.getByRole('option', { name: /Inbox/ }).first()).toBeVisible();
  await expect(vera.page.getByRole('option', { name: /Work/ })).toHaveCount(0);
});

test('the panel of a card has those fields that one may fill in', async ({ server, seat }) => {
  const [ada, vera] = [await seat(), await seat()];
  await together(ada, vera, server, 'Can view');
  await ada.board.card('a').click();
  const panel = (of: Seat): Locator => of.page.getByRole('complementary', { name: /^Card:/ });
  const [adas, veras] = [panel(ada), panel(vera)];
  await vera.board.card('a').click();
  await expect(veras).toContainText('You may look at this board');
  for (const name of ['Add a description…', 'Add a checklist', 'Add a link', 'Write a comment…']) {
    await expect(adas.getByRole('button', { name })).toBeVisible();
    await expect(veras.getByRole('button', { name })).toHaveCount(0);
  }
  await expect(veras.getByRole('button', { name: /^Assigned/ })).toBeDisabled();
  // A role that is raised shows at once.
  await ada.palette('Share the board');
  await ada
    .dialog(/^People on/)
    .getByLabel('Role of vera')
    .click();
  await ada.page.getByRole('option', { name: 'Can comment' }).click();
  await expect(veras).toContainText('You may comment on cards');
  await veras.getByRole('button', { name: 'Write a comment…' }).click();
  await vera.page.keyboard.type('May I?');
  await vera.page.keyboard.press('Control+Enter');
  await ada.page.keyboard.press('Escape');
  await expect(adas).toContainText('May I?');
  await expect(veras.getByRole('button', { name: 'Add a description…' })).toHaveCount(0);
});

test('what a lowered role no longer allows lies in the tray with its text', async ({ server, seat }) => {
  const [ada, bob] = [await seat(), await seat()];
  await together(ada, bob, server, 'Can edit');
  await server.stop();
  await expect(bob.foot()).toContainText('Offline');
  await addCard(bob, 'Doing', 'words that took an hour');
  await expect(bob.foot()).toContainText('1 waiting');
  await bob.holdfast.end();
  await server.start();
  await ada.palette('Try to connect now');
  await expect(ada.foot()).toContainText('In step with');
  await ada.palette('Share the board');
  await ada
    .dialog(/^People on/)
    .getByLabel('Role of bob')
    .click();
  await ada.page.getByRole('option', { name: 'Can view' }).click();
  await expect(ada.dialog(/^People on/).getByLabel('Role of bob')).toContainText('Can view');

  await bob.again();
  await expect(bob.foot()).toContainText('1 not accepted');
  await expect(bob.board.card('words that took an hour')).toHaveCount(0);
  await expect(bob.page.getByRole('button', { name: 'View only' })).toBeVisible();
  await bob
    .foot()
    .getByRole('button', { name: /not accepted/ })
    .click();
  await bob.dialog('How sharing stands').getByRole('button', { name: '1 not accepted: look at it' }).click();
  const tray = bob.dialog('Not accepted');
  await expect(tray).toContainText('words that took an hour');
  await expect(tray).toContainText('Your role on the board did not allow it.');
  await tray.getByRole('button', { name: 'Copy text' }).click();
  expect(await bob.page.evaluate(() => navigator.clipboard.readText())).toBe('words that took an hour');
  await bob.holdfast.board('Mine', { In: [] });
  await tray.getByRole('button', { name: 'Copy to a board…' }).click();
  await bob.page.getByRole('menuitem', { name: 'Mine' }).click();
  await expect(bob.toast('Copied to “Mine”')).toBeVisible();
  expect(await bob.holdfast.drawn('Mine')).toBe('In: words that took an hour');
  const download = bob.page.waitForEvent('download');
  await tray.getByRole('button', { name: 'Export…' }).click();
  expect((await download).suggestedFilename()).toBe('Work.not-accepted.json');
  expect(await readFile(await (await download).path(), 'utf8')).toContain('words that took an hour');
  await tray.getByRole('button', { name: 'Discard…' }).click();
  await bob.dialog('Discard this change?').getByRole('button', { name: 'Discard' }).click();
  await expect(tray).toHaveCount(0);
  await expect(bob.foot()).not.toContainText('not accepted');
});

test('signing out keeps what waits, and signing in again sends it', async ({ server, seat }) => {
  const ada = await seat();
  await shared(ada, server);
  await ada.page.keyboard.press('Escape');
  await server.stop();
  await expect(ada.foot()).toContainText('Offline');
  await addCard(ada, 'To do', 'kept');
  await ada.palette('Sign out of a server');
  const question = ada.dialog(/^Sign out of/);
  await expect(question).toContainText('1 change still waiting for the server');
  await question.getByRole('button', { name: 'Sign out' }).click();
  await expect(ada.foot()).toContainText('Signed out: 1 waiting');
  await server.start();
  await ada
    .foot()
    .getByRole('button', { name: /Signed out/ })
    .click();
  await ada.dialog('How sharing stands').getByRole('button', { name: 'Sign in…' }).click();
  const dialog = ada.dialog('Sign in at a server');
  await expect(dialog.getByLabel('Name')).toHaveValue('ada');
  await dialog.getByLabel('Password').fill('not the password');
  await ada.page.keyboard.press('Enter');
  await expect(dialog.getByRole('alert')).toBeVisible();
  await dialog.getByLabel('Password').fill(PASSWORD);
  await ada.page.keyboard.press('Enter');
  await expect(dialog).toHaveCount(0);
  await expect(ada.foot()).toContainText('In step with');
});

test('a board is opened at another computer of the same person', async ({ server, seat }) => {
  const [ada, laptop] = [await seat(), await seat()];
  await shared(ada, server);
  await laptop.palette('Sign in at a server');
  const dialog = laptop.dialog('Sign in at a server');
  await dialog.getByLabel('Address of the server').fill(server.url);
  await dialog.getByLabel('Name').fill('ada');
  await dialog.getByLabel('Password').fill(PASSWORD);
  await laptop.page.keyboard.press('Enter');
  await laptop.dialog('Open a board of a server').getByRole('button', { name: 'Open Work' }).click();
  await expect(laptop.board.card('a')).toBeVisible();
  await expect(laptop.page.getByRole('list', { name: new URL(server.url).host })).toContainText('Work');
});

test('a link that was taken back opens nothing, and says so', async ({ server, seat }) => {
  const [ada, bob] = [await seat(), await seat()];
  await shared(ada, server);
  const link = await ada.invite('Can edit');
  const people = ada.dialog(/^People on/);
  await people.getByRole('button', { name: 'Copy', exact: true }).click();
  expect(await ada.page.evaluate(() => navigator.clipboard.readText())).toBe(link);
  await people.getByRole('button', { name: /^Take the link back/ }).click();
  await expect(people.getByRole('list', { name: 'Links that still open' })).toHaveCount(0);
  await bob.palette('Join with a link');
  const dialog = bob.dialog('Join with a link');
  for (const bad of [link, server.url, 'not a link']) {
    await dialog.getByLabel('Link').fill(bad);
    await bob.page.keyboard.press('Enter');
    await expect(dialog.getByRole('alert')).toBeVisible();
  }
});

test('somebody who is taken off a board keeps what is here, and is told', async ({ server, seat }) => {
  const [ada, bob] = [await seat(), await seat()];
  await together(ada, bob, server, 'Can edit');
  await ada.palette('Share the board');
  await ada
    .dialog(/^People on/)
    .getByRole('button', { name: 'Remove bob' })
    .click();
  await ada
    .dialog(/^Remove bob/)
    .getByRole('button', { name: 'Remove' })
    .click();
  await expect(ada.dialog(/^People on/).getByLabel('Role of bob')).toHaveCount(0);
  await expect(bob.page.getByRole('button', { name: 'No longer a member' })).toBeVisible();
  await expect(bob.board.card('a')).toBeVisible();
});
