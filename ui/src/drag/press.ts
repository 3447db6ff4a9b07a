// One pointer from its press to its end. A mouse holds after a few pixels, a finger after a quarter
// of a second at rest, so that a swipe still scrolls. Whatever ends it otherwise puts back.

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** How far a mouse moves before it holds. */
const MOUSE_SLACK = 4;
/** How far a finger may stray before its press is a swipe. */
const TOUCH_SLACK = 8;
/** How long a finger rests before it holds. */
export const TOUCH_REST_MS = 250;

/** What becomes of a press. */
export interface Course {
  begin(at: Point): void;
  move(at: Point): void;
  drop(): void;
  putBack(): void;
}

export class Press {
  #phase: 'waiting' | 'holding' | 'over' = 'waiting';
  readonly #from: Point;
  readonly #pointer: number;
  readonly #byTouch: boolean;
  readonly #surface: HTMLElement;
  readonly #course: Course;
  readonly #listening = new AbortController();
  #rest: ReturnType<typeof setTimeout> | undefined;

  constructor(event: PointerEvent, surface: HTMLElement, course: Course) {
    this.#from = { x: event.clientX, y: event.clientY };
    this.#pointer = event.pointerId;
    this.#byTouch = event.pointerType === 'touch';
    this.#surface = surface;
    this.#course = course;
    this.#listen();
    if (this.#byTouch) this.#rest = setTimeout(() => this.#begin(this.#from), TOUCH_REST_MS);
  }

  get isHolding(): boolean {
    return this.#phase === 'holding';
  }

  /** Ends it from outside, for example since the view goes away. */
  abandon(): void {
    this.#end(() => this.#course.putBack());
  }

  #listen(): void {
    const signal = this.#listening.signal;
    const abandon = (): void => this.abandon();
    window.addEventListener('pointermove', (event) => this.#moved(event), { signal });
    window.addEventListener('pointerup', (event) => this.#released(event), { signal });
    window.addEventListener('pointercancel', (event) => this.#lost(event), { signal });
    this.#surface.addEventListener('lostpointercapture', (event) => this.#lost(event), { signal });
    window.addEventListener('blur', abandon, { signal });
    document.addEventListener('visibilitychange', abandon, { signal });
    window.addEventListener('keydown', (event) => this.#pressedKey(event), { signal, capture: true });
    // A long touch would open the context menu in the middle of the hold.
    window.addEventListener('contextmenu', (event) => this.#contextMenu(event), { signal, capture: true });
  }

  #moved(event: PointerEvent): void {
    if (event.pointerId !== this.#pointer) return;
    const at = { x: event.clientX, y: event.clientY };
    if (this.#phase === 'holding') {
      // The button was released where no event told of it.
      if (!this.#byTouch && event.buttons === 0) this.abandon();
      else this.#course.move(at);
      return;
    }
    const distance = Math.hypot(at.x - this.#from.x, at.y - this.#from.y);
    if (this.#byTouch) {
      if (distance > TOUCH_SLACK) this.abandon();
    } else if (distance >= MOUSE_SLACK) {
      this.#begin(at);
    }
  }

  #begin(at: Point): void {
    clearTimeout(this.#rest);
    this.#phase = 'holding';
    try {
      this.#surface.setPointerCapture(this.#pointer);
    } catch {
      // The pointer went away in this very moment.
      this.abandon();
      return;
    }
    this.#course.begin(this.#from);
    this.#course.move(at);
  }

  #released(event: PointerEvent): void {
    if (event.pointerId !== this.#pointer) return;
    this.#end(() => {
      swallowClick();
      this.#course.drop();
    });
  }

  #lost(event: PointerEvent): void {
    if (event.pointerId === this.#pointer) this.abandon();
  }

  #pressedKey(event: KeyboardEvent): void {
    if (this.#phase !== 'holding') return;
    // While something is held, keys mean nothing else.
    event.preventDefault();
    event.stopImmediatePropagation();
    if (event.key === 'Escape') this.abandon();
  }

  #contextMenu(event: Event): void {
    if (this.#phase !== 'holding' && !this.#byTouch) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  #end(outcome: () => void): void {
    if (this.#phase === 'over') return;
    const wasHolding = this.#phase === 'holding';
    this.#phase = 'over';
    clearTimeout(this.#rest);
    this.#listening.abort();
    if (this.#surface.hasPointerCapture(this.#pointer)) {
      this.#surface.releasePointerCapture(this.#pointer);
    }
    if (wasHolding) outcome();
  }
}

/** The click that a release makes belongs to the drop. */
function swallowClick(): void {
  const swallow = (event: Event): void => {
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  window.addEventListener('click', swallow, { capture: true, once: true });
  setTimeout(() => window.removeEventListener('click', swallow, { capture: true }));
}
