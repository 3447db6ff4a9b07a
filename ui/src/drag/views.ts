// What the engine sees of the page: one view for each column, told by the column itself together
// with its id, so that no id is ever read from the page.

import type { ColumnId } from '../generated/ColumnId';
import type { Rows } from './lane';
import type { Point } from './press';

export interface ColumnView {
  /** The whole column with its header. */
  readonly frame: HTMLElement;
  /** What scrolls; absent while the column is folded. */
  readonly scroller: HTMLElement | undefined;
  /** What is scrolled: its upper edge is where rows are counted from. */
  readonly content: HTMLElement | undefined;
  readonly rows: Rows;
  /** What takes the focus of the column itself. */
  readonly head: HTMLElement | undefined;
}

/** Space between a revealed thing and the edge, in pixels. */
const MARGIN = 8;

/** The length that all lengths of the theme are counted in, in pixels; it grows with the zoom. */
export function rem(): number {
  return parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
}

/** The one of `ids` whose column is nearest to x. */
export function nearestColumn(
  views: ReadonlyMap<ColumnId, ColumnView>,
  ids: readonly ColumnId[],
  x: number,
): ColumnId | undefined {
  let nearest: ColumnId | undefined;
  let least = Infinity;
  for (const id of ids) {
    const rect = views.get(id)?.frame.getBoundingClientRect();
    if (!rect) continue;
    const distance = Math.max(rect.left - x, x - rect.right, 0);
    if (distance < least) {
      least = distance;
      nearest = id;
    }
  }
  return nearest;
}

/** Scrolls a column until what lies between `top` and `top + height` of its content shows. */
export function revealIn(view: ColumnView, top: number, height: number): void {
  const scroller = view.scroller;
  if (!scroller) return;
  const end = top + height + MARGIN - scroller.clientHeight;
  if (scroller.scrollTop > top - MARGIN) scroller.scrollTop = Math.max(0, top - MARGIN);
  else if (scroller.scrollTop < end) scroller.scrollTop = end;
}

/** Scrolls the board until the whole column shows. */
export function revealColumn(view: ColumnView, surface: HTMLElement): void {
  const frame = view.frame.getBoundingClientRect();
  const within = surface.getBoundingClientRect();
  const margin = MARGIN * 2;
  if (frame.left < within.left + margin) surface.scrollLeft -= within.left + margin - frame.left;
  else if (frame.right > within.right - margin) surface.scrollLeft += frame.right - within.right + margin;
}

/** The point itself, or the nearest one inside. */
export function clampedInto(rect: DOMRect, at: Point): Point {
  return {
    x: Math.max(rect.left, Math.min(rect.right, at.x)),
    y: Math.max(rect.top, Math.min(rect.bottom, at.y)),
  };
}
