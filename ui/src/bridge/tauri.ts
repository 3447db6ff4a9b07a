// The carrier of the window: one command, one event.

import { invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import type { Call } from '../generated/Call';
import type { Event } from '../generated/Event';
import type { Failure } from '../generated/Failure';
import type { Reply } from '../generated/Reply';
import type { Request } from '../generated/Request';
import type { ShellReply } from '../generated/ShellReply';
import type { ShellRequest } from '../generated/ShellRequest';
import { type Carrier, Refusal } from './carrier';

export class TauriCarrier implements Carrier {
  replica(request: Request): Promise<Reply> {
    return this.#call<Reply>({ to: 'replica', request });
  }

  shell(request: ShellRequest): Promise<ShellReply> {
    return this.#call<ShellReply>({ to: 'shell', request });
  }

  onEvent(listener: (event: Event) => void): void {
    void listen<Event>('event', (event) => listener(event.payload));
  }

  // The window and the program are one process: there is no connection that could be cut.
  onConnection(): void {
    return;
  }

  async #call<T>(call: Call): Promise<T> {
    try {
      return await invoke<T>('call', { call });
    } catch (failure) {
      throw new Refusal(failureFrom(failure));
    }
  }
}

/** Tauri rejects with what the command returned, or with a text where the call itself was bad. */
function failureFrom(thrown: unknown): Failure {
  if (typeof thrown === 'object' && thrown !== null && 'code' in thrown) return thrown as Failure;
  return { code: 'badRequest', message: String(thrown), backups: [], folder: null };
}
