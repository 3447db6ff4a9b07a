// What was done, undone or would be, in words.

import type { Edit } from '../generated/Edit';
import type { Undone } from '../generated/Undone';
import { counted } from './counts';

export type Verb = Edit['verb'];

/** Verbs after which a toast offers the way back. */
const DESTRUCTIVE: ReadonlySet<Verb> = new Set<Verb>([
  'archiveBoard',
  'deleteBoard',
  'archiveColumn',
  'deleteColumn',
  'archiveCards',
  'deleteCards',
  'deleteLabel',
  'deletePerson',
  'deleteChecklist',
  'deleteItem',
  'deleteComment',
  'deleteLink',
]);

export function isDestructive(edit: Edit): boolean {
  return DESTRUCTIVE.has(edit.verb);
}

/** What a toast says of several edits that were one step; null where none of them is destructive. */
export function destroyedWords(edits: readonly Edit[], board: string): string | null {
  const destructive = edits.filter(isDestructive);
  const [first] = destructive;
  if (first === undefined) return null;
  return destructive.length === 1
    ? doneWords(first, board)
    : `${doneWords(first, board)}, and ${counted(destructive.length - 1, 'more change')} like it`;
}

/** `Archived 3 cards`, for a toast. */
export function doneWords(edit: Edit, board: string): string {
  switch (edit.verb) {
    case 'archiveBoard':
      return `Archived the board “${board}”`;
    case 'deleteBoard':
      return `Moved the board “${board}” to the trash`;
    case 'archiveCards':
      return `Archived ${counted(edit.cards.length, 'card')}`;
    case 'deleteCards':
      return `Moved ${counted(edit.cards.length, 'card')} to the trash`;
    case 'moveCards':
      return `Moved ${counted(edit.cards.length, 'card')}`;
    case 'restoreCards':
      return `Restored ${counted(edit.cards.length, 'card')}`;
    case 'undeleteCards':
      return `Restored ${counted(edit.cards.length, 'card')} from the trash`;
    default:
      return sentence(verbDone(edit.verb));
  }
}

/** What each verb did, as the end of `Undid: …`. */
const DONE: Readonly<Record<Verb, string>> = {
  renameBoard: 'renamed the board',
  colourBoard: 'changed the board’s colour',
  moveBoard: 'moved the board',
  archiveBoard: 'archived the board',
  restoreBoard: 'restored the board',
  deleteBoard: 'moved the board to the trash',
  undeleteBoard: 'restored the board from the trash',
  addColumn: 'added a column',
  renameColumn: 'renamed the column',
  colourColumn: 'changed the column’s colour',
  moveColumn: 'moved the column',
  collapseColumn: 'folded the column',
  limitColumn: 'changed the column’s limit',
  archiveColumn: 'archived the column',
  restoreColumn: 'restored the column',
  deleteColumn: 'moved the column to the trash',
  undeleteColumn: 'restored the column from the trash',
  addCards: 'added cards',
  renameCard: 'changed the title',
  describeCard: 'changed the description',
  moveCards: 'moved cards',
  labelCard: 'changed the labels',
  assignCard: 'changed who it is assigned to',
  dateCard: 'changed the dates',
  finishCard: 'changed whether it is done',
  prioritiseCard: 'changed the priority',
  coverCard: 'changed the cover',
  duplicateCard: 'duplicated the card',
  archiveCards: 'archived cards',
  restoreCards: 'restored cards',
  deleteCards: 'moved cards to the trash',
  undeleteCards: 'restored cards from the trash',
  addLabel: 'added a label',
  changeLabel: 'changed the label',
  deleteLabel: 'deleted the label',
  addPerson: 'added a person',
  renamePerson: 'renamed the person',
  deletePerson: 'removed the person',
  addChecklist: 'added a checklist',
  renameChecklist: 'renamed the checklist',
  moveChecklist: 'moved the checklist',
  deleteChecklist: 'deleted the checklist',
  undeleteChecklist: 'restored the checklist from the trash',
  addItems: 'added checklist items',
  renameItem: 'changed a checklist item',
  checkItem: 'ticked a checklist item',
  moveItem: 'moved a checklist item',
  deleteItem: 'deleted a checklist item',
  addComment: 'added a comment',
  changeComment: 'changed a comment',
  deleteComment: 'deleted a comment',
  addLink: 'added a link',
  deleteLink: 'removed a link',
  emptyTrash: 'emptied the trash',
};

/** Verbs that are requests of their own. */
const MADE: Readonly<Record<string, string>> = {
  carryCards: 'moved cards to another board',
  copyCards: 'copied cards to another board',
  createBoard: 'made a board',
  createExample: 'made the example board',
  import: 'imported a board',
};

/** A verb of a newer version has no words here. */
export function verbDone(verb: string): string {
  return isVerb(verb) ? DONE[verb] : (MADE[verb] ?? 'made a change');
}

function isVerb(verb: string): verb is Verb {
  return Object.hasOwn(DONE, verb);
}

/** What undo or redo came to. */
export function undoneWords(undone: Undone, way: 'undo' | 'redo'): string {
  if (undone.verb === null) return way === 'undo' ? 'There is nothing to undo.' : 'There is nothing to redo.';
  const done = `${way === 'undo' ? 'Undid' : 'Did again'}: ${verbDone(undone.verb)}`;
  if (undone.kept === 0) return `${done}.`;
  const all = undone.kept + undone.restored;
  const titles = undone.keptTitles.length > 0 ? ` (${undone.keptTitles.join(', ')})` : '';
  const verb = undone.kept === 1 ? 'was changed since and stays' : 'were changed since and stay';
  return `${done}. ${String(undone.kept)} of ${String(all)} ${verb}${titles}.`;
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
