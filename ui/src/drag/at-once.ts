// Moving without a hold: Shift and an arrow. Keys come faster than the disk answers, so that each move
// waits for the one before it, and reckons from where that one has put things.

import type { CardId } from '../generated/CardId';
import type { CardRecord } from '../generated/CardRecord';
import type { ColumnRecord } from '../generated/ColumnRecord';
import { announce } from '../state/announce.svelte';
import { type BoardState, laneOf } from '../state/board.svelte';
import { workspace } from '../state/workspace.svelte';
import { boardWords, spoken } from '../words/board';
import { neighboursBefore } from './gap';
import { Lane } from './lane';
import { type Step, stepped } from './move-mode';

let last: Promise<unknown> = Promise.resolve();

function inTurn(move: () => Promise<boolean>): Promise<boolean> {
  const mine = last.then(move);
  last = mine.catch(() => undefined);
  return mine;
}

/** Moves cards one step from where the `lead` stands; true where that changed something. */
export function moveAtOnce(
  board: BoardState,
  cards: readonly CardId[],
  lead: CardId,
  step: Step,
): Promise<boolean> {
  return inTurn(() => {
    const grabbed = board.card(lead);
    return grabbed ? moveCards(board, board.these(cards), grabbed, step) : Promise.resolve(false);
  });
}

async function moveCards(
  board: BoardState,
  cards: readonly CardRecord[],
  grabbed: CardRecord,
  step: Step,
): Promise<boolean> {
  const ids = new Set(cards.map((card) => card.id));
  const lanes = board.columns.map((column) => new Lane(board.visible(column.id), ids));
  const at = board.columns.findIndex((column) => column.id === laneOf(grabbed));
  const from = lanes[at];
  const home = from ? from.cards.findIndex((card) => card.id === grabbed.id) : 0;
  const gap = from ? home - from.carriedBefore(home) : 0;
  const kept = lanes.map((lane) => lane.kept.length);
  const spot = from ? stepped({ column: at, gap }, step, kept) : { column: 0, gap: 0 };
  const column = board.columns[spot.column];
  const lane = lanes[spot.column];
  if (!column || !lane || lane.isHome(spot.gap, cards)) return false;
  const edited = await workspace.edit(board.id, {
    verb: 'moveCards',
    cards: cards.map((card) => card.id),
    column: column.id,
    place: lane.placeOf(spot.gap),
  });
  if (edited) announce(boardWords.dropped(spoken(column.title), spot.gap + 1));
  return edited !== null;
}

/** Moves a column one place to the left or right. */
export function moveColumnAtOnce(board: BoardState, column: ColumnRecord, by: -1 | 1): Promise<boolean> {
  return inTurn(() => moveColumn(board, column, by));
}

async function moveColumn(board: BoardState, column: ColumnRecord, by: -1 | 1): Promise<boolean> {
  const kept = board.columns.filter((each) => each.id !== column.id);
  const home = board.columns.findIndex((each) => each.id === column.id);
  const gap = home + by;
  if (home < 0 || gap < 0 || gap > kept.length) return false;
  const edited = await workspace.edit(board.id, {
    verb: 'moveColumn',
    column: column.id,
    place: gap === 0 ? { at: 'first' } : { at: 'after', neighbours: neighboursBefore(kept, gap) },
  });
  if (edited) announce(boardWords.columnDropped(spoken(column.title), gap + 1));
  return edited !== null;
}
