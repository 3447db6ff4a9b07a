// Carrying a board to another place of the sidebar by pointer. It is an edit only when it is let go
// somewhere else; Escape and a lost pointer put it back.

const SLOP_PX = 5;

export class BoardCarry {
  /** The board that is carried. */
  board: string | null = $state(null);
  /** Before which of the others it would be put. */
  index = $state(0);
  readonly #drop: (board: string, index: number) => void;

  constructor(drop: (board: string, index: number) => void) {
    this.#drop = drop;
  }

  readonly press = (down: PointerEvent): void => {
    const list = down.currentTarget;
    const row = down.target instanceof Element ? down.target.closest<HTMLElement>('[data-board-id]') : null;
    if (down.button !== 0 || down.pointerType === 'touch' || !row || !(list instanceof HTMLElement)) return;
    const id = row.dataset['boardId'] ?? '';
    const listening = new AbortController();
    const { signal } = listening;
    const end = (drop: boolean): void => {
      listening.abort();
      if (this.board === null) return;
      const index = this.index;
      this.board = null;
      if (drop) {
        swallowClick();
        this.#drop(id, index);
      }
    };
    const move = (event: PointerEvent): void => {
      if (this.board === null && Math.abs(event.clientY - down.clientY) < SLOP_PX) return;
      this.board = id;
      this.index = indexAt(list, id, event.clientY);
    };
    addEventListener('pointermove', move, { signal });
    addEventListener('pointerup', () => end(true), { signal });
    addEventListener('pointercancel', () => end(false), { signal });
    addEventListener('keydown', (event) => event.key === 'Escape' && end(false), { signal });
  };
}

/** How many of the other boards stand above the pointer. */
function indexAt(list: HTMLElement, carried: string, y: number): number {
  return [...list.querySelectorAll<HTMLElement>('li[data-board-id]')].filter((row) => {
    const box = row.getBoundingClientRect();
    return row.dataset['boardId'] !== carried && box.top + box.height / 2 < y;
  }).length;
}

/** The click that ends a carry must not open the board. */
function swallowClick(): void {
  const swallow = (event: MouseEvent): void => {
    event.stopPropagation();
    event.preventDefault();
  };
  addEventListener('click', swallow, { capture: true, once: true });
  setTimeout(() => removeEventListener('click', swallow, { capture: true }), 50);
}
