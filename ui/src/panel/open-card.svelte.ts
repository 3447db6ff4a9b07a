// The card whose panel is open: its row on the board while it is live, and what is read of it besides.

import { bridge, Refusal } from '../bridge/bridge';
import type { CardDetail } from '../generated/CardDetail';
import type { CardRecord } from '../generated/CardRecord';
import type { Edit } from '../generated/Edit';
import type { Edited } from '../generated/Edited';
import type { HistoryEvent } from '../generated/HistoryEvent';
import type { BoardState } from '../state/board.svelte';
import type { DraftField } from '../state/drafts.svelte';
import { sharing } from '../state/sharing.svelte';
import { workspace } from '../state/workspace.svelte';

export class OpenCard {
  readonly id: string;
  readonly board: BoardState;
  detail: CardDetail | null = $state.raw(null);
  /** Newest first. */
  history: readonly HistoryEvent[] = $state.raw([]);
  /** There is no such card any more. */
  gone = $state(false);
  #read: CardRecord | null = $state.raw(null);
  #loads = 0;

  constructor(board: BoardState, id: string) {
    this.board = board;
    this.id = id;
  }

  /** The row of the board is newer than what was read, while there is one. */
  get card(): CardRecord | null {
    return this.board.card(this.id) ?? this.#read;
  }

  /** The person's role on the board lets them change the card. */
  get mayEdit(): boolean {
    return sharing.mayEdit(this.board.id);
  }

  get mayComment(): boolean {
    return sharing.mayComment(this.board.id);
  }

  /** Grows when what is shown must be read again. */
  get version(): number {
    return this.board.detailVersion(this.id) * 2 + (this.board.card(this.id) === undefined ? 1 : 0);
  }

  /** Reads the card and its history. A reply that a later one has overtaken is dropped. */
  async load(): Promise<void> {
    const load = ++this.#loads;
    const asked = { board: this.board.id, card: this.id };
    try {
      const [card, history] = await Promise.all([
        bridge.call({ ask: 'card', ...asked }),
        bridge.call({ ask: 'history', ...asked }),
      ]);
      if (load !== this.#loads) return;
      this.#read = card.card;
      this.detail = card.detail;
      this.history = history.events;
    } catch (error) {
      // Where the program does not answer, the window says so, and asks again when it does.
      if (load === this.#loads && error instanceof Refusal) this.gone = true;
    }
  }

  /** Null where it was not carried out, which the person was told already. */
  edit(edit: Edit): Promise<Edited | null> {
    return workspace.edit(this.board.id, edit);
  }

  /** Back from the archive or the trash. */
  async restore(): Promise<void> {
    const cards = [this.id];
    await this.edit(
      this.card?.standing === 'deleted' ? { verb: 'undeleteCards', cards } : { verb: 'restoreCards', cards },
    );
    await this.load();
  }

  /** A field of this panel; its draft is offered here. */
  draft(key: string): DraftField {
    return workspace.draftFor(key, { board: this.board.id, card: this.id });
  }
}
