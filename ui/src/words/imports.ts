// What an import would bring and leave out, in words.

import type { DocumentCounts } from '../generated/DocumentCounts';
import type { Format } from '../generated/Format';
import type { ImportNote } from '../generated/ImportNote';
import type { LeftOut } from '../generated/LeftOut';
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

/** Says what can be unfolded: everything that stays behind, called as the file calls it. */
export function fieldsWords(fields: number): string {
  return fields === 1
    ? 'The one field of the file that stays behind, by its name'
    : `All ${fields} fields of the file that stay behind, by name`;
}

/** What a person would miss, and what it is called in a Trello file. All else there is bookkeeping. */
const MISSED: readonly (readonly [words: string, paths: RegExp])[] = [
  ['Board description', /^(board\.)?desc$/],
  ['Board settings and background', /^prefs$/],
  ['Custom fields', /^customFields\[\]$/],
  ['Values of custom fields', /^cards\[\]\.customFieldItems\[\]$/],
  ['Activity other than comments', /^actions\[\]$/],
  ['Files of attachments', /^cards\[\]\.attachments\[\]\.bytes$/],
  ['Pictures as covers', /^cards\[\]\.(cover\.idAttachment|cover\.idUploadedBackground|idAttachmentCover)$/],
  ['Card numbers', /^cards\[\]\.idShort$/],
  ['Reminders', /^cards\[\]\.dueReminder$/],
  ['Watched cards', /^cards\[\]\.subscribed$/],
  ['Votes', /^cards\[\]\.idMembersVoted(\[\])?$/],
  ['Stickers', /^cards\[\]\.stickers(\[\])?$/],
  ['Places on the map', /^cards\[\]\.(address|coordinates|locationName)$/],
  ['Cards that are templates', /^cards\[\]\.isTemplate$/],
  ['People of checklist items', /^checklists\[\]\.checkItems\[\]\.idMember$/],
  ['Due dates of checklist items', /^checklists\[\]\.checkItems\[\]\.due$/],
  ['Roles of members', /^memberships\[\]$/],
  ['Data of power-ups', /^(cards\[\]\.)?pluginData(\[\])?$/],
];

/** In words, with how often each stands in the file. */
export function missedOf(leftOut: readonly LeftOut[]): readonly (readonly [words: string, count: number])[] {
  return MISSED.flatMap(([words, paths]) => {
    const counts = leftOut.filter((left) => paths.test(left.path)).map((left) => left.count);
    return counts.length === 0 ? [] : [[words, Math.max(...counts)] as const];
  });
}
