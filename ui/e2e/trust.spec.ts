/// <reference types="node" />
// Servers that nobody vouches for: what is shown before anything is sent, and what is trusted from then on.

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { look } from './look';
import { type BoardServer, expect, PASSWORD, type Seat, test, type TlsFiles } from './server';

/** A certificate that nobody signed but itself; its fingerprint comes from another program than ours. */
async function selfSigned(
  folder: string,
  name: string,
): Promise<TlsFiles & { readonly fingerprint: string }> {
  const run = promisify(execFile);
  const [certificate, key] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30'];
  await run('openssl', ['req', '-x509', ...curve, ...subject, '-keyout', key, '-out', certificate]);
  const { stdout } = await run('openssl', ['x509', '-noout', '-fingerprint', '-sha256', '-in', certificate]);
  return { certificate, key, fingerprint: stdout.trim().split('=')[1] ?? '' };
}

/** The server goes, and comes back with this certificate. */
async function shows(server: BoardServer, tls: TlsFiles): Promise<void> {
  await server.stop();
  server.tls = tls;
  // A TLS server is another one than a plain one at the same place.
  if (server.url.startsWith('http:')) server.url = '';
  await server.start();
}

function rows(fingerprint: string): string {
  return fingerprint.replaceAll(':', ' ');
}

async function fillSignIn(seat: Seat, server: BoardServer): Promise<void> {
  await seat.palette('Sign in at a server');
  const dialog = seat.dialog('Sign in at a server');
  await dialog.getByLabel('Address of the server').fill(server.url);
  await dialog.getByLabel('Name').fill('ada');
  await dialog.getByLabel('Password').fill(PASSWORD);
  await seat.page.keyboard.press('Enter');
}

/** Everything that the dialog says, in one line. */
async function said(seat: Seat, dialog: string): Promise<string> {
  return (await seat.dialog(dialog).innerText()).replace(/\s+/g, ' ');
}

test('a certificate is compared and trusted in the sign-in dialog, by keys alone, and a changed one again', async ({
  server,
  seat,
}) => {
  const own = await selfSigned(server.folder, 'own');
  await shows(server, own);
  const ada = await seat();
  await ada.holdfast.board('Work', { 'To do': ['a'] });
  await fillSignIn(ada, server);
  const panel = ada.dialog('Sign in at a server').getByRole('region', { name: /signed by nobody/ });
  await expect(panel).toBeFocused();
  expect(await said(ada, 'Sign in at a server')).toContain(rows(own.fingerprint));
  await expect(panel).toContainText('Compare the fingerprint');
  await expect(ada.dialog('Sign in at a server').getByRole('button', { name: 'Sign in' })).toBeDisabled();
  await ada.page.keyboard.press('Tab');
  await expect(panel.getByRole('button', { name: 'Trust this certificate' })).toBeFocused();
  await ada.page.keyboard.press('Enter');
  await expect(ada.dialog('Sign in at a server')).toHaveCount(0);
  await expect(ada.toast('There is no keyring here')).toBeVisible();
  await ada.dialog('Open a board of a server').waitFor();
  await ada.page.keyboard.press('Escape');
  await ada.page.locator('button[data-board-id]', { hasText: 'Work' }).click();
  await ada.page.getByRole('region', { name: 'Board Work' }).waitFor();
  await ada.share();
  await ada.page.keyboard.press('Escape');
  await expect(ada.foot()).toContainText('In step with');
  await ada.page.keyboard.press('Control+,');
  await expect(
    ada.dialog('Settings').getByText('the token lies in a file that only you can read'),
  ).toBeVisible();
  await ada.page.keyboard.press('Escape');

  const renewed = await selfSigned(server.folder, 'renewed');
  await shows(server, renewed);
  await ada.palette('Try to connect now');
  await expect(ada.foot()).toContainText('untrusted certificate');
  await ada
    .foot()
    .getByRole('button', { name: /untrusted certificate/ })
    .click();
  await expect(ada.dialog('How sharing stands')).toContainText('another certificate than the one');
  await ada.dialog('How sharing stands').getByRole('button', { name: 'Sign in…' }).click();
  await ada.dialog('Sign in at a server').getByLabel('Password').fill(PASSWORD);
  await ada.page.keyboard.press('Enter');
  const changed = ada.dialog('Sign in at a server').getByRole('region', { name: /another certificate/ });
  await expect(changed).toBeFocused();
  const words = await said(ada, 'Sign in at a server');
  expect(words).toContain(`that you trusted ${rows(own.fingerprint)}`);
  expect(words).toContain(`shows now ${rows(renewed.fingerprint)}`);
  await changed.getByRole('button', { name: 'Trust this certificate' }).click();
  await expect(ada.dialog('Sign in at a server')).toHaveCount(0);
  await expect(ada.foot()).toContainText('In step with');
});

test('whoever joins compares the certificate before they see what the link is for', async ({
  server,
  seat,
}) => {
  const own = await selfSigned(server.folder, 'own');
  await shows(server, own);
  const [ada, bob] = [await seat(), await seat()];
  await ada.holdfast.board('Work', { 'To do': ['a'] });
  await fillSignIn(ada, server);
  await ada.page.getByRole('button', { name: 'Trust this certificate' }).click();
  await ada.dialog('Open a board of a server').waitFor();
  await ada.page.keyboard.press('Escape');
  await ada.page.locator('button[data-board-id]', { hasText: 'Work' }).click();
  await ada.page.getByRole('region', { name: 'Board Work' }).waitFor();
  await ada.share();
  const link = await ada.invite('Can edit');

  await bob.palette('Join with a link');
  const dialog = bob.dialog('Join with a link');
  await dialog.getByLabel('Link').fill(link);
  await bob.page.keyboard.press('Enter');
  await expect(dialog.getByRole('region', { name: /signed by nobody/ })).toBeFocused();
  expect(await said(bob, 'Join with a link')).toContain(rows(own.fingerprint));
  await dialog.getByRole('button', { name: 'Trust this certificate' }).click();
  await dialog.getByLabel('Name').fill('bob');
  await dialog.getByLabel(/^Password/).fill(PASSWORD);
  await bob.page.keyboard.press('Enter');
  await expect(bob.board.card('a')).toBeVisible();
  await expect(bob.foot()).toContainText('In step with');
});

for (const scheme of ['light', 'dark'] as const) {
  for (const [width, height] of [
    [1440, 860],
    [900, 600],
  ] as const) {
    test(`trust, ${scheme} at ${String(width)}`, async ({ server, seat }) => {
      await shows(server, await selfSigned(server.folder, 'own'));
      const ada = await seat();
      await ada.page.setViewportSize({ width, height });
      await ada.page.emulateMedia({ colorScheme: scheme });
      const show = (name: string): Promise<void> => look(ada.page, `${name}-${scheme}-${String(width)}`);
      await fillSignIn(ada, server);
      const trust = ada.page.getByRole('button', { name: 'Trust this certificate' });
      await trust.waitFor();
      await show('trust-sign-in');
      await trust.click();
      await ada.dialog('Open a board of a server').waitFor();
      await ada.page.keyboard.press('Escape');
      await expect(ada.page.locator('[data-sonner-toast]')).toHaveCount(0, { timeout: 10_000 });
      await ada.page.keyboard.press('Control+,');
      await ada.dialog('Settings').getByText('the token lies in a file').waitFor();
      await show('trust-settings');
      await ada.page.keyboard.press('Escape');
      await ada.palette('Join with a link');
      await shows(server, await selfSigned(server.folder, 'renewed'));
      const link = `${server.url}/join#hfi_0123456789abcdef0123456789abcdef`;
      await ada.dialog('Join with a link').getByLabel('Link').fill(link);
      await ada.page.keyboard.press('Enter');
      await trust.waitFor();
      await show('trust-changed');
    });
  }
}
