// Where on screen a held thing comes to rest.

import type { ColumnId } from '../generated/ColumnId';
import type { CardHold, ColumnHold, Hold } from './hold.svelte';
import type { Point } from './press';
import type { ColumnView } from './views';

type Views = ReadonlyMap<ColumnId, ColumnView>;

/** Absent where the place cannot be seen. */
export function landingOf(hold: Hold, views: Views): Point | undefined {
  return hold.kind === 'cards' ? cardLanding(hold, views) : columnLanding(hold, views);
}

function cardLanding(hold: CardHold, views: Views): Point | undefined {
  if (!hold.target) return undefined;
  const view = views.get(hold.target.column.id);
  if (!view) return undefined;
  const rect = (view.content ?? view.frame).getBoundingClientRect();
  if (!view.content) return { x: rect.left, y: rect.top };
  const top = hold.lane(hold.target.column.id).top(view.rows, hold.target.gap);
  return { x: rect.left, y: rect.top + top };
}

function columnLanding(hold: ColumnHold, views: Views): Point | undefined {
  const frame = views.get(hold.column.id)?.frame.getBoundingClientRect();
  if (!frame) return undefined;
  // The held column's own frame stays where it was, and so says how far the board is scrolled.
  const scrolled = frame.left - hold.spanOf(hold.column.id).left;
  return { x: hold.startOf(hold.gap) + scrolled, y: frame.top };
}
