// What an import would bring and leave out, in words.

import type { DocumentCounts } from '../generated/DocumentCounts';
import type { Format } from '../generated/Format';
import type { ImportNote } from '../generated/ImportNote';
import { counted } from './counts';

export function formatWords(format: Format): string {
  switch (format) {
    case 'trello':
      return 'Trello board';
    case 'holdfast':
      return 'Holdfast board';
  }
}

/** Pairs of a number and its noun, without what there is none of. */
export function countWords(counts: DocumentCounts): readonly string[] {
  const all: readonly (readonly [number, string, string?])[] = [
    [counts.columns, 'column'],
    [counts.cards, 'card'],
    [counts.archived_cards, 'of them archived', 'of them archived'],
    [counts.labels, 'label'],
    [counts.checklists, 'checklist'],
    [counts.checklist_items, 'checklist item'],
    [counts.comments, 'comment'],
    [counts.people, 'person', 'people'],
    [counts.attachments, 'attachment'],
  ];
  return all.filter(([count]) => count > 0).map(([count, one, many]) => counted(count, one, many));
}

export function noteWords(note: ImportNote): string {
  switch (note.code) {
    case 'actionsCut':
      return `Trello puts at most 1,000 actions into a file, and this one has ${note.actions.toLocaleString('en-GB')}: older comments may not be in it.`;
    case 'textsCut':
      return `${counted(note.texts, 'text')} over the limit will be shortened.`;
    case 'linksOnly':
      return note.attachments === 1
        ? '1 attachment comes along as a link: the file itself stays with Trello.'
        : `${counted(note.attachments, 'attachment')} come along as links: the files themselves stay with Trello.`;
    case 'dangling':
      return `${note.path}: ${counted(note.count, 'entry points', 'entries point')} to something that is not in the file.`;
    case 'homeless':
      return note.cards === 1
        ? '1 card names a list that is not in the file and will be put in a column of its own.'
        : `${counted(note.cards, 'card')} name a list that is not in the file and will be put in a column of their own.`;
  }
}
