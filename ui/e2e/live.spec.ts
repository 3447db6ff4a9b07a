/// <reference types="node" />
// What changes from elsewhere takes nothing out of anybody's hands: two pages on one real server.

import { Panel } from './panel';
import { centre } from './holdfast';
import { type BoardServer, expect, type Seat, test } from './server';

const MANY = Array.from({ length: 60 }, (_, index) => `card ${String(index + 1)}`);

interface Ids {
  readonly board: string;
  readonly columns: readonly string[];
  /** By title. */
  readonly cards: ReadonlyMap<string, string>;
}

/** Ada shares a board of many cards and Bob may edit it. */
async function together(ada: Seat, bob: Seat, server: BoardServer): Promise<Ids> {
  const board = await ada.holdfast.board('Work', { 'To do': MANY, Doing: ['x', 'y', 'z'] });
  await ada.page.locator('button[data-board-id]').click();
  await ada.signIn(server, 'ada');
  await ada.page.keyboard.press('Escape');
  await ada.share();
  const link = await ada.invite('Can edit');
  await ada.page.keyboard.press('Escape');
  await bob.join(link, 'bob');
  await expect(bob.board.card('card 1')).toBeVisible();
  const { columns } = await ada.holdfast.show('Work');
  const cards = new Map(columns.flatMap((column) => column.cards.map((card) => [card.title, card.id])));
  return { board, columns: columns.map((column) => column.id), cards };
}

function idOf(ids: Ids, title: string): string {
  const id = ids.cards.get(title);
  if (id === undefined) throw new Error(`no card ${title}`);
  return id;
}

/** Ada, at another computer: a card goes, one is renamed, one moves, two come on top, and a column is renamed. */
async function muchHappens(ada: Seat, ids: Ids): Promise<void> {
  const [todo = '', doing = ''] = ids.columns;
  const edit = (edit: Extract<Parameters<Seat['holdfast']['ask']>[0], { ask: 'edit' }>['edit']) =>
    ada.holdfast.ask({ ask: 'edit', board: ids.board, edit });
  await edit({ verb: 'deleteCards', cards: [idOf(ids, 'card 2')] });
  await edit({ verb: 'renameCard', card: idOf(ids, 'card 3'), title: 'renamed by ada' });
  await edit({ verb: 'addCards', column: todo, place: { at: 'first' }, titles: ['new one', 'new two'] });
  await edit({ verb: 'moveCards', cards: [idOf(ids, 'z')], column: todo, place: { at: 'first' } });
  await edit({ verb: 'renameColumn', column: doing, title: 'Doing now' });
}

/** All of it has come to Bob: its last part shows. */
async function happened(bob: Seat): Promise<void> {
  await expect(bob.board.column('Doing now')).toBeVisible();
}

test('focus, selected cards and what is in sight stay where they are', async ({ server, seat }) => {
  const [ada, bob] = [await seat(), await seat()];
  const ids = await together(ada, bob, server);
  await bob.board.card('card 1').focus();
  for (let down = 0; down < 29; down += 1) await bob.page.keyboard.press('j');
  await expect(bob.board.card('card 30')).toBeFocused();
  await bob.page.keyboard.press('x');
  await bob.page.keyboard.press('j');
  await bob.page.keyboard.press('x');
  await expect(bob.board.card('card 31')).toBeFocused();
  const before = await centre(bob.board.card('card 31'));
  await muchHappens(ada, ids);
  await happened(bob);
  await expect(bob.board.card('card 31')).toBeFocused();
  await expect(bob.page.locator('[data-card-id][aria-selected="true"]')).toHaveCount(2);
  expect((await centre(bob.board.card('card 31'))).y).toBeCloseTo(before.y, 0);
  // The selection is that of the same cards.
  await bob.page.keyboard.press('#');
  await expect(bob.board.card('card 30')).toHaveCount(0);
  await expect(bob.board.card('card 31')).toHaveCount(0);
  await expect(bob.board.card('card 29')).toBeVisible();
});

test('text that is being typed stays, with its caret', async ({ server, seat }) => {
  const [ada, bob] = [await seat(), await seat()];
  const ids = await together(ada, bob, server);
  const panel = await Panel.open(bob.board, 'card 3');
  await panel.button('Add a description…').click();
  await bob.page.keyboard.type('one two');
  await bob.page.keyboard.press('ArrowLeft');
  await muchHappens(ada, ids);
  await happened(bob);
  await expect(bob.page.getByRole('complementary', { name: /^Card:/ })).toContainText('renamed by ada');
  await bob.page.keyboard.type('X');
  await bob.page.keyboard.press('Control+Enter');
  await expect(bob.page.getByRole('complementary', { name: /^Card:/ })).toContainText('one twXo');
});

test('a held card stays in hand, and lands where it is let go', async ({ server, seat }) => {
  const [ada, bob] = [await seat(), await seat()];
  const ids = await together(ada, bob, server);
  await bob.board.hold(bob.board.card('card 1'), bob.board.card('y'));
  await expect(bob.page.locator('.held')).toBeVisible();
  const before = await bob.page.locator('.held').boundingBox();
  await muchHappens(ada, ids);
  await happened(bob);
  await expect(bob.page.locator('.held')).toContainText('card 1');
  expect(await bob.page.locator('.held').boundingBox()).toEqual(before);
  await bob.page.mouse.up();
  await bob.board.settled();
  await expect(bob.board.column('Doing now').getByText('card 1', { exact: true })).toBeVisible();
  await expect(bob.board.card('card 1')).toBeFocused();
  await expect(ada.board.column('Doing now').getByText('card 1', { exact: true })).toBeVisible();
  expect(await bob.holdfast.drawn('Work')).toBe(await ada.holdfast.drawn('Work'));
});
