// The time as the board shows it: days and lateness, looked at once a minute.

class Clock {
  now: Date = $state.raw(new Date());

  constructor() {
    setInterval(() => (this.now = new Date()), 60_000);
  }

  /** Whole days since an instant. */
  daysSince(ms: number): number {
    return Math.floor((this.now.getTime() - ms) / 86_400_000);
  }
}

export const clock = new Clock();
