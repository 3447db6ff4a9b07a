// The shell in Chromium against the real program: beginning, finding, importing, undoing, archive,
// trash, backups, and what a person sees when something is wrong.

import { open as openFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright/test';
import { expect, type Holdfast, test } from './holdfast';

const SAMPLE = join(import.meta.dirname, 'samples', 'garden-trello.json');

async function begin(page: Page, holdfast: Holdfast): Promise<void> {
  await page.goto(await holdfast.web());
  await page.locator('.foot').waitFor();
}

/** Runs an action as a person does who knows its name. */
async function palette(page: Page, words: string): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.getByPlaceholder('What do you want to do?').fill(words);
  await page.keyboard.press('Enter');
}

async function chooseFile(page: Page, file: string | { name: string; text: string }): Promise<void> {
  const chooser = page.waitForEvent('filechooser');
  await palette(page, 'Import a board');
  const chosen = await chooser;
  await chosen.setFiles(
    typeof file === 'string'
      ? file
      : { name: file.name, mimeType: 'application/json', buffer: Buffer.from(file.text) },
  );
}

async function titles(holdfast: Holdfast): Promise<string[]> {
  const boards: unknown = JSON.parse(await holdfast.run('board', 'list', '--json'));
  if (!Array.isArray(boards)) throw new Error('that is no list');
  return boards.map((board: { title: string }) => board.title);
}

const row = (page: Page, title: string) => page.locator('button[data-board-id]', { hasText: title });

test.describe('the first start', () => {
  test('leads to a first card by keys alone', async ({ holdfast, page }) => {
    await begin(page, holdfast);
    await expect(page.getByText(holdfast.folder)).toBeVisible();
    await page.keyboard.press('n');
    await page.keyboard.type('Garden');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { name: 'Garden' })).toBeVisible();
    await page.keyboard.press('n');
    await page.keyboard.type('Sow the beans');
    await page.keyboard.press('Enter');
    await expect(page.getByText('Saved on this computer')).toBeVisible();
    expect(await holdfast.drawn('Garden')).toBe('To do: Sow the beans | Doing: | Done:');
  });

  test('the example board is a real one and goes like any other', async ({ holdfast, page }) => {
    await begin(page, holdfast);
    await page.keyboard.press('e');
    await page.locator('[data-card-id]').first().waitFor();
    const [example = ''] = await titles(holdfast);
    await row(page, example).click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Move to the trash' }).click();
    await expect(page.getByRole('heading', { name: 'Welcome to Holdfast' })).toBeVisible();
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(page.locator('[data-card-id]').first()).toBeVisible();
    expect(await titles(holdfast)).toEqual([example]);
  });

  test('takes the secret out of the address', async ({ holdfast, page }) => {
    await begin(page, holdfast);
    expect(new URL(page.url()).hash).toBe('');
  });
});

test.describe('an import', () => {
  test('shows first what comes and what does not, and undo takes it back', async ({ holdfast, page }) => {
    await begin(page, holdfast);
    await chooseFile(page, SAMPLE);
    const dialog = page.getByRole('dialog');
    await expect(dialog.getByRole('heading', { name: 'Import “Allotment”?' })).toBeVisible();
    await expect(dialog).toContainText('2 columns');
    await expect(dialog).toContainText('3 cards');
    await expect(dialog).toContainText('1 of them archived');
    await expect(dialog.getByRole('row', { name: 'Stickers' })).toBeVisible();
    await dialog.getByText(/fields? of the file that stays? behind/).click();
    await expect(dialog.getByText('cards[].stickers[]')).toBeVisible();
    expect(await titles(holdfast)).toEqual([]);
    await dialog.getByRole('button', { name: 'Import', exact: true }).focus();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { name: 'Allotment' })).toBeVisible();
    await expect(page.getByRole('button', { name: 'Column Plan, 2 cards' })).toBeFocused();
    await expect(page.getByRole('button', { name: 'Undo' })).toBeVisible();
    expect(await holdfast.drawn('Allotment')).toBe('Plan: Dig over Order seeds | Done:');
    await page.keyboard.press('Control+z');
    await expect(page.getByRole('heading', { name: 'Welcome to Holdfast' })).toBeVisible();
    expect(await titles(holdfast)).toEqual([]);
  });

  test('that is cancelled changes nothing', async ({ holdfast, page }) => {
    await begin(page, holdfast);
    await chooseFile(page, SAMPLE);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await expect(page.getByRole('dialog')).toHaveCount(0);
    expect(await titles(holdfast)).toEqual([]);
  });

  test.describe('of a bad file says so', () => {
    for (const [name, text] of [
      ['empty.json', ''],
      ['cut.json', '{"name": "Board", "cards": [{"id": "5f'],
      ['list.json', '[1, 2, 3]'],
      ['picture.json', '\u0089PNG\r\n'],
    ] as const) {
      test(name, async ({ holdfast, page }) => {
        await begin(page, holdfast);
        await chooseFile(page, { name, text });
        await expect(page.getByRole('heading', { name: 'This file cannot be imported' })).toBeVisible();
        await expect(page.getByRole('dialog')).toContainText('Nothing was changed.');
        expect(await titles(holdfast)).toEqual([]);
      });
    }
  });

  test('begins with a file dropped on the window, which never opens as a page', async ({
    holdfast,
    page,
  }) => {
    await begin(page, holdfast);
    const address = page.url();
    await page.evaluate(() => {
      const dropped = new DataTransfer();
      dropped.items.add(new File(['{"name": "Dropped", "lists": [], "cards": []}'], 'dropped.json'));
      const change = { dataTransfer: dropped, bubbles: true, cancelable: true };
      document.body.dispatchEvent(new DragEvent('dragover', change));
      document.body.dispatchEvent(new DragEvent('drop', change));
    });
    await expect(page.getByRole('dialog')).toBeVisible();
    expect(page.url()).toBe(address);
  });
});

test.describe('finding', () => {
  test('looks through all boards, marks the words, and opens the card', async ({ holdfast, page }) => {
    await holdfast.board('Home', { 'To do': ['Paint the café door', 'Call Ada'] });
    await holdfast.board('Work', { 'To do': ['Cafe menu <b>draft</b>'] });
    await begin(page, holdfast);
    await page.keyboard.press('/');
    await page.keyboard.type('CAFE');
    const found = page.getByRole('dialog').getByRole('option');
    await expect(found).toHaveCount(2);
    await expect(page.getByRole('dialog').locator('mark')).toHaveText(['café', 'Cafe']);
    // What a card holds is text and never markup.
    await expect(found.filter({ hasText: '<b>draft</b>' })).toHaveCount(1);
    await found.filter({ hasText: 'Paint' }).click();
    await expect(page.getByRole('heading', { name: 'Home' })).toBeVisible();
    await expect(page.getByRole('complementary', { name: 'Card: Paint the café door' })).toBeVisible();
  });

  test('the palette runs an action on the card that had focus', async ({ holdfast, open }) => {
    await holdfast.board('Work', { 'To do': ['a', 'b'], Doing: [] });
    const board = await open();
    await board.page.keyboard.press('j');
    await palette(board.page, 'Archive the card');
    await expect(board.card('a')).toHaveCount(0);
    // Focus goes on to the next card.
    expect(await board.focused()).toBe('b');
  });

  test('the palette does to the focused column what its menu does', async ({ holdfast, open }) => {
    await holdfast.board('Work', { 'To do': ['a', 'b'], Doing: ['c'] });
    const board = await open();
    const { page } = board;
    await board.card('a').focus();
    await palette(page, 'Limit the cards');
    await page.getByLabel('Cards at most').fill('12');
    await page.keyboard.press('Enter');
    await expect(board.column('To do').getByText('2 / 12')).toBeVisible();
    await palette(page, 'Limit the cards');
    await expect(page.getByLabel('Cards at most')).toBeFocused();
    // What stands there is typed over.
    await expect.poll(() => page.evaluate(() => document.getSelection()?.toString())).toBe('12');
    await page.keyboard.type('1');
    await page.keyboard.press('Enter');
    await expect(board.column('To do').getByText('2 / 1', { exact: true })).toBeVisible();
    await palette(page, 'Fold or unfold');
    await expect(page.getByRole('button', { name: /^Folded column To do/ })).toBeFocused();
    await palette(page, 'Rename the column');
    await page.getByLabel('Title of the column').fill('Later');
    await page.keyboard.press('Enter');
    await palette(page, 'Colour of the column');
    await page.getByRole('radio', { name: 'Green', exact: true }).click();
    await palette(page, 'Move the column to the right');
    await expect.poll(() => holdfast.drawn('Work')).toBe('Doing: c | Later: a b');
    await palette(page, 'Archive the column');
    await expect.poll(() => holdfast.drawn('Work')).toBe('Doing: c');
  });

  test('a board that the palette opens has the focus, and F comes back to the filter', async ({
    holdfast,
    open,
  }) => {
    await holdfast.board('Work', { 'To do': ['a', 'b'] });
    await holdfast.board('Home', { Chores: ['c'] });
    const { page } = await open();
    await palette(page, 'Home');
    await expect(page.getByRole('button', { name: 'Column Chores, 1 card' })).toBeFocused();
    await page.keyboard.press('f');
    await page.keyboard.type('c');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('option', { name: 'c' })).toBeFocused();
    await page.keyboard.press('f');
    await expect(page.getByLabel('Words in the title')).toBeFocused();
    await palette(page, 'Work');
    await expect(page.getByRole('button', { name: 'Column To do, 2 cards' })).toBeFocused();
    await expect(page.getByLabel('Words in the title')).toHaveCount(0);
  });

  test('single letters can be switched off', async ({ holdfast, open }) => {
    await holdfast.board('Work', { 'To do': ['a'] });
    const { page } = await open();
    await palette(page, 'Settings');
    await page.getByRole('checkbox', { name: 'Single letters are keys' }).click();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await page.keyboard.press('/');
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await page.keyboard.press('Control+k');
    await expect(page.getByRole('dialog')).toHaveCount(1);
  });
});

test.describe('the sidebar', () => {
  test('puts boards in another order by keys and by mouse', async ({ holdfast, page }) => {
    for (const title of ['One', 'Two', 'Three']) await holdfast.board(title, { 'To do': [] });
    await begin(page, holdfast);
    await row(page, 'One').focus();
    await page.keyboard.press('Shift+ArrowDown');
    await expect(page.locator('button[data-board-id] .title')).toHaveText(['Two', 'One', 'Three']);
    expect(await titles(holdfast)).toEqual(['Two', 'One', 'Three']);
    await expect(row(page, 'One')).toBeFocused();
    const from = await row(page, 'Two').boundingBox();
    const to = await row(page, 'Three').boundingBox();
    if (!from || !to) throw new Error('they are not in sight');
    await page.mouse.move(from.x + 20, from.y + 10);
    await page.mouse.down();
    await page.mouse.move(to.x + 20, to.y + to.height - 2, { steps: 6 });
    await page.mouse.up();
    await expect(page.locator('button[data-board-id] .title')).toHaveText(['One', 'Three', 'Two']);
    expect(await titles(holdfast)).toEqual(['One', 'Three', 'Two']);
  });

  test('keeps a title that was left half-typed, and says so', async ({ holdfast, page }) => {
    await holdfast.board('Work', { 'To do': [] });
    await begin(page, holdfast);
    await row(page, 'Work').click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Rename' }).click();
    await page.keyboard.type('Work of spr');
    await page.keyboard.press('Escape');
    await expect(page.getByLabel('Unsaved title')).toBeVisible();
    await holdfast.journalled('Work of spr');
    await holdfast.crash();
    await begin(page, holdfast);
    await row(page, 'Work').click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Rename' }).click();
    const field = page.getByLabel('Title of the board');
    await expect(field).toHaveValue('Work of spr');
    await field.press('End');
    await page.keyboard.type('ing');
    await page.keyboard.press('Enter');
    await expect(row(page, 'Work of spring')).toBeVisible();
    await expect(page.getByLabel('Unsaved title')).toHaveCount(0);
    expect(await titles(holdfast)).toEqual(['Work of spring']);
  });

  test('shows what the command line did', async ({ holdfast, open }) => {
    await holdfast.board('Work', { 'To do': ['a'] });
    const board = await open();
    await holdfast.run('card', 'add', 'Work', '--column', 'To do', 'b');
    await expect(board.card('b')).toBeVisible();
    await holdfast.run('board', 'create', 'Another');
    await expect(row(board.page, 'Another')).toBeVisible({ timeout: 1000 });
  });
});

test('the archive and the trash give back what was put there', async ({ holdfast, open }) => {
  await holdfast.board('Work', { 'To do': ['a', 'b', 'c'] });
  const { page } = await open();
  await page.keyboard.press('j');
  await page.keyboard.press('#');
  await expect(page.getByText('Archived 1 card')).toBeVisible();
  await page.keyboard.press('Delete');
  await expect(page.getByText('Moved 1 card to the trash')).toBeVisible();
  await page.getByRole('button', { name: 'Archive', exact: true }).click();
  await page.getByRole('button', { name: 'Restore a' }).click();
  await expect(page.getByText('The archive is empty')).toBeVisible();
  await page.getByRole('button', { name: 'Trash', exact: true }).click();
  await page.getByRole('button', { name: 'Restore b' }).click();
  await expect(page.getByText('The trash is empty')).toBeVisible();
  expect(await holdfast.drawn('Work')).toBe('To do: a b c');
});

test('taking something out of a shelf goes on to the next, and each shelf is searched by itself', async ({
  holdfast,
  open,
}) => {
  await holdfast.board('Work', { 'To do': ['a', 'b', 'c', 'd'] });
  const { page } = await open();
  await page.keyboard.press('j');
  for (let card = 0; card < 3; card += 1) {
    await page.keyboard.press('#');
    await expect(page.locator('[data-card-id]')).toHaveCount(3 - card);
  }
  await palette(page, 'Show the archive');
  await expect(page.getByLabel('Search the archive')).toBeFocused();
  await page.keyboard.type('work');
  await page.getByRole('button', { name: 'Restore b' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Restore a' })).toBeFocused();
  await page.getByRole('button', { name: 'Move to the trash: a' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Move to the trash: c' })).toBeFocused();
  await page.getByRole('button', { name: 'Trash', exact: true }).click();
  await expect(page.getByLabel('Search the trash')).toHaveValue('');
  await expect(page.getByRole('button', { name: 'Restore a' })).toBeVisible();
});

test('emptying the trash asks, and says that undo cannot take it back', async ({ holdfast, open }) => {
  await holdfast.board('Work', { 'To do': ['a', 'b'] });
  const { page } = await open();
  await page.keyboard.press('j');
  await page.keyboard.press('Delete');
  await page.getByRole('button', { name: 'Trash', exact: true }).click();
  await page.getByRole('button', { name: 'Empty the trash…' }).click();
  await expect(page.getByRole('dialog')).toContainText('undo cannot take back');
  await page.keyboard.press('Enter');
  // Enter falls on Cancel.
  await expect(page.getByRole('button', { name: 'Restore a' })).toBeVisible();
  await page.getByRole('button', { name: 'Empty the trash…' }).click();
  await page.getByRole('button', { name: 'Empty the trash', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'The trash is empty' })).toBeVisible();
});

test.describe('when something is wrong', () => {
  test('a program that stopped is told of, and what is being typed stays', async ({ holdfast, open }) => {
    await holdfast.board('Work', { 'To do': ['a'] });
    const { page } = await open();
    await page.keyboard.press('n');
    await page.keyboard.type('half a card');
    await holdfast.crash();
    await expect(page.getByRole('heading', { name: 'Holdfast has stopped' })).toBeVisible();
    await expect(page.locator('textarea')).toHaveValue('half a card');
  });

  test('a damaged database offers the newest good backup', async ({ holdfast, page }) => {
    await holdfast.board('Work', { 'To do': ['a', 'b'] });
    await holdfast.run('backup');
    const database = await openFile(join(holdfast.folder, 'holdfast.db'), 'r+');
    await database.write(Buffer.alloc(4096, 7), 0, 4096, 0);
    await database.close();
    await page.goto(await holdfast.web());
    await expect(page.getByRole('heading', { name: 'The database is damaged' })).toBeVisible();
    await expect(page.getByRole('alert')).toContainText('2 cards on 1 board');
    await page.getByRole('button', { name: 'Go back to it…' }).click();
    await page.getByRole('button', { name: 'Go back to it', exact: true }).click();
    await expect(page.getByRole('heading', { name: 'Work' })).toBeVisible();
    expect(await holdfast.drawn('Work')).toBe('To do: a b');
  });
});

test('nothing of the browser shows: its menu stays away from the chrome', async ({ holdfast, open }) => {
  await holdfast.board('Work', { 'To do': ['a'] });
  const { page } = await open();
  const isShown = (selector: string) =>
    page
      .locator(selector)
      .first()
      .evaluate((element) =>
        element.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true })),
      );
  expect(await isShown('.brand')).toBe(false);
  await page.keyboard.press('n');
  expect(await isShown('textarea')).toBe(true);
});
