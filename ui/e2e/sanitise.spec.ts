// Known payloads against the one sanitiser, in a page without any policy of its own: what holds here
// holds by itself. After each, no script ran, no request left, and nothing outside the allow list stands.

import { expect, test, type Page } from 'playwright/test';
import { build } from 'vite';
import { payloads } from '../src/markdown/test/payloads';

/** Stands for a server somewhere; asking it for anything is a failure. */
const HOST = 'http://elsewhere.example';
const PAGE = 'http://page.example/';

const bundle = bundled();

async function bundled(): Promise<string> {
  const out = await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      minify: false,
      lib: {
        entry: new URL('./sanitise-page.ts', import.meta.url).pathname,
        formats: ['iife'],
        name: 'walls',
      },
    },
  });
  for (const { output } of [out].flat().filter((one) => 'output' in one)) {
    for (const chunk of output) if (chunk.type === 'chunk') return chunk.code;
  }
  throw new Error('vite built nothing');
}

interface Wall {
  readonly requests: string[];
  readonly ran: readonly string[];
}

async function openWall(page: Page): Promise<Wall> {
  const requests: string[] = [];
  await page.route('**/*', async (route) => {
    const address = route.request().url();
    if (address === PAGE) {
      await route.fulfill({ contentType: 'text/html', body: '<!doctype html><main></main>' });
      return;
    }
    requests.push(address);
    await route.abort();
  });
  const ran: string[] = [];
  // Kept outside the page: some payloads would load another one.
  await page.exposeFunction('ran', (name: string) => ran.push(name));
  await page.goto(PAGE);
  await page.addScriptTag({ content: await bundle });
  return { requests, ran };
}

test('the checks see a page without the wall', async ({ page }) => {
  const wall = await openWall(page);
  // One that leads the page elsewhere would end the others before they have run.
  const texts = payloads(HOST)
    .map(({ text }) => text)
    .filter((text) => text.length < 1000 && !/<meta|<base/u.test(text));
  const seen = await page.evaluate<number>(`walls.unguarded(${JSON.stringify(texts)})`);
  await expect.poll(() => wall.ran.length, 'scripts that ran').toBeGreaterThan(10);
  await expect.poll(() => wall.requests.length, 'requests that left').toBeGreaterThan(5);
  expect(seen, 'things outside the allow list').toBeGreaterThan(100);
});

for (const road of ['markdown', 'html'] as const) {
  test(`payloads as ${road} leave nothing behind`, async ({ page }) => {
    const wall = await openWall(page);
    for (const { name, text } of payloads(HOST)) {
      const found = await page.evaluate<{ outside: string[]; ms: number }>(
        `walls.show(${JSON.stringify(road)}, ${JSON.stringify(text)})`,
      );
      expect(found.outside, name).toEqual([]);
      expect(found.ms, `${name} took too long`).toBeLessThan(2_000);
      await page.evaluate('walls.touch()');
      expect(wall.ran, name).toEqual([]);
    }
    // Some handlers wait for an animation or a timer.
    await page.waitForTimeout(500);
    expect(wall.ran).toEqual([]);
    expect(wall.requests).toEqual([]);
    expect(page.url()).toBe(PAGE);
  });
}

const drawn: readonly (readonly [markdown: string, text: string, elements: string])[] = [
  ['**b** *i* ~~s~~ `c`', 'b i s c', 'p strong em del code'],
  ['- [x] a\n- [ ] b', 'a b', 'ul li span li span'],
  ['|a|b|\n|-|:-:|\n|c|d|', 'a b c d', 'table thead tr th th tbody tr td td'],
  ['one\ntwo', 'one two', 'p br'],
  ['![alt](https://example.org/a.png)', 'alt (image on example.org)', 'p a'],
  ['![](https://example.org/a.png)', 'image on example.org', 'p a'],
  ['[![b](https://a.example/b.png)](https://c.example)', 'b (image on a.example)', 'p a'],
  ['[x](javascript:alert)', '[x](javascript:alert)', 'p'],
  ['[x](file:///etc/passwd)', '[x](file:///etc/passwd)', 'p'],
  ['<b>x</b> <!-- y -->', '<b>x</b> <!-- y -->', 'p'],
  ['<div>\nx\n</div>', '<div> x </div>', 'p br br'],
  ['https://example.org', 'https://example.org', 'p a'],
  ['```js\na < b\n```', 'a < b', 'pre code'],
  ['> q\n\n1. a\n2. b', 'q a b', 'blockquote p ol li li'],
];

test('Markdown is drawn, and what is no Markdown is shown as it was typed', async ({ page }) => {
  await openWall(page);
  for (const [typed, text, elements] of drawn) {
    const shown = await page.evaluate<{ text: string; elements: string }>(
      `walls.draw(${JSON.stringify(typed)})`,
    );
    expect(shown, typed).toEqual({ text, elements });
  }
});
