// Boards of the sidebar as places where cards can be let go, told by their rows themselves.

import type { BoardId } from '../generated/BoardId';
import type { BoardRecord } from '../generated/BoardRecord';
import { workspace } from '../state/workspace.svelte';
import type { Point } from './press';

const rows = new Map<BoardId, HTMLElement>();

/** Attached to the row of a board. */
export function boardRow(board: BoardId): (row: HTMLElement) => () => void {
  return (row) => {
    rows.set(board, row);
    return () => {
      if (rows.get(board) === row) rows.delete(board);
    };
  };
}

let shelf: HTMLElement | undefined;

/** Attached to what scrolls the rows. */
export function boardShelf(element: HTMLElement): () => void {
  shelf = element;
  return () => {
    if (shelf === element) shelf = undefined;
  };
}

/** What scrolls the rows, where the point is within it. */
export function shelfUnder(at: Point): HTMLElement | undefined {
  const box = shelf?.getBoundingClientRect();
  if (!box || at.x < box.left || at.x > box.right || at.y < box.top || at.y > box.bottom) return undefined;
  return shelf;
}

/** The board whose row shows at this point; the open one is none that cards go to. */
export function boardUnder(at: Point): BoardRecord | undefined {
  const top = document.elementFromPoint(at.x, at.y);
  const boards = workspace.liveBoards.filter((board) => board.id !== workspace.board?.id);
  return top === null ? undefined : boards.find((board) => rows.get(board.id)?.contains(top));
}
