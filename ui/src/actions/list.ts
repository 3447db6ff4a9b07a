// The list of actions: what each is called, its keys, where it makes sense.

import type { ActionContext } from './registry.svelte';

export type ActionGroup = 'Moving about' | 'Cards' | 'Columns and boards' | 'Finding' | 'Holdfast';

export interface Action {
  readonly id: ActionId;
  readonly title: string;
  /** `Ctrl+Shift+Z`, `J`, `Space`, …; the first is the one that is shown. */
  readonly keys: readonly string[];
  readonly group: ActionGroup;
  readonly when: (context: ActionContext) => boolean;
  /** The palette leaves out what only makes sense as a key. */
  readonly inPalette: boolean;
}

const always = (): boolean => true;
const onBoard = (context: ActionContext): boolean => context.board !== null;
const onCard = (context: ActionContext): boolean => context.card !== null;
const onCards = (context: ActionContext): boolean => context.cards.length > 0;

type Row = readonly [
  title: string,
  keys: readonly string[],
  group: ActionGroup,
  when: (context: ActionContext) => boolean,
  inPalette?: false,
];

const ROWS = {
  'focus.up': ['Focus the card above', ['K', 'ArrowUp'], 'Moving about', onBoard, false],
  'focus.down': ['Focus the card below', ['J', 'ArrowDown'], 'Moving about', onBoard, false],
  'focus.left': ['Focus the column to the left', ['ArrowLeft'], 'Moving about', onBoard, false],
  'focus.right': ['Focus the column to the right', ['ArrowRight'], 'Moving about', onBoard, false],
  'focus.first': ['Focus the first card of the column', ['Home'], 'Moving about', onBoard, false],
  'focus.last': ['Focus the last card of the column', ['End'], 'Moving about', onBoard, false],
  'focus.pageUp': ['Focus ten cards up', ['PageUp'], 'Moving about', onBoard, false],
  'focus.pageDown': ['Focus ten cards down', ['PageDown'], 'Moving about', onBoard, false],
  'card.open': ['Open the card', ['Enter'], 'Moving about', onCard],
  'card.select': ['Select the card', ['X'], 'Moving about', onCard],
  'card.new': ['New card', ['N', 'C'], 'Cards', onBoard],
  'card.rename': ['Edit the title', ['E'], 'Cards', onCard],
  'card.pickUp': ['Pick the card up, and drop it', ['Space'], 'Cards', onCard],
  'card.shiftUp': ['Move the card up', ['Shift+ArrowUp'], 'Cards', onCards],
  'card.shiftDown': ['Move the card down', ['Shift+ArrowDown'], 'Cards', onCards],
  'card.shiftLeft': ['Move the card to the column on the left', ['Shift+ArrowLeft'], 'Cards', onCards],
  'card.shiftRight': ['Move the card to the column on the right', ['Shift+ArrowRight'], 'Cards', onCards],
  'card.moveTo': ['Move to…', ['M'], 'Cards', onCards],
  'card.labels': ['Labels…', ['L'], 'Cards', onCards],
  'card.assign': ['Assign…', ['A'], 'Cards', onCards],
  'card.due': ['Dates…', ['D'], 'Cards', onCard],
  'card.priority': ['Priority…', ['P'], 'Cards', onCards],
  'card.cover': ['Cover…', [], 'Cards', onCard],
  'card.finish': ['Mark as done or not done', [], 'Cards', onCard],
  'card.duplicate': ['Duplicate the card', [], 'Cards', onCard],
  'card.archive': ['Archive the card', ['#'], 'Cards', onCards],
  'card.delete': ['Move the card to the trash', ['Delete'], 'Cards', onCards],
  'field.save': ['Save what is being typed', ['Ctrl+Enter'], 'Cards', always, false],
  'column.new': ['New column', [], 'Columns and boards', onBoard],
  'board.new': ['New board', [], 'Columns and boards', always],
  'board.import': ['Import a board…', [], 'Columns and boards', always],
  'board.example': ['Make the example board', [], 'Columns and boards', always],
  'board.rename': ['Rename the board', [], 'Columns and boards', onBoard],
  'board.archive': ['Archive the board', [], 'Columns and boards', onBoard],
  'board.delete': ['Move the board to the trash', [], 'Columns and boards', onBoard],
  'board.exportJson': ['Export the board as JSON', [], 'Columns and boards', onBoard],
  'board.exportCsv': ['Export the board as CSV', [], 'Columns and boards', onBoard],
  'board.exportMarkdown': ['Export the board as Markdown', [], 'Columns and boards', onBoard],
  'search.open': ['Search all boards', ['/'], 'Finding', always],
  'board.filter': ['Filter the board', ['F'], 'Finding', onBoard],
  'palette.open': ['Every action and board', ['Ctrl+K'], 'Finding', always, false],
  'archive.open': ['Show the archive', [], 'Finding', always],
  'trash.open': ['Show the trash', [], 'Finding', always],
  'edit.undo': ['Undo', ['Ctrl+Z'], 'Holdfast', always],
  'edit.redo': ['Do again', ['Ctrl+Shift+Z', 'Ctrl+Y'], 'Holdfast', always],
  'zoom.in': ['Larger', ['Ctrl++', 'Ctrl+='], 'Holdfast', always],
  'zoom.out': ['Smaller', ['Ctrl+-'], 'Holdfast', always],
  'zoom.reset': ['Normal size', ['Ctrl+0'], 'Holdfast', always],
  'help.open': ['Show every key', ['?'], 'Holdfast', always],
  'settings.open': ['Settings', ['Ctrl+,'], 'Holdfast', always],
  'backups.open': ['Backups', [], 'Holdfast', always],
  'folder.show': ['Show the data folder', [], 'Holdfast', always],
  'theme.light': ['Light theme', [], 'Holdfast', always],
  'theme.dark': ['Dark theme', [], 'Holdfast', always],
  'theme.system': ['Theme of the system', [], 'Holdfast', always],
} satisfies Record<string, Row>;

export type ActionId = keyof typeof ROWS;

function action(id: ActionId): Action {
  const [title, keys, group, when, inPalette]: Row = ROWS[id];
  return { id, title, keys, group, when, inPalette: inPalette ?? true };
}

function isActionId(id: string): id is ActionId {
  return Object.hasOwn(ROWS, id);
}

export const ACTIONS: readonly Action[] = Object.keys(ROWS).filter(isActionId).map(action);

const INDEX: ReadonlyMap<ActionId, Action> = new Map(ACTIONS.map((one) => [one.id, one]));

export function actionOf(id: ActionId): Action {
  return INDEX.get(id) ?? action(id);
}
