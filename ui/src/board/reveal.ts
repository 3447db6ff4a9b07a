// Bringing a card into view, wherever it is: the folded column opens, the board and the column
// scroll, and the card gets the focus even where its row was not in the page before.

import { tick } from 'svelte';
import { drag } from '../drag/drag.svelte';
import { revealColumn, revealIn } from '../drag/views';
import type { CardId } from '../generated/CardId';
import { type BoardState, laneOf } from '../state/board.svelte';
import { elementOf } from './rows.svelte';

/** Rows above are measured as they come into the page, and move what is below: look again so often. */
const LOOKS = 6;
/** A row far away is measured late where the machine is busy; for the focus it is waited for so long. */
const LOOKS_MAX = 60;

let newest = 0;

export async function revealCard(board: BoardState, card: CardId, dom: boolean): Promise<void> {
  newest += 1;
  const mine = newest;
  const record = board.card(card);
  if (!record) return;
  const lane = laneOf(record);
  drag.peeked = board.column(lane)?.collapsed === true ? lane : undefined;
  await tick();
  let isFocused = !dom;
  const began = document.activeElement;
  for (let look = 0; look < (isFocused ? LOOKS : LOOKS_MAX) && mine === newest; look += 1) {
    // A row that was not in the page before cannot take the focus until it is measured.
    isFocused ||= wentElsewhere(began) || takesFocus(card);
    show(board, card);
    await new Promise(requestAnimationFrame);
  }
}

/** The person went on meanwhile: the focus is theirs. */
function wentElsewhere(began: Element | null): boolean {
  const active = document.activeElement;
  return active !== null && active !== document.body && active !== began;
}

function takesFocus(card: CardId): boolean {
  const element = elementOf(card);
  element?.focus({ preventScroll: true });
  return element !== undefined && document.activeElement === element;
}

function show(board: BoardState, card: CardId): void {
  const record = board.card(card);
  const lane = record ? laneOf(record) : undefined;
  const view = lane === undefined ? undefined : drag.views.get(lane);
  if (lane === undefined || !view) return;
  const index = board.visible(lane).findIndex((one) => one.id === card);
  if (index < 0) return;
  if (drag.surface) revealColumn(view, drag.surface);
  revealIn(view, view.rows.offset(index), view.rows.size(index));
}
