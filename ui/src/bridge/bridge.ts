// The one file that knows how Rust is reached. Requests go down and are answered; events come up.
// Two carriers: Tauri's invoke and event in the window, a loopback WebSocket in a browser.

import { isTauri } from '@tauri-apps/api/core';
import type { Event } from '../generated/Event';
import type { Reply } from '../generated/Reply';
import type { Request } from '../generated/Request';
import type { ShellReply } from '../generated/ShellReply';
import type { ShellRequest } from '../generated/ShellRequest';
import { type Carrier, Disconnected } from './carrier';
import { SocketCarrier } from './socket';
import { TauriCarrier } from './tauri';

export { Disconnected, Refusal } from './carrier';

/** Which reply each request is answered with. */
interface ReplyIs {
  open: 'overview';
  board: 'board';
  card: 'card';
  history: 'history';
  versions: 'versions';
  versionText: 'text';
  edit: 'edited';
  edits: 'edited';
  carry: 'edited';
  createBoard: 'edited';
  createExample: 'edited';
  undo: 'undone';
  redo: 'undone';
  search: 'found';
  archive: 'shelf';
  trash: 'shelf';
  emptyTrash: 'done';
  saveDraft: 'done';
  dropDraft: 'done';
  previewImport: 'preview';
  import: 'imported';
  letGo: 'done';
  export: 'text';
  backups: 'backups';
  makeBackup: 'backups';
  restore: 'overview';
  check: 'checked';
  status: 'status';
  sharing: 'sharing';
  look: 'here';
  signIn: 'sharing';
  signOut: 'sharing';
  connectNow: 'done';
  offeredBoards: 'offered';
  fetchBoard: 'fetched';
  shareBoard: 'sharing';
  detach: 'detached';
  unshare: 'detached';
  moveToServer: 'detached';
  members: 'members';
  setRole: 'members';
  removeMember: 'members';
  invitations: 'invitations';
  invite: 'invitations';
  revoke: 'invitations';
  addMember: 'members';
  lookAtInvitation: 'invited';
  join: 'fetched';
  waiting: 'waiting';
  tray: 'tray';
  copyRefused: 'edited';
  discardRefused: 'tray';
}

interface ShellReplyIs {
  chooseFile: 'file';
  saveExport: 'saved';
  openLink: 'done';
  takeLink: 'link';
  showFolder: 'done';
  preferences: 'preferences';
  setPreferences: 'done';
  retry: 'done';
  quit: 'done';
}

export type ReplyTo<R extends Request> = Extract<Reply, { is: ReplyIs[R['ask']] }>;
export type ShellReplyTo<R extends ShellRequest> = Extract<ShellReply, { is: ShellReplyIs[R['ask']] }>;

class Bridge {
  readonly #carrier: Carrier;
  readonly #listeners = new Set<(event: Event) => void>();
  readonly #connections = new Set<(connected: boolean) => void>();
  /** In the window, where the shell has dialogs and drops of its own. */
  readonly native: boolean;

  constructor() {
    this.native = isTauri();
    this.#carrier = this.native ? new TauriCarrier() : new SocketCarrier();
    this.#carrier.onEvent((event) => {
      for (const listener of this.#listeners) listener(event);
    });
    this.#carrier.onConnection((connected) => {
      for (const listener of this.#connections) listener(connected);
    });
  }

  async call<const R extends Request>(request: R): Promise<ReplyTo<R>> {
    // The protocol answers each request with the one reply that `ReplyIs` names.
    return (await this.#carrier.replica(request)) as ReplyTo<R>;
  }

  async shell<const R extends ShellRequest>(request: R): Promise<ShellReplyTo<R>> {
    return (await this.#carrier.shell(request)) as ShellReplyTo<R>;
  }

  /** Hands a dropped file over, as if it had been chosen. */
  async upload(file: File): Promise<Extract<ShellReply, { is: 'file' }>> {
    if (!this.#carrier.upload) throw new Disconnected();
    return (await this.#carrier.upload(file)) as Extract<ShellReply, { is: 'file' }>;
  }

  /** Calls `listener` for whatever comes up, until the returned function is called. */
  onEvent(listener: (event: Event) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Tells when the program behind the page went, and when it is back. */
  onConnection(listener: (connected: boolean) => void): () => void {
    this.#connections.add(listener);
    return () => this.#connections.delete(listener);
  }
}

export const bridge = new Bridge();
