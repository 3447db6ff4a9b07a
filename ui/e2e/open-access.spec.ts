/// <reference types="node" />
// A server that asks nobody for a token, and a page from elsewhere in the same browser: whatever a real page tries,
// nothing is written, nothing is read, and no socket opens.

import { createServer, type Server } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright/test';
import { BoardServer, expect, test as base } from './server';

/** A website of somebody else; how it is reached is up to whoever asks. */
class Website {
  readonly port: number;
  readonly #server: Server;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.port = port;
  }

  static async open(): Promise<Website> {
    const server = createServer((_, answer) => {
      answer.setHeader('content-type', 'text/html');
      answer.end('<!doctype html><title>Elsewhere</title><iframe name="sink"></iframe>');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Website(server, portOf(server.address()));
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function portOf(address: string | AddressInfo | null): number {
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}

interface Fixtures {
  readonly unlocked: BoardServer;
  readonly website: Website;
}

const test = base.extend<Fixtures>({
  // eslint-disable-next-line no-empty-pattern -- the runner reads the pattern to know what it needs
  unlocked: async ({}, use) => {
    const server = new BoardServer(await mkdtemp(join(tmpdir(), 'holdfast-open-')));
    server.more = ['--open-access'];
    await server.start();
    await use(server);
    await server.stop();
    await rm(server.folder, { recursive: true, force: true });
  },
  // eslint-disable-next-line no-empty-pattern -- the runner reads the pattern to know what it needs
  website: async ({}, use) => {
    const website = await Website.open();
    await use(website);
    await website.close();
  },
});

const TICKET = JSON.stringify({ board_id: 1, title: 'from a page' });

/** What a program on this machine sees. */
async function tickets(server: BoardServer): Promise<string> {
  const answer = await fetch(`${server.url}/api/tickets/?board_id=1`);
  expect(answer.status).toBe(200);
  return answer.text();
}

/** Posts as a page can without asking first, and with asking; what the page learns of it. */
async function posts(page: Page, target: string): Promise<readonly string[]> {
  return page.evaluate(
    async ({ target, ticket }) => {
      const learnt: string[] = [];
      for (const mode of ['no-cors', 'cors'] as const) {
        for (const kind of ['text/plain', 'application/x-www-form-urlencoded', 'application/json']) {
          try {
            const headers = { 'content-type': kind };
            const sent = { method: 'POST', mode, headers, body: ticket };
            const answer = await fetch(`${target}/api/tickets/`, sent);
            learnt.push(`${mode} ${kind}: ${answer.type} ${String(answer.status)}`);
          } catch {
            learnt.push(`${mode} ${kind}: refused`);
          }
        }
        try {
          const claim = `${target}/api/tickets/1/claim?agent_id=page`;
          const answer = await fetch(claim, { method: 'POST', mode });
          learnt.push(`${mode} claim: ${answer.type} ${String(answer.status)}`);
        } catch {
          learnt.push(`${mode} claim: refused`);
        }
      }
      const blob = new Blob([ticket], { type: 'text/plain' });
      navigator.sendBeacon(`${target}/api/tickets/`, blob);
      return learnt;
    },
    { target, ticket: TICKET },
  );
}

/** Whether a socket opens. */
async function socket(page: Page, target: string): Promise<string> {
  const url = `${target.replace('http:', 'ws:')}/ws/connect?board_id=1`;
  return page.evaluate(
    (url) =>
      new Promise<string>((resolve) => {
        const socket = new WebSocket(url);
        socket.onopen = () => resolve('open');
        socket.onerror = () => resolve('refused');
      }),
    url,
  );
}

/** Sends a form whose text is JSON, as pages could before there was anything else. */
async function form(page: Page, target: string): Promise<number> {
  const answered = page.waitForResponse((answer) => answer.url().startsWith(`${target}/api/tickets/`));
  await page.evaluate(
    ({ target }) => {
      const form = document.createElement('form');
      form.method = 'post';
      form.action = `${target}/api/tickets/`;
      form.enctype = 'text/plain';
      form.target = 'sink';
      const field = document.createElement('input');
      field.name = '{"board_id":1,"title":"from a form","x":"';
      field.value = '"}';
      form.append(field);
      document.body.append(form);
      form.submit();
    },
    { target },
  );
  return (await answered).status();
}

test('a program on this machine writes and listens without a token', async ({ unlocked }) => {
  const made = await fetch(`${unlocked.url}/api/tickets/`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: TICKET,
  });
  expect(made.status).toBe(201);
  expect(await tickets(unlocked)).toContain('from a page');
});

for (const host of ['127.0.0.1', 'localhost']) {
  test(`a page at ${host} with another port neither posts nor opens the socket`, async ({
    page,
    unlocked,
    website,
  }) => {
    await page.goto(`http://${host}:${String(website.port)}/`);
    const learnt = await posts(page, unlocked.url);
    for (const answer of learnt) expect(answer).toMatch(/refused|opaque 0/);
    expect(await form(page, unlocked.url)).toBe(403);
    expect(await socket(page, unlocked.url)).toBe('refused');
    expect(await tickets(unlocked)).toBe('[]');
  });
}

test('a website that makes its own name point to this machine is refused by its name', async ({
  playwright,
  unlocked,
}) => {
  // To the browser it is one origin: nothing but the name tells that it is not from here.
  const port = new URL(unlocked.url).port;
  const browser = await playwright.chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--host-resolver-rules=MAP evil.example 127.0.0.1',
      // Not all browsers keep pages from this machine by themselves.
      '--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests',
    ],
  });
  const page = await browser.newPage();
  const target = `http://evil.example:${port}`;
  expect((await page.goto(`${target}/`))?.status()).toBe(200);
  // Its own page forbids scripts to connect; another one would not.
  await page.route(`${target}/`, (route) =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>Elsewhere</title>' }),
  );
  await page.goto(`${target}/`);
  for (const answer of await posts(page, target)) expect(answer).toMatch(/basic (403|415)$/);
  const read = await page.evaluate(async () => (await fetch('/api/tickets/?board_id=1')).status);
  expect(read).toBe(403);
  expect(await socket(page, target)).toBe('refused');
  expect(await tickets(unlocked)).toBe('[]');
  await browser.close();
});
