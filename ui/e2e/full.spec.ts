/// <reference types="node" />
// A server whose disk is full, from the disk up to the foot: a real one, on a disk of a few MiB.

import { look } from './look';
import { expect, test } from './server';

/** More than the server's files have left when its disk is filled. */
const LARGE = 'word '.repeat(150_000);

test('a server whose disk is full is said to be, work goes on here, and it arrives when there is room', async ({
  server,
  seat,
}) => {
  // A disk is filled, and emptied, while a page waits.
  test.setTimeout(60_000);
  const ada = await seat();
  await server.stop();
  server.disk = 24;
  await server.start();
  const board = await ada.holdfast.board('Work', { 'To do': ['a'] });
  await ada.page.locator('button[data-board-id]').click();
  await ada.signIn(server, 'ada');
  await ada.page.keyboard.press('Escape');
  await ada.share();
  await ada.page.keyboard.press('Escape');
  await expect(ada.foot()).toContainText('In step with');

  await server.fill();
  const card = (await ada.holdfast.show('Work')).columns[0]?.cards[0]?.id ?? '';
  // What is free in files that are there already is used up before the disk is.
  await expect(async () => {
    const edit = { verb: 'addComment', card, text: LARGE } as const;
    await ada.holdfast.ask({ ask: 'edit', board, edit });
    await expect(ada.foot()).toContainText(/Server read-only: disk full, \d+ waiting/, { timeout: 3_000 });
  }).toPass({ timeout: 20_000 });
  await ada
    .foot()
    .getByRole('button', { name: /disk full/ })
    .click();
  const standing = ada.dialog('How sharing stands');
  await expect(standing).toContainText(
    'Its disk is full. Whoever runs it has to make room. Work goes on here',
  );
  await expect(standing.getByRole('list', { name: 'Waiting on Work' })).toContainText('Commented on a');
  await look(ada.page, 'full-light-1440');
  await server.makeRoom();
  // It may have tried by itself already, and then there is no button any more.
  const again = standing.getByRole('button', { name: 'Try now' });
  await expect(async () => {
    if (await again.isVisible()) await again.click({ timeout: 500 }).catch(() => undefined);
    await expect(ada.foot()).toContainText('In step with', { timeout: 2_000 });
  }).toPass({ timeout: 20_000 });
  await expect(standing).toContainText('Nothing waits');
});
