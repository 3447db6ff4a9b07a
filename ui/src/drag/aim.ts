// Follows the pointer during a hold: works out the gap under it, scrolls near the edges, and opens a
// folded column after half a second. One look for each frame.

import type { ColumnId } from '../generated/ColumnId';
import type { ColumnRecord } from '../generated/ColumnRecord';
import { boardUnder, shelfUnder } from './boards';
import { Drift, edgeSpeed } from './edge';
import { nearestGap } from './gap';
import { type CardHold, type ColumnHold, type Hold } from './hold.svelte';
import type { Point } from './press';
import { clampedInto, type ColumnView, nearestColumn } from './views';

/** How long a held card rests on a folded column until it opens. */
export const OPEN_MS = 500;
/** The gap follows the held card's upper edge, or the pointer where it was grabbed far below. */
const REACH_MAX = 48;
/** Edges do not scroll before the pointer went this far, so that a hold near one stays calm. */
const CALM = 16;

export class Aim {
  readonly #hold: Hold;
  readonly #surface: HTMLElement;
  readonly #views: ReadonlyMap<ColumnId, ColumnView>;
  readonly #from: Point;
  #at: Point;
  #frame = 0;
  #time = 0;
  #isCalm = true;
  readonly #across = new Drift();
  readonly #down = new Drift();
  #folded: { column: ColumnId; since: number } | undefined;

  constructor(hold: Hold, surface: HTMLElement, views: ReadonlyMap<ColumnId, ColumnView>, at: Point) {
    this.#hold = hold;
    this.#surface = surface;
    this.#views = views;
    this.#from = at;
    this.#at = at;
    hold.follow(at);
    this.#frame = requestAnimationFrame((time) => this.#look(time));
  }

  moveTo(at: Point): void {
    this.#at = at;
    this.#hold.follow(at);
    if (Math.hypot(at.x - this.#from.x, at.y - this.#from.y) > CALM) this.#isCalm = false;
  }

  /** Aims once more, at where the pointer is now, and ends. */
  stop(): void {
    cancelAnimationFrame(this.#frame);
    this.#take();
  }

  #look(time: number): void {
    const ms = this.#time === 0 ? 0 : Math.min(50, time - this.#time);
    this.#time = time;
    if (!this.#isCalm) this.#scroll(ms);
    this.#take();
    this.#openFolded(time);
    this.#frame = requestAnimationFrame((next) => this.#look(next));
  }

  #take(): void {
    if (this.#hold.isLanding) return;
    if (this.#hold.kind === 'cards') this.#takeCards(this.#hold);
    else this.#takeColumn(this.#hold);
  }

  #scroll(ms: number): void {
    const shelf = this.#hold.kind === 'cards' ? shelfUnder(this.#at) : undefined;
    if (shelf) {
      // Whoever looks for another board does not want this one to run away meanwhile.
      const { top, bottom } = shelf.getBoundingClientRect();
      shelf.scrollTop += this.#down.step(edgeSpeed(this.#at.y, top, bottom), ms);
      return;
    }
    const board = this.#surface.getBoundingClientRect();
    const at = clampedInto(board, this.#at);
    this.#surface.scrollLeft += this.#across.step(edgeSpeed(at.x, board.left, board.right), ms);
    if (this.#hold.kind !== 'cards' || this.#hold.board || !this.#hold.target) return;
    const scroller = this.#views.get(this.#hold.target.column.id)?.scroller;
    if (!scroller) return;
    const lane = scroller.getBoundingClientRect();
    // A low column on a high board does not scroll when the pointer is far below it.
    const speed = edgeSpeed(this.#at.y, lane.top, lane.bottom);
    scroller.scrollTop += this.#down.step(speed, ms);
  }

  #under(hold: CardHold): ColumnRecord | undefined {
    const at = clampedInto(this.#surface.getBoundingClientRect(), this.#at);
    const ids = hold.columns.map((column) => column.id);
    const nearest = nearestColumn(this.#views, ids, at.x);
    return hold.columns.find((column) => column.id === nearest);
  }

  #takeCards(hold: CardHold): void {
    const board = boardUnder(this.#at);
    if (hold.board?.id !== board?.id) hold.board = board;
    if (board) {
      if (hold.target !== hold.home) hold.target = hold.home;
      return;
    }
    const column = this.#under(hold);
    if (!column) return;
    const gap = this.#gapIn(hold, column);
    if (hold.target?.column.id !== column.id || hold.target.gap !== gap) hold.target = { column, gap };
  }

  /** In a folded column a card lands at the foot. */
  #gapIn(hold: CardHold, column: ColumnRecord): number {
    const view = this.#views.get(column.id);
    const lane = hold.lane(column.id);
    if (!view?.content) return lane.kept.length;
    const y = this.#at.y - Math.min(hold.clone.grab.y, REACH_MAX);
    return lane.gapAt(view.rows, y - view.content.getBoundingClientRect().top);
  }

  #openFolded(time: number): void {
    const hold = this.#hold;
    if (hold.kind !== 'cards' || hold.board) return;
    const column = hold.target?.column;
    const view = column ? this.#views.get(column.id) : undefined;
    if (!column || !view || view.content) {
      this.#folded = undefined;
    } else if (this.#folded?.column !== column.id) {
      this.#folded = { column: column.id, since: time };
    } else if (time - this.#folded.since >= OPEN_MS) {
      hold.opened.add(column.id);
    }
  }

  /** Columns have kept their places on screen since the hold began; only the board scrolls. */
  #takeColumn(hold: ColumnHold): void {
    const origin = this.#surface.getBoundingClientRect().left - this.#surface.scrollLeft;
    const x = this.#at.x - hold.clone.grab.x - origin;
    hold.gap = nearestGap(hold.kept.length, (gap) => hold.startOf(gap), x);
  }
}
