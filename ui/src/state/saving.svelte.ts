// The truth about saving: what is on its way to the disk, and what could not be put there. Whatever
// asks for something says here how it went, and the person is told once.

import { Disconnected, Refusal } from '../bridge/bridge';
import type { Failure } from '../generated/Failure';
import { failureWords } from '../words/failures';
import { announce } from './announce.svelte';
import { toastFailure } from './toasts';

export class Saving {
  /** The last change that could not be saved, until one could again. */
  trouble: Failure | null = $state.raw(null);
  #inFlight = $state(0);
  /** Edits are on their way to the disk. */
  readonly busy = $derived(this.#inFlight > 0);

  /** Counts as saving until it is answered; null where it was refused, which the person was told. */
  async edit<T>(ask: () => Promise<T>): Promise<T | null> {
    this.#inFlight += 1;
    try {
      const reply = await ask();
      this.trouble = null;
      return reply;
    } catch (error) {
      this.#refused(error);
      return null;
    } finally {
      this.#inFlight -= 1;
    }
  }

  /** The same for what is no edit. */
  async quietly(ask: () => Promise<unknown>): Promise<void> {
    try {
      await ask();
    } catch (error) {
      this.#refused(error);
    }
  }

  /** What is journalled while a person types is not worth a word each time: the foot tells. */
  async journal(ask: () => Promise<unknown>): Promise<boolean> {
    try {
      await ask();
      this.trouble = null;
      return true;
    } catch (error) {
      if (error instanceof Refusal) this.trouble = error.failure;
      else if (!(error instanceof Disconnected)) throw error;
      return false;
    }
  }

  #refused(error: unknown): void {
    // The page says by itself that the program stopped.
    if (error instanceof Disconnected) return;
    if (!(error instanceof Refusal)) throw error;
    const { code } = error.failure;
    if (code === 'diskFull' || code === 'readOnly' || code === 'storage') this.trouble = error.failure;
    const words = failureWords(error.failure);
    toastFailure(words);
    announce(words);
  }
}
