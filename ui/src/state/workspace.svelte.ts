// All that the window holds: the overview, the open board, drafts, undo, preferences, and the truth
// about saving. It asks Rust for everything and absorbs what comes back.

import { bridge, Disconnected, Refusal } from '../bridge/bridge';
import type { BoardRecord } from '../generated/BoardRecord';
import type { Carrying } from '../generated/Carrying';
import type { Colour } from '../generated/Colour';
import type { Draft } from '../generated/Draft';
import type { Edit } from '../generated/Edit';
import type { Edited } from '../generated/Edited';
import type { Event } from '../generated/Event';
import type { Failure } from '../generated/Failure';
import type { Overview } from '../generated/Overview';
import type { Patch } from '../generated/Patch';
import type { Preferences } from '../generated/Preferences';
import type { Undone } from '../generated/Undone';
import type { UndoState } from '../generated/UndoState';
import { destroyedWords, undoneWords } from '../words/edits';
import { announce } from './announce.svelte';
import { BoardState } from './board.svelte';
import type { DraftField, DraftPlace } from './drafts.svelte';
import { Drawer } from './drawer.svelte';
import { idsOf, type Onlooker, Onlookers } from './onlookers';
import { byKey } from './order';
import { presence } from './presence.svelte';
import { Saving } from './saving.svelte';
import { sharing } from './sharing.svelte';
import { forgetUndoToast, toastText, toastUndo } from './toasts';

export type Phase = 'starting' | 'ready' | 'failed';

/** What the middle of the window shows. */
export type View = 'board' | 'archive' | 'trash';

const NO_PREFERENCES: Preferences = {
  theme: 'system',
  lastBoard: null,
  letterKeysOff: false,
  looksHidden: false,
  keptSeen: [],
  zoom: null,
};

export class Workspace {
  phase: Phase = $state('starting');
  /** Why there is no workspace, in phase `failed`. */
  failure: Failure | null = $state.raw(null);
  /** The program behind the page answers. */
  connected = $state(true);
  view: View = $state('board');
  boards: readonly BoardRecord[] = $state.raw([]);
  /** The open board; absent while none is open. */
  board: BoardState | null = $state.raw(null);
  /** A board that was fetched from a server and is not here yet: it is opened when it is. */
  coming: string | null = $state(null);
  undoState: UndoState = $state.raw({ undo: null, redo: null });
  preferences: Preferences = $state.raw(NO_PREFERENCES);
  folder = $state('');
  version = $state('');
  /** Grows with whatever came true, for lists that are asked for apart. */
  pulse = $state(0);

  readonly #saving = new Saving();
  readonly #drawer = new Drawer(this.#saving);
  #opening: { readonly id: string; readonly patches: Patch[] } | null = null;
  readonly #onlookers = new Onlookers();

  readonly liveBoards: readonly BoardRecord[] = $derived(
    this.boards.filter((board) => board.standing === 'live'),
  );
  readonly archivedBoards: readonly BoardRecord[] = $derived(
    this.boards.filter((board) => board.standing === 'archived'),
  );

  constructor() {
    bridge.onEvent((event) => this.#take(event));
    bridge.onConnection((connected) => {
      this.connected = connected;
      if (connected) void (this.phase === 'ready' ? this.refresh() : this.start());
    });
  }

  /** Reads everything that the window needs before a person can work. */
  async start(): Promise<void> {
    this.phase = 'starting';
    try {
      const shell = await bridge.shell({ ask: 'preferences' });
      this.preferences = shell.preferences;
      const reply = await bridge.call({ ask: 'open' });
      await sharing.load();
      await presence.load();
      await this.#begin(reply.overview);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Starts again on the same folder, after what was wrong is mended. */
  async retry(): Promise<void> {
    try {
      await bridge.shell({ ask: 'retry' });
    } catch (error) {
      this.#fail(error);
      return;
    }
    await this.start();
  }

  /** Reads all that is on screen again. */
  async refresh(): Promise<void> {
    await this.#saving.quietly(async () => {
      const reply = await bridge.call({ ask: 'open' });
      this.#takeOverview(reply.overview);
      await sharing.load();
      await presence.load();
      const open = this.liveBoards.find((board) => board.id === this.board?.id);
      if (open) await this.#read(open.id);
      else if (this.board) this.#leaveBoard();
      await this.flushDrafts();
    });
  }

  /** A backup stands in the place of the database: all that was held is of the one before. */
  async restored(overview: Overview): Promise<void> {
    this.#setBoard(null);
    await this.#begin(overview);
  }

  async #begin(overview: Overview): Promise<void> {
    this.#takeOverview(overview);
    this.failure = null;
    const last = this.liveBoards.find((board) => board.id === this.preferences.lastBoard);
    const first = last ?? this.liveBoards[0];
    if (first) await this.openBoard(first.id);
    this.phase = 'ready';
  }

  #takeOverview(overview: Overview): void {
    this.boards = overview.boards.toSorted(byKey);
    this.undoState = overview.undo;
    this.folder = overview.folder;
    this.version = overview.version;
    this.#drawer.replace(overview.drafts);
    void this.#openComing();
  }

  /** Shows a board. */
  async openBoard(id: string): Promise<void> {
    this.coming = null;
    await this.flushDrafts();
    await this.#saving.quietly(async () => {
      if (this.board?.id !== id) await this.#read(id);
      this.view = 'board';
      // Not waited for: a dialog over the board must not take the first keys meant for it.
      void this.setPreferences({ lastBoard: id });
    });
  }

  /** Shows a board of a server, at once or as soon as it is here. */
  async openFetched(id: string): Promise<void> {
    this.coming = id;
    this.view = 'board';
    await this.#openComing();
  }

  async #openComing(): Promise<void> {
    const id = this.coming;
    if (id === null || !this.liveBoards.some((board) => board.id === id)) return;
    await this.openBoard(id);
  }

  /** Shows the archive or the trash in the place of the board. */
  async show(view: View): Promise<void> {
    await this.flushDrafts();
    this.view = view;
  }

  /**
   * Carries an edit out. It is on disk when this resolves with what it did; null where it was not
   * carried out, which the person was told already. It never rejects.
   */
  async edit(board: string, edit: Edit): Promise<Edited | null> {
    const title = this.#titleOf(board);
    const reply = await this.#saving.edit(() => bridge.call({ ask: 'edit', board, edit }));
    return reply && this.#took(reply.edited, destroyedWords([edit], title));
  }

  /** A board that goes to the trash has no title here any more afterwards. */
  #titleOf(board: string): string {
    return this.boards.find((one) => one.id === board)?.title ?? '';
  }

  #took(edited: Edited, destroyed: string | null): Edited {
    this.#absorb(edited.patch);
    forgetUndoToast();
    if (destroyed !== null && !edited.unchanged) toastUndo(destroyed);
    this.#onlookers.done();
    return edited;
  }

  /** Several edits as one: all of them or none, and one step of undo. It never rejects either. */
  async edits(board: string, edits: readonly Edit[]): Promise<Edited | null> {
    const title = this.#titleOf(board);
    const reply = await this.#saving.edit(() => bridge.call({ ask: 'edits', board, edits: [...edits] }));
    return reply && this.#took(reply.edited, destroyedWords(edits, title));
  }

  /** Cards to another board, which a toast says in these words. It never rejects either. */
  async carry(carrying: Carrying, done: string): Promise<Edited | null> {
    await this.flushDrafts();
    const reply = await this.#saving.edit(() => bridge.call({ ask: 'carry', carrying }));
    return reply && this.#took(reply.edited, done);
  }

  /** Makes a board and opens it. */
  async createBoard(
    title: string,
    columns: readonly string[],
    colour: Colour | null = null,
  ): Promise<boolean> {
    const reply = await this.#saving.edit(() =>
      bridge.call({ ask: 'createBoard', title, colour, columns: [...columns] }),
    );
    if (!reply) return false;
    await this.openCreated(reply.edited);
    return true;
  }

  async createExample(): Promise<boolean> {
    const reply = await this.#saving.edit(() => bridge.call({ ask: 'createExample' }));
    if (!reply) return false;
    await this.openCreated(reply.edited);
    return true;
  }

  async undo(): Promise<void> {
    await this.flushDrafts();
    const before = idsOf(this.board);
    const reply = await this.#saving.edit(() => bridge.call({ ask: 'undo' }));
    if (reply) await this.#takeUndone(reply.undone, 'undo', before);
  }

  async redo(): Promise<void> {
    await this.flushDrafts();
    const before = idsOf(this.board);
    const reply = await this.#saving.edit(() => bridge.call({ ask: 'redo' }));
    if (reply) await this.#takeUndone(reply.undone, 'redo', before);
  }

  /** Changes some preferences; they may be lost at any time. */
  async setPreferences(change: Partial<Preferences>): Promise<void> {
    this.preferences = { ...this.preferences, ...change };
    await this.#saving.quietly(() => bridge.shell({ ask: 'setPreferences', preferences: this.preferences }));
  }

  /** Edits are on their way to the disk. */
  get saving(): boolean {
    return this.#saving.busy;
  }

  /** The last change that could not be saved, until one could again. */
  get trouble(): Failure | null {
    return this.#saving.trouble;
  }

  get drafts(): ReadonlyMap<string, Draft> {
    return this.#drawer.drafts;
  }

  /** The draft of one field; the same object however often a component is drawn anew. */
  draftFor(key: string, place: DraftPlace): DraftField {
    return this.#drawer.field(key, place);
  }

  /** Journals a draft; says whether it lies on disk. The foot tells where it does not. */
  saveDraft(draft: Draft): Promise<boolean> {
    return this.#drawer.save(draft);
  }

  dropDraft(key: string): Promise<void> {
    return this.#drawer.drop(key);
  }

  /** Journals everything that was typed and is not journalled yet. */
  flushDrafts(): Promise<void> {
    return this.#drawer.flush();
  }

  /** Drafts that a card's panel offers. */
  draftsOfCard(card: string): readonly Draft[] {
    return this.#drawer.ofCard(card);
  }

  /** Text was typed in this field, is no edit yet, and lies on disk: the mark says so. */
  isDraftOnDisk(key: string): boolean {
    return this.#drawer.isOnDisk(key);
  }

  /** The same for all fields of a card. */
  isCardMarked(card: string): boolean {
    return this.#drawer.isCardMarked(card);
  }

  /** Calls the onlooker around every change of the open board. */
  watch(onlooker: Onlooker): void {
    this.#onlookers.add(onlooker);
  }

  /** Absorbs what a request brought, besides what comes up by itself. */
  absorb(patches: readonly Patch[]): void {
    for (const patch of patches) this.#absorb(patch);
  }

  /** Shows a board that was just made or imported, and the focus enters it. */
  async openCreated(made: { readonly board: string; readonly patch: Patch }): Promise<void> {
    this.#absorb(made.patch);
    await this.openBoard(made.board);
    this.#onlookers.done();
  }

  async #takeUndone(undone: Undone, way: 'undo' | 'redo', before: ReadonlySet<string>): Promise<void> {
    forgetUndoToast();
    this.absorb(undone.patches);
    const words = undoneWords(undone, way);
    toastText(words);
    announce(words);
    const board = this.liveBoards.find((one) => one.id === undone.board);
    const isHere = undone.patches.some((one) => one.of === 'board' && one.patch.board.id === this.board?.id);
    if (board && !isHere) await this.openBoard(board.id);
    else this.#onlookers.cameBack(undone.patches, before);
    this.#onlookers.done();
  }

  #take(event: Event): void {
    if (event.what === 'patch') this.#absorb(event.patch);
  }

  #absorb(patch: Patch): void {
    if (patch.of === 'here') {
      presence.absorb(patch.here);
      return;
    }
    this.pulse += 1;
    switch (patch.of) {
      case 'board':
        this.#absorbBoard(patch);
        break;
      case 'drafts':
        this.#drawer.absorb(patch.put, patch.dropped);
        break;
      case 'sharing':
        sharing.absorb(patch.sharing);
        break;
      case 'reload':
        void this.refresh();
        break;
    }
  }

  #absorbBoard(patch: Extract<Patch, { of: 'board' }>): void {
    const record = patch.patch.board;
    this.undoState = patch.undo;
    if (this.#opening?.id === record.id) this.#opening.patches.push(patch);
    const board = this.board;
    const isOpen = board?.id === record.id;
    const isGone = record.standing === 'deleted';
    if (!isOpen || isGone || board.seq < patch.patch.to) this.#putBoard(record);
    if (record.id === this.coming) void this.#openComing();
    if (!isOpen) return;
    this.#onlookers.before();
    if (board.absorb(patch.patch) === 'reload') void this.#saving.quietly(() => this.#read(record.id));
    this.#onlookers.after();
    if (record.standing !== 'live') this.#leaveBoard();
  }

  /** The open board went to the archive or the trash: on to another one. */
  #leaveBoard(): void {
    const next = this.liveBoards[0];
    if (next && this.view === 'board') void this.openBoard(next.id);
    else this.#setBoard(null);
  }

  #setBoard(board: BoardState | null): void {
    this.board = board;
    this.#onlookers.opened();
  }

  #putBoard(record: BoardRecord): void {
    const others = this.boards.filter((board) => board.id !== record.id);
    this.boards = record.standing === 'deleted' ? others : [...others, record].toSorted(byKey);
  }

  async #read(id: string): Promise<void> {
    const opening = { id, patches: [] };
    this.#opening = opening;
    const reply = await bridge.call({ ask: 'board', board: id });
    // Another board was asked for meanwhile.
    if (this.#opening !== opening) return;
    this.#opening = null;
    if (this.board?.id === id) {
      this.#onlookers.before();
      this.board.replace(reply.content);
      this.#onlookers.after();
    } else {
      this.#setBoard(new BoardState(reply.content));
    }
    this.absorb(opening.patches);
  }

  #fail(error: unknown): void {
    if (error instanceof Disconnected) {
      this.connected = false;
      return;
    }
    this.failure =
      error instanceof Refusal
        ? error.failure
        : { code: 'storage', message: String(error), backups: [], folder: null };
    this.phase = 'failed';
  }
}

export const workspace = new Workspace();
