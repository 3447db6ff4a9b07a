// Where the drafts of the folder lie, and the fields that write them.

import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import { bridge } from '../bridge/bridge';
import type { Draft } from '../generated/Draft';
import { DraftField, type DraftPlace } from './drafts.svelte';
import type { Saving } from './saving.svelte';

export class Drawer {
  /** By key; what lies on disk or is on its way there. */
  readonly drafts = new SvelteMap<string, Draft>();
  /** The keys of those of which something lies on disk already: a mark shows for no other. */
  readonly #onDisk = new SvelteSet<string>();
  readonly #fields = new Map<string, DraftField>();
  readonly #saving: Saving;

  constructor(saving: Saving) {
    this.#saving = saving;
  }

  /** The draft of one field; the same object however often a component is drawn anew. */
  field(key: string, place: DraftPlace): DraftField {
    let field = this.#fields.get(key);
    if (!field) {
      field = new DraftField(key, place, {
        saved: (one) => this.drafts.get(one),
        save: (draft) => this.save(draft),
        drop: (one) => this.drop(one),
      });
      this.#fields.set(key, field);
    }
    return field;
  }

  /** Journals a draft; says whether it lies on disk. */
  async save(draft: Draft): Promise<boolean> {
    this.drafts.set(draft.key, draft);
    const isSaved = await this.#saving.journal(() => bridge.call({ ask: 'saveDraft', draft }));
    // It may have been dropped meanwhile.
    if (isSaved && this.drafts.has(draft.key)) this.#onDisk.add(draft.key);
    return isSaved;
  }

  async drop(key: string): Promise<void> {
    this.#onDisk.delete(key);
    if (!this.drafts.delete(key)) return;
    await this.#saving.quietly(() => bridge.call({ ask: 'dropDraft', key }));
  }

  /** Journals everything that was typed and is not journalled yet. */
  async flush(): Promise<void> {
    await Promise.all([...this.#fields.values()].map((field) => field.flush()));
  }

  ofCard(card: string): readonly Draft[] {
    return [...this.drafts.values()].filter((draft) => draft.card === card);
  }

  /** Whether text that was typed in this field lies on disk. */
  isOnDisk(key: string): boolean {
    return this.#onDisk.has(key);
  }

  /** Whether text that was typed on this card lies on disk. */
  isCardMarked(card: string): boolean {
    return this.ofCard(card).some((draft) => this.#onDisk.has(draft.key));
  }

  /** All that the folder holds, as it was just read. */
  replace(drafts: readonly Draft[]): void {
    this.drafts.clear();
    this.#onDisk.clear();
    for (const draft of drafts) this.#put(draft);
  }

  absorb(put: readonly Draft[], dropped: readonly string[]): void {
    for (const draft of put) {
      // An echo of our own may be older than what was typed since.
      const held = this.drafts.get(draft.key);
      if (held === undefined || held.savedMs <= draft.savedMs) this.#put(draft);
    }
    for (const key of dropped) {
      this.drafts.delete(key);
      this.#onDisk.delete(key);
    }
  }

  /** One that came from the disk. */
  #put(draft: Draft): void {
    this.drafts.set(draft.key, draft);
    this.#onDisk.add(draft.key);
  }
}
