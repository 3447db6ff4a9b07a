// A link that the program was opened with. It fills the form in which a person joins, and no more.

import { bridge } from '../bridge/bridge';
import { dialogs } from '../shell/dialogs.svelte';

/** Takes links, those that came before the page too, until the returned function is called. */
export function takeLinks(): () => void {
  void take();
  return bridge.onEvent((event) => {
    if (event.what === 'linkCame') void take();
  });
}

async function take(): Promise<void> {
  const { link } = await bridge.shell({ ask: 'takeLink' });
  if (link !== null) dialogs.show('join', { link });
}

/**
 * The address in a link that says only where the server is: what stands behind the `#`, the secret, is
 * known to no page. Absent where the link is whole.
 */
export function addressAlone(link: string): string | undefined {
  return /^holdfast:\/\/join\/(https?:\/\/[^/#]+)\/?[^#]*$/.exec(link)?.[1];
}
