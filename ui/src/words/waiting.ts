// What waits for a server, and what was written under something that somebody had deleted, in words.

import type { HistoryWhat } from '../generated/HistoryWhat';
import type { KeptEdits } from '../generated/KeptEdits';
import type { KeptKind } from '../generated/KeptKind';
import type { WaitingAct } from '../generated/WaitingAct';
import { counted, listed } from './counts';
import { verbDone } from './edits';
import { historyWords } from './history';

/** `Moved *Ship it* to Done`, in parts: names that the eye looks for stand at the odd places. */
export function waitingParts(act: WaitingAct): readonly string[] {
  if (act.cards > 1)
    return [`${sentence(verbDone(act.verb))}: `, act.about, ` and ${String(act.cards - 1)} more`];
  const [what] = act.what;
  if (what === undefined) {
    if (act.verb === 'moveCards') return ['Moved ', act.about, ' within its column'];
    return [`${sentence(verbDone(act.verb))}: `, act.about];
  }
  return partsOf(what, act.about);
}

export function waitingWords(act: WaitingAct): string {
  return waitingParts(act).join('');
}

function partsOf(what: HistoryWhat, about: string): readonly string[] {
  switch (what.did) {
    case 'created':
      return ['Added ', about];
    case 'imported':
      return ['Imported ', about];
    case 'renamed':
      return ['Renamed ', what.from, ' to ', what.to];
    case 'described':
      return ['Changed the description of ', about];
    case 'merged':
      return ['Brought two descriptions together on ', about];
    case 'moved':
      return ['Moved ', about, ' to ', what.to];
    case 'commented':
      return ['Commented on ', about];
    case 'finished':
      return ['Marked ', about, what.done ? ' done' : ' not done'];
    case 'archived':
      return what.on ? ['Archived ', about] : ['Restored ', about, ' from the archive'];
    case 'deleted':
      return what.on ? ['Moved ', about, ' to the trash'] : ['Restored ', about, ' from the trash'];
    default:
      return [`${sentence(historyWords(what))} on `, about];
  }
}

export function moreWords(more: number): string {
  return `and ${more.toLocaleString('en-GB')} more`;
}

/** Tells one thing to know from another: more edits are another. */
export function keptKey(kept: KeptEdits): string {
  return `${kept.act}/${String(kept.mine + kept.others)}`;
}

const NOUNS: Readonly<Record<KeptKind, string>> = {
  column: 'the column ',
  card: '',
  checklist: 'the checklist ',
  item: 'the item ',
  comment: 'the comment ',
  link: 'the link ',
};

/** `Ann deleted “Ship it” meanwhile. Your 2 edits are kept with it in the trash.` */
export function keptWords(kept: KeptEdits): string {
  const thing = `${NOUNS[kept.kind]}“${kept.title}”`;
  if (kept.mine === 0) {
    return `${listed(kept.otherNames)} worked on ${thing} while you deleted it. ${counted(kept.others, 'edit')} ${lie(kept.others)} ${whereWords(kept.kind)}.`;
  }
  const who = kept.byMe ? 'You' : kept.who;
  const where = kept.byMe ? ' at another computer' : '';
  const edits = kept.mine === 1 ? 'Your edit is' : `Your ${kept.mine.toLocaleString('en-GB')} edits are`;
  return `${who} deleted ${thing}${where} before your work on it got there. ${edits} kept ${whereWords(kept.kind)}.`;
}

function lie(count: number): string {
  return count === 1 ? 'is kept' : 'are kept';
}

function whereWords(kind: KeptKind): string {
  switch (kind) {
    case 'column':
      return 'under “Recovered” on the board';
    case 'card':
      return 'with it in the trash';
    default:
      return 'with it, and come back with it';
  }
}

/** The mark on a row of the trash. */
export function keptMark(kept: KeptEdits): string {
  const parts = [
    kept.mine > 0 ? `${counted(kept.mine, 'edit')} of yours` : '',
    kept.others > 0 ? `${counted(kept.others, 'edit')} by ${listed(kept.otherNames)}` : '',
  ];
  return `With ${listed(parts.filter((part) => part !== ''))}`;
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
