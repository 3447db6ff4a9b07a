// What is being edited or picked right on the board. One thing at a time, kept here so that keys,
// menus and buttons open the same.

import type { CardId } from '../generated/CardId';
import type { CardRecord } from '../generated/CardRecord';
import type { ColumnId } from '../generated/ColumnId';
import type { ColumnRecord } from '../generated/ColumnRecord';

export type Picker = 'labels' | 'people' | 'dates' | 'priority' | 'cover' | 'move' | 'copy';

/** Quick pickers act on these cards and open beside the first of them. */
export interface Picking {
  readonly picker: Picker;
  readonly cards: readonly CardId[];
  readonly anchor: CardId;
}

/** A column's composer, for new cards at its foot or at its head. */
export interface Composing {
  readonly column: ColumnId;
  readonly at: 'first' | 'last';
}

/** What a right click was on: told by the card or the column itself. */
export interface MenuAbout {
  readonly card?: CardRecord;
  readonly column?: ColumnRecord;
}

class InPlace {
  menu: MenuAbout | null = null;
  /** The card whose title is edited on the board. */
  card: CardId | null = $state(null);
  /** The column whose title is edited. */
  column: ColumnId | null = $state(null);
  /** The board's own title is edited. */
  board = $state(false);
  composing: Composing | null = $state.raw(null);
  picking: Picking | null = $state.raw(null);
  /** The filter bar shows. */
  filter = $state(false);
  /** Grows when the filter is asked for: its field takes the focus, also where it shows already. */
  filterEntries = $state(0);
  /** "Add a column" is open. */
  newColumn = $state(false);
  /** The column that is about to be deleted, while the dialog asks where its cards go. */
  deleting: ColumnId | null = $state(null);
  /** What has its colour picked: a column, or with none the board itself. */
  colouring: { readonly column: ColumnId | null } | null = $state.raw(null);
  /** The column whose limit is being set. */
  limiting: ColumnId | null = $state(null);

  compose(column: ColumnId, at: 'first' | 'last' = 'last'): void {
    this.composing = { column, at };
  }

  openFilter(): void {
    this.filter = true;
    this.filterEntries += 1;
  }

  /** The board goes away. */
  close(): void {
    this.card = null;
    this.column = null;
    this.board = false;
    this.filter = false;
    this.composing = null;
    this.picking = null;
    this.newColumn = false;
    this.deleting = null;
    this.colouring = null;
    this.limiting = null;
  }
}

export const inPlace = new InPlace();
