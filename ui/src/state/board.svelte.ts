// One open board as it is drawn. Rows are immutable; a patch replaces the rows that it names and
// rebuilds the lists of the columns that it touches, and no other.

import { SvelteMap } from 'svelte/reactivity';
import type { BoardContent } from '../generated/BoardContent';
import type { BoardPatch } from '../generated/BoardPatch';
import type { BoardRecord } from '../generated/BoardRecord';
import type { CardId } from '../generated/CardId';
import type { CardRecord } from '../generated/CardRecord';
import type { ColumnId } from '../generated/ColumnId';
import type { ColumnRecord } from '../generated/ColumnRecord';
import type { LabelId } from '../generated/LabelId';
import type { LabelRecord } from '../generated/LabelRecord';
import type { PersonId } from '../generated/PersonId';
import type { PersonRecord } from '../generated/PersonRecord';
import { absorption, type Absorption } from './absorption';
import { type Filter, isFiltering, matcher, NO_FILTER } from './filter';
import { byKey, grouped, merged } from './order';

/** Stands where a column's id stands, for the cards whose column is gone. It is no drop target. */
export const RECOVERED = 'recovered';

const NO_CARDS: readonly CardRecord[] = [];

/** In which list of the board a card is drawn. */
export function laneOf(card: CardRecord): ColumnId {
  return card.recovered ? RECOVERED : card.column;
}

/** The cards of one column, all of them and those that the filter shows. */
class Lane {
  all = $state.raw<readonly CardRecord[]>(NO_CARDS);
  readonly visible: readonly CardRecord[] = $derived.by(() => this.#visible());
  readonly #board: BoardState;

  constructor(board: BoardState) {
    this.#board = board;
  }

  #visible(): readonly CardRecord[] {
    return this.#board.isFiltering ? this.all.filter(this.#board.matches) : this.all;
  }
}

export class BoardState {
  readonly id: string;
  record: BoardRecord = $state.raw(EMPTY_RECORD);
  /** The number of the last change that is drawn. */
  seq = $state(0);
  labels: readonly LabelRecord[] = $state.raw([]);
  people: readonly PersonRecord[] = $state.raw([]);
  filter: Filter = $state.raw(NO_FILTER);

  #allColumns: readonly ColumnRecord[] = $state.raw([]);
  #lanes: ReadonlyMap<ColumnId, Lane> = $state.raw(new Map<ColumnId, Lane>());
  #index = new Map<CardId, CardRecord>();
  /** Grows whenever the index changed, since the index itself is too large to be a deep state. */
  #indexVersion = $state(0);
  readonly #detailVersions = new SvelteMap<CardId, number>();
  /** How often the whole board was read again: after that, every detail may be another. */
  #reads = $state(-1);

  /** Live ones, in order. */
  readonly columns: readonly ColumnRecord[] = $derived(
    this.#allColumns.filter((column) => column.standing === 'live'),
  );
  readonly archivedColumns: readonly ColumnRecord[] = $derived(
    this.#allColumns.filter((column) => column.standing === 'archived'),
  );
  readonly isFiltering = $derived(isFiltering(this.filter));
  readonly matches: (card: CardRecord) => boolean = $derived(matcher(this.filter));
  readonly me: PersonRecord | undefined = $derived(this.people.find((person) => person.me));
  readonly #labelIndex = $derived(new Map(this.labels.map((label) => [label.id, label])));
  readonly #personIndex = $derived(new Map(this.people.map((person) => [person.id, person])));
  readonly #columnIndex = $derived(new Map(this.#allColumns.map((column) => [column.id, column])));

  constructor(content: BoardContent) {
    this.id = content.board.id;
    this.replace(content);
  }

  get title(): string {
    return this.record.title;
  }

  /** Every live card, in no order. */
  get allCards(): Iterable<CardRecord> {
    void this.#indexVersion;
    return this.#index.values();
  }

  /** Live cards whose column is gone; "Recovered" shows while there are any. */
  get recovered(): readonly CardRecord[] {
    return this.cards(RECOVERED);
  }

  /** All cards of a column, in order, whatever the filter. */
  cards(column: ColumnId): readonly CardRecord[] {
    return this.#lanes.get(column)?.all ?? NO_CARDS;
  }

  /** The cards of a column that the filter shows, in order. */
  visible(column: ColumnId): readonly CardRecord[] {
    return this.#lanes.get(column)?.visible ?? NO_CARDS;
  }

  card(id: CardId): CardRecord | undefined {
    void this.#indexVersion;
    return this.#index.get(id);
  }

  /** Those of these cards that are on the board. */
  these(ids: readonly CardId[]): readonly CardRecord[] {
    return ids.map((id) => this.card(id)).filter((card) => card !== undefined);
  }

  /** A live or archived column. */
  column(id: ColumnId): ColumnRecord | undefined {
    return this.#columnIndex.get(id);
  }

  label(id: LabelId): LabelRecord | undefined {
    return this.#labelIndex.get(id);
  }

  person(id: PersonId): PersonRecord | undefined {
    return this.#personIndex.get(id);
  }

  /** Grows when what a panel shows of the card, or its history, changed: load it again then. */
  detailVersion(card: CardId): number {
    return (this.#detailVersions.get(card) ?? 0) + this.#reads;
  }

  /** Takes a whole board in, as it was just read. */
  replace(content: BoardContent): void {
    this.record = content.board;
    this.seq = content.seq;
    this.labels = content.labels;
    this.people = content.people;
    this.#allColumns = content.columns.toSorted(byKey);
    this.#index = new Map(content.cards.map((card) => [card.id, card]));
    this.#indexVersion += 1;
    const rows = grouped(content.cards, laneOf);
    this.#keepLanes();
    for (const [id, lane] of this.#lanes) lane.all = (rows.get(id) ?? NO_CARDS).toSorted(byKey);
    this.#reads += 1;
  }

  /** Takes a patch in, or says that it is known already or that the board must be read again. */
  absorb(patch: BoardPatch): Absorption {
    const what = absorption(this.seq, patch);
    if (what !== 'absorb') return what;
    const gone = new Set(patch.dropped);
    this.record = patch.board;
    this.seq = patch.to;
    this.labels = replaced(this.labels, patch.labels, gone);
    this.people = replaced(this.people, patch.people, gone);
    if (patch.columns.length > 0 || this.#allColumns.some((column) => gone.has(column.id))) {
      this.#allColumns = replaced(this.#allColumns, patch.columns, gone).toSorted(byKey);
      this.#keepLanes();
    }
    this.#absorbCards(patch.cards, patch.dropped);
    for (const card of patch.details)
      this.#detailVersions.set(card, (this.#detailVersions.get(card) ?? 0) + 1);
    return what;
  }

  #absorbCards(put: readonly CardRecord[], dropped: readonly string[]): void {
    const touched = new Set<ColumnId>();
    const moved = new Set<CardId>();
    for (const id of [...dropped, ...put.map((card) => card.id)]) {
      const before = this.#index.get(id);
      if (before === undefined) continue;
      touched.add(laneOf(before));
      moved.add(id);
      this.#index.delete(id);
    }
    const live = put.filter((card) => card.standing === 'live');
    for (const card of live) this.#index.set(card.id, card);
    if (touched.size === 0 && live.length === 0) return;
    const rows = grouped(live, laneOf);
    for (const id of new Set([...touched, ...rows.keys()])) {
      const lane = this.#lanes.get(id);
      if (lane) lane.all = merged(lane.all, moved, rows.get(id) ?? NO_CARDS);
    }
    this.#indexVersion += 1;
  }

  /** One list for each column; those of columns that stay are kept. */
  #keepLanes(): void {
    const ids = [RECOVERED, ...this.#allColumns.map((column) => column.id)];
    this.#lanes = new Map(ids.map((id) => [id, this.#lanes.get(id) ?? new Lane(this)]));
  }
}

const EMPTY_RECORD: BoardRecord = {
  id: '',
  title: '',
  colour: null,
  key: '',
  standing: 'live',
  cards: 0,
  archivedCards: 0,
};

function replaced<T extends { readonly id: string }>(
  rows: readonly T[],
  put: readonly T[],
  gone: ReadonlySet<string>,
): readonly T[] {
  if (put.length === 0 && !rows.some((row) => gone.has(row.id))) return rows;
  const news = new Map(put.map((row) => [row.id, row]));
  const kept = rows.filter((row) => !gone.has(row.id)).map((row) => news.get(row.id) ?? row);
  const known = new Set(rows.map((row) => row.id));
  return [...kept, ...put.filter((row) => !known.has(row.id))];
}
