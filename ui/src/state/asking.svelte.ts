// One question at a time to a server, from a dialog that says what came of it.

import { Disconnected, Refusal } from '../bridge/bridge';
import type { Untrusted } from '../generated/Untrusted';
import { failureWords } from '../words/failures';
import { announce } from './announce.svelte';

export class Asking {
  busy = $state(false);
  /** Why the last question was not answered. */
  words: string | null = $state(null);
  /** Where that is a certificate which somebody may compare and trust. */
  certificate: Untrusted | null = $state.raw(null);

  /** Null where the answer was no, which `words` then says; also while another is asked. */
  async ask<T>(question: () => Promise<T>): Promise<T | null> {
    if (this.busy) return null;
    this.busy = true;
    this.words = null;
    this.certificate = null;
    try {
      return await question();
    } catch (error) {
      if (error instanceof Disconnected) return null;
      if (!(error instanceof Refusal)) throw error;
      this.words = failureWords(error.failure);
      this.certificate = error.failure.certificate ?? null;
      announce(this.words);
      return null;
    } finally {
      this.busy = false;
    }
  }
}
