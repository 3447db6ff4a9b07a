// What a carrier is, and the two ways in which a call fails.

import type { Event } from '../generated/Event';
import type { Failure } from '../generated/Failure';
import type { Reply } from '../generated/Reply';
import type { Request } from '../generated/Request';
import type { ShellReply } from '../generated/ShellReply';
import type { ShellRequest } from '../generated/ShellRequest';

/** Why a request was not carried out. Nothing was changed. */
export class Refusal extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.name = 'Refusal';
    this.failure = failure;
  }
}

/** The program behind the page does not answer. Whether an edit under way was saved is not known. */
export class Disconnected extends Error {
  constructor() {
    super('The program behind this page does not answer.');
    this.name = 'Disconnected';
  }
}

/** What a carrier can do; the rest of the UI never sees one. */
export interface Carrier {
  replica(request: Request): Promise<Reply>;
  shell(request: ShellRequest): Promise<ShellReply>;
  /** Takes a file that the person dropped on the page; a browser alone needs it. */
  upload?(file: File): Promise<ShellReply>;
  onEvent(listener: (event: Event) => void): void;
  onConnection(listener: (connected: boolean) => void): void;
}
