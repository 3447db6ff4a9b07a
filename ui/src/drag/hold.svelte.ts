// What is held, and where it would land. The order of all columns is kept as it was when the hold
// began, so that a change from elsewhere moves nothing under the pointer.

import { SvelteSet } from 'svelte/reactivity';
import type { BoardRecord } from '../generated/BoardRecord';
import type { CardId } from '../generated/CardId';
import type { CardRecord } from '../generated/CardRecord';
import type { ColumnId } from '../generated/ColumnId';
import type { ColumnRecord } from '../generated/ColumnRecord';
import type { Place } from '../generated/Place';
import { neighboursBefore } from './gap';
import { Lane, type Rows } from './lane';
import type { Point } from './press';
import { rem } from './views';

/** A gap in a column. The column is the record itself: no other id can stand in its place. */
export interface Target {
  readonly column: ColumnRecord;
  readonly gap: number;
}

/** Where a held thing is drawn and how large. */
export interface Clone {
  readonly width: number;
  readonly height: number;
  /** From its upper left corner to the pointer. */
  readonly grab: Point;
}

abstract class Holding {
  /** Upper left corner of what follows the pointer. */
  corner: Point = $state.raw({ x: 0, y: 0 });
  /** Dropped or put back, and on its way there. */
  isLanding = $state(false);
  /** Live columns, in order. */
  readonly columns: readonly ColumnRecord[];
  readonly by: 'pointer' | 'keys';
  readonly clone: Clone;

  constructor(columns: readonly ColumnRecord[], by: 'pointer' | 'keys', clone: Clone) {
    this.columns = columns;
    this.by = by;
    this.clone = clone;
  }

  follow(at: Point): void {
    this.corner = { x: at.x - this.clone.grab.x, y: at.y - this.clone.grab.y };
  }
}

/** One or more cards, in the order of the board. */
export class CardHold extends Holding {
  readonly kind = 'cards';
  readonly carried: readonly CardRecord[];
  readonly grabbed: CardRecord;
  readonly ids: ReadonlySet<CardId>;
  /** Folded columns that were opened for this hold. */
  readonly opened = new SvelteSet<ColumnId>();
  /** Absent while there is no column to land in. */
  target: Target | undefined = $state.raw();
  /** Another board whose row in the sidebar is under the pointer: they go there. */
  board: BoardRecord | undefined = $state.raw();
  readonly #frozen: ReadonlyMap<ColumnId, readonly CardRecord[]>;
  readonly #lanes = new Map<ColumnId, Lane>();

  constructor(
    carried: readonly CardRecord[],
    grabbed: CardRecord,
    columns: readonly ColumnRecord[],
    frozen: ReadonlyMap<ColumnId, readonly CardRecord[]>,
    by: 'pointer' | 'keys',
    clone: Clone,
  ) {
    super(columns, by, clone);
    this.carried = carried;
    this.grabbed = grabbed;
    this.ids = new Set(carried.map((card) => card.id));
    this.#frozen = frozen;
    this.target = this.home;
  }

  /** A column's cards as they were when the hold began. */
  lane(column: ColumnId): Lane {
    let lane = this.#lanes.get(column);
    if (!lane) {
      lane = new Lane(this.#frozen.get(column) ?? [], this.ids);
      this.#lanes.set(column, lane);
    }
    return lane;
  }

  /** Where the grabbed card came from; absent for one out of "Recovered". */
  get home(): Target | undefined {
    if (this.grabbed.recovered) return undefined;
    const column = this.columns.find((each) => each.id === this.grabbed.column);
    if (!column) return undefined;
    const lane = this.lane(column.id);
    const index = lane.cards.findIndex((card) => card.id === this.grabbed.id);
    return { column, gap: index - lane.carriedBefore(index) };
  }

  /** Height of the slot, with the space behind it. */
  get slot(): number {
    return this.clone.height + rem() / 2;
  }

  /** The cards left their places; one picked up by keys out of "Recovered" has no other place yet. */
  get isAway(): boolean {
    return this.by === 'pointer' || this.target !== undefined;
  }

  /** How far a row of a column stands aside while the hold lasts. */
  shiftOf(column: ColumnId, index: number, rows: Rows): number {
    if (!this.isAway) return 0;
    const lane = this.lane(column);
    const gap = index - lane.carriedBefore(index);
    const isBehindSlot = this.target?.column.id === column && gap >= this.target.gap;
    return (isBehindSlot ? this.slot : 0) - lane.vacated(rows, index);
  }

  /** How much taller a column's content is with the slot and without the carried cards. */
  growthOf(column: ColumnId, rows: Rows): number {
    if (!this.isAway) return 0;
    const lane = this.lane(column);
    return (this.target?.column.id === column ? this.slot : 0) - lane.vacated(rows, lane.cards.length);
  }

  get place(): Place {
    return this.target ? this.lane(this.target.column.id).placeOf(this.target.gap) : { at: 'last' };
  }

  get isHome(): boolean {
    if (this.board) return false;
    if (!this.target) return true;
    return this.lane(this.target.column.id).isHome(this.target.gap, this.carried);
  }
}

/** Where a column lies on the board's content, and how wide it is with the space behind it. */
export interface Span {
  readonly left: number;
  readonly width: number;
}

const NO_SPAN: Span = { left: 0, width: 0 };

/** A column, held by its header. */
export class ColumnHold extends Holding {
  readonly kind = 'column';
  readonly column: ColumnRecord;
  readonly kept: readonly ColumnRecord[];
  /** The number of the held column among all. */
  readonly home: number;
  gap = $state(0);
  readonly #spans: ReadonlyMap<ColumnId, Span>;

  constructor(
    column: ColumnRecord,
    columns: readonly ColumnRecord[],
    spans: ReadonlyMap<ColumnId, Span>,
    by: 'pointer' | 'keys',
    clone: Clone,
  ) {
    super(columns, by, clone);
    this.column = column;
    this.kept = columns.filter((each) => each.id !== column.id);
    this.home = Math.max(
      0,
      columns.findIndex((each) => each.id === column.id),
    );
    this.gap = this.home;
    this.#spans = spans;
  }

  spanOf(column: ColumnId): Span {
    return this.#spans.get(column) ?? NO_SPAN;
  }

  /** Where a gap begins once the held column is gone. */
  startOf(gap: number): number {
    const next = this.kept[gap];
    const last = this.kept[this.kept.length - 1];
    const beside = next ?? last;
    if (!beside) return this.spanOf(this.column.id).left;
    const span = this.spanOf(beside.id);
    const vacated = this.#isBehindHome(beside.id) ? this.spanOf(this.column.id).width : 0;
    return span.left - vacated + (next ? 0 : span.width);
  }

  /** How far a column stands aside while the hold lasts. */
  shiftOf(column: ColumnId): number {
    const width = this.spanOf(this.column.id).width;
    const gap = this.kept.findIndex((each) => each.id === column);
    if (gap < 0) return 0;
    return (gap >= this.gap ? width : 0) - (this.#isBehindHome(column) ? width : 0);
  }

  #isBehindHome(column: ColumnId): boolean {
    return this.columns.findIndex((each) => each.id === column) > this.home;
  }

  get place(): Place {
    if (this.gap <= 0) return { at: 'first' };
    return { at: 'after', neighbours: neighboursBefore(this.kept, this.gap) };
  }

  get isHome(): boolean {
    return this.gap === this.home;
  }
}

export type Hold = CardHold | ColumnHold;
