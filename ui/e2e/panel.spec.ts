// The card panel in Chromium against the real program: every field, and what is left of it after a reload.

import type { Locator } from 'playwright/test';
import { payloads } from '../src/markdown/test/payloads';
import { BoardPage, expect, test } from './holdfast';
import { onDisk, Panel } from './panel';

const COLUMNS = { 'To do': ['write', 'read'], Doing: ['think'] } as const;

test.beforeEach(async ({ holdfast }) => {
  await holdfast.board('Work', COLUMNS);
});

test('every field is edited in place and stands after a reload', async ({ holdfast, open, page }) => {
  const panel = await Panel.open(await open(), 'write');
  await panel.title.click();
  await panel.field('Title').fill('write a letter');
  await page.keyboard.press('Enter');
  await expect(panel.title).toHaveText('write a letter');

  await panel.button(/^Assigned/).click();
  await page.getByPlaceholder('Find or add a person').fill('Ada');
  await page.keyboard.press('Enter');
  await expect(panel.button(/^Assigned: Ada/)).toBeVisible();
  await page.keyboard.press('Escape');

  await panel.button(/^Labels/).click();
  await page.getByPlaceholder('Find or make a label').fill('urgent');
  await page.keyboard.press('Enter');
  await expect(panel.button('Labels: urgent')).toBeVisible();
  await page.getByRole('button', { name: 'Change labels' }).click();
  await page.getByRole('button', { name: 'Change urgent' }).click();
  await page.getByLabel('Name').fill('soon');
  await page.keyboard.press('Enter');
  await expect(panel.button('Labels: soon')).toBeVisible();
  await page.keyboard.press('Escape');

  await panel.button(/^Due/).click();
  await page.getByRole('button', { name: 'Tomorrow' }).click();
  await panel.button(/^Due/).click();
  await page.getByLabel('Time').fill('17:30');
  await page.keyboard.press('Enter');
  await expect(panel.button(/^Due: .*17:30/)).toBeVisible();
  await page.keyboard.press('Escape');
  await panel.place.getByRole('checkbox', { name: 'Done' }).click();

  await panel.button(/^Priority/).click();
  await page.getByRole('menuitem', { name: 'High' }).click();
  await panel.button(/^Cover/).click();
  await page.getByRole('radio', { name: 'Sky', exact: true }).click();

  await panel.button('Add a description…').click();
  await page.keyboard.type('**bold** words');
  await page.keyboard.press('Control+Enter');
  await expect(panel.place.locator('.markdown strong')).toHaveText('bold');

  await panel.addChecklist('Steps');
  await panel.addItems('one\ntwo\n- three');
  await panel.place.getByRole('checkbox', { name: 'two' }).click();

  await panel.button('Add a link').click();
  await panel.field('Address').fill('example.org/a');
  await page.keyboard.press('Enter');
  await expect(panel.place.getByRole('link', { name: 'example.org/a' })).toBeVisible();
  await panel.comment('a comment');
  await expect(panel.place.getByRole('article')).toContainText('a comment');

  await page.reload();
  const again = await Panel.open(new BoardPage(page), 'write a letter');
  await expect(again.button(/^Assigned: Ada/)).toBeVisible();
  await expect(again.button('Labels: soon')).toBeVisible();
  await expect(again.button(/^Due: .*17:30/)).toBeVisible();
  await expect(again.place.getByRole('checkbox', { name: 'Done' })).toBeChecked();
  await expect(again.button('Priority: High')).toBeVisible();
  await expect(again.button('Cover: Sky')).toBeVisible();
  await expect(again.place.locator('.markdown strong')).toHaveText('bold');
  expect(await again.items()).toEqual(['one', 'two', 'three']);
  await expect(again.place.getByRole('checkbox', { name: 'two' })).toBeChecked();
  await expect(again.place.getByRole('link', { name: 'example.org/a' })).toBeVisible();
  await expect(again.place.getByRole('article')).toContainText('a comment');
  const disk = await onDisk(holdfast, 'write a letter');
  for (const word of ['**bold** words', 'three', 'https://example.org/a', 'a comment', 'sky'])
    expect(disk).toContain(word);
});

test.describe('checklists', () => {
  async function filled(board: BoardPage): Promise<Panel> {
    const panel = await Panel.open(board, 'write');
    await panel.addChecklist('One');
    await panel.addItems('a\nb\nc');
    await panel.addChecklist('Two');
    await expect.poll(() => panel.items()).toEqual(['a', 'b', 'c']);
    return panel;
  }

  test('are ordered by keys, within and between them, and focus follows', async ({ open, page }) => {
    const panel = await filled(await open());
    await panel.place.getByRole('checkbox', { name: 'c' }).focus();
    await page.keyboard.press('Alt+ArrowUp');
    await expect.poll(() => panel.items()).toEqual(['a', 'c', 'b']);
    await expect(panel.place.getByRole('checkbox', { name: 'c' })).toBeFocused();
    for (const expected of [
      ['a', 'b', 'c'],
      ['a', 'b', 'c'],
    ]) {
      await page.keyboard.press('Shift+ArrowDown');
      await expect.poll(() => panel.items()).toEqual(expected);
      await expect(panel.place.getByRole('checkbox', { name: 'c' })).toBeFocused();
    }
    await expect(panel.place.locator('[data-checklist]').nth(1)).toContainText('c');
    await expect(page.locator('[aria-live="assertive"]')).toContainText('c: 1 of 1 in Two');
  });

  test('Escape right behind Enter closes the field, and nothing takes the focus afterwards', async ({
    open,
    page,
  }) => {
    const panel = await filled(await open());
    await panel.place.locator('[data-adds]').first().click();
    await panel.field('Add an item').fill('d');
    // The page hears all of it before the disk has answered the first.
    await panel.place.evaluate((place) => {
      for (const key of ['Enter', 'Escape']) {
        const pressed = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true });
        document.activeElement?.dispatchEvent(pressed);
      }
      const buttons = [...place.querySelectorAll('button')];
      buttons.find((button) => button.textContent.includes('Add a checklist'))?.click();
    });
    await expect.poll(() => panel.items()).toEqual(['a', 'b', 'c', 'd']);
    await expect(panel.field('Name of the checklist')).toBeFocused();
    await expect(panel.field('Add an item')).toHaveCount(0);
    await page.keyboard.type('Three');
    await expect(panel.field('Name of the checklist')).toHaveValue('Three');
  });

  test('are ordered by drag, and Escape puts back', async ({ holdfast, open, page }) => {
    const board = await open();
    const panel = await filled(board);
    const item = (title: string): Locator => panel.place.locator('[data-item]', { hasText: title });
    await item('c').scrollIntoViewIfNeeded();
    await board.hold(item('c'), item('a'));
    const above = await item('a').boundingBox();
    await page.mouse.move((above?.x ?? 0) + 60, (above?.y ?? 0) + 2);
    await page.mouse.up();
    await expect.poll(() => panel.items()).toEqual(['c', 'a', 'b']);
    await board.hold(item('c'), item('b'));
    await page.keyboard.press('Escape');
    await page.mouse.up();
    expect(await panel.items()).toEqual(['c', 'a', 'b']);
    await board.hold(item('a'), panel.place.locator('[data-checklist]').nth(1).locator('ul'));
    await page.mouse.up();
    await expect(panel.place.locator('[data-checklist]').nth(1)).toContainText('a');
    expect(await onDisk(holdfast, 'write')).toMatch(/"c".*"b".*"a"/);
  });

  test('come back by undo', async ({ open, page }) => {
    const panel = await filled(await open());
    await panel.place.getByRole('checkbox', { name: 'a' }).focus();
    await page.keyboard.press('Delete');
    await expect.poll(() => panel.items()).toEqual(['b', 'c']);
    await expect(panel.place.getByRole('checkbox', { name: 'b' })).toBeFocused();
    await page.keyboard.press('Control+z');
    await expect.poll(() => panel.items()).toEqual(['a', 'b', 'c']);
    await panel.button('Actions of the checklist One').click();
    await page.getByRole('menuitem', { name: 'Delete the checklist' }).click();
    await expect(panel.place.locator('[data-checklist]')).toHaveCount(1);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(panel.place.locator('[data-checklist]')).toHaveCount(2);
  });
});

test('J and K walk the cards with the panel open, Escape closes it and gives focus back', async ({
  open,
  page,
}) => {
  const board = await open();
  await board.card('write').click();
  const panel = new Panel(page);
  await expect(panel.title).toHaveText('write');
  await page.keyboard.press('j');
  await expect(panel.title).toHaveText('read');
  await page.keyboard.press('k');
  await expect(panel.title).toHaveText('write');
  await page.keyboard.press('Enter');
  await expect(panel.title.getByRole('button')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(panel.place).toHaveCount(0);
  expect(await board.focused()).toContain('write');
});

test('people are renamed and taken off the board, and undo brings them back', async ({ open, page }) => {
  const panel = await Panel.open(await open(), 'write');
  const assigned = panel.button(/^Assigned/);
  await assigned.click();
  await page.keyboard.type('Mairia');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Change people' }).click();
  await page.getByRole('button', { name: 'Change Mairia' }).click();
  await page.getByLabel('Name', { exact: true }).fill('Maria');
  await page.keyboard.press('Enter');
  await expect(assigned).toContainText('Maria');
  await page.getByRole('button', { name: 'Change Maria' }).click();
  await page.getByRole('button', { name: 'Take off the board' }).click();
  await expect(assigned).toContainText('Nobody');
  await page.getByRole('button', { name: 'Change You' }).click();
  await expect(page.getByRole('button', { name: 'Take off the board' })).toHaveCount(0);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(assigned).toContainText('Maria');
});

test('archive, trash and duplicate from the menu', async ({ holdfast, open, page }) => {
  const board = await open();
  const panel = await Panel.open(board, 'write');
  await panel.button('Card actions').click();
  await page.getByRole('menuitem', { name: 'Duplicate' }).click();
  await expect.poll(() => holdfast.drawn('Work')).toBe('To do: write write read | Doing: think');
  await panel.button('Card actions').click();
  await page.getByRole('menuitem', { name: 'Move to the trash' }).click();
  await expect.poll(() => holdfast.drawn('Work')).toBe('To do: write read | Doing: think');
  await page.keyboard.press('Control+z');
  await expect.poll(() => holdfast.drawn('Work')).toBe('To do: write write read | Doing: think');
});

test('a card in the archive and in the trash says so and comes back', async ({ holdfast, open, page }) => {
  const board = await open();
  await board.card('write').click();
  const panel = new Panel(page);
  await panel.title.waitFor();
  for (const { shelf, verb, words } of [
    { shelf: 'Archive', verb: 'Archive', words: 'This card is in the archive.' },
    { shelf: 'Trash', verb: 'Move to the trash', words: 'This card is in the trash.' },
  ]) {
    await panel.button('Card actions').click();
    await page.getByRole('menuitem', { name: verb, exact: true }).click();
    await expect.poll(() => holdfast.drawn('Work')).toBe('To do: read | Doing: think');
    await page
      .getByRole('navigation')
      .or(page.locator('aside'))
      .getByRole('button', { name: shelf })
      .first()
      .click();
    await page.getByRole('button', { name: 'Open write' }).click();
    await expect(panel.place).toContainText(words);
    await expect(panel.title).toHaveText('write');
    await panel.button('Restore').click();
    await expect(panel.place).not.toContainText(words);
    await expect.poll(() => holdfast.drawn('Work')).toBe('To do: write read | Doing: think');
  }
});

test('history tells what happened, in words', async ({ open, page }) => {
  const panel = await Panel.open(await open(), 'write');
  await panel.button('Card actions').click();
  await page.getByRole('menuitem', { name: 'Move to…' }).click();
  await page.getByPlaceholder('Find a column').fill('Doing');
  await page.keyboard.press('Enter');
  await expect(panel.place).toContainText('moved this from To do to Doing');
});

test('payloads as a description run nothing and load nothing', async ({ holdfast, open, page }) => {
  const asked: string[] = [];
  const ran: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).host));
  await page.exposeFunction('ran', (name: string) => ran.push(name));
  const board = await open();
  const { board: shown, columns } = await holdfast.show('Work');
  const card = columns[0]?.cards[0]?.id ?? '';
  const text = payloads('http://elsewhere.example')
    .filter((payload) => payload.text.length < 1000)
    .map((payload) => payload.text)
    .join('\n\n');
  await holdfast.ask({ ask: 'edit', board: shown.id, edit: { verb: 'describeCard', card, text } });
  const panel = await Panel.open(board, 'write');
  await panel.place.locator('.markdown').waitFor();
  await page.waitForTimeout(500);
  expect(ran).toEqual([]);
  expect([...new Set(asked)]).toEqual([new URL(page.url()).host]);
});

test('a megabyte of text does not hold up the window', async ({ holdfast, open }) => {
  const board = await open();
  const { board: shown, columns } = await holdfast.show('Work');
  const card = columns[0]?.cards[0]?.id ?? '';
  const text = 'Words, *more* words and a [link](https://example.org).\n\n'
    .repeat(18_000)
    .slice(0, 1_000_000);
  await holdfast.ask({ ask: 'edit', board: shown.id, edit: { verb: 'describeCard', card, text } });
  const panel = await Panel.open(board, 'write');
  await expect(panel.button(/^Show all of it/)).toBeVisible();
  await panel.button(/^Show all of it/).click();
  await expect
    .poll(() => panel.place.locator('.markdown p').count(), { timeout: 20_000 })
    .toBeGreaterThan(17_000);
});
