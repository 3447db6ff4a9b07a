// Cards and columns carried by mouse and by touch, in Chromium against the real program. After each act
// the truth is read from disk.

import type { Locator, Page } from 'playwright/test';
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

/** Runs in the page: whether a scroller stands where it stood six frames ago. */
async function atRest(scroller: Element): Promise<boolean> {
  const from = scroller.scrollTop;
  for (let frame = 0; frame < 6; frame += 1) await new Promise(requestAnimationFrame);
  return scroller.scrollTop === from;
}

test.describe('to another board', () => {
  const row = (page: Page, title: string): Locator =>
    page.locator('li[data-board-id]').filter({ hasText: title });

  test('cards that are let go over a board of the sidebar go there, and Undo brings them back', async ({
    holdfast,
    open,
  }) => {
    await holdfast.board('Work', THREE);
    await holdfast.board('Home', { Inbox: ['x'], Later: [] });
    const board = await open();
    await board.card('c').click({ modifiers: ['Control'] });
    await board.card('a').click({ modifiers: ['Control'] });
    await board.hold(board.card('a'), row(board.page, 'Home'));
    await expect(row(board.page, 'Home')).toHaveClass(/taking/);
    await board.page.mouse.up();
    await board.settled();
    await expect(board.card('a')).toHaveCount(0);
    expect(await holdfast.drawn('Work')).toBe('To do: b | Doing: d e | Done:');
    expect(await holdfast.drawn('Home')).toBe('Inbox: x a c | Later:');
    expect(await board.focused()).toBe('b');
    await expect(board.voice()).toContainText('Moved 2 cards to the board “Home”');

    await board.page.getByRole('button', { name: 'Undo' }).click();
    await expect(board.card('a')).toBeVisible();
    expect(await holdfast.drawn('Work')).toBe('To do: a b c | Doing: d e | Done:');
    expect(await holdfast.drawn('Home')).toBe('Inbox: x | Later:');
    await expect(row(board.page, 'Work').getByRole('button')).toHaveAttribute('aria-current', 'page');
  });

  test('the board’s own row takes nothing, and Escape over another puts back', async ({ holdfast, open }) => {
    await holdfast.board('Work', THREE);
    await holdfast.board('Home', { Inbox: [] });
    const board = await open();
    await board.hold(board.card('a'), row(board.page, 'Home'));
    await board.page.keyboard.press('Escape');
    await board.settled();
    await board.page.mouse.up();
    await board.hold(board.card('b'), row(board.page, 'Work'));
    await expect(row(board.page, 'Work')).not.toHaveClass(/taking/);
    await board.page.keyboard.press('Escape');
    await board.settled();
    await board.page.mouse.up();
    expect(await holdfast.drawn('Work')).toBe('To do: a b c | Doing: d e | Done:');
    expect(await holdfast.drawn('Home')).toBe('Inbox:');
  });

  test('the sidebar scrolls under what is held at its edge, and the board stands still', async ({
    holdfast,
    open,
  }) => {
    await holdfast.board('Work', THREE);
    for (let number = 11; number <= 50; number += 1) await holdfast.board(`Board ${number}`, { Inbox: [] });
    const board = await open();
    const last = row(board.page, 'Board 50');
    await expect(last).not.toBeInViewport();
    const shelf = board.page.getByRole('navigation', { name: 'All boards' });
    const box = await shelf.boundingBox();
    if (!box) throw new Error('there is no sidebar');
    await board.hold(board.card('a'), row(board.page, 'Board 13'));
    await board.page.mouse.move(box.x + box.width / 2, box.y + box.height - 4);
    await expect(last).toBeInViewport();
    await expect.poll(async () => shelf.evaluate(atRest)).toBe(true);
    const to = await centre(last);
    await board.page.mouse.move(to.x, to.y);
    await expect(last).toHaveClass(/taking/);
    await board.page.mouse.up();
    await board.settled();
    expect(await holdfast.drawn('Board 50')).toBe('Inbox: a');
  });

  test('by keys: M names a board and then its column', async ({ holdfast, open }) => {
    await holdfast.board('Work', THREE);
    await holdfast.board('Home', { Inbox: [], Later: ['x'] });
    const board = await open();
    await board.card('d').focus();
    await board.page.keyboard.press('m');
    await board.page.keyboard.type('Home');
    await board.page.keyboard.press('Enter');
    await expect(board.page.getByPlaceholder('Find a column', { exact: true })).toBeFocused();
    await board.page.keyboard.type('Lat');
    await board.page.keyboard.press('Enter');
    await expect(board.card('d')).toHaveCount(0);
    expect(await holdfast.drawn('Home')).toBe('Inbox: | Later: x d');
    expect(await holdfast.drawn('Work')).toBe('To do: a b c | Doing: e | Done:');
    expect(await board.focused()).toBe('e');
  });
});
