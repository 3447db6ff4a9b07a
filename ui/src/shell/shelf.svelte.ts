// What rests in the archive or the trash, and what can be done with it.

import { tick } from 'svelte';
import { bridge } from '../bridge/bridge';
import type { Edit } from '../generated/Edit';
import type { ShelfItem } from '../generated/ShelfItem';
import { announce } from '../state/announce.svelte';
import { folded } from '../state/filter';
import { focus } from '../state/focus.svelte';
import { forgetUndoToast, toastText } from '../state/toasts';
import { workspace } from '../state/workspace.svelte';
import { counted } from '../words/counts';
import { dialogs } from './dialogs.svelte';

export type ShelfName = 'archive' | 'trash';

/** The buttons of a row after which it is gone. */
type ShelfAct = 'restore' | 'remove';

class Shelf {
  items: readonly ShelfItem[] = $state.raw([]);
  /** What the list is searched for. */
  words = $state('');
  loaded = $state(false);
  #name: ShelfName | null = null;

  readonly shown: readonly ShelfItem[] = $derived.by(() => {
    const words = folded(this.words).split(/\s+/).filter(Boolean);
    return this.items.filter((item) => {
      const text = folded(`${item.title} ${item.boardTitle} ${item.columnTitle ?? ''}`);
      return words.every((word) => text.includes(word));
    });
  });

  /** Another list shows: what the one before was searched for says nothing about this one. */
  enter(name: ShelfName): void {
    if (this.#name === name) return;
    this.#name = name;
    this.words = '';
    this.items = [];
    this.loaded = false;
  }

  async load(name: ShelfName): Promise<void> {
    const reply = await bridge.call({ ask: name, board: null });
    if (workspace.view !== name) return;
    this.items = reply.items;
    this.loaded = true;
  }

  async restore(name: ShelfName, item: ShelfItem): Promise<void> {
    const { title } = item;
    const edit = name === 'archive' ? fromArchive(item) : fromTrash(item);
    if (!(await this.#takeOut(name, item, edit, 'restore'))) return;
    const words = `Restored “${title}”`;
    toastText(words);
    announce(words);
  }

  async remove(item: ShelfItem): Promise<void> {
    await this.#takeOut('archive', item, toTrash(item), 'remove');
  }

  /** The focus goes on to the same button of the row that stands in the place of this one. */
  async #takeOut(name: ShelfName, item: ShelfItem, edit: Edit, act: ShelfAct): Promise<boolean> {
    const { id, board } = item;
    const index = this.shown.findIndex((one) => one.id === id);
    const edited = await workspace.edit(board, edit);
    if (!edited) return false;
    await this.load(name);
    await tick();
    const heir = this.shown[Math.min(index, this.shown.length - 1)];
    if (heir && workspace.view === name) focusRow(heir.id, act);
    return true;
  }

  async emptyTrash(): Promise<void> {
    const yes = await dialogs.ask({
      title: 'Empty the trash?',
      text: `${counted(this.items.length, 'thing')} in the trash of all boards will be forgotten. This is the one act that undo cannot take back.`,
      yes: 'Empty the trash',
      danger: true,
    });
    if (!yes) return;
    await bridge.call({ ask: 'emptyTrash' });
    // Its button would take back what was done before that, not this.
    forgetUndoToast();
    await this.load('trash');
    toastText('The trash is empty.');
    announce('The trash is empty.');
    focus.done();
  }
}

export const shelf = new Shelf();

function focusRow(id: string, act: ShelfAct): void {
  const row = document.querySelector(`[data-shelf-row="${CSS.escape(id)}"]`);
  row?.querySelector<HTMLElement>(`[data-shelf-act="${act}"]`)?.focus();
}

function fromArchive(item: ShelfItem): Edit {
  switch (item.kind) {
    case 'board':
      return { verb: 'restoreBoard' };
    case 'column':
      return { verb: 'restoreColumn', column: item.id };
    case 'card':
      return { verb: 'restoreCards', cards: [item.id] };
  }
}

function fromTrash(item: ShelfItem): Edit {
  switch (item.kind) {
    case 'board':
      return { verb: 'undeleteBoard' };
    case 'column':
      return { verb: 'undeleteColumn', column: item.id };
    case 'card':
      return { verb: 'undeleteCards', cards: [item.id] };
  }
}

function toTrash(item: ShelfItem): Edit {
  switch (item.kind) {
    case 'board':
      return { verb: 'deleteBoard' };
    case 'column':
      return { verb: 'deleteColumn', column: item.id, cards: { to: 'trash' } };
    case 'card':
      return { verb: 'deleteCards', cards: [item.id] };
  }
}
