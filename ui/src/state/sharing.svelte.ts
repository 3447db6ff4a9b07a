// How the boards of this folder stand with their servers. It is told, never asked for again and again.

import { bridge } from '../bridge/bridge';
import type { BoardStatus } from '../generated/BoardStatus';
import type { MemberRole } from '../generated/MemberRole';
import type { ServerStatus } from '../generated/ServerStatus';
import type { Sharing } from '../generated/Sharing';
import { badgeOf } from '../words/sharing';
import { announce } from './announce.svelte';
import { toastText } from './toasts';

class SharingState {
  now: Sharing = $state.raw({ servers: [], boards: [], kept: [] });

  readonly #index: ReadonlyMap<string, BoardStatus> = $derived(
    new Map(this.now.boards.map((board) => [board.id, board])),
  );

  /** Absent for a board of this computer alone. */
  board(id: string): BoardStatus | undefined {
    return this.#index.get(id);
  }

  server(url: string): ServerStatus | undefined {
    return this.now.servers.find((server) => server.url === url);
  }

  /** Those at which somebody is signed in. */
  get signedIn(): readonly ServerStatus[] {
    return this.now.servers.filter((server) => server.link.is !== 'signedOut');
  }

  /** What the person may do on a board; everything on one of their own. */
  role(id: string): MemberRole {
    const board = this.board(id);
    if (board === undefined) return 'owner';
    return board.gone ? 'viewer' : board.role;
  }

  /** Whether cards and columns can be changed. Rust judges each edit; this says what is worth offering. */
  mayEdit(id: string): boolean {
    return ['editor', 'admin', 'owner'].includes(this.role(id));
  }

  mayComment(id: string): boolean {
    return this.role(id) !== 'viewer';
  }

  /** Whether people can be invited and given roles. */
  mayManage(id: string): boolean {
    return ['admin', 'owner'].includes(this.role(id));
  }

  absorb(sharing: Sharing): void {
    this.now = sharing;
  }

  async load(): Promise<void> {
    this.absorb((await bridge.call({ ask: 'sharing' })).sharing);
  }
}

export const sharing = new SharingState();

/** Where a board cannot be changed by the person, says why, and whether it said so. */
export function saidWhyNot(board: string | undefined): boolean {
  const status = board === undefined ? undefined : sharing.board(board);
  const badge = status && badgeOf(status);
  if (!badge) return false;
  toastText(badge.why);
  announce(badge.why);
  return true;
}
