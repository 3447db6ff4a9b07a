// One description written by two: two programs on two folders, each with a browser, and a real board server.

import { look } from './look';
import { Panel } from './panel';
import { type BoardServer, expect, type Seat, test } from './server';

const TEXT = 'one\n\ntwo\n\nthree';

/** Ada and Bob share a board whose card `a` has a description. */
async function together(ada: Seat, bob: Seat, server: BoardServer): Promise<void> {
  await ada.holdfast.board('Work', { 'To do': ['a', 'b'], Doing: ['c'] });
  await ada.page.locator('button[data-board-id]').click();
  await describe(ada, TEXT);
  await ada.signIn(server, 'ada');
  await ada.page.keyboard.press('Escape');
  await ada.share();
  const link = await ada.invite('Can edit');
  await ada.page.keyboard.press('Escape');
  await bob.join(link, 'bob');
  await expect(bob.board.card('a')).toBeVisible();
}

function panelOf(seat: Seat): Panel {
  return new Panel(seat.page);
}

/** Opens the card `a` and begins to type in place of its description. */
async function type(seat: Seat, text: string): Promise<Panel> {
  const panel = (await panelOf(seat).place.isVisible()) ? panelOf(seat) : await Panel.open(seat.board, 'a');
  const add = panel.button('Add a description…');
  if (await add.isVisible()) await add.click();
  else await panel.button('Edit').first().click();
  await panel.field('Description').fill(text);
  return panel;
}

async function describe(seat: Seat, text: string): Promise<Panel> {
  const panel = await type(seat, text);
  await seat.page.keyboard.press('Control+Enter');
  await expect(panel.field('Description')).toHaveCount(0);
  // What is on disk is read again a moment later.
  await expect(panel.button('Add a description…')).toHaveCount(0);
  return panel;
}

/** Both write while there is no server, which then returns. */
async function apart(ada: Seat, bob: Seat, server: BoardServer, ours: string, theirs: string): Promise<void> {
  await together(ada, bob, server);
  await server.stop();
  await expect(ada.foot()).toContainText('Offline');
  await expect(bob.foot()).toContainText('Offline');
  await describe(ada, ours);
  await describe(bob, theirs);
  await server.start();
  await ada.palette('Try to connect now');
  await bob.palette('Try to connect now');
  for (const seat of [ada, bob]) await expect(seat.foot()).toContainText('In step with');
}

/** The texts of the versions dialog, newest first. */
async function versions(seat: Seat): Promise<readonly string[]> {
  await panelOf(seat).button('Versions').click();
  const dialog = seat.dialog('Versions of the description');
  const rows = dialog.getByRole('list').getByRole('button');
  await rows.first().waitFor();
  const texts: string[] = [];
  for (const row of await rows.all()) {
    await row.click();
    await expect(row).toHaveAttribute('aria-current', 'true');
    const excerpt = await row.locator('.excerpt').innerText();
    const shown = dialog.getByRole('region', { name: 'Versions of the description' });
    await expect.poll(async () => (await shown.innerText()).replace(/\s+/gu, ' ')).toBe(excerpt);
    texts.push(excerpt);
  }
  await seat.page.keyboard.press('Escape');
  return texts;
}

test('lines that two wrote without the server come together at both', async ({ server, seat }) => {
  const [ada, bob] = [await seat(), await seat()];
  await apart(ada, bob, server, 'ONE\n\ntwo\n\nthree', 'one\n\ntwo\n\nTHREE');
  for (const { page, board } of [ada, bob]) {
    const panel = new Panel(page);
    for (const line of ['ONE', 'two', 'THREE']) {
      await expect(panel.place.getByText(line, { exact: true })).toBeVisible();
    }
    await expect(panel.place.getByRole('group', { name: 'Two texts were written at once' })).toHaveCount(0);
    await expect(panel.place.getByText('brought two descriptions together')).toBeVisible();
    await expect(board.card('a')).not.toContainText('Two texts');
  }
  const texts = await versions(bob);
  expect(texts[0]).toBe('ONE two THREE');
  expect([...texts].sort()).toEqual(['ONE two THREE', 'ONE two three', 'one two THREE', 'one two three']);
});

test('the same line is offered to both, and one click combines', async ({ server, seat }) => {
  const [ada, bob] = [await seat(), await seat()];
  await apart(ada, bob, server, 'one\n\nours\n\nthree', 'one\n\ntheirs\n\nthree');
  for (const { page, board } of [ada, bob]) {
    const offer = page.getByRole('group', { name: 'Two texts were written at once' });
    await expect(offer.getByText('ours', { exact: true })).toBeVisible();
    await expect(offer.getByText('theirs', { exact: true })).toBeVisible();
    await expect(board.card('a')).toContainText('Two texts');
  }
  await ada.page.getByRole('button', { name: 'Combine' }).click();
  for (const { page, board } of [ada, bob]) {
    await expect(page.getByRole('group', { name: 'Two texts were written at once' })).toHaveCount(0);
    await expect(panelOf(ada).place.getByText('ours', { exact: true })).toBeVisible();
    await expect(new Panel(page).place.getByText('theirs', { exact: true })).toBeVisible();
    await expect(board.card('a')).not.toContainText('Two texts');
  }
  for (const seat of [ada, bob]) {
    const texts = await versions(seat);
    expect(texts).toEqual(expect.arrayContaining(['one ours three', 'one theirs three', 'one two three']));
    expect(texts).toHaveLength(4);
  }
  // It is an edit as any other.
  await ada.page.keyboard.press('Control+z');
  await expect(bob.page.locator('aside.panel').getByText('ours', { exact: true })).toHaveCount(0);
  await expect(bob.page.locator('aside.panel').getByText('theirs', { exact: true })).toBeVisible();
});

test('what stands can be kept, and the other too, by keys alone', async ({ server, seat }) => {
  const [ada, bob] = [await seat(), await seat()];
  await apart(ada, bob, server, 'one\n\nours\n\nthree', 'one\n\ntheirs\n\nthree');
  await bob.page.getByRole('button', { name: 'Keep the other' }).focus();
  await bob.page.keyboard.press('Enter');
  for (const { page } of [ada, bob]) {
    await expect(page.getByRole('button', { name: 'Keep the other' })).toHaveCount(0);
    await expect(page.locator('aside.panel').getByText('ours', { exact: true })).toBeVisible();
  }
  await expect(panelOf(bob).button('Edit').first()).toBeFocused();
});

test('an older version is used again, and undo takes that back', async ({ seat }) => {
  const ada = await seat();
  await ada.holdfast.board('Work', { 'To do': ['a'] });
  await ada.page.locator('button[data-board-id]').click();
  await describe(ada, 'first');
  const panel = await describe(ada, 'second');
  await expect(panel.place.getByText('second', { exact: true })).toBeVisible();
  await panel.button('Versions').click();
  const dialog = ada.dialog('Versions of the description');
  const use = dialog.getByRole('button', { name: 'Use this version' });
  await expect(use).toBeDisabled();
  await dialog.getByRole('button', { name: /first/ }).focus();
  await ada.page.keyboard.press('Enter');
  await expect(dialog.getByRole('region')).toHaveText('first');
  await use.click();
  await expect(dialog).toHaveCount(0);
  await expect(panel.place.getByText('first', { exact: true })).toBeVisible();
  await ada.page.keyboard.press('Control+z');
  await expect(panel.place.getByText('second', { exact: true })).toBeVisible();
});

test('a draft that survived the end of the program is merged with what came since', async ({
  server,
  seat,
}) => {
  const [ada, bob] = [await seat(), await seat()];
  await together(ada, bob, server);
  const panel = await Panel.open(bob.board, 'a');
  await type(bob, 'one\n\ntwo\n\nthree\n\nfour');
  await bob.holdfast.journalled('four');
  await bob.holdfast.end();
  await describe(ada, 'ONE\n\ntwo\n\nthree');
  await bob.again();
  await bob.palette('Try to connect now');
  await expect(bob.foot()).toContainText('In step with');
  if (!(await panel.place.isVisible())) await Panel.open(bob.board, 'a');
  await expect(panel.place.getByText('ONE', { exact: true })).toBeVisible();
  await expect(panel.note).toContainText('The description changed since');
  await panel.button('Keep').click();
  await expect(panel.place.getByRole('status')).toContainText('This changed while you were typing');
  await panel.button('Show the other text').click();
  await expect(panel.place.getByText('ONE', { exact: true })).toBeVisible();
  await panel.field('Description').focus();
  await bob.page.keyboard.press('Control+Enter');
  for (const { page } of [ada, bob]) {
    await expect(page.locator('aside.panel').getByText('ONE', { exact: true })).toBeVisible();
    await expect(page.locator('aside.panel').getByText('four', { exact: true })).toBeVisible();
  }
});

for (const scheme of ['light', 'dark'] as const) {
  for (const [width, height] of [
    [1440, 860],
    [900, 600],
  ] as const) {
    test(`versions look right, ${scheme} at ${String(width)}`, async ({ server, seat }) => {
      test.slow();
      const [ada, bob] = [await seat(), await seat()];
      for (const { page } of [ada, bob]) {
        await page.setViewportSize({ width, height });
        await page.emulateMedia({ colorScheme: scheme });
      }
      const ours = '- Read the log first\n- Then the **outbox**, by hand\n- Ask Vera about the clock';
      const theirs =
        '- Read the log first\n- Then the outbox, with `holdfast check`\n- Ask Vera about the clock';
      await apart(ada, bob, server, ours, theirs);
      // A toast that fades has no contrast of its own.
      for (const { page } of [ada, bob]) {
        await expect(page.locator('[data-sonner-toast]')).toHaveCount(0, { timeout: 10_000 });
      }
      await ada.page.getByRole('group', { name: 'Two texts were written at once' }).waitFor();
      await look(ada.page, `apart-${scheme}-${String(width)}`);
      await panelOf(ada).button('Versions').click();
      await ada
        .dialog('Versions of the description')
        .getByRole('button', { name: /Undecided/ })
        .click();
      await look(ada.page, `versions-${scheme}-${String(width)}`);
      await ada.page.keyboard.press('Escape');
      await type(bob, `${theirs}\n- Typed on`);
      await ada.page.getByRole('button', { name: 'Combine' }).click();
      await expect(bob.page.getByRole('status').filter({ hasText: 'This changed' })).toBeVisible();
      await bob.page.getByRole('button', { name: 'Show the other text' }).click();
      await look(bob.page, `overtaken-${scheme}-${String(width)}`);
    });
  }
}
