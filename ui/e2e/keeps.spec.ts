// What stays in reach when a thing goes: the text that was typed in it, and the focus that was on it.

import { type BoardPage, expect, test } from './holdfast';

const TWO = { 'To do': ['a', 'b', 'c'], Doing: ['d'] } as const;

async function columnMenu(board: BoardPage, column: string, entry: string): Promise<void> {
  await board.page.getByRole('button', { name: `Menu of ${column}` }).click();
  await board.page.getByRole('menuitem', { name: entry }).click();
}

function toast(board: BoardPage, text: string) {
  return board.page.locator('[data-sonner-toast]', { hasText: text });
}

test.describe('text', () => {
  test('typed in a column that goes to the archive becomes a card elsewhere', async ({ holdfast, open }) => {
    await holdfast.board('Work', TWO);
    const board = await open();
    await board.column('Doing').getByRole('button', { name: 'Add a card' }).click();
    await board.page.keyboard.type('half a thought');
    await columnMenu(board, 'Doing', 'Archive');
    const note = board.page.getByRole('region', { name: /^Unsaved text/ });
    await expect(note).toContainText('typed in a column that is gone');
    await expect(note).toContainText('half a thought');
    await note.getByRole('button', { name: 'Use as a card in…' }).click();
    await board.page.getByRole('menuitem', { name: 'To do' }).click();
    await expect(board.card('half a thought')).toBeFocused();
    await expect(note).toHaveCount(0);
    expect(await holdfast.drawn('Work')).toBe('To do: a b c half a thought');
  });

  test('typed in a column that is deleted from elsewhere outlives a crash and can be discarded', async ({
    holdfast,
    open,
  }) => {
    const id = await holdfast.board('Work', TWO);
    const doing = (await holdfast.show('Work')).columns[1];
    if (!doing) throw new Error('no column');
    const board = await open();
    await board.column('Doing').getByRole('button', { name: 'Add a card' }).click();
    await board.page.keyboard.type('one two');
    await board.page.keyboard.press('Shift+Enter');
    await board.page.keyboard.type('three');
    await holdfast.journalled('three');
    await holdfast.ask({
      ask: 'edit',
      board: id,
      edit: { verb: 'deleteColumn', column: doing.id, cards: { to: 'trash' } },
    });
    await expect(board.column('Doing')).toHaveCount(0);
    const note = board.page.getByRole('region', { name: /^Unsaved text/ });
    await expect(note).toContainText('one two three');
    await holdfast.crash();
    const again = await open();
    await expect(note.getByRole('button', { name: 'Use as 2 cards in…' })).toBeVisible();
    await note.getByRole('button', { name: 'Discard' }).click();
    await expect(note).toHaveCount(0);
    await again.page.reload();
    await again.column('To do').waitFor();
    await expect(note).toHaveCount(0);
  });

  test('typed on a card that goes to the trash leads back to it', async ({ holdfast, open }) => {
    await holdfast.board('Work', TWO);
    const board = await open();
    await board.card('b').click();
    const panel = board.page.getByRole('complementary', { name: /^Card/ });
    await panel.getByRole('button', { name: 'Write a comment…' }).click();
    await board.page.keyboard.type('not sent yet');
    await board.page.keyboard.press('Escape');
    await panel.getByRole('button', { name: 'Card actions' }).click();
    await board.page.getByRole('menuitem', { name: 'Move to the trash' }).click();
    const note = board.page.getByRole('region', { name: /^Unsaved text/ });
    await expect(note).toContainText('not sent yet');
    await note.getByRole('button', { name: 'Open the card' }).click();
    await expect(panel).toContainText('not sent yet');
    await board.page.keyboard.press('Escape');
    await holdfast.ask({ ask: 'emptyTrash' });
    // There is no card to open any more, and the text is still to be had.
    await expect(note.getByRole('button', { name: 'Open the card' })).toHaveCount(0);
    await expect(note).toContainText('not sent yet');
  });
});

test.describe('the focus', () => {
  test('goes to the card that undo brings back', async ({ holdfast, open }) => {
    await holdfast.board('Work', TWO);
    const board = await open();
    await board.card('b').focus();
    for (const key of ['#', 'Delete']) {
      await board.page.keyboard.press(key);
      await expect(board.card('c')).toBeFocused();
      await board.page.keyboard.press('Control+z');
      await expect(board.card('b')).toBeFocused();
    }
    await board.page.keyboard.press('Delete');
    await board.page.getByRole('button', { name: 'Undo' }).click();
    await expect(board.card('b')).toBeFocused();
  });

  test('goes to the column when its last card goes, and to the next column with the column', async ({
    holdfast,
    open,
  }) => {
    await holdfast.board('Work', TWO);
    const board = await open();
    await board.card('d').focus();
    await board.page.keyboard.press('#');
    await expect(board.page.getByRole('button', { name: 'Column Doing, 0 cards' })).toBeFocused();
    await columnMenu(board, 'Doing', 'Archive');
    await expect(board.page.getByRole('button', { name: 'Column To do, 3 cards' })).toBeFocused();
    await board.page.keyboard.press('Control+z');
    await expect(board.page.getByRole('button', { name: 'Column Doing, 0 cards' })).toBeFocused();
  });

  test('stays on the column whose deletion was thought better of', async ({ holdfast, open }) => {
    await holdfast.board('Work', TWO);
    const board = await open();
    await columnMenu(board, 'To do', 'Move to the trash…');
    await board.page.getByRole('dialog').waitFor();
    await board.page.keyboard.press('Escape');
    await expect(board.page.getByRole('button', { name: 'Column To do, 3 cards' })).toBeFocused();
  });

  test('enters a new board, and one that undo brings back', async ({ holdfast, page }) => {
    await page.goto(await holdfast.web());
    await page.getByRole('heading', { name: 'Welcome to Holdfast' }).waitFor();
    await page.keyboard.press('n');
    await page.keyboard.type('House');
    await page.keyboard.press('Enter');
    const head = page.getByRole('button', { name: 'Column To do, 0 cards' });
    await expect(head).toBeFocused();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('Move the board to');
    await page.keyboard.press('Enter');
    await expect(page.locator('[data-sonner-toast]', { hasText: 'the board “House”' })).toBeVisible();
    await page.keyboard.press('Control+z');
    await expect(head).toBeFocused();
  });

  test('follows a card that undo puts back far below', async ({ holdfast, open }) => {
    const many = Array.from({ length: 300 }, (_, at) => `card ${String(at + 1)}`);
    await holdfast.board('Work', { 'To do': many, Doing: ['d'] });
    const board = await open();
    await board.page.keyboard.press('ArrowDown');
    await board.page.keyboard.press('End');
    await expect(board.card('card 300')).toBeFocused();
    await board.page.keyboard.press('Shift+ArrowRight');
    await expect(board.column('Doing').locator('[data-card-id]')).toHaveCount(2);
    await board.page.keyboard.press('Control+Home');
    await board.page.keyboard.press('Control+z');
    await expect(board.column('Doing').locator('[data-card-id]')).toHaveCount(1);
    await expect(board.card('card 300')).toBeFocused();
  });

  test('is not lost when the filter or the board’s title closes', async ({ holdfast, open }) => {
    await holdfast.board('Work', TWO);
    const board = await open();
    await board.card('b').focus();
    await board.page.keyboard.press('f');
    await board.page.keyboard.type('b');
    await board.page.getByRole('button', { name: 'Clear', exact: true }).click();
    await expect(board.card('b')).toBeFocused();
    const title = board.page.getByRole('button', { name: 'Work', exact: true });
    await title.click();
    await expect(board.page.getByRole('textbox', { name: 'Title of the board' })).toBeFocused();
    await board.page.keyboard.press('Escape');
    await expect(title).toBeFocused();
  });

  test('stays in the panel when a first description is saved', async ({ holdfast, open }) => {
    await holdfast.board('Work', TWO);
    const board = await open();
    await board.card('a').click();
    await board.page.getByRole('button', { name: 'Add a description…' }).click();
    await board.page.keyboard.type('words');
    await board.page.keyboard.press('Control+Enter');
    await expect(board.page.getByRole('button', { name: 'Edit', exact: true })).toBeFocused();
  });
});

test.describe('what is said', () => {
  test('of one undo stands in the place of the one before', async ({ holdfast, open }) => {
    await holdfast.board('Work', TWO);
    const board = await open();
    await board.page.keyboard.press('Control+z');
    await expect(toast(board, 'Undid')).toHaveCount(1);
    await board.page.keyboard.press('Control+z');
    await board.page.keyboard.press('Control+Shift+z');
    await expect(toast(board, 'Did again')).toHaveCount(1);
    await expect(toast(board, 'Undid')).toHaveCount(0);
  });

  test('leaves the foot of a long column free', async ({ holdfast, open }) => {
    const many = Array.from({ length: 40 }, (_, index) => `card-${index}`);
    await holdfast.board('Work', { 'To do': many, Doing: many, Done: many });
    const board = await open();
    await board.card('card-0').first().focus();
    await board.page.keyboard.press('#');
    await expect(toast(board, 'Archived 1 card')).toBeVisible();
    const { page } = board;
    await expect.poll(() => page.evaluate('document.getAnimations().length')).toBe(0);
    const said = await toast(board, 'Archived 1 card').boundingBox();
    for (const add of await page.getByRole('button', { name: 'Add a card' }).all()) {
      const box = await add.boundingBox();
      expect((said?.y ?? 0) + (said?.height ?? 0)).toBeLessThanOrEqual(box?.y ?? 0);
    }
    await page.setViewportSize({ width: 900, height: 600 });
    await page.keyboard.press('?');
    await expect(page.getByRole('dialog')).toBeVisible();
    const over = await page.evaluate(() => {
      const box = document.querySelector('[data-sonner-toast]')?.getBoundingClientRect();
      const top = box && document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
      return top?.closest('[data-sonner-toast]') ?? null;
    });
    expect(over).toBeNull();
  });

  test('offers no undo once the trash is empty', async ({ holdfast, open }) => {
    await holdfast.board('Work', TWO);
    const board = await open();
    await board.card('a').focus();
    await board.page.keyboard.press('Delete');
    await expect(toast(board, 'Moved 1 card to the trash')).toBeVisible();
    await board.page.getByRole('button', { name: 'Trash', exact: true }).click();
    await board.page.getByRole('button', { name: 'Empty the trash…' }).click();
    await board.page.getByRole('dialog').getByRole('button', { name: 'Empty the trash' }).click();
    await expect(toast(board, 'The trash is empty')).toBeVisible();
    await expect(board.page.getByRole('button', { name: 'Undo' })).toHaveCount(0);
    await expect(board.page.getByRole('main').getByLabel('Search the trash')).toBeFocused();
  });
});
