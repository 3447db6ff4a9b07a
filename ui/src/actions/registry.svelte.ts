// Everything that a person can do by key, palette, menu or `?`, in one list.
//
// How a part of the UI takes one of these on: while it is mounted it says how the action is run,
//
//   $effect(() => actions.provide('card.rename', ({ card }) => startRenaming(card)));
//
// and the returned function, which the effect calls when it ends, takes that back. An action that
// nobody provides is neither offered nor run. `when` may be given too, to narrow it further. Keys,
// palette, help and menus all follow from the list in `list.ts`; a component never listens for these
// keys itself. A card's element carries `data-card-id`, so that Enter and Space on it are ours and not
// the browser's. Run one from a button or menu with `actions.run('card.rename')`, show its key with
// `<Kbd keys={actions.keys('card.rename')[0]} />`.

import { SvelteMap } from 'svelte/reactivity';
import type { CardId } from '../generated/CardId';
import type { CardRecord } from '../generated/CardRecord';
import type { ColumnRecord } from '../generated/ColumnRecord';
import type { BoardState } from '../state/board.svelte';
import { focus } from '../state/focus.svelte';
import { saidWhyNot } from '../state/sharing.svelte';
import { workspace } from '../state/workspace.svelte';
import { type Action, type ActionId, actionOf, ACTIONS, changesBoard } from './list';

/** What an action is about, at the moment when it is run. */
export interface ActionContext {
  /** The board on screen; absent in the archive, the trash, and where there is none. */
  readonly board: BoardState | null;
  /** The column that has the focus, or whose card has it. */
  readonly column: ColumnRecord | null;
  /** The focused card, else the one whose panel is open. */
  readonly card: CardRecord | null;
  /** The selected cards in board order, else the one card. */
  readonly cards: readonly CardId[];
}

export type Run = (context: ActionContext) => unknown;

interface Provided {
  readonly run: Run;
  readonly when: (context: ActionContext) => boolean;
}

class Actions {
  readonly #provided = new SvelteMap<ActionId, Provided>();

  /** Says how an action is run, until the returned function is called. */
  provide(id: ActionId, run: Run, when: (context: ActionContext) => boolean = () => true): () => void {
    const provided: Provided = { run, when };
    this.#provided.set(id, provided);
    return () => {
      if (this.#provided.get(id) === provided) this.#provided.delete(id);
    };
  }

  get context(): ActionContext {
    const board = workspace.view === 'board' ? workspace.board : null;
    const id = focus.card ?? focus.panel;
    const card = id === null ? null : (board?.card(id) ?? null);
    const column = board?.columns.find((one) => one.id === focus.column) ?? null;
    return { board, column, card, cards: board ? focus.targets : [] };
  }

  /** Whether it can be run as things stand. */
  isAvailable(id: ActionId): boolean {
    const provided = this.#provided.get(id);
    const context = this.context;
    return provided !== undefined && this.action(id).when(context) && provided.when(context);
  }

  /** Runs it where it is available, and says whether it was. */
  run(id: ActionId): boolean {
    if (!this.isAvailable(id)) return false;
    if (changesBoard(id) && saidWhyNot(this.context.board?.id)) return true;
    this.#provided.get(id)?.run(this.context);
    return true;
  }

  action(id: ActionId): Action {
    return actionOf(id);
  }

  keys(id: ActionId): readonly string[] {
    return actionOf(id).keys;
  }

  /** In the order of the list. */
  get all(): readonly Action[] {
    return ACTIONS;
  }

  get available(): readonly Action[] {
    return this.all.filter((action) => this.isAvailable(action.id));
  }
}

export const actions = new Actions();
