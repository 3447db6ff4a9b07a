// The board in Chromium by keys, its composer and its titles, against the real program. After each act
// the truth is read from disk.

import type { Page } from 'playwright/test';
import { expect, test } from './holdfast';

const THREE = { 'To do': ['a', 'b', 'c'], Doing: ['d', 'e'], Done: [] } as const;

test.describe('by keys', () => {
  test('card 4,000 of 5,000 goes to another column and back, and keeps the focus', async ({
    holdfast,
    open,
  }) => {
    test.setTimeout(120_000);
    const many = Array.from({ length: 5000 }, (_, index) => `card-${index + 1}`);
    await holdfast.board('Work', { 'To do': many, Doing: ['d', 'e'] });
    const board = await open();
    const keys = board.page.keyboard;
    await keys.press('ArrowDown');
    await keys.press('End');
    await expect.poll(() => board.focused()).toBe('card-5000');
    for (let page = 0; page < 100; page += 1) await keys.press('PageUp');
    await expect.poll(() => board.focused()).toBe('card-4000');

    await keys.press('Space');
    await expect(board.voice()).toContainText('Picked up card-4000. Position 4000 of 5000 in To do');
    await keys.press('ArrowRight');
    await keys.press('ArrowUp');
    await expect(board.page.locator('.slot')).toBeInViewport();
    await keys.press('Space');
    await board.settled();
    await expect.poll(() => board.focused()).toBe('card-4000');
    await expect(board.card('card-4000')).toBeInViewport();
    let { columns } = await holdfast.show('Work');
    expect(columns[1]?.cards.map((card) => card.title)).toEqual(['d', 'card-4000', 'e']);
    expect(columns[0]?.cards.length).toBe(4999);

    await keys.press('Space');
    await keys.press('ArrowLeft');
    await keys.press('End');
    for (let page = 0; page < 100; page += 1) await keys.press('PageUp');
    await expect(board.voice()).toContainText('Position 4000 of 5000 in To do');
    await expect(board.page.locator('.slot')).toBeInViewport();
    await keys.press('Space');
    await board.settled();
    await expect.poll(() => board.focused()).toBe('card-4000');
    await expect(board.card('card-4000')).toBeInViewport();
    ({ columns } = await holdfast.show('Work'));
    expect(columns[0]?.cards.map((card) => card.title)).toEqual(many);
  });

  test('what is carried stays in sight', async ({ holdfast, open }) => {
    const many = Array.from({ length: 60 }, (_, index) => `card-${index}`);
    await holdfast.board('Work', { 'To do': ['a'], Doing: many });
    const board = await open();
    await board.card('a').focus();
    await board.page.keyboard.press('Space');
    await board.page.keyboard.press('ArrowRight');
    const slot = board.column('Doing').locator('.slot');
    for (const key of ['PageDown', 'PageDown', 'ArrowDown', 'End', 'PageUp', 'Home']) {
      await board.page.keyboard.press(key);
      await expect(slot).toBeInViewport({ ratio: 1 });
    }
    await board.page.keyboard.press('Escape');
    await expect(board.card('a')).toBeFocused();
  });

  test('Escape puts back what was picked up', async ({ holdfast, open }) => {
    await holdfast.board('Work', THREE);
    const board = await open();
    const keys = board.page.keyboard;
    await keys.press('ArrowDown');
    await keys.press('Space');
    await keys.press('ArrowRight');
    await keys.press('ArrowRight');
    await keys.press('Escape');
    await board.settled();
    expect(await board.focused()).toBe('a');
    expect(await holdfast.drawn('Work')).toBe('To do: a b c | Doing: d e | Done:');
  });

  test('Shift and arrows move at once, cards and columns', async ({ holdfast, open }) => {
    await holdfast.board('Work', THREE);
    const board = await open();
    const keys = board.page.keyboard;
    await keys.press('ArrowDown');
    await keys.press('Shift+ArrowDown');
    await expect.poll(() => holdfast.drawn('Work')).toBe('To do: b a c | Doing: d e | Done:');
    await keys.press('Shift+ArrowRight');
    await expect.poll(() => holdfast.drawn('Work')).toBe('To do: b c | Doing: d a e | Done:');
    await expect(board.column('Doing').getByText('a', { exact: true })).toBeVisible();
    await expect.poll(() => board.focused()).toBe('a');
    await keys.press('ArrowUp');
    await keys.press('ArrowUp');
    await expect.poll(() => board.focused()).toContain('Column Doing');
    await keys.press('Shift+ArrowLeft');
    await expect.poll(() => holdfast.drawn('Work')).toBe('Doing: d a e | To do: b c | Done:');
    await expect.poll(() => board.focused()).toContain('Column Doing');
  });

  test('Shift and arrows in quick succession each move one step on', async ({ holdfast, open }) => {
    await holdfast.board('Work', { 'To do': ['a', 'b', 'c', 'd', 'e'], Doing: [], Done: [] });
    const board = await open();
    const keys = board.page.keyboard;
    await keys.press('ArrowDown');
    // The page hears all four before the disk has answered the first.
    await board.page.evaluate(() => {
      for (const key of ['ArrowDown', 'ArrowDown', 'ArrowRight', 'ArrowRight']) {
        const pressed = new KeyboardEvent('keydown', { key, shiftKey: true, bubbles: true });
        document.activeElement?.dispatchEvent(pressed);
      }
    });
    await expect.poll(() => holdfast.drawn('Work')).toBe('To do: b c d e | Doing: | Done: a');
    await expect.poll(() => board.focused()).toBe('a');
  });

  test('archiving goes on to the next card, and a filtered drop lands next to the visible one', async ({
    holdfast,
    open,
  }) => {
    await holdfast.board('Work', { 'To do': ['x1', 'y1', 'x2'], Doing: ['x3', 'y2', 'x4'] });
    const board = await open();
    const keys = board.page.keyboard;
    await keys.press('f');
    await keys.type('x');
    await keys.press('Enter');
    await expect.poll(() => board.focused()).toBe('x1');
    await keys.press('Space');
    await keys.press('ArrowRight');
    await keys.press('ArrowDown');
    await keys.press('Space');
    await board.settled();
    expect(await holdfast.drawn('Work')).toBe('To do: y1 x2 | Doing: x3 x1 y2 x4');
    await keys.press('#');
    await expect.poll(() => board.focused()).toBe('x4');
    expect(await holdfast.drawn('Work')).toBe('To do: y1 x2 | Doing: x3 y2 x4');
  });
});

test.describe('the composer', () => {
  test('takes one card after the other', async ({ holdfast, open }) => {
    await holdfast.board('Work', THREE);
    const board = await open();
    const keys = board.page.keyboard;
    await keys.press('ArrowDown');
    await keys.press('n');
    await keys.type('first');
    await keys.press('Enter');
    await keys.type('second');
    await keys.press('Enter');
    await expect.poll(() => holdfast.drawn('Work')).toBe('To do: a b c first second | Doing: d e | Done:');
  });

  test('asks whether several lines are several cards', async ({ holdfast, open, context }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await holdfast.board('Work', THREE);
    const board = await open();
    await board.column('Done').getByRole('button', { name: 'Add a card' }).click();
    await board.page.evaluate(() => navigator.clipboard.writeText('one\ntwo\n\n  three\n'));
    await board.page.keyboard.press('Control+V');
    await expect(board.page.getByRole('button', { name: 'Add as one card' })).toBeVisible();
    await board.page.getByRole('button', { name: 'Add 3 cards' }).click();
    await expect.poll(() => holdfast.drawn('Work')).toBe('To do: a b c | Doing: d e | Done: one two three');
  });

  test('keeps its text when it closes, and says so', async ({ holdfast, open }) => {
    await holdfast.board('Work', THREE);
    const board = await open();
    const add = board.column('Doing').getByRole('button', { name: 'Add a card' });
    await add.click();
    await board.page.keyboard.type('half a thought');
    await board.page.keyboard.press('Escape');
    await expect(add).toContainText('Draft');
    await board.page.reload();
    await expect(add).toContainText('Draft');
    await add.click();
    await expect(board.page.getByRole('textbox', { name: 'Title of the new card' })).toHaveValue(
      'half a thought',
    );
    await board.page.keyboard.press('Enter');
    await expect.poll(() => holdfast.drawn('Work')).toBe('To do: a b c | Doing: d e half a thought | Done:');
    await board.page.keyboard.press('Escape');
    await expect(add).not.toContainText('Draft');
  });
});

test.describe('in place', () => {
  test('an edited title survives a click elsewhere and is offered again', async ({ holdfast, open }) => {
    await holdfast.board('Work', THREE);
    const board = await open();
    await board.page.keyboard.press('ArrowDown');
    await board.page.keyboard.press('e');
    await board.page.keyboard.press('End');
    await board.page.keyboard.type(' and more');
    await board.page.getByText('Filter', { exact: false }).first().click();
    await expect(board.card('a')).toContainText('Draft');
    await board.card('a').focus();
    await board.page.keyboard.press('e');
    await expect(board.page.getByRole('textbox', { name: 'Title', exact: true })).toHaveValue('a and more');
    await board.page.keyboard.press('Enter');
    await expect.poll(() => holdfast.drawn('Work')).toBe('To do: a and more b c | Doing: d e | Done:');
    await expect.poll(() => board.focused()).toBe('a and more');
  });

  test('a column is deleted only once it is said where its cards go', async ({ holdfast, open }) => {
    await holdfast.board('Work', THREE);
    const board = await open();
    await board.page.getByRole('button', { name: 'Menu of Doing' }).click();
    await board.page.getByRole('menuitem', { name: 'Move to the trash' }).click();
    await expect(board.page.getByRole('dialog')).toContainText('It holds 2 cards');
    await board.page.getByRole('button', { name: 'Move to the trash' }).click();
    await expect.poll(() => holdfast.drawn('Work')).toBe('To do: a b c d e | Done:');
    await board.page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => holdfast.drawn('Work')).toBe('To do: a b c | Doing: d e | Done:');
  });
});

test.describe('for screen readers', () => {
  test.use({ bypassCSP: true });

  test('the board has no fault that axe knows, at rest, typing, filtering and carrying', async ({
    holdfast,
    open,
  }) => {
    await holdfast.board('Work', { ...THREE, 'To do': ['a', 'b', 'c', 'd'.repeat(300)] });
    const board = await open();
    const keys = board.page.keyboard;
    await board.page.addScriptTag({
      path: new URL('../node_modules/axe-core/axe.min.js', import.meta.url).pathname,
    });
    expect(await faults(board.page)).toEqual([]);
    await keys.press('ArrowDown');
    await keys.press('n');
    expect(await faults(board.page)).toEqual([]);
    await keys.press('Escape');
    await keys.press('e');
    expect(await faults(board.page)).toEqual([]);
    await keys.press('Escape');
    await keys.press('Space');
    await keys.press('ArrowRight');
    expect(await faults(board.page)).toEqual([]);
    await keys.press('Escape');
    await keys.press('f');
    await keys.type('a');
    expect(await faults(board.page)).toEqual([]);
  });
});

/** What axe finds: each rule with the first place that breaks it. */
async function faults(page: Page): Promise<readonly string[]> {
  // What is fading in has too little contrast for as long as it does.
  await expect.poll(() => page.evaluate('document.getAnimations().length')).toBe(0);
  return page.evaluate<readonly string[]>(
    `axe.run(document).then(({ violations }) => violations.map((one) => one.id + ': ' + one.nodes[0].html))`,
  );
}
