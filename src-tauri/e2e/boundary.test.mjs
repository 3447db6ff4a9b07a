// The page is not trusted: what it cannot do in the real window, whatever runs in it.

import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { Machine, until } from './machine.mjs';

let machine;
let folder;
let session;
before(async () => {
  machine = await Machine.start();
  folder = await machine.folder();
  ({ session } = await machine.open(folder));
});
after(() => machine.stop());

/** Calls Rust as anything that runs in the page could. */
function invoke(command, payload) {
  return session.runAsync(
    (name, body) =>
      window.__TAURI_INTERNALS__.invoke(name, body).then(
        (ok) => ({ ok }),
        (failed) => ({ failed }),
      ),
    command,
    payload,
  );
}

const shell = (request) => invoke('call', { call: { to: 'shell', request } });

test('no command but the one is allowed', async () => {
  for (const [command, payload] of [
    ['plugin:dialog|open', { options: {} }],
    ['plugin:dialog|save', { options: {} }],
    ['plugin:opener|open_url', { url: 'https://example.org' }],
    ['plugin:opener|open_path', { path: '/etc' }],
    ['plugin:store|load', { path: '/etc/passwd' }],
    ['plugin:fs|read_file', { path: '/etc/passwd' }],
    ['plugin:window|set_title', { value: 'x' }],
    ['plugin:webview|create_webview_window', { options: {} }],
    ['plugin:event|emit', { event: 'event', payload: null }],
    ['plugin:shell|execute', { program: 'id' }],
  ]) {
    const { failed } = await invoke(command, payload);
    assert.match(String(failed), /not allowed|not found/, command);
  }
});

test('a request that makes no sense is refused in words', async () => {
  for (const payload of [{}, { call: null }, { call: { to: 'shell', request: { ask: 'fly' } } }]) {
    const { failed } = await invoke('call', payload);
    assert.equal(failed.code, 'badRequest');
  }
});

test('only links of the web and of mail are opened', async () => {
  for (const url of ['file:///etc/passwd', 'javascript:alert(1)', 'tauri://localhost/', '/etc/passwd', '']) {
    const { failed } = await shell({ ask: 'openLink', url });
    assert.equal(failed.code, 'refused', url);
  }
});

test('the page goes nowhere else and opens no window', async () => {
  const here = await session.run(() => location.href);
  for (const there of ['https://example.org/', 'http://localhost/', 'data:text/html,x', 'file:///etc/passwd']) {
    await session.run((address) => void (location.href = address), there);
    await wait(200);
    assert.equal(await session.run(() => location.href), here, there);
  }
  assert.equal(await session.run(() => window.open('https://example.org/') === null), true);
});

test('the policy holds: nothing is fetched, evaluated or run inline', async () => {
  const fetched = await session.runAsync(() =>
    fetch('https://example.org/').then(
      () => 'fetched',
      () => 'refused',
    ),
  );
  assert.equal(fetched, 'refused');
  const broken = await session.runAsync(
    () =>
      new Promise((resolve) => {
        const found = [];
        document.addEventListener('securitypolicyviolation', (event) => found.push(event.effectiveDirective));
        const image = new Image();
        image.src = 'https://example.org/x.png';
        const script = document.createElement('script');
        script.textContent = 'window.ranInline = true';
        const frame = document.createElement('iframe');
        frame.src = 'https://example.org/';
        document.body.append(image, script, frame);
        setTimeout(() => {
          for (const one of [image, script, frame]) one.remove();
          resolve({ found, ran: window.ranInline === true });
        }, 500);
      }),
  );
  assert.equal(broken.ran, false);
  assert.ok(broken.found.some((one) => one.startsWith('img-src')), broken.found.join());
  assert.ok(broken.found.some((one) => one.startsWith('script-src')), broken.found.join());
  const evaluated = await session.run(() => {
    try {
      return Function('return "evaluated"')();
    } catch {
      return 'refused';
    }
  });
  assert.equal(evaluated, 'refused');
});

test('preferences are kept in a file that is the owner’s alone', async () => {
  const dark = {
    theme: 'dark',
    lastBoard: null,
    letterKeysOff: true,
    zoom: 110,
    looksHidden: true,
    keptSeen: ['a delete that crossed an edit'],
  };
  assert.deepEqual(await shell({ ask: 'setPreferences', preferences: dark }), { ok: { is: 'done' } });
  const { ok } = await shell({ ask: 'preferences' });
  assert.deepEqual(ok.preferences, dark);
  const { mode } = await stat(join(folder, 'preferences.json'));
  assert.equal(mode & 0o777, 0o600);
});

test('quick calls are answered in the order they came', async () => {
  const order = await session.runAsync(() => {
    const order = [];
    const calls = Array.from({ length: 50 }, (_, number) => {
      const preferences = { theme: 'system', lastBoard: null, letterKeysOff: false, zoom: 70 + number };
      const call = { to: 'shell', request: { ask: 'setPreferences', preferences } };
      return window.__TAURI_INTERNALS__.invoke('call', { call }).then(() => order.push(number));
    });
    return Promise.all(calls).then(() => order);
  });
  assert.equal(order.length, 50);
  const { ok } = await shell({ ask: 'preferences' });
  assert.equal(ok.preferences.zoom, 119);
});

test('quit ends the program', async () => {
  const other = await machine.open(await machine.folder());
  await other.session
    .run(() => void window.__TAURI_INTERNALS__.invoke('call', { call: { to: 'shell', request: { ask: 'quit' } } }))
    .catch(() => undefined);
  await until('it ended', () => other.hasEnded());
});
