// Every screen of sharing, light and dark, wide and narrow, read by axe.

import { look } from './look';
import { expect, PASSWORD, test } from './server';

const TWO = {
  'To do': ['Reconnect loop when the laptop wakes', 'Icons in every size'],
  Doing: ['Read the log'],
};

for (const scheme of ['light', 'dark'] as const) {
  for (const [width, height] of [
    [1440, 860],
    [900, 600],
  ] as const) {
    test(`sharing, ${scheme} at ${String(width)}`, async ({ server, seat }) => {
      test.slow();
      const [ada, bob] = [await seat(), await seat()];
      for (const { page } of [ada, bob]) {
        await page.setViewportSize({ width, height });
        await page.emulateMedia({ colorScheme: scheme });
      }
      const show = async (of: typeof ada, name: string): Promise<void> => {
        // A toast that fades has no contrast of its own.
        await expect(of.page.locator('[data-sonner-toast]')).toHaveCount(0, { timeout: 10_000 });
        await look(of.page, `${name}-${scheme}-${String(width)}`);
      };
      await ada.holdfast.board('Garden', TWO);
      await ada.holdfast.board('Release 2.0', TWO);
      await ada.page.locator('button[data-board-id]', { hasText: 'Release 2.0' }).click();
      await ada.page.getByRole('region', { name: 'Board Release 2.0' }).waitFor();
      await ada.palette('Share the board');
      await ada.dialog(/^Share/).waitFor();
      await show(ada, 'share-nowhere');
      await ada.page.keyboard.press('Escape');
      await ada.palette('Sign in at a server');
      const signIn = ada.dialog('Sign in at a server');
      await signIn.getByLabel('Address of the server').fill(server.url);
      await signIn.getByLabel('Name').fill('ada');
      await signIn.getByLabel('Password').fill('not the password');
      await ada.page.keyboard.press('Enter');
      await signIn.getByRole('alert').waitFor();
      await show(ada, 'sign-in');
      await signIn.getByLabel('Password').fill(PASSWORD);
      await ada.page.keyboard.press('Enter');
      await ada.dialog('Open a board of a server').waitFor();
      await show(ada, 'fetch-none');
      await ada.page.keyboard.press('Escape');
      await ada.palette('Share the board');
      await ada.dialog(/^Share/).waitFor();
      await show(ada, 'share-start');
      await ada.page.keyboard.press('Escape');
      await ada.share();
      const link = await ada.invite('Can edit');
      await bob.palette('Join with a link');
      await show(bob, 'join-link');
      await bob.dialog('Join with a link').getByLabel('Link').fill(link);
      await bob.page.keyboard.press('Enter');
      await bob.dialog('Join with a link').getByLabel('Name').waitFor();
      await show(bob, 'join-as');
      await bob.page.keyboard.press('Escape');
      await bob.join(link, 'bob');
      await ada.page.keyboard.press('Escape');
      await ada.palette('Share the board');
      await ada
        .dialog(/^People on/)
        .getByLabel('Role of bob')
        .waitFor();
      await ada.invite('Can view');
      await show(ada, 'people');
      await ada.page.keyboard.press('Escape');
      await ada.palette('Open a board of a server');
      await ada
        .dialog('Open a board of a server')
        .getByRole('button', { name: /^Open Release/ })
        .waitFor();
      await show(ada, 'fetch');
      await ada.page.keyboard.press('Escape');
      await ada.page.keyboard.press('Control+,');
      await show(ada, 'settings-servers');
      await ada.page.keyboard.press('Escape');
      await show(ada, 'in-step');

      await server.stop();
      await expect(bob.foot()).toContainText('Offline');
      await bob.board.column('Doing').getByRole('button', { name: 'Add a card' }).click();
      await bob.page.keyboard.type('Words that took an hour to find');
      await bob.page.keyboard.press('Enter');
      await bob.page.keyboard.press('Escape');
      await expect(bob.foot()).toContainText('1 waiting');
      await bob.palette('How sharing stands');
      await bob.dialog('How sharing stands').waitFor();
      await show(bob, 'offline');
      await bob.page.keyboard.press('Escape');
      await bob.holdfast.end();
      await server.start();
      await ada.palette('Try to connect now');
      await expect(ada.foot()).toContainText('In step with');
      await ada.palette('Share the board');
      await ada
        .dialog(/^People on/)
        .getByLabel('Role of bob')
        .click();
      await ada.page.getByRole('option', { name: 'Can view' }).click();
      await expect(ada.dialog(/^People on/).getByLabel('Role of bob')).toContainText('Can view');
      await bob.again();
      await expect(bob.foot()).toContainText('1 not accepted');
      await bob.board.card('Read the log').click();
      await bob.page.getByRole('complementary', { name: /^Card:/ }).waitFor();
      await show(bob, 'view-only');
      await bob.palette('Changes that were not accepted');
      await bob.dialog('Not accepted').getByRole('button', { name: 'Copy text' }).waitFor();
      await show(bob, 'tray');
    });
  }
}
