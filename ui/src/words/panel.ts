// What the card panel says.

import { counted } from './counts';

export const panelWords = {
  panel: 'Card',
  close: 'Close the card',
  actions: 'Card actions',
  gone: 'This card is no longer there.',
  recovered: 'Recovered',
  archived: 'This card is in the archive.',
  deleted: 'This card is in the trash.',
  restore: 'Restore',
  title: 'Title',
  assigned: 'Assigned',
  start: 'Start',
  due: 'Due',
  labels: 'Labels',
  priority: 'Priority',
  cover: 'Cover',
  none: 'None',
  description: 'Description',
  addDescription: 'Add a description…',
  noDescription: 'None',
  editDescription: 'Edit',
  changedMeanwhile:
    'This changed while you were typing. Saving brings both together where they differ in other lines, and keeps both side by side elsewhere.',
  changedSince: 'The description changed since. Nothing is overwritten: keep this, and you can see both.',
  showOther: 'Show the other text',
  hideOther: 'Hide the other text',
  save: 'Save',
  cancel: 'Close',
  unsaved: (when: string): string => `Unsaved text from ${when}.`,
  orphaned: 'Typed on something that was deleted meanwhile. Keep makes it the draft of a comment.',
  keep: 'Keep',
  discard: 'Discard',
  saveHint: 'Ctrl+Enter saves, Esc keeps a draft',
} as const;

export const versionWords = {
  versions: 'Versions',
  title: 'Versions of the description',
  listed: 'All that this description was, newest first',
  shown: 'Shown now',
  apart: 'Undecided',
  merged: 'Came together by itself',
  empty: 'Empty',
  unknown: 'Before this copy of the board began',
  use: 'Use this version',
  used: 'The description is this version again.',
  close: 'Close',
  looking: 'Looking…',

  apartTitle: 'Two texts were written at once',
  apartWhy: 'They change the same lines, so nobody’s was put in place of the other.',
  onCard: 'On the card',
  also: (who: string): string => `By ${who}`,
  yours: 'Yours',
  keepThis: 'Keep this one',
  keepOther: 'Keep the other',
  combine: 'Combine',
  combineHint: 'one below the other',
  decided: 'Both texts stay in the versions.',
  more: (count: number): string => `${counted(count, 'more text')} after this one.`,
  mark: 'Two descriptions were written at once. Open the card to choose.',
  markShort: 'Two texts',
} as const;

export const checklistWords = {
  checklist: 'Checklist',
  progress: (done: number, all: number): string => `${String(done)} of ${String(all)}`,
  add: 'Add a checklist',
  name: 'Name of the checklist',
  rename: 'Rename',
  remove: 'Delete the checklist',
  actions: (title: string): string => `Actions of the checklist ${title}`,
  addItem: 'Add an item',
  itemTitle: 'Item',
  removeItem: (title: string): string => `Delete “${title}”`,
  moveItem: 'Move the item: drag, or Alt and the arrows',
  hideDone: 'Hide what is done',
  showDone: (count: number): string => `Show ${counted(count, 'done item')}`,
  moved: (title: string, place: number, all: number, checklist: string): string =>
    `${title}: ${String(place)} of ${String(all)} in ${checklist}`,
  putBack: (title: string): string => `${title} was put back`,
} as const;

export const commentWords = {
  comments: 'Comments',
  write: 'Write a comment…',
  text: 'Comment',
  save: 'Comment',
  change: 'Edit',
  remove: 'Delete',
  changed: 'edited',
  someone: 'Somebody',
  undated: 'at an unknown time',
} as const;

export const linkWords = {
  links: 'Links',
  add: 'Add a link',
  address: 'Address',
  addressHint: 'https://…',
  name: 'Name (optional)',
  remove: (name: string): string => `Remove the link ${name}`,
  notOpenable: 'Only http, https and mailto addresses are opened.',
  bad: 'This is no address that can be opened. It begins with https://, http:// or mailto:.',
} as const;

export const dateWords = {
  noDate: 'No date',
  done: 'Done',
  late: 'late',
  today: 'Today',
  tomorrow: 'Tomorrow',
  nextMonday: 'Next Monday',
  inAWeek: 'In a week',
} as const;

export const pickWords = {
  editLabels: 'Change labels',
  colour: 'Colour',
  editPeople: 'Change people',
  change: (name: string): string => `Change ${name}`,
  labelName: 'Name',
  nameless: 'without a name',
  deleteLabel: 'Delete the label',
  personName: 'Name',
  deletePerson: 'Take off the board',
  back: 'Back',
  you: 'You',
  nobody: 'Nobody',
  noPriority: 'No priority',
} as const;

export const historyWordsOfPanel = {
  history: 'History',
  created: 'Made',
  showAll: (count: number): string => `Show all ${counted(count, 'entry', 'entries')}`,
  showLess: 'Show less',
} as const;

export const cardActionWords = {
  duplicate: 'Duplicate',
  moveTo: 'Move to…',
  copyTitle: 'Copy the title',
  copied: 'The title is on the clipboard.',
  notCopied: 'The clipboard cannot be reached from here.',
  archive: 'Archive',
  restore: 'Restore',
  remove: 'Move to the trash',
} as const;
