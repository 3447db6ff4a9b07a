import { SvelteMap } from 'svelte/reactivity';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Draft } from '../generated/Draft';
import { DraftField, JOURNAL_MS } from './drafts.svelte';

/** A journal that remembers what it was asked, in order. */
class Paper {
  readonly saved = new SvelteMap<string, Draft>();
  readonly asked: string[] = [];
  works = true;

  field(key = 'card/1/title'): DraftField {
    return new DraftField(
      key,
      { board: 'board', card: '1' },
      {
        saved: (one) => this.saved.get(one),
        save: (draft) => this.#save(draft),
        drop: (one) => this.#drop(one),
      },
    );
  }

  offer(key: string, text: string): void {
    this.saved.set(key, { key, board: 'board', card: '1', column: null, text, base: null, savedMs: 1 });
  }

  #save(draft: Draft): Promise<boolean> {
    if (!this.works) return Promise.resolve(false);
    this.asked.push(`save ${draft.key} ${draft.text}`);
    this.saved.set(draft.key, draft);
    return Promise.resolve(true);
  }

  #drop(key: string): Promise<void> {
    this.asked.push(`drop ${key}`);
    this.saved.delete(key);
    return Promise.resolve();
  }
}

let paper: Paper;

beforeEach(() => {
  vi.useFakeTimers();
  paper = new Paper();
});

afterEach(() => {
  vi.useRealTimers();
});

test('journals what is typed a quarter of a second after the first key, not after the last', async () => {
  const field = paper.field();
  field.text = 'o';
  await vi.advanceTimersByTimeAsync(JOURNAL_MS - 50);
  field.text = 'on';
  await vi.advanceTimersByTimeAsync(50);
  expect(paper.asked).toEqual(['save card/1/title on']);
});

test('does not journal the text that editing began with', async () => {
  const field = paper.field();
  field.begin('Title');
  field.text = 'Title!';
  field.text = 'Title';
  await vi.advanceTimersByTimeAsync(1000);
  expect(paper.asked).toEqual([]);
});

test('drops the draft when its text became an edit', async () => {
  const field = paper.field();
  field.text = 'one';
  await field.flush();
  field.clear();
  await field.flush();
  expect(paper.asked).toEqual(['save card/1/title one', 'drop card/1/title']);
  expect([field.text, field.offered, field.dirty]).toEqual(['', null, false]);
});

test('offers what was left when the field opens again', async () => {
  const field = paper.field();
  field.begin('Title');
  field.text = 'Title that goes on';
  await field.rest();
  field.begin('Title');
  expect(field.text).toBe('Title');
  expect(field.offered?.text).toBe('Title that goes on');
  field.keep();
  expect([field.text, field.offered]).toEqual(['Title that goes on', null]);
});

test('keeps an offer that is not decided when something else is typed', async () => {
  paper.offer('card/1/title', 'from before the crash');
  const field = paper.field();
  field.text = 'new';
  await field.flush();
  expect(paper.saved.get('card/1/title')?.text).toBe('from before the crash');
  expect(field.offered?.text).toBe('from before the crash');
  field.keep();
  await field.flush();
  expect(field.text).toBe('from before the crash\nnew');
  expect([...paper.saved.keys()]).toEqual(['card/1/title']);
  expect(paper.saved.get('card/1/title')?.text).toBe('from before the crash\nnew');
});

test('discards an offer and leaves what is typed', async () => {
  paper.offer('card/1/title', 'old');
  const field = paper.field();
  field.text = 'new';
  field.discard();
  await field.flush();
  expect(field.offered).toBeNull();
  expect([...paper.saved.values()].map((draft) => draft.text)).toEqual(['new']);
});

test('tries again when a text could not be journalled', async () => {
  const field = paper.field();
  paper.works = false;
  field.text = 'kept in the field';
  await vi.advanceTimersByTimeAsync(1000);
  paper.works = true;
  await vi.advanceTimersByTimeAsync(5000);
  expect(paper.asked).toEqual(['save card/1/title kept in the field']);
});

test('drops the draft when the text is emptied again', async () => {
  const field = paper.field();
  field.text = 'one';
  await field.flush();
  field.text = '';
  await vi.advanceTimersByTimeAsync(JOURNAL_MS);
  expect(paper.saved.size).toBe(0);
});
