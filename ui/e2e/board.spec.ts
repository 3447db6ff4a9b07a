// The board in Chromium against the real program. After each act the truth is read from disk.

import type { Page } from 'playwright/test';
import { centre, expect, test } from './holdfast';

const THREE = { 'To do': ['a', 'b', 'c'], Doing: ['d', 'e'], Done: [] } as const;

test.describe('by mouse', () => {
  test('a card goes to another column and keeps the focus', async ({ holdfast, open }) => {
    await holdfast.board('Work', THREE);
    const board = await open();
    await board.hold(board.card('a'), board.card('e'));
    await board.page.mouse.up();
    await board.settled();
    expect(await holdfast.drawn('Work')).toBe('To do: b c | Doing: d a e | Done:');
    expect(await board.focused()).toBe('a');
    await expect(board.voice()).toContainText('Dropped in Doing, position 2');
  });

  test('a card goes down in its own column', async ({ holdfast, open }) => {
    await holdfast.board('Work', THREE);
    const board = await open();
    await board.hold(board.card('a'), board.card('c'));
    await board.page.mouse.up();
    await board.settled();
    expect(await holdfast.drawn('Work')).toBe('To do: b c a | Doing: d e | Done:');
  });

  test('an empty column takes a card', async ({ holdfast, open }) => {
    await holdfast.board('Work', THREE);
    const board = await open();
    await board.hold(board.card('b'), board.column('Done'));
    await board.page.mouse.up();
    await board.settled();
    expect(await holdfast.drawn('Work')).toBe('To do: a c | Doing: d e | Done: b');
  });

  test('Escape puts back, and so does a lost window', async ({ holdfast, open }) => {
    await holdfast.board('Work', THREE);
    const board = await open();
    await board.hold(board.card('a'), board.card('e'));
    await board.page.keyboard.press('Escape');
    await board.settled();
    await board.page.mouse.up();
    await board.hold(board.card('a'), board.card('e'));
    await board.page.evaluate(() => window.dispatchEvent(new Event('blur')));
    await board.settled();
    await board.page.mouse.up();
    expect(await holdfast.drawn('Work')).toBe('To do: a b c | Doing: d e | Done:');
    await expect(board.voice()).toContainText('back where it was');
  });

  test('a drop where it was is no edit', async ({ holdfast, open }) => {
    await holdfast.board('Work', THREE);
    const before = await holdfast.run('export', 'Work');
    const board = await open();
    const at = await centre(board.card('b'));
    await board.page.mouse.move(at.x, at.y);
    await board.page.mouse.down();
    await board.page.mouse.move(at.x + 12, at.y + 6, { steps: 4 });
    await board.page.mouse.up();
    await board.settled();
    expect(await holdfast.run('export', 'Work')).toBe(before);
  });

  test('selected cards travel together and keep their order', async ({ holdfast, open }) => {
    await holdfast.board('Work', THREE);
    const board = await open();
    await board.card('c').click({ modifiers: ['Control'] });
    await board.card('a').click({ modifiers: ['Control'] });
    await board.hold(board.card('c'), board.card('d'));
    await expect(board.page.locator('.held .count')).toHaveText('2');
    await board.page.mouse.up();
    await board.settled();
    expect(await holdfast.drawn('Work')).toBe('To do: b | Doing: a c d e | Done:');
  });

  test('a column is held by its head', async ({ holdfast, open }) => {
    await holdfast.board('Work', THREE);
    const board = await open();
    await board.hold(board.column('To do').locator('h2'), board.column('Doing').locator('h2'));
    await board.page.mouse.up();
    await board.settled();
    expect(await holdfast.drawn('Work')).toBe('Doing: d e | To do: a b c | Done:');
  });

  test('a folded column opens under a held card after a while', async ({ holdfast, open }) => {
    const id = await holdfast.board('Work', THREE);
    const done = (await holdfast.show('Work')).columns[1];
    if (!done) throw new Error('no column');
    await holdfast.ask({
      ask: 'edit',
      board: id,
      edit: { verb: 'collapseColumn', column: done.id, collapsed: true },
    });
    const board = await open();
    const folded = board.page.getByRole('button', { name: /^Folded column Doing/ });
    await board.hold(board.card('a'), folded);
    await expect(board.card('d')).toBeVisible();
    await board.page.mouse.up();
    await board.settled();
    expect(await holdfast.drawn('Work')).toMatch(/To do: b c \| Doing: .*a.* \| Done:/);
    expect(await board.focused()).toBe('a');
  });

  test('a change from elsewhere moves nothing under the pointer', async ({ holdfast, open }) => {
    await holdfast.board('Work', THREE);
    const board = await open();
    await board.hold(board.card('a'), board.card('e'));
    await holdfast.run('card', 'move', 'c', '--column', 'Doing', '--first');
    // The page has heard of the move once it shows what came after it.
    await holdfast.run('card', 'add', 'Work', '--column', 'Done', 'late');
    await expect(board.page.locator('button[data-board-id]', { hasText: 'Work' })).toContainText('6');
    await expect(board.column('Doing').locator('[data-card-id]')).toHaveCount(2);
    await board.page.mouse.up();
    await board.settled();
    await expect(board.column('Doing').locator('[data-card-id]')).toHaveCount(4);
    expect(await holdfast.drawn('Work')).toBe('To do: b | Doing: c d a e | Done: late');
  });
});

test.describe('what goes wrong', () => {
  test('a drop into a column that is gone puts back and says so', async ({ holdfast, open }) => {
    const id = await holdfast.board('Work', THREE);
    const doing = (await holdfast.show('Work')).columns[1];
    if (!doing) throw new Error('no column');
    const board = await open();
    await board.hold(board.card('a'), board.card('e'));
    await holdfast.ask({
      ask: 'edit',
      board: id,
      edit: { verb: 'deleteColumn', column: doing.id, cards: { to: 'trash' } },
    });
    await expect(board.page.locator('button[data-board-id]', { hasText: 'Work' })).toContainText('3');
    await expect(board.column('Doing')).toBeVisible();
    await board.page.mouse.up();
    await board.settled();
    await expect(board.column('Doing')).toHaveCount(0);
    await expect(board.card('a')).toBeVisible();
    expect(await holdfast.drawn('Work')).toBe('To do: a b c | Done:');
    await expect(board.page.locator('[data-sonner-toast]')).toBeVisible();
  });

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

test.describe('near the edges', () => {
  const many = Array.from({ length: 60 }, (_, index) => `card-${index}`);

  test('a held card scrolls its column', async ({ holdfast, open }) => {
    await holdfast.board('Work', { 'To do': many, Doing: [] });
    const board = await open();
    const scroller = board.column('To do').locator('.scroller');
    await board.hold(board.card('card-2'), board.card('card-4'));
    const box = await scroller.boundingBox();
    if (!box) throw new Error('no scroller');
    await board.page.mouse.move(box.x + 60, box.y + box.height - 2, { steps: 4 });
    await expect
      .poll(() => scroller.evaluate((one) => one.scrollHeight - one.clientHeight - one.scrollTop))
      .toBeLessThan(2);
    await board.page.mouse.move(box.x + 60, box.y + box.height + 30, { steps: 2 });
    await expect(board.column('To do').locator('.slot')).toBeInViewport();
    await board.page.mouse.up();
    await board.settled();
    const { columns } = await holdfast.show('Work');
    expect(columns[0]?.cards.at(-1)?.title).toBe('card-2');
    await expect(board.card('card-2')).toBeInViewport();
  });

  test('a held card scrolls the board', async ({ holdfast, open }) => {
    const names = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`Column ${index}`, []]));
    await holdfast.board('Work', { ...names, 'Column 0': ['a'] });
    const board = await open();
    const at = await centre(board.card('a'));
    const width = board.page.viewportSize()?.width ?? 1280;
    await board.page.mouse.move(at.x, at.y);
    await board.page.mouse.down();
    await board.page.mouse.move(width - 2, at.y, { steps: 8 });
    await expect(board.column('Column 11')).toBeInViewport({ ratio: 0.9 });
    const end = await centre(board.column('Column 11'));
    await board.page.mouse.move(end.x, end.y, { steps: 4 });
    await expect(board.column('Column 11').locator('.slot')).toBeVisible();
    await board.page.mouse.up();
    await board.settled();
    const { columns } = await holdfast.show('Work');
    expect(columns[11]?.cards.map((card) => card.title)).toEqual(['a']);
  });
});

test.describe('by touch', () => {
  test.use({ hasTouch: true });

  test('a press and hold carries, a swipe scrolls', async ({ holdfast, open, context }) => {
    const many = Array.from({ length: 40 }, (_, index) => `card-${index}`);
    await holdfast.board('Work', { 'To do': many, Doing: ['d'] });
    const board = await open();
    const devtools = await context.newCDPSession(board.page);
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', x = 0, y = 0): Promise<unknown> =>
      devtools.send('Input.dispatchTouchEvent', { type, touchPoints: type === 'touchEnd' ? [] : [{ x, y }] });
    const from = await centre(board.card('card-3'));

    await touch('touchStart', from.x, from.y);
    for (let step = 1; step <= 10; step += 1) {
      await touch('touchMove', from.x, from.y - step * 12);
      await board.page.waitForTimeout(16);
    }
    await touch('touchEnd');
    const scroller = board.column('To do').locator('.scroller');
    await expect.poll(() => scroller.evaluate((one) => one.scrollTop)).toBeGreaterThan(40);
    await scroller.evaluate((one) => one.scrollTo(0, 0));
    // The swipe goes on for a while by itself.
    await expect.poll(() => scroller.evaluate(atRest)).toBe(true);
    await expect(board.card('card-0')).toBeInViewport();

    const start = await centre(board.card('card-0'));
    const end = await centre(board.card('d'));
    await touch('touchStart', start.x, start.y);
    await expect(board.page.locator('.held')).toBeVisible();
    for (let step = 1; step <= 10; step += 1) {
      await touch(
        'touchMove',
        start.x + ((end.x - start.x) * step) / 10,
        start.y + ((end.y - start.y) * step) / 10,
      );
      await board.page.waitForTimeout(16);
    }
    await expect(board.column('Doing').locator('.slot')).toBeVisible();
    await touch('touchEnd');
    await board.settled();
    const { columns } = await holdfast.show('Work');
    expect(columns[1]?.cards.map((card) => card.title)).toEqual(['card-0', 'd']);
  });
});

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
    await expect.poll(() => board.focused()).toBe('a');
    await keys.press('ArrowUp');
    await keys.press('ArrowUp');
    await expect.poll(() => board.focused()).toContain('Column Doing');
    await keys.press('Shift+ArrowLeft');
    await expect.poll(() => holdfast.drawn('Work')).toBe('Doing: d a e | To do: b c | Done:');
    await expect.poll(() => board.focused()).toContain('Column Doing');
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

/** Runs in the page: whether a scroller stands where it stood six frames ago. */
async function atRest(scroller: Element): Promise<boolean> {
  const from = scroller.scrollTop;
  for (let frame = 0; frame < 6; frame += 1) await new Promise(requestAnimationFrame);
  return scroller.scrollTop === from;
}
