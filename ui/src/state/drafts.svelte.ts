// Text that was typed and is not yet an edit. It is journalled a quarter of a second after a key at
// the latest, lies on disk from then on, and is offered back where it was typed.
//
// How a field uses it:
//   const draft = workspace.draftFor(`card/${id}/title`, { board, card: id });
//   draft.begin(card.title);            when editing starts from a text that stands already
//   <input bind:value={draft.text} />   every change is journalled
//   draft.rest();                       Escape or click-away: the field closes, the text is kept
//   if (await workspace.edit(…)) draft.clear();   it became an edit
//   {#if draft.offered} … draft.keep() … draft.discard()

import type { Draft } from '../generated/Draft';

/** How long typed text waits until it is journalled. */
export const JOURNAL_MS = 250;
/** How long until a text that could not be journalled is tried again. */
const AGAIN_MS = 3000;

/** Where a draft is offered. */
export interface DraftPlace {
  readonly board: string;
  readonly card?: string;
  readonly column?: string;
}

/** What a draft field needs of the workspace. */
export interface Journal {
  saved(key: string): Draft | undefined;
  /** Whether it lies on disk now. */
  save(draft: Draft): Promise<boolean>;
  drop(key: string): Promise<void>;
}

export class DraftField {
  readonly key: string;
  readonly #place: DraftPlace;
  readonly #journal: Journal;
  #text = $state('');
  #base = $state('');
  #version: string | null = $state(null);
  /** Under which key this field writes; another than `key` while an undecided offer lies there. */
  #slot: string | null = $state(null);
  #timer: ReturnType<typeof setTimeout> | null = null;
  #chain: Promise<void> = Promise.resolve();
  #journalled = '';

  constructor(key: string, place: DraftPlace, journal: Journal) {
    this.key = key;
    this.#place = place;
    this.#journal = journal;
  }

  /** What stands in the field. */
  get text(): string {
    return this.#text;
  }

  set text(text: string) {
    if (text === this.#text) return;
    this.#slot ??= this.#freeSlot();
    this.#text = text;
    this.#timer ??= setTimeout(() => void this.flush(), JOURNAL_MS);
  }

  /** Whether the text differs from what it began with. */
  get dirty(): boolean {
    return this.#text !== this.#base;
  }

  /** The version of the text over which this is typed; null where that says nothing. */
  get version(): string | null {
    return this.#version;
  }

  /**
   * Text from before that is neither kept nor discarded yet. No `$derived`: the field outlives the
   * component that asked for it first, and a derived would go to rest with that one.
   */
  get offered(): Draft | null {
    return this.#offer();
  }

  /** Editing starts from `base`, which is this version; it is no draft until it is changed. */
  begin(base: string, version: string | null = null): void {
    if (this.dirty) return;
    this.#base = base;
    this.#text = base;
    this.#version = version;
  }

  /** Takes the offered text into the field, before what was typed since. */
  keep(): void {
    const offer = this.offered;
    if (offer === null) return;
    const typed = this.dirty && this.#text !== '' ? `\n${this.#text}` : '';
    if (this.#slot !== null && this.#slot !== offer.key) this.#forget(this.#slot);
    this.#slot = offer.key;
    this.#journalled = offer.text;
    this.#text = offer.text + typed;
    this.#version = offer.base ?? this.#version;
    if (typed !== '') void this.flush();
  }

  /** The offered text is not wanted. */
  discard(): void {
    const offer = this.offered;
    if (offer !== null) this.#forget(offer.key);
  }

  /** The text became an edit, or is not wanted: the field is empty and nothing is offered of it. */
  clear(): void {
    this.#stopTimer();
    if (this.#slot !== null) this.#forget(this.#slot);
    this.#slot = null;
    this.#journalled = '';
    this.#text = '';
    this.#base = '';
  }

  /** The field closes. What was typed lies on disk and is offered when it opens again. */
  async rest(): Promise<void> {
    if (!this.dirty) {
      this.clear();
      return;
    }
    // The field is free at once, for it may open again before the disk has answered.
    const journalled = this.flush();
    this.#slot = null;
    this.#journalled = '';
    this.#text = '';
    this.#base = '';
    await journalled;
  }

  /** Journals at once what was not yet; resolves when it lies on disk. */
  flush(): Promise<void> {
    this.#stopTimer();
    const slot = this.#slot;
    if (slot === null) return this.#chain;
    const text = this.dirty ? this.#text : '';
    if (text === this.#journalled) return this.#chain;
    this.#journalled = text;
    // One after the other, so that an older text never lands on a newer one.
    this.#chain = this.#chain.then(() => this.#write(slot, text));
    return this.#chain;
  }

  async #write(slot: string, text: string): Promise<void> {
    if (text === '') await this.#journal.drop(slot);
    else if (!(await this.#journal.save(this.#draft(slot, text)))) this.#again(text);
  }

  #again(text: string): void {
    if (this.#journalled === text) this.#journalled = '';
    this.#timer ??= setTimeout(() => void this.flush(), AGAIN_MS);
  }

  #offer(): Draft | null {
    for (const key of [this.key, `${this.key}#2`]) {
      const saved = key === this.#slot ? undefined : this.#journal.saved(key);
      if (saved !== undefined && saved.text !== this.#base) return saved;
    }
    return null;
  }

  /** Typing over an offer that is not decided must not overwrite it. */
  #freeSlot(): string {
    return this.#journal.saved(this.key) === undefined ? this.key : `${this.key}#2`;
  }

  #forget(slot: string): void {
    this.#chain = this.#chain.then(() => this.#journal.drop(slot));
  }

  #stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #draft(key: string, text: string): Draft {
    const { board, card, column } = this.#place;
    return {
      key,
      board,
      card: card ?? null,
      column: column ?? null,
      text,
      base: this.#version,
      savedMs: Date.now(),
    };
  }
}
