// A card's history, in words. The name of who did it stands before each line.

import type { HistoryWhat } from '../generated/HistoryWhat';
import { counted } from './counts';
import { shortWhen } from './dates';
import { priorityWords } from './priorities';

export function historyWords(what: HistoryWhat): string {
  switch (what.did) {
    case 'created':
      return 'made this card';
    case 'imported':
      return 'imported this card';
    case 'renamed':
      return `renamed this from “${what.from}” to “${what.to}”`;
    case 'described':
      return 'changed the description';
    case 'merged':
      return 'brought two descriptions together';
    case 'moved':
      return `moved this from ${what.from} to ${what.to}`;
    case 'labelled':
      return what.on ? `added the label ${what.label}` : `removed the label ${what.label}`;
    case 'assigned':
      return what.on ? `assigned ${what.person}` : `unassigned ${what.person}`;
    case 'dated':
      return datedWords(what);
    case 'finished':
      return what.done ? 'marked this done' : 'marked this not done';
    case 'prioritised':
      return what.priority
        ? `set the priority to ${priorityWords(what.priority).toLowerCase()}`
        : 'removed the priority';
    case 'covered':
      return what.colour === null ? 'removed the cover' : 'changed the cover';
    case 'archived':
      return what.on ? 'archived this' : 'restored this from the archive';
    case 'deleted':
      return what.on ? 'moved this to the trash' : 'restored this from the trash';
    case 'checklistAdded':
      return `added the checklist ${what.title}`;
    case 'itemChecked':
      return what.done ? `ticked “${what.title}”` : `unticked “${what.title}”`;
    case 'itemAdded':
      return `added “${what.title}” to a checklist`;
    case 'commented':
      return 'commented';
    case 'linkAdded':
      return `added the link ${what.name}`;
    case 'other':
      return 'changed this';
  }
}

function datedWords(what: Extract<HistoryWhat, { did: 'dated' }>): string {
  const parts = [
    what.start && `start ${shortWhen(what.start)}`,
    what.due && `due ${shortWhen(what.due)}`,
  ].filter((part) => part !== null);
  return parts.length === 0 ? 'removed the dates' : `set ${parts.join(' and ')}`;
}

/** The same in parts: names that the eye looks for stand at the odd places. */
export function historyParts(what: HistoryWhat): readonly string[] {
  switch (what.did) {
    case 'moved':
      return ['moved this from ', what.from, ' to ', what.to];
    case 'labelled':
      if (what.label.trim() === '') return [what.on ? 'added a label' : 'removed a label'];
      return [what.on ? 'added the label ' : 'removed the label ', what.label];
    case 'assigned':
      return [what.on ? 'assigned ' : 'unassigned ', what.person];
    case 'linkAdded':
      return what.name.trim() === '' ? ['added a link'] : [historyWords(what)];
    default:
      return [historyWords(what)];
  }
}

/** What was done, once or several times in one go. */
export function deedWords(what: HistoryWhat, times: number): string {
  return deedParts(what, times).join('');
}

export function deedParts(what: HistoryWhat, times: number): readonly string[] {
  if (times === 1) return historyParts(what);
  switch (what.did) {
    case 'itemAdded':
      return [`added ${counted(times, 'checklist item')}`];
    case 'itemChecked':
      return [what.done ? `ticked ${counted(times, 'item')}` : `unticked ${counted(times, 'item')}`];
    case 'labelled':
      return [`${what.on ? 'added' : 'removed'} ${counted(times, 'label')}`];
    case 'assigned':
      return [`${what.on ? 'assigned' : 'unassigned'} ${counted(times, 'person', 'people')}`];
    case 'commented':
      return [`wrote ${counted(times, 'comment')}`];
    case 'linkAdded':
      return [`added ${counted(times, 'link')}`];
    default:
      return historyParts(what);
  }
}
