// The known payloads against the sanitiser in the real window's web view: nothing outside the allow
// list stands on the page, nothing runs, nothing is fetched, and the page stays where it is.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { Machine } from './machine.mjs';

const UI = new URL('../../ui/', import.meta.url);
const HOST = 'http://elsewhere.example';

let machine;
let session;
before(async () => {
  machine = await Machine.start();
  ({ session } = await machine.open(await machine.folder()));
  await session.run(`${await bundled('e2e/sanitise-page.ts', 'walls')}; window.walls = walls;`);
  await session.run(`${await bundled('src/markdown/test/payloads.ts', 'table')}; window.table = table;`);
  await session.run(() => {
    window.ranNames = [];
    window.ran = (name) => window.ranNames.push(name);
  });
});
after(() => machine.stop());

async function bundled(entry, name) {
  const { build } = await import(new URL('node_modules/vite/dist/node/index.js', UI).href);
  const lib = { entry: new URL(entry, UI).pathname, formats: ['iife'], name };
  const made = await build({
    configFile: false,
    root: UI.pathname,
    logLevel: 'error',
    build: { write: false, minify: false, lib },
  });
  return [made].flat()[0].output.find((one) => one.type === 'chunk').code;
}

// Runs in the page.
function show(road, host, number) {
  const { text } = window.table.payloads(host)[number];
  const shown = window.walls.show(road, text);
  window.walls.touch();
  return shown;
}

for (const road of ['markdown', 'html']) {
  test(`payloads as ${road} leave nothing behind`, async () => {
    const here = await session.run(() => location.href);
    const names = await session.run((host) => window.table.payloads(host).map(({ name }) => name), HOST);
    assert.ok(names.length > 100, `${names.length} payloads`);
    for (const [number, name] of names.entries()) {
      const { outside, ms } = await session.run(show, road, HOST, number);
      assert.deepEqual(outside, [], name);
      assert.ok(ms < 10_000, `${name} took ${ms} ms`);
    }
    // Some handlers wait for an animation or a timer.
    await wait(500);
    assert.deepEqual(await session.run(() => window.ranNames), []);
    const fetched = await session.run(() => performance.getEntriesByType('resource').map(({ name }) => name));
    assert.deepEqual(
      fetched.filter((name) => name.startsWith('http') && !name.startsWith('http://ipc.localhost')),
      [],
    );
    assert.equal(await session.run(() => location.href), here);
  });
}

test('the checks see what no sanitiser touched', async () => {
  const outside = await session.run((host) => {
    const texts = window.table.payloads(host).map(({ text }) => text);
    return window.walls.unguarded(texts.filter((text) => text.length < 1000));
  }, HOST);
  assert.ok(outside > 100, `${outside} things`);
});
