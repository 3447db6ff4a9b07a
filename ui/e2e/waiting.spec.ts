/// <reference types="node" />
// What waits, change by change, and what was written under something that somebody else had deleted: two programs
// on two folders, each with a browser, and a real board server.

import { look } from './look';
import { type BoardServer, expect, type Seat, test } from './server';

const TWO = { 'To do': ['Ship it', 'b'], Doing: ['c'] } as const;

/** Ada shares a board and Bob may edit it; the board's id. */
async function together(ada: Seat, bob: Seat, server: BoardServer): Promise<string> {
  const id = await ada.holdfast.board('Work', TWO);
  await ada.page.locator('button[data-board-id]').click();
  await ada.signIn(server, 'ada');
  await ada.page.keyboard.press('Escape');
  await ada.share();
  const link = await ada.invite('Can edit');
  await ada.page.keyboard.press('Escape');
  await bob.join(link, 'bob');
  await expect(bob.board.card('Ship it')).toBeVisible();
  await expect(bob.foot()).toContainText('In step with');
  return id;
}

async function idsOf(seat: Seat): Promise<{ readonly card: string; readonly doing: string }> {
  const { columns } = await seat.holdfast.show('Work');
  const card = columns[0]?.cards[0]?.id;
  const doing = columns[1]?.id;
  if (card === undefined || doing === undefined) throw new Error('the board is not whole');
  return { card, doing };
}

test('the foot opens the changes that wait, newest first, and each opens its card', async ({
  server,
  seat,
}) => {
  const [ada, bob] = [await seat(), await seat()];
  const board = await together(ada, bob, server);
  const { card, doing } = await idsOf(ada);
  await server.stop();
  await expect(ada.foot()).toContainText('Offline');
  const edit = (edit: Parameters<typeof ada.holdfast.ask>[0]): Promise<string> => ada.holdfast.ask(edit);
  await edit({ ask: 'edit', board, edit: { verb: 'renameCard', card, title: 'Ship it today' } });
  await edit({
    ask: 'edit',
    board,
    edit: { verb: 'moveCards', cards: [card], column: doing, place: { at: 'last' } },
  });
  await edit({ ask: 'edit', board, edit: { verb: 'addComment', card, text: 'It is ready.' } });
  await expect(ada.foot()).toContainText(/Offline, 3 waiting since \d\d:\d\d/);
  await ada
    .foot()
    .getByRole('button', { name: /Offline/ })
    .click();
  const standing = ada.dialog('How sharing stands');
  const list = standing.getByRole('list', { name: 'Waiting on Work' });
  await expect(list.getByRole('listitem')).toHaveText([
    /^Commented on Ship it today\s*\d\d:\d\d$/,
    /^Moved Ship it today to Doing\s*\d\d:\d\d$/,
    /^Renamed Ship it to Ship it today\s*\d\d:\d\d$/,
  ]);
  await look(ada.page, 'waiting-offline-light-1440');
  await ada.page.emulateMedia({ colorScheme: 'dark' });
  await ada.page.setViewportSize({ width: 900, height: 600 });
  await look(ada.page, 'waiting-offline-dark-900');
  await ada.page.setViewportSize({ width: 1440, height: 860 });

  // What is done meanwhile comes on top of the list that is open.
  await edit({ ask: 'edit', board, edit: { verb: 'archiveCards', cards: [card] } });
  await expect(list.getByRole('listitem').first()).toContainText('Archived Ship it today');
  await edit({ ask: 'edit', board, edit: { verb: 'restoreCards', cards: [card] } });
  for (let more = 0; more < 20; more += 1) {
    await edit({ ask: 'edit', board, edit: { verb: 'addComment', card, text: `more ${String(more)}` } });
  }
  await expect(list).toContainText('and 5 more');
  await expect(standing.getByRole('button', { name: 'Try now' })).toBeVisible();
  await list
    .getByRole('button', { name: /^Commented on Ship it today/ })
    .first()
    .click();
  await expect(standing).toHaveCount(0);
  await expect(ada.page.getByRole('complementary', { name: /^Card:/ })).toContainText('more 19');

  const told = await ada.holdfast.run('status', '--waiting');
  expect(told).toContain('moveCards: Ship it today (from To do to Doing)');
  expect(told.trim().split('\n')).toHaveLength(26);

  await server.start();
  await ada.palette('Try to connect now');
  await expect(ada.foot()).toContainText('In step with');
  await ada
    .foot()
    .getByRole('button', { name: /In step/ })
    .click();
  await expect(list).toHaveCount(0);
});

test('an edit of what somebody deleted meanwhile is kept, and both are told', async ({ server, seat }) => {
  const [ada, bob] = [await seat(), await seat()];
  const board = await together(ada, bob, server);
  const { card } = await idsOf(ada);
  await server.stop();
  await expect(ada.foot()).toContainText('Offline');
  await expect(bob.foot()).toContainText('Offline');
  await ada.holdfast.ask({ ask: 'edit', board, edit: { verb: 'deleteCards', cards: [card] } });
  await bob.holdfast.ask({
    ask: 'edit',
    board,
    edit: { verb: 'addComment', card, text: 'An hour of words' },
  });
  await bob.holdfast.ask({ ask: 'edit', board, edit: { verb: 'renameCard', card, title: 'Ship it now' } });
  await expect(bob.foot()).toContainText('2 waiting');
  await server.start();
  await ada.palette('Try to connect now');
  await bob.palette('Try to connect now');
  const bobs = bob.toast('ada deleted “Ship it now” before your work on it got there.');
  await expect(bobs).toContainText('Your 2 edits are kept with it in the trash.');
  await expect(ada.toast('bob worked on “Ship it now” while you deleted it.')).toContainText(
    '2 edits are kept with it in the trash.',
  );
  await expect(bob.board.card('Ship it now')).toHaveCount(0);
  await look(bob.page, 'kept-toast-light-1440');
  await bob.page.emulateMedia({ colorScheme: 'dark' });
  await bob.page.setViewportSize({ width: 900, height: 600 });
  await look(bob.page, 'kept-toast-dark-900');
  await bob.page.setViewportSize({ width: 1440, height: 860 });

  // Whoever puts it aside is not told again, and finds it in the trash and at the foot.
  await ada.page.locator('[data-sonner-toast]', { hasText: 'bob worked on' }).getByLabel(/Close/).click();
  await expect(ada.toast('bob worked on')).toHaveCount(0);
  await ada.page.reload();
  await expect(ada.foot()).toContainText('In step with');
  await expect(ada.toast('bob worked on')).toHaveCount(0);
  await ada.page.getByRole('button', { name: 'Trash' }).click();
  await expect(ada.page.locator('[data-shelf-row]', { hasText: 'Ship it now' })).toContainText(
    'With 2 edits by bob',
  );
  await look(ada.page, 'kept-trash-light-1440');
  await ada
    .foot()
    .getByRole('button', { name: /In step/ })
    .click();
  await expect(ada.dialog('How sharing stands')).toContainText('bob worked on “Ship it now”');
  await look(ada.page, 'kept-foot-light-1440');

  await bobs.getByRole('button', { name: 'Restore' }).click();
  await expect(bob.board.card('Ship it now')).toBeVisible();
  await expect(bobs).toHaveCount(0);
  await expect(ada.dialog('How sharing stands')).not.toContainText('worked on');
  await bob.board.card('Ship it now').click();
  await expect(bob.page.getByRole('complementary', { name: /^Card:/ })).toContainText('An hour of words');
});
