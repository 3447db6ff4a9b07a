// What is typed on a card and not saved: it is kept, survives a crash, and is offered where it was typed.

import { BoardPage, expect, test } from './holdfast';
import { onDisk, Panel } from './panel';

const COLUMNS = { 'To do': ['write', 'read'], Doing: ['think'] } as const;

test.beforeEach(async ({ holdfast }) => {
  await holdfast.board('Work', COLUMNS);
});

test.describe('a draft', () => {
  test('is kept by Escape and by a click elsewhere, offered, kept and discarded', async ({ open, page }) => {
    const panel = await Panel.open(await open(), 'write');
    await panel.title.click();
    await page.keyboard.type(' more');
    await page.keyboard.press('Escape');
    await expect(panel.title.getByRole('button').first()).toHaveText('write');
    await expect(panel.note).toContainText('Unsaved text from');
    await expect(panel.note).toContainText('write more');
    await panel.button('Keep').click();
    await expect(panel.field('Title')).toHaveValue('write more');
    await page.keyboard.press('Enter');
    await expect(panel.title).toHaveText('write more');
    await expect(panel.note).toHaveCount(0);

    await panel.button('Write a comment…').click();
    await page.keyboard.type('half');
    await panel.place.getByRole('heading', { name: 'History' }).click();
    await expect(panel.note).toContainText('half');
    await panel.button('Discard').click();
    await expect(panel.note).toHaveCount(0);
    await page.reload();
    const again = await Panel.open(new BoardPage(page), 'write more');
    await expect(again.note).toHaveCount(0);
  });

  test('of every field survives kill -9 and is offered on its card', async ({ holdfast, open, page }) => {
    const board = await open();
    const panel = await Panel.open(board, 'write');
    await panel.addChecklist('Steps');
    await panel.addItems('one');
    await panel.comment('said');
    await panel.place.getByRole('article').waitFor();

    const fields: readonly (readonly [open: () => Promise<void>, text: string])[] = [
      [() => panel.title.click(), 'a title'],
      [() => panel.button('Add a description…').click(), 'a description'],
      [() => panel.place.locator('[data-checklist] h3').click(), 'a checklist'],
      [() => panel.place.locator('[data-item] [data-edits]').click(), 'an item'],
      [() => panel.place.locator('[data-adds]').click(), 'a new item'],
      [() => panel.button('Add a checklist').click(), 'a new checklist'],
      [() => panel.button('Add a link').click(), 'a link'],
      [() => panel.place.getByRole('article').getByRole('button', { name: 'Edit' }).click(), 'a change'],
      [() => panel.button('Write a comment…').click(), 'a comment'],
    ];
    for (const [edit, text] of fields) {
      await edit();
      await page.keyboard.type(text);
      await holdfast.journalled(text);
    }
    await holdfast.crash();
    await page.goto('about:blank');
    await page.goto(await holdfast.web());
    const again = await Panel.open(new BoardPage(page), 'write');
    for (const [, text] of fields) await expect(again.note.filter({ hasText: text }).first()).toBeVisible();
    await expect(again.note).toHaveCount(fields.length);
    await expect(board.card('write')).toContainText('Draft');
  });

  test('becomes a comment once it is kept and saved, and is offered no more', async ({
    holdfast,
    open,
    page,
  }) => {
    const panel = await Panel.open(await open(), 'write');
    await panel.button('Write a comment…').click();
    await page.keyboard.type('half a comment');
    await holdfast.journalled('half a comment');
    await holdfast.crash();
    await page.goto('about:blank');
    await page.goto(await holdfast.web());
    const again = await Panel.open(new BoardPage(page), 'write');
    await again.button('Keep').click();
    await page.keyboard.type(', now whole');
    await page.keyboard.press('Control+Enter');
    await expect(again.place.getByRole('article')).toContainText('half a comment, now whole');
    await expect(again.note).toHaveCount(0);
    expect(await onDisk(holdfast, 'write')).toContain('half a comment, now whole');
  });

  test('of a description that changed elsewhere stays on screen', async ({ holdfast, open, page }) => {
    const board = await open();
    const panel = await Panel.open(board, 'write');
    const { board: shown, columns } = await holdfast.show('Work');
    const card = columns[0]?.cards[0]?.id ?? '';
    await panel.button('Add a description…').click();
    await page.keyboard.type('mine');
    await holdfast.ask({
      ask: 'edit',
      board: shown.id,
      edit: { verb: 'describeCard', card, text: 'theirs' },
    });
    await expect(panel.place.getByText('This changed while you were typing')).toBeVisible();
    await expect(panel.field('Description')).toHaveValue('mine');
    await panel.button('Show the other text').click();
    await expect(panel.place.locator('.markdown')).toHaveText('theirs');
    await page.keyboard.press('Escape');
    await expect(panel.place.locator('.markdown')).toHaveText('theirs');
    await expect(panel.note).toContainText('mine');
  });

  test('typed on a comment that was deleted meanwhile is still offered', async ({ holdfast, open, page }) => {
    const panel = await Panel.open(await open(), 'write');
    await panel.comment('said');
    await panel.place.getByRole('article').getByRole('button', { name: 'Edit' }).click();
    await page.keyboard.type(' and meant');
    await holdfast.journalled('said and meant');
    await holdfast.run('undo');
    await expect(panel.place.getByRole('article')).toHaveCount(0);
    await expect(panel.note).toContainText('said and meant');
    await panel.button('Keep').click();
    await expect(panel.place.locator('section', { hasText: 'Comments' }).getByRole('note')).toContainText(
      'said and meant',
    );
  });

  test('of a time stands in its box again, and becomes a date once it is picked', async ({
    holdfast,
    open,
    page,
  }) => {
    const board = await open();
    const panel = await Panel.open(board, 'write');
    await panel.button(/^Due/).click();
    await page.getByLabel('Time').fill('17:4');
    await holdfast.journalled('17:4');
    await holdfast.crash();
    const again = await open();
    await expect(again.card('write').getByText('Draft')).toBeVisible();
    await Panel.open(again, 'write');
    await panel.button(/^Due/).click();
    await expect(page.getByLabel('Time')).toHaveValue('17:4');
    await page.getByLabel('Time').fill('17:45');
    await page.keyboard.press('Enter');
    await expect(panel.button(/^Due/)).toContainText('17:45');
    await expect(again.card('write').getByText('Draft')).toHaveCount(0);
  });
});
