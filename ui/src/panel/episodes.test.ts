import { expect, test } from 'vitest';
import type { HistoryEvent } from '../generated/HistoryEvent';
import type { HistoryWhat } from '../generated/HistoryWhat';
import { deedWords } from '../words/history';
import { episodesOf } from './episodes';

const minute = 60_000;

function event(minutes: number, who: string, what: HistoryWhat): HistoryEvent {
  return { ms: minutes * minute, who, what };
}

/** `You 10: did this; did that` for each episode, newest first. */
function told(...events: HistoryEvent[]): string[] {
  return episodesOf(events).map(
    ({ who, ms, deeds }) =>
      `${who} ${String(ms / minute)}: ${deeds.map((deed) => deedWords(deed.what, deed.times)).join('; ')}`,
  );
}

test('what one person did in one go stands together, and a pause or another person begins anew', () => {
  expect(
    told(
      event(100, 'You', { did: 'commented' }),
      event(98, 'You', { did: 'labelled', label: 'bug', on: true }),
      event(97, 'Ada', { did: 'described' }),
      event(50, 'Ada', { did: 'created' }),
    ),
  ).toEqual([
    'You 100: commented; added the label bug',
    'Ada 97: changed the description',
    'Ada 50: made this card',
  ]);
});

test('a run of the same is told once, from its beginning to its end', () => {
  expect(
    told(
      event(9, 'You', { did: 'moved', from: 'Doing', to: 'Done' }),
      event(8, 'You', { did: 'moved', from: 'To do', to: 'Doing' }),
      event(7, 'You', { did: 'described' }),
      event(6, 'You', { did: 'described' }),
    ),
  ).toEqual(['You 9: moved this from To do to Done; changed the description']);
});

test('many of the same are told as a number, apart from their opposite', () => {
  const label = (name: string, on: boolean): HistoryEvent =>
    event(1, 'You', { did: 'labelled', label: name, on });
  expect(told(label('a', true), label('b', true), label('c', true), label('a', false))).toEqual([
    'You 1: added 3 labels; removed the label a',
  ]);
  expect(told(label('', true))).toEqual(['You 1: added a label']);
});

test('two ticks are told one by one, three as a number', () => {
  const tick = (title: string): HistoryEvent => event(1, 'You', { did: 'itemChecked', title, done: true });
  expect(told(tick('a'), tick('b'))).toEqual(['You 1: ticked “a”; ticked “b”']);
  expect(told(tick('a'), tick('b'), tick('c'))).toEqual(['You 1: ticked 3 items']);
});
