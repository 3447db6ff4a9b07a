// Text onto the clipboard, and a word about it.

import { announce } from '../state/announce.svelte';
import { toastFailure, toastText } from '../state/toasts';

export async function copy(text: string, done: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toastText(done);
    announce(done);
  } catch {
    toastFailure('The clipboard cannot be reached from here.');
  }
}
