// What lies deleted with edits that somebody made who had not seen that: it is told once, and can be found and
// restored for as long as it lies there.

import type { Edit } from '../generated/Edit';
import type { KeptEdits } from '../generated/KeptEdits';
import { announce } from '../state/announce.svelte';
import { focus } from '../state/focus.svelte';
import { sharing } from '../state/sharing.svelte';
import { forgetKeptToast, toastKept, toastText } from '../state/toasts';
import { workspace } from '../state/workspace.svelte';
import { counted } from '../words/counts';
import { keptKey, keptWords } from '../words/waiting';

/** What was said last, so that the same is not said again for each patch. */
let said = '';

/** Tells what was not told yet. */
export function tellKept(all: readonly KeptEdits[], seen: readonly string[]): void {
  const fresh = all.filter((kept) => !seen.includes(keptKey(kept)));
  const now = fresh.map(keptKey).join();
  if (now === said) return;
  said = now;
  const [first, ...others] = fresh;
  if (!first) {
    forgetKeptToast();
    return;
  }
  const words =
    others.length === 0
      ? keptWords(first)
      : `${counted(fresh.length, 'thing')} that somebody deleted lie with edits that were made meanwhile. Nothing of them is lost.`;
  const done = (): void => seeAll(fresh);
  toastKept(
    words,
    others.length === 0
      ? waysOn(first, done)
      : [
          {
            label: 'Show the trash',
            run: () => {
              done();
              void workspace.show('trash');
            },
          },
        ],
    done,
  );
  announce(words);
}

interface Way {
  readonly label: string;
  readonly run: () => void;
}

/** The edit that brings it back; null where that is the card's own business, or not the person's to do. */
export function restoring(kept: KeptEdits): Edit | null {
  if (!sharing.mayEdit(kept.board)) return null;
  switch (kept.kind) {
    case 'card':
      return { verb: 'undeleteCards', cards: [kept.id] };
    case 'column':
      return { verb: 'undeleteColumn', column: kept.id };
    case 'checklist':
      return { verb: 'undeleteChecklist', checklist: kept.id };
    case 'item':
    case 'comment':
    case 'link':
      return null;
  }
}

export async function restore(kept: KeptEdits, edit: Edit): Promise<void> {
  if (!(await workspace.edit(kept.board, edit))) return;
  const words = `Restored “${kept.title}”`;
  toastText(words);
  announce(words);
}

/** Shows a card on its board, wherever it rests. */
export async function openCard(board: string, card: string): Promise<void> {
  await workspace.openBoard(board);
  focus.openPanel(card);
  focus.done();
}

function waysOn(kept: KeptEdits, done: () => void): readonly Way[] {
  const edit = restoring(kept);
  const { board, card } = kept;
  const open: Way[] =
    card === null
      ? []
      : [
          {
            label: 'Open',
            run: () => {
              done();
              void openCard(board, card);
            },
          },
        ];
  return edit === null ? open : [{ label: 'Restore', run: () => void restore(kept, edit) }, ...open];
}

/** It is not told again. What no longer lies there is forgotten. */
function seeAll(fresh: readonly KeptEdits[]): void {
  const there = sharing.now.kept.map(keptKey);
  const before = workspace.preferences.keptSeen.filter((key) => there.includes(key));
  const keptSeen = [...new Set([...before, ...fresh.map(keptKey)])];
  void workspace.setPreferences({ keptSeen });
}
