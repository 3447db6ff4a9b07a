// The text of a column's composer. What was handed over stays in the journal until its cards are on
// disk, while the field is free for the next one already.

import type { ColumnId } from '../generated/ColumnId';
import type { Edited } from '../generated/Edited';
import type { Place } from '../generated/Place';
import type { BoardState } from '../state/board.svelte';
import type { DraftField } from '../state/drafts.svelte';
import { workspace } from '../state/workspace.svelte';

/** The lines that would each become a card. */
export function linesOf(text: string): readonly string[] {
  return text
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

export class Composer {
  readonly draft: DraftField;
  readonly #board: BoardState;
  readonly #column: ColumnId;
  /** How much of the draft's beginning is on its way to becoming cards. */
  #sent = $state(0);
  #adding: Promise<Edited | null> = Promise.resolve(null);

  constructor(board: BoardState, column: ColumnId) {
    this.#board = board;
    this.#column = column;
    this.draft = workspace.draftFor(`column/${column}/composer`, { board: board.id, column });
  }

  /** What stands in the field. */
  get text(): string {
    return this.draft.text.slice(this.#sent);
  }

  set text(text: string) {
    this.draft.text = this.draft.text.slice(0, this.#sent) + text;
  }

  get lines(): readonly string[] {
    return linesOf(this.text);
  }

  /** The field opens: what was typed before stands in it again. */
  open(): void {
    this.draft.begin('');
    this.draft.keep();
  }

  /** Hands over what is typed; resolves with what it made, once that is on disk. */
  add(titles: readonly string[], place: Place): Promise<Edited | null> {
    const length = this.text.length;
    if (titles.length === 0) return Promise.resolve(null);
    this.#sent += length;
    this.#adding = this.#adding.then(async () => {
      const edited = await workspace.edit(this.#board.id, {
        verb: 'addCards',
        column: this.#column,
        place,
        titles: [...titles],
      });
      this.#settle(edited !== null, length);
      return edited;
    });
    return this.#adding;
  }

  /** The field closes; what is typed and not handed over is kept. */
  rest(): void {
    void this.#adding.then(() => this.draft.rest());
  }

  #settle(isSaved: boolean, length: number): void {
    if (!isSaved) {
      // It was refused: all of it stands in the field again.
      this.#sent = 0;
      return;
    }
    const rest = this.draft.text.slice(length);
    this.#sent = Math.max(0, this.#sent - length);
    if (rest === '') this.draft.clear();
    else this.draft.text = rest;
  }
}
