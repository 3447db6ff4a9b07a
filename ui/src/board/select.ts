// What a click on a card does.

import type { CardId } from '../generated/CardId';
import type { CardRecord } from '../generated/CardRecord';
import { announce } from '../state/announce.svelte';
import { type BoardState, laneOf } from '../state/board.svelte';
import { focus } from '../state/focus.svelte';
import { boardWords } from '../words/board';

let from: CardId | null = null;

/** The pointer went down: the press will move the focus, so remember from where Shift selects. */
export function pressedCard(): void {
  from = focus.card;
}

/** Opens the card; with Ctrl it is selected too, with Shift all up to it. */
export function clickedCard(event: MouseEvent, board: BoardState, card: CardRecord): void {
  if (event.shiftKey) selectUpTo(board, card);
  else if (event.ctrlKey || event.metaKey) focus.toggleSelected(card.id);
  else {
    focus.selected.clear();
    focus.openPanel(card.id);
    focus.focusCard(card.id);
    return;
  }
  focus.focusCard(card.id);
  announce(boardWords.selected(focus.selected.size));
}

function selectUpTo(board: BoardState, card: CardRecord): void {
  const lane = board.visible(laneOf(card));
  const to = lane.findIndex((one) => one.id === card.id);
  const anchor = lane.findIndex((one) => one.id === from);
  const start = anchor < 0 ? to : Math.min(anchor, to);
  const end = anchor < 0 ? to : Math.max(anchor, to);
  for (const one of lane.slice(start, end + 1)) focus.selected.add(one.id);
}
