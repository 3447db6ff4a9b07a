// The card panel as a person uses it, and what of a card lies on disk.

import type { Locator, Page } from 'playwright/test';
import type { BoardPage, Holdfast } from './holdfast';

/** What an export says of one card. */
interface Exported {
  readonly title: string;
  readonly [field: string]: unknown;
}

export class Panel {
  readonly page: Page;
  readonly place: Locator;

  constructor(page: Page) {
    this.page = page;
    this.place = page.locator('aside.panel');
  }

  static async open(board: BoardPage, title: string): Promise<Panel> {
    await board.card(title).click();
    const panel = new Panel(board.page);
    await panel.place.getByRole('heading', { name: 'History' }).waitFor();
    return panel;
  }

  button(name: string | RegExp): Locator {
    return this.place.getByRole('button', typeof name === 'string' ? { name, exact: true } : { name });
  }

  field(name: string): Locator {
    return this.place.getByRole('textbox', { name, exact: true });
  }

  get title(): Locator {
    return this.place.locator('h2').first();
  }

  get note(): Locator {
    return this.place.getByRole('note');
  }

  items(): Promise<readonly string[]> {
    return this.place.locator('[data-item] .title').allInnerTexts();
  }

  async addItems(text: string): Promise<void> {
    await this.place.locator('[data-adds]').first().click();
    await this.field('Add an item').fill(text);
    await this.page.keyboard.press('Enter');
    await this.page.keyboard.press('Escape');
  }

  async addChecklist(name: string): Promise<void> {
    await this.button('Add a checklist').click();
    await this.field('Name of the checklist').fill(name);
    await this.page.keyboard.press('Enter');
    await this.field('Add an item').waitFor();
    await this.page.keyboard.press('Escape');
  }

  async comment(text: string): Promise<void> {
    await this.button('Write a comment…').click();
    await this.page.keyboard.insertText(text);
    await this.page.keyboard.press('Control+Enter');
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** Finds a card in the export, wherever the format keeps it. */
function cardIn(value: unknown, title: string): Exported | undefined {
  if (Array.isArray(value)) return value.map((one) => cardIn(one, title)).find((one) => one !== undefined);
  if (!isObject(value)) return undefined;
  if (value['title'] === title && 'checklists' in value) return { ...value, title };
  return Object.values(value)
    .map((one) => cardIn(one, title))
    .find((one) => one !== undefined);
}

export async function onDisk(holdfast: Holdfast, title: string): Promise<string> {
  const board: unknown = JSON.parse(await holdfast.run('export', 'Work'));
  return JSON.stringify(cardIn(board, title) ?? null);
}
