// Every screen, light and dark, wide and narrow, read by axe. A picture of each is kept where
// HOLDFAST_PICTURES names a folder.

import type { Page } from 'playwright/test';
import { test } from './holdfast';
import { look } from './look';

const SCREENS: Readonly<Record<string, (page: Page) => Promise<unknown>>> = {
  board: () => Promise.resolve(),
  panel: async (page) => {
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('complementary', { name: /^Card:/ }).waitFor();
  },
  search: async (page) => {
    await page.keyboard.press('/');
    await page.keyboard.type('e');
    await page.getByRole('option').first().waitFor();
  },
  palette: (page) => page.keyboard.press('Control+k'),
  keys: (page) => page.keyboard.press('?'),
  settings: (page) => page.keyboard.press('Control+,'),
  backups: async (page) => {
    await page.keyboard.press('Control+,');
    await page.getByRole('button', { name: 'Backups…' }).click();
    await page.getByRole('button', { name: 'Make one now' }).click();
    await page.getByRole('button', { name: 'Go back to it…' }).first().waitFor();
  },
  'new board': async (page) => {
    await page.keyboard.press('Control+k');
    await page.keyboard.type('New board');
    await page.keyboard.press('Enter');
    await page.getByRole('textbox', { name: 'Title' }).waitFor();
  },
  'board menu': async (page) => {
    await page.locator('button[data-board-id]').first().click({ button: 'right' });
    await page.getByRole('menu').waitFor();
  },
  archive: async (page) => {
    await page.keyboard.press('j');
    await page.keyboard.press('#');
    await page.getByRole('button', { name: 'Archive', exact: true }).click();
    await page
      .getByRole('button', { name: /^Restore/ })
      .first()
      .waitFor();
  },
  trash: (page) => page.getByRole('button', { name: 'Trash', exact: true }).click(),
  filter: (page) => page.keyboard.press('f'),
  labels: async (page) => {
    await page.keyboard.press('j');
    await page.keyboard.press('l');
  },
  dates: async (page) => {
    await page.keyboard.press('j');
    await page.keyboard.press('d');
  },
};

for (const scheme of ['light', 'dark'] as const) {
  for (const [width, height] of [
    [1440, 860],
    [900, 600],
  ] as const) {
    test.describe(`${scheme} at ${String(width)}`, () => {
      test.use({ colorScheme: scheme, viewport: { width, height } });

      test('the first start', async ({ holdfast, page }) => {
        await page.goto(await holdfast.web());
        await page.getByRole('heading', { name: 'Welcome to Holdfast' }).waitFor();
        await look(page, `first-${scheme}-${String(width)}`);
      });

      test('every other screen', async ({ holdfast, page }) => {
        test.slow();
        await page.goto(await holdfast.web());
        await page.getByRole('heading', { name: 'Welcome to Holdfast' }).waitFor();
        await page.keyboard.press('e');
        await page.locator('[data-card-id]').first().waitFor();
        for (const [name, show] of Object.entries(SCREENS)) {
          await test.step(name, async () => {
            await page.reload();
            await page.locator('[data-card-id]').first().waitFor();
            await show(page);
            await look(page, `${name}-${scheme}-${String(width)}`);
          });
        }
      });
    });
  }
}
