// Carrying by keys: Space picks up, arrows move the slot, Space drops, Escape puts back. While
// something is carried every key is ours.

import type { CardRecord } from '../generated/CardRecord';
import { announce } from '../state/announce.svelte';
import { boardWords, spoken } from '../words/board';
import { drag } from './drag.svelte';
import type { CardHold } from './hold.svelte';
import { type Step, stepped } from './move-mode';
import { revealColumn } from './views';

const STEPS: Readonly<Record<string, Step>> = {
  ArrowUp: 'up',
  k: 'up',
  ArrowDown: 'down',
  j: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
  Home: 'first',
  End: 'last',
  PageUp: 'pageUp',
  PageDown: 'pageDown',
};

/** Picks cards up. `height` is the grabbed card's, for the slot. */
export function carry(cards: readonly CardRecord[], grabbed: CardRecord, height: number): void {
  const clone = { width: 0, height, grab: { x: 0, y: 0 } };
  if (!drag.holdCards(cards, grabbed, 'keys', clone)) return;
  const hold = drag.cards;
  if (!hold) return;
  announcePickUp(hold);
  const listening = new AbortController();
  const options = { capture: true, signal: listening.signal };
  const over = (): boolean => {
    if (drag.hold === hold && !hold.isLanding) return false;
    listening.abort();
    return true;
  };
  window.addEventListener('keydown', (event) => over() || pressed(event, hold), options);
  // A click while carrying is a change of mind.
  window.addEventListener('pointerdown', () => over() || void drag.putBack(), options);
}

function pressed(event: KeyboardEvent, hold: CardHold): void {
  event.preventDefault();
  event.stopImmediatePropagation();
  const step = STEPS[event.key];
  if (step) take(step, hold);
  else if (event.key === ' ' || event.key === 'Enter') void drag.drop();
  else if (event.key === 'Escape') void drag.putBack();
}

function take(step: Step, hold: CardHold): void {
  const kept = hold.columns.map((column) => hold.lane(column.id).kept.length);
  const target = hold.target;
  const at = hold.columns.findIndex((column) => column.id === target?.column.id);
  // Out of "Recovered" the first key leads into the first column.
  const spot = target ? stepped({ column: at, gap: target.gap }, step, kept) : { column: 0, gap: 0 };
  const column = hold.columns[spot.column];
  if (!column) return;
  if (column.collapsed) hold.opened.add(column.id);
  hold.target = { column, gap: spot.gap };
  const view = drag.views.get(column.id);
  if (view && drag.surface) revealColumn(view, drag.surface);
  announce(boardWords.over(spot.gap + 1, lengthIn(hold), spoken(column.title)));
}

/** How many cards the target column would have. */
function lengthIn(hold: CardHold): number {
  const kept = hold.target ? hold.lane(hold.target.column.id).kept.length : 0;
  return kept + hold.carried.length;
}

function announcePickUp(hold: CardHold): void {
  const what = hold.carried.length > 1 ? boardWords.cards(hold.carried.length) : spoken(hold.grabbed.title);
  if (!hold.target) {
    announce(boardWords.pickedUpLoose(what));
    return;
  }
  const { column, gap } = hold.target;
  announce(boardWords.pickedUp(what, gap + 1, lengthIn(hold), spoken(column.title)));
}
