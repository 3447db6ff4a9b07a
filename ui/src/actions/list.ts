// The list of actions: what each is called, its keys, where it makes sense.

import type { ActionContext } from './registry.svelte';

export type ActionGroup =
  'Moving about' | 'Cards' | 'Columns and boards' | 'Sharing' | 'Finding' | 'Holdfast';

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
const onColumn = (context: ActionContext): boolean => context.column !== null;
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
  'card.copyTo': ['Copy to another board…', [], 'Cards', onCards],
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
  'card.describe': ['Edit the description', [], 'Cards', always],
  'card.comment': ['Write a comment', [], 'Cards', always],
  'card.checklist': ['Add a checklist', [], 'Cards', always],
  'card.link': ['Add a link', [], 'Cards', always],
  'column.new': ['New column', [], 'Columns and boards', onBoard],
  'column.addFirst': ['Add a card at the head of the column', [], 'Columns and boards', onColumn],
  'column.rename': ['Rename the column', [], 'Columns and boards', onColumn],
  'column.colour': ['Colour of the column…', [], 'Columns and boards', onColumn],
  'column.limit': ['Limit the cards of the column…', [], 'Columns and boards', onColumn],
  'column.fold': ['Fold or unfold the column', [], 'Columns and boards', onColumn],
  'column.left': ['Move the column to the left', [], 'Columns and boards', onColumn],
  'column.right': ['Move the column to the right', [], 'Columns and boards', onColumn],
  'column.archive': ['Archive the column', [], 'Columns and boards', onColumn],
  'column.delete': ['Move the column to the trash', [], 'Columns and boards', onColumn],
  'board.new': ['New board', [], 'Columns and boards', always],
  'board.import': ['Import a board…', [], 'Columns and boards', always],
  'board.example': ['Make the example board', [], 'Columns and boards', always],
  'board.rename': ['Rename the board', [], 'Columns and boards', onBoard],
  'board.colour': ['Colour of the board…', [], 'Columns and boards', onBoard],
  'board.archive': ['Archive the board', [], 'Columns and boards', onBoard],
  'board.delete': ['Move the board to the trash', [], 'Columns and boards', onBoard],
  'board.exportJson': ['Export the board as JSON', [], 'Columns and boards', onBoard],
  'board.exportCsv': ['Export the board as CSV', [], 'Columns and boards', onBoard],
  'board.exportMarkdown': ['Export the board as Markdown', [], 'Columns and boards', onBoard],
  'board.share': ['Share the board…', [], 'Sharing', onBoard],
  'sharing.copy': ['Make a copy of the shared board of my own…', [], 'Sharing', onBoard],
  'sharing.leave': ['Leave the shared board…', [], 'Sharing', onBoard],
  'sharing.stop': ['Stop sharing the board…', [], 'Sharing', onBoard],
  'sharing.move': ['Move the board to another server…', [], 'Sharing', onBoard],
  'sharing.join': ['Join with a link…', [], 'Sharing', always],
  'sharing.signIn': ['Sign in at a server…', [], 'Sharing', always],
  'sharing.signOut': ['Sign out of a server…', [], 'Sharing', always],
  'sharing.fetch': ['Open a board of a server…', [], 'Sharing', always],
  'sharing.connect': ['Try to connect now', [], 'Sharing', always],
  'sharing.tray': ['Changes that were not accepted', [], 'Sharing', always],
  'sharing.show': ['How sharing stands', [], 'Sharing', always],
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

/** Of what is done to a board, this changes nothing that others see. */
const HARMLESS: ReadonlySet<ActionId> = new Set<ActionId>([
  'card.open',
  'card.select',
  'card.comment',
  'column.fold',
  'board.new',
  'board.import',
  'board.example',
  'board.exportJson',
  'board.exportCsv',
  'board.exportMarkdown',
  'board.filter',
  'board.share',
]);

/** Whether it changes the board on screen, so that not everybody on a shared one may do it. */
export function changesBoard(id: ActionId): boolean {
  return /^(card|column|board)\./.test(id) && !HARMLESS.has(id);
}

function isActionId(id: string): id is ActionId {
  return Object.hasOwn(ROWS, id);
}

export const ACTIONS: readonly Action[] = Object.keys(ROWS).filter(isActionId).map(action);

const INDEX: ReadonlyMap<ActionId, Action> = new Map(ACTIONS.map((one) => [one.id, one]));

export function actionOf(id: ActionId): Action {
  return INDEX.get(id) ?? action(id);
}
