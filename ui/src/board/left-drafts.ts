// Drafts whose column or card is no longer on the board: typed text stays reachable.

import { bridge, Disconnected, Refusal } from '../bridge/bridge';
import type { Draft } from '../generated/Draft';
import type { Edit } from '../generated/Edit';
import type { BoardState } from '../state/board.svelte';
import { focus } from '../state/focus.svelte';
import { workspace } from '../state/workspace.svelte';
import { linesOf } from './composer.svelte';

/** Whether the field in which it was typed is nowhere on the board. */
function isLeft(draft: Draft, board: BoardState): boolean {
  if (draft.board !== board.id || draft.text.trim() === '') return false;
  if (draft.card !== null) return board.card(draft.card) === undefined;
  if (draft.column === null) return false;
  return !board.columns.some((column) => column.id === draft.column);
}

/** Newest first. */
export function leftDrafts(drafts: Iterable<Draft>, board: BoardState): readonly Draft[] {
  return [...drafts]
    .filter((draft) => isLeft(draft, board))
    .toSorted((one, other) => other.savedMs - one.savedMs);
}

/** Those of the cards that are neither in the archive nor in the trash, so that nothing opens them. */
export async function purgedOf(board: BoardState, cards: readonly string[]): Promise<ReadonlySet<string>> {
  const found = await Promise.all(
    [...new Set(cards)].map(async (card) => ((await isPurged(board.id, card)) ? [card] : [])),
  );
  return new Set(found.flat());
}

async function isPurged(board: string, card: string): Promise<boolean> {
  try {
    await bridge.call({ ask: 'card', board, card });
    return false;
  } catch (error) {
    if (error instanceof Refusal) return error.failure.code === 'notFound';
    if (error instanceof Disconnected) return false;
    throw error;
  }
}

/** What a column's composer held becomes a card for each line; what was typed on a card becomes one. */
export function titlesOf(draft: Draft): readonly string[] {
  const lines = linesOf(draft.text);
  return draft.card === null ? lines : lines.slice(0, 1);
}

/** Makes it a card, or cards, at the foot of a column. The draft goes once they are on disk. */
export async function useAsCard(board: BoardState, draft: Draft, column: string): Promise<void> {
  const add: Edit = { verb: 'addCards', column, place: { at: 'last' }, titles: [...titlesOf(draft)] };
  const added = await workspace.edit(board.id, add);
  const [card] = added?.created ?? [];
  if (card === undefined) return;
  if (draft.card !== null && linesOf(draft.text).length > 1) {
    const described = await workspace.edit(board.id, { verb: 'describeCard', card, text: draft.text });
    if (described === null) return;
  }
  await workspace.dropDraft(draft.key);
  focus.focusCard(card);
}
