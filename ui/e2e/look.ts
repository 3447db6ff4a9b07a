/// <reference types="node" />
// What is on screen, read by axe. A picture is kept where HOLDFAST_PICTURES names a folder.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type axe from 'axe-core';
import { expect, type Page } from 'playwright/test';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const PICTURES = process.env['HOLDFAST_PICTURES'];

declare global {
  interface Window {
    axe: typeof axe;
  }
}

export async function look(page: Page, name: string): Promise<void> {
  // What arrives is read when it has arrived.
  await page.waitForTimeout(300);
  if (PICTURES !== undefined) await page.screenshot({ path: join(PICTURES, `${name}.png`) });
  await page.evaluate(await readFile(AXE, 'utf8'));
  const { violations } = await page.evaluate(() =>
    // A card's name says in words what its marks show: "label bug" where the chip says "bug".
    window.axe.run({ rules: { 'label-content-name-mismatch': { enabled: false } } }),
  );
  const found = violations.flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.html}`));
  // A menu stands over the page and in no landmark of it.
  expect
    .soft(
      found.filter((one) => !/^region: .*data-bits-floating/.test(one)),
      name,
    )
    .toEqual([]);
}
