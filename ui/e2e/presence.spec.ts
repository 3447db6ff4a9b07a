// Who is here, end to end: two programs on two folders, each with a browser, and a real board server.

import { look } from './look';
import { Panel } from './panel';
import { type BoardServer, expect, type Seat, test } from './server';

const TWO = { 'To do': ['Fix the tap', 'b'], Doing: ['c'] } as const;

/** Ada shares a board, and Bob joins with this role. */
async function together(ada: Seat, bob: Seat, server: BoardServer, role: string): Promise<void> {
  await ada.holdfast.board('Work', TWO);
  await ada.page.locator('button[data-board-id]').click();
  await ada.signIn(server, 'ada');
  await ada.page.keyboard.press('Escape');
  await ada.share();
  const link = await ada.invite(role);
  await ada.page.keyboard.press('Escape');
  await bob.join(link, 'bob');
}

function here(seat: Seat) {
  return seat.page.getByRole('list', { name: 'Here now' });
}

/** Somebody in the head, by what is said of them. */
function said(seat: Seat, words: string) {
  return here(seat).getByRole('img', { name: words, exact: true });
}

test('each sees who else is here and what they have open, until they go', async ({ server, seat }) => {
  const [ada, bob] = [await seat(), await seat()];
  await together(ada, bob, server, 'Can view');
  await expect(said(ada, 'bob is here')).toBeVisible();
  await expect(here(bob).getByRole('img')).toHaveCount(1);
  const head = await ada.page.locator('section.board header').boundingBox();

  const tap = ada.board.card('Fix the tap');
  const before = await tap.boundingBox();
  await bob.board.card('Fix the tap').click();
  await expect(bob.page.locator('aside.panel')).toBeVisible();
  await expect(said(ada, 'bob has “Fix the tap” open')).toBeVisible();
  await expect(tap.getByTitle('bob has this card open')).toBeVisible();
  await expect(ada.board.card('b').getByTitle(/open/)).toHaveCount(0);
  // Nothing moves for it, and nothing is read out.
  expect(await tap.boundingBox()).toEqual(before);
  expect(await ada.page.locator('section.board header').boundingBox()).toEqual(head);
  await expect(ada.board.voice()).not.toContainText('bob');

  await bob.page.locator('aside.panel').press('Escape');
  await expect(said(ada, 'bob is here')).toBeVisible();
  await expect(tap.getByTitle(/open/)).toHaveCount(0);

  await bob.page.close();
  await expect(here(ada)).toHaveCount(0);
});

test('somebody who types in a card is said to, and who turns to the archive is not there', async ({
  server,
  seat,
}) => {
  const [ada, bob] = [await seat(), await seat()];
  await together(ada, bob, server, 'Can edit');
  const panel = await Panel.open(ada.board, 'Fix the tap');
  await expect(said(bob, 'ada has “Fix the tap” open')).toBeVisible();
  await panel.button('Write a comment…').click();
  await expect(said(bob, 'ada is writing in “Fix the tap”')).toBeVisible();
  await ada.page.getByRole('button', { name: 'Archive' }).click();
  await expect(here(bob)).toHaveCount(0);
  await ada.page.locator('button[data-board-id]').click();
  await expect(here(bob).getByRole('img')).toHaveCount(1);
});

test('without the server nobody is here, and all are again when it is back', async ({ server, seat }) => {
  const [ada, bob] = [await seat(), await seat()];
  await together(ada, bob, server, 'Can edit');
  await expect(said(ada, 'bob is here')).toBeVisible();
  await server.stop();
  await expect(here(ada)).toHaveCount(0);
  await expect(here(bob)).toHaveCount(0);
  await server.start();
  await ada.palette('Try to connect now');
  await bob.palette('Try to connect now');
  await expect(here(bob).getByRole('img')).toHaveCount(1);
  await expect(said(ada, 'bob is here')).toBeVisible();
});

test('who does not want to be seen is not, and sees the others', async ({ server, seat }) => {
  const [ada, bob] = [await seat(), await seat()];
  await together(ada, bob, server, 'Can edit');
  await expect(said(ada, 'bob is here')).toBeVisible();
  await bob.palette('Settings');
  const show = bob.dialog('Settings').getByLabel('Show others what I have open on shared boards');
  await expect(show).toBeChecked();
  await show.click();
  await expect(here(ada)).toHaveCount(0);
  await bob.page.keyboard.press('Escape');
  await expect(here(bob).getByRole('img')).toHaveCount(1);
  // It is kept.
  await bob.page.reload();
  await expect(here(bob).getByRole('img')).toHaveCount(1);
  await expect(here(ada)).toHaveCount(0);
  await bob.palette('Settings');
  await show.click();
  await expect(said(ada, 'bob is here')).toBeVisible();
});

test('on a board of one’s own nobody is told or shown', async ({ server, seat }) => {
  const [ada, bob] = [await seat(), await seat()];
  await together(ada, bob, server, 'Can edit');
  await expect(said(bob, /ada/.source)).toHaveCount(0);
  await expect(here(bob).getByRole('img')).toHaveCount(1);
  await ada.holdfast.board('Mine', TWO);
  await ada.page.locator('button[data-board-id]', { hasText: 'Mine' }).click();
  await expect(ada.page.getByRole('heading', { name: 'Mine' })).toBeVisible();
  await expect(here(bob)).toHaveCount(0);
  await expect(here(ada)).toHaveCount(0);
});

for (const theme of ['light', 'dark'] as const) {
  for (const [width, height] of [
    [1440, 860],
    [900, 600],
  ] as const) {
    test(`who is here reads well, ${theme}, ${width} × ${height}`, async ({ server, seat }) => {
      const [ada, bob] = [await seat(), await seat()];
      await together(ada, bob, server, 'Can edit');
      await bob.board.card('Fix the tap').click();
      await ada.page.emulateMedia({ colorScheme: theme });
      await ada.page.setViewportSize({ width, height });
      await expect(said(ada, 'bob has “Fix the tap” open')).toBeVisible();
      await look(ada.page, `presence-${theme}-${width}`);
      await ada.board.card('c').click();
      await expect(ada.page.locator('aside.panel')).toBeVisible();
      await look(ada.page, `presence-panel-${theme}-${width}`);
      await ada.page.keyboard.press('Escape');
      await ada.palette('Settings');
      await look(ada.page, `presence-settings-${theme}-${width}`);
    });
  }
}
