// A card's history as a person tells it: what one did in one go stands together, and what was done over
// and over is said once.

import type { HistoryEvent } from '../generated/HistoryEvent';
import type { HistoryWhat } from '../generated/HistoryWhat';

/** What one person did within a few minutes, newest first. */
export interface Episode {
  readonly who: string;
  /** When the newest of it happened. */
  readonly ms: number;
  readonly deeds: readonly Deed[];
}

export interface Deed {
  readonly what: HistoryWhat;
  /** How many of the same kind it stands for. */
  readonly times: number;
}

const TOGETHER_MS = 5 * 60 * 1000;
/** So few of a kind are told one by one. */
const TOLD_APART_MAX = 2;

/** From events that come newest first. */
export function episodesOf(events: readonly HistoryEvent[]): readonly Episode[] {
  const groups: HistoryEvent[][] = [];
  for (const event of events) {
    const last = groups.at(-1);
    const before = last?.at(-1);
    if (last && before && before.who === event.who && before.ms - event.ms <= TOGETHER_MS) last.push(event);
    else groups.push([event]);
  }
  return groups.map((group) => ({
    who: group[0]?.who ?? '',
    ms: group[0]?.ms ?? 0,
    deeds: folded(group.map((event) => event.what)),
  }));
}

function folded(whats: readonly HistoryWhat[]): readonly Deed[] {
  const runs: HistoryWhat[][] = [];
  for (const what of whats) {
    const run = runs.at(-1);
    const newest = run?.[0];
    if (run && newest && isSameKind(newest, what)) run.push(what);
    else runs.push([what]);
  }
  return runs.flatMap(told);
}

function isSameKind(one: HistoryWhat, other: HistoryWhat): boolean {
  if (one.did === 'itemChecked' && other.did === 'itemChecked') return one.done === other.done;
  if ('on' in one && 'on' in other) return one.did === other.did && one.on === other.on;
  return one.did === other.did;
}

/** A run of one kind, newest first. */
function told(run: readonly HistoryWhat[]): readonly Deed[] {
  const newest = run[0];
  const oldest = run.at(-1);
  if (newest === undefined || oldest === undefined) return [];
  switch (newest.did) {
    case 'moved':
    case 'renamed':
      // From where it all began to where it ended.
      return newest.did === oldest.did
        ? [{ what: { ...newest, from: 'from' in oldest ? oldest.from : newest.from }, times: 1 }]
        : [];
    case 'described':
    case 'merged':
    case 'dated':
    case 'prioritised':
    case 'covered':
    case 'other':
      return [{ what: newest, times: 1 }];
    case 'itemAdded':
    case 'itemChecked':
    case 'labelled':
    case 'assigned':
    case 'commented':
    case 'linkAdded':
      if (run.length > TOLD_APART_MAX) return [{ what: newest, times: run.length }];
      break;
    default:
      break;
  }
  return run.map((what) => ({ what, times: 1 }));
}
