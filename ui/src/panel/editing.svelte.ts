// One text that is edited in place: shown, then a field, then shown again. What is typed lies in the
// journal the whole time; Escape and a click elsewhere close the field and keep it there.

import type { Draft } from '../generated/Draft';
import type { DraftField } from '../state/drafts.svelte';
import { afterPress } from './pressing';

export class Editing {
  readonly draft: DraftField;
  /** The field is open. */
  active = $state(false);
  readonly #standing: () => string;
  /** Names what stands there; null where versions are not told apart. */
  readonly #version: () => string | null;
  readonly #save: (text: string) => Promise<boolean>;
  /** What stood there when the field was opened. */
  #began = $state('');
  #isSaving = false;

  /** Text from before that is not what stands there anyway. */
  readonly offered: Draft | null = $derived.by(() => {
    const offer = this.draft.offered;
    return offer !== null && offer.text !== this.#standing() ? offer : null;
  });

  /** Somebody else changed what stands there since the typing began. */
  readonly isOvertaken: boolean = $derived.by(() => {
    if (!this.active || this.draft.text === this.#standing()) return false;
    const version = this.#version();
    if (version === null || this.draft.version === null) return this.#standing() !== this.#began;
    return this.draft.version !== version;
  });

  /** The text that is offered was typed over another than what stands there. */
  readonly isOfferOvertaken: boolean = $derived.by(() => {
    const base = this.offered?.base ?? null;
    return base !== null && base !== this.#version();
  });

  constructor(
    draft: DraftField,
    standing: () => string,
    save: (text: string) => Promise<boolean>,
    version: () => string | null = () => null,
  ) {
    this.draft = draft;
    this.#standing = standing;
    this.#save = save;
    this.#version = version;
  }

  open(): void {
    if (this.active) return;
    this.#began = this.#standing();
    this.draft.begin(this.#began, this.#version());
    this.active = true;
  }

  /** Opens the field with the text that was offered. */
  keep(): void {
    this.open();
    this.draft.keep();
  }

  /** Saves and closes. Where it could not be saved the field stays, with all that is in it. */
  async commit(): Promise<boolean> {
    if (this.#isSaving) return false;
    const text = this.draft.text;
    this.#isSaving = true;
    const isSaved = text === this.#standing() || (await this.#save(text));
    this.#isSaving = false;
    // What was typed while it was being saved is not saved.
    if (!isSaved || this.draft.text !== text) return false;
    this.draft.clear();
    this.active = false;
    return true;
  }

  /** Closes the field; what was typed is kept and offered. */
  rest(): void {
    if (!this.active || this.#isSaving) return;
    this.active = false;
    void this.draft.rest();
  }

  /** Focus went elsewhere, which is where the person is now. */
  leave(): void {
    afterPress(() => this.rest());
  }
}
