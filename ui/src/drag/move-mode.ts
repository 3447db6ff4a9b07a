// Carrying cards by keys: a place among columns, and how each key changes it. No page, no state.

/** A gap in a column, by number: `column` counts the columns that may be entered. */
export interface Spot {
  readonly column: number;
  readonly gap: number;
}

export type Step = 'up' | 'down' | 'left' | 'right' | 'first' | 'last' | 'pageUp' | 'pageDown';

/** How many cards Page Up and Page Down pass. */
export const PAGE = 10;

/** Where `step` leads. `kept[c]` is how many cards stay in column c; a gap is at most that. */
export function stepped(spot: Spot, step: Step, kept: readonly number[]): Spot {
  const length = kept[spot.column] ?? 0;
  switch (step) {
    case 'up':
      return { ...spot, gap: Math.max(0, spot.gap - 1) };
    case 'down':
      return { ...spot, gap: Math.min(length, spot.gap + 1) };
    case 'pageUp':
      return { ...spot, gap: Math.max(0, spot.gap - PAGE) };
    case 'pageDown':
      return { ...spot, gap: Math.min(length, spot.gap + PAGE) };
    case 'first':
      return { ...spot, gap: 0 };
    case 'last':
      return { ...spot, gap: length };
    case 'left':
      return beside(spot, -1, kept);
    case 'right':
      return beside(spot, 1, kept);
  }
}

function beside(spot: Spot, by: number, kept: readonly number[]): Spot {
  const column = spot.column + by;
  const length = kept[column];
  if (length === undefined) return spot;
  return { column, gap: Math.min(spot.gap, length) };
}

/** Where focus goes among cards. `lengths[c]` is how many cards column c shows. */
export interface Seat {
  readonly column: number;
  /** -1 is the column's header. */
  readonly row: number;
}

/** Moves over cards and headers; an empty column is entered at its header. */
export function walked(seat: Seat, step: Step, lengths: readonly number[]): Seat {
  const length = lengths[seat.column] ?? 0;
  const clamp = (row: number): Seat => ({
    column: seat.column,
    row: Math.max(-1, Math.min(length - 1, row)),
  });
  switch (step) {
    case 'up':
      return clamp(seat.row - 1);
    case 'down':
      return clamp(seat.row + 1);
    case 'pageUp':
      return clamp(Math.max(Math.min(0, length - 1), seat.row - PAGE));
    case 'pageDown':
      return clamp(seat.row + PAGE);
    case 'first':
      return clamp(Math.min(0, length - 1));
    case 'last':
      return clamp(length - 1);
    case 'left':
      return entered(seat, -1, lengths);
    case 'right':
      return entered(seat, 1, lengths);
  }
}

function entered(seat: Seat, by: number, lengths: readonly number[]): Seat {
  const column = seat.column + by;
  const length = lengths[column];
  if (length === undefined) return seat;
  return { column, row: Math.min(seat.row, length - 1) };
}
