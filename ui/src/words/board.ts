// What the board says, and what it reads out.

export const boardWords = {
  recovered: 'Recovered',
  recoveredWhy: 'Their column was deleted elsewhere. Move them where they belong.',
  untitled: 'Untitled',
  leftDrafts: 'Unsaved text of what is gone from the board',
  leftDraft: (at: string, onCard: boolean): string =>
    `Unsaved text from ${at}, typed ${onCard ? 'on a card that is no longer on the board' : 'in a column that is gone'}.`,
  moreLeftDrafts: (count: number): string => `${count} more, after these.`,
  openCard: 'Open the card',
  useAs: (cards: number): string => (cards === 1 ? 'Use as a card in…' : `Use as ${cards} cards in…`),
  discard: 'Discard',

  pickedUp: (what: string, position: number, length: number, column: string): string =>
    `Picked up ${what}. Position ${position} of ${length} in ${column}. Arrows move it, Space drops it, Escape puts it back.`,
  pickedUpLoose: (what: string): string =>
    `Picked up ${what}. Arrows move it, Space drops it, Escape puts it back.`,
  over: (position: number, length: number, column: string): string =>
    `Position ${position} of ${length} in ${column}.`,
  dropped: (column: string, position: number): string => `Dropped in ${column}, position ${position}.`,
  droppedHome: 'Dropped where it was. Nothing changed.',
  putBack: (what: string): string => `${what} is back where it was.`,
  carried: (what: string, board: string): string => `Moved ${what} to the board “${board}”`,
  copied: (what: string, board: string): string => `Copied ${what} to the board “${board}”`,
  toBoard: (board: string): string => `${board}…`,
  anotherBoard: 'another board',
  findPlace: 'Find a column or a board',
  noPlace: 'No column and no board has that name.',
  columnsOf: (board: string): string => `Columns of ${board}`,
  findColumn: 'Find a column',
  noColumn: 'No column has that name.',
  notMoved: (what: string): string => `${what} could not be moved and is back where it was.`,
  columnPickedUp: (title: string, position: number, length: number): string =>
    `Picked up column ${title}. Position ${position} of ${length}.`,
  columnDropped: (title: string, position: number): string =>
    `Column ${title} is now at position ${position}.`,
  cards: (count: number): string => (count === 1 ? '1 card' : `${count} cards`),
  selected: (count: number): string => (count === 1 ? '1 card selected' : `${count} cards selected`),
  shown: (shown: number, all: number): string => `${shown} of ${all}`,
  inColumnFor: (column: string, days: number): string => `in ${column} for ${days} days`,
} as const;

const TITLE_MAX = 80;

/** A title as it is read out or put into a menu. */
export function spoken(title: string): string {
  const text = title.trim() === '' ? boardWords.untitled : title.trim();
  return text.length > TITLE_MAX ? `${text.slice(0, TITLE_MAX)}…` : text;
}
