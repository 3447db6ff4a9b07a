// Leaving shared boards: a copy of one's own, the end of sharing, and the move to another server.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { look } from './look';
import { BoardServer, expect, PASSWORD, type Seat, test } from './server';

const TWO = { 'To do': ['a', 'b'], Doing: ['c'] } as const;

/** Ada shares a board, and bob joins it. */
async function together(ada: Seat, bob: Seat, server: BoardServer): Promise<void> {
  await ada.holdfast.board('Work', TWO);
  await ada.page.locator('button[data-board-id]').click();
  await ada.signIn(server, 'ada');
  await ada.page.keyboard.press('Escape');
  await ada.share();
  const link = await ada.invite('Can edit');
  await ada.page.keyboard.press('Escape');
  await bob.join(link, 'bob');
  await expect(bob.board.card('a')).toBeVisible();
}

async function addCard(seat: Seat, title: string): Promise<void> {
  await seat.board.column('Doing').getByRole('button', { name: 'Add a card' }).click();
  await seat.page.keyboard.type(title);
  await seat.page.keyboard.press('Enter');
  await seat.page.keyboard.press('Escape');
  await expect(seat.board.card(title)).toBeVisible();
}

/** Goes ahead with the question that is asked, by keys alone. */
async function yes(seat: Seat, question: RegExp, says: string): Promise<void> {
  const dialog = seat.dialog(question);
  await expect(dialog).toContainText(says);
  await seat.page.keyboard.press('Tab');
  await seat.page.keyboard.press('Enter');
  await expect(dialog).toHaveCount(0);
}

test('leaving takes all along that waits, and the board can be opened again', async ({ server, seat }) => {
  const [ada, bob] = [await seat(), await seat()];
  await together(ada, bob, server);
  await server.stop();
  await expect(bob.foot()).toContainText('Offline');
  await addCard(bob, 'not sent yet');
  await bob.palette('Share the board');
  const people = bob.dialog(/^People on/);
  await expect(people.getByRole('button', { name: 'Stop sharing…' })).toHaveCount(0);
  await people.getByRole('button', { name: 'Leave with a copy…' }).click();
  await yes(bob, /^Leave “Work”/, 'are in your copy, and not in theirs');
  await expect(bob.toast('is a board of your own now')).toBeVisible();
  await expect(bob.board.card('not sent yet')).toBeVisible();
  await expect(bob.page.locator('button[data-board-id]')).toHaveCount(1);
  await expect(bob.foot()).not.toContainText('waiting');
  await addCard(bob, 'alone');
  await bob.page.keyboard.press('Control+z');
  await expect(bob.board.card('alone')).toHaveCount(0);
  await bob.page.reload();
  await expect(bob.board.card('not sent yet')).toBeVisible();

  // Opened again, what waited is sent, and both boards are there.
  await server.start();
  await expect(bob.foot()).toContainText('In step with', { timeout: 20_000 });
  await bob.palette('Open a board of a server');
  await bob.dialog('Open a board of a server').getByRole('button', { name: 'Open Work' }).click();
  await expect(bob.page.locator('button[data-board-id]')).toHaveCount(2);
  await expect(ada.board.card('not sent yet')).toBeVisible({ timeout: 20_000 });
});

test('sharing is stopped for all, and whoever was on the board keeps it as their own', async ({
  server,
  seat,
}) => {
  const [ada, bob] = [await seat(), await seat()];
  await together(ada, bob, server);
  await ada.palette('Stop sharing the board');
  await yes(ada, /^Stop sharing “Work”/, 'for everybody on it');
  await expect(ada.toast('is shared no longer')).toBeVisible();
  await expect(ada.page.locator('button[data-board-id]')).toHaveCount(1);
  await addCard(ada, 'of ada alone');

  await bob.page.getByRole('button', { name: 'No longer a member' }).click();
  await bob.dialog('No longer a member').getByRole('button', { name: 'Keep it as my own board…' }).click();
  await yes(bob, /^Keep “Work”/, 'you can work on it again');
  await addCard(bob, 'of bob alone');
  await expect(bob.page.getByRole('button', { name: 'No longer a member' })).toHaveCount(0);
  await expect(ada.board.card('of bob alone')).toHaveCount(0);
  // The copy is a board like any: it can be shared with the same server.
  await ada.share();
});

test('a board moves to another server, and people are invited there again', async ({ server, seat }) => {
  const [ada, bob] = [await seat(), await seat()];
  await together(ada, bob, server);
  const other = new BoardServer(await mkdtemp(join(tmpdir(), 'holdfast-server-')));
  try {
    await other.addUser('ada');
    await other.start();
    await ada.palette('Move the board to another server');
    const dialog = ada.dialog(/^Move “Work”/);
    await expect(dialog).toContainText('Sign in at the server that it should go to');
    await dialog.getByRole('button', { name: 'Sign in at a server…' }).click();
    const signIn = ada.dialog('Sign in at a server');
    await signIn.getByLabel('Address of the server').fill(other.url);
    await signIn.getByLabel('Name').fill('ada');
    await signIn.getByLabel('Password').fill(PASSWORD);
    await ada.page.keyboard.press('Enter');
    await expect(signIn).toHaveCount(0);
    await ada.page.keyboard.press('Escape');
    await ada.palette('Move the board to another server');
    await expect(dialog).toContainText('People have to be invited again');
    await dialog.getByRole('button', { name: 'Move the board' }).click();
    await expect(dialog).toHaveCount(0);
    await expect(ada.page.getByRole('list', { name: new URL(other.url).host })).toContainText('Work');
    await expect(bob.page.getByRole('button', { name: 'No longer a member' })).toBeVisible();
    await ada.palette('Share the board');
    await expect(ada.dialog(/^People on/)).toContainText(new URL(other.url).host);
    await expect(ada.dialog(/^People on/)).not.toContainText('bob');
  } finally {
    await other.stop();
    await rm(other.folder, { recursive: true, force: true });
  }
});

for (const scheme of ['light', 'dark'] as const) {
  for (const [width, height] of [
    [1440, 860],
    [900, 600],
  ] as const) {
    test(`the screens of leaving, ${scheme} at ${String(width)}`, async ({ server, seat }) => {
      test.slow();
      const [ada, bob] = [await seat(), await seat()];
      for (const { page } of [ada, bob]) {
        await page.setViewportSize({ width, height });
        await page.emulateMedia({ colorScheme: scheme });
      }
      const show = async (of: Seat, name: string): Promise<void> => {
        await expect(of.page.locator('[data-sonner-toast]')).toHaveCount(0, { timeout: 10_000 });
        await look(of.page, `${name}-${scheme}-${String(width)}`);
      };
      await together(ada, bob, server);
      await ada.palette('Share the board');
      await ada
        .dialog(/^People on/)
        .getByText('bob')
        .waitFor();
      await show(ada, 'leaving');
      await ada
        .dialog(/^People on/)
        .getByRole('button', { name: 'Stop sharing…' })
        .click();
      await ada.dialog(/^Stop sharing/).waitFor();
      await show(ada, 'leaving-stop');
      await ada.page.keyboard.press('Escape');
      await ada.page.keyboard.press('Escape');
      await ada.palette('Move the board to another server');
      await ada.dialog(/^Move “Work”/).waitFor();
      await show(ada, 'leaving-move');
      await ada.page.keyboard.press('Escape');
      await ada.palette('Stop sharing the board');
      await yes(ada, /^Stop sharing “Work”/, 'for everybody on it');
      await bob.page.getByRole('button', { name: 'No longer a member' }).click();
      await bob.dialog('No longer a member').waitFor();
      await show(bob, 'leaving-gone');
    });
  }
}
