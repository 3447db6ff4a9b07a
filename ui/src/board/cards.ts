// What keys, menus and pickers do to one card or to all that are selected.

import { drag, selectedCards } from '../drag/drag.svelte';
import { moveAtOnce } from '../drag/at-once';
import { carry } from '../drag/carry';
import type { Step } from '../drag/move-mode';
import { rem } from '../drag/views';
import type { CardRecord } from '../generated/CardRecord';
import type { Edit } from '../generated/Edit';
import { type BoardState, laneOf } from '../state/board.svelte';
import { focus } from '../state/focus.svelte';
import { workspace } from '../state/workspace.svelte';
import type { ActionContext } from '../actions/registry.svelte';

/** The cards of an action as they stand on the board, and the one that leads. */
interface Group {
  readonly board: BoardState;
  readonly cards: readonly CardRecord[];
  readonly lead: CardRecord;
}

function groupOf({ board, card, cards }: ActionContext): Group | undefined {
  if (!board) return undefined;
  const records = focus.selected.size > 0 ? selectedCards(board) : board.these(cards);
  const lead = card && records.some((one) => one.id === card.id) ? card : records[0];
  return lead ? { board, cards: records, lead } : undefined;
}

/** Space: the cards are in the hand, and arrows move them. */
export function pickUp(context: ActionContext): void {
  const group = groupOf(context);
  if (!group) return;
  const lane = laneOf(group.lead);
  const index = group.board.visible(lane).findIndex((card) => card.id === group.lead.id);
  const size = drag.views.get(lane)?.rows.size(index) ?? 0;
  carry(group.cards, group.lead, Math.max(rem() * 2, size - rem() / 2));
}

/** Shift and an arrow. */
export async function shift(context: ActionContext, step: Step): Promise<void> {
  const group = groupOf(context);
  if (!group) return;
  const cards = group.cards.map((card) => card.id);
  if (await moveAtOnce(group.board, cards, group.lead.id, step)) focus.focusCard(group.lead.id);
}

/** Carries out one edit for each card, as one step of undo. */
export async function editEach(
  board: BoardState,
  cards: readonly CardRecord[],
  edit: (card: CardRecord) => Edit | null,
): Promise<void> {
  const edits = cards.map(edit).filter((one) => one !== null);
  if (edits.length > 0) await workspace.edits(board.id, edits);
}
