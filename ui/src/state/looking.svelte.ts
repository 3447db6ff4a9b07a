// What the person has open on a shared board, as far as they let others see it.

import type { Looking } from '../generated/Looking';
import { focus } from './focus.svelte';
import { sharing } from './sharing.svelte';
import { workspace } from './workspace.svelte';

const FIELDS = 'aside.panel :is(textarea, [contenteditable="true"], input:not([type="checkbox"]))';

let isTyping = $state(false);

/** Called whenever DOM focus went somewhere else. */
export function noteTyping(): void {
  isTyping = document.activeElement?.matches(FIELDS) ?? false;
}

export function looking(): Looking | null {
  const { board, view, phase, preferences } = workspace;
  if (phase !== 'ready' || preferences.looksHidden || view !== 'board' || !board) return null;
  if (!sharing.board(board.id)) return null;
  const card = focus.panel;
  return { board: board.id, card, editing: card !== null && isTyping };
}
