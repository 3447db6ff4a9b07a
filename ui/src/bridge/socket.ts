// The carrier of a browser: a WebSocket to the program that served the page, on loopback. What only
// a browser can do (choosing, saving, opening) it does itself.

import type { Call } from '../generated/Call';
import type { Event } from '../generated/Event';
import type { Failure } from '../generated/Failure';
import type { Reply } from '../generated/Reply';
import type { Request } from '../generated/Request';
import type { ShellReply } from '../generated/ShellReply';
import type { ShellRequest } from '../generated/ShellRequest';
import { type Carrier, Disconnected, Refusal } from './carrier';
import { chooseFile, download, openLink, UPLOAD_BYTES_MAX } from './browser';

const RETRY_MS_MIN = 500;
const RETRY_MS_MAX = 5000;

interface Waiting {
  resolve: (reply: Reply | ShellReply) => void;
  reject: (reason: Error) => void;
}

type Incoming = { event: Event } | { id: number; ok: Reply | ShellReply } | { id: number; failed: Failure };

export class SocketCarrier implements Carrier {
  readonly #key: string;
  readonly #waiting = new Map<number, Waiting>();
  #socket: WebSocket | null = null;
  #opening: Promise<WebSocket> | null = null;
  #next = 1;
  #retryMs = RETRY_MS_MIN;
  #connected = true;
  #event: (event: Event) => void = () => undefined;
  #connection: (connected: boolean) => void = () => undefined;

  constructor() {
    this.#key = takeKey();
  }

  onEvent(listener: (event: Event) => void): void {
    this.#event = listener;
  }

  onConnection(listener: (connected: boolean) => void): void {
    this.#connection = listener;
  }

  async replica(request: Request): Promise<Reply> {
    return (await this.#call({ to: 'replica', request })) as Reply;
  }

  async shell(request: ShellRequest): Promise<ShellReply> {
    switch (request.ask) {
      case 'chooseFile': {
        const file = await chooseFile();
        return file ? this.upload(file) : { is: 'file', file: null };
      }
      case 'saveExport': {
        const reply = await this.replica({ ask: 'export', board: request.board, format: request.format });
        if (reply.is !== 'text') throw new Disconnected();
        download(reply.name, reply.text);
        return { is: 'saved', name: reply.name };
      }
      case 'openLink':
        openLink(request.url);
        return { is: 'done' };
      default:
        return (await this.#call({ to: 'shell', request })) as ShellReply;
    }
  }

  async upload(file: File): Promise<ShellReply> {
    if (file.size > UPLOAD_BYTES_MAX) throw new Refusal(tooLarge(file));
    const bytes = await file.arrayBuffer();
    const socket = await this.#open();
    return (await this.#ask((id) => {
      socket.send(JSON.stringify({ id, upload: { name: file.name, bytes: bytes.byteLength } }));
      socket.send(bytes);
    })) as ShellReply;
  }

  async #call(call: Call): Promise<Reply | ShellReply> {
    const socket = await this.#open();
    return this.#ask((id) => socket.send(JSON.stringify({ id, call })));
  }

  #ask(send: (id: number) => void): Promise<Reply | ShellReply> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      send(id);
    });
  }

  #open(): Promise<WebSocket> {
    if (this.#socket?.readyState === WebSocket.OPEN) return Promise.resolve(this.#socket);
    this.#opening ??= this.#connect().finally(() => (this.#opening = null));
    return this.#opening;
  }

  #connect(): Promise<WebSocket> {
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    const socket = new WebSocket(`${scheme}://${location.host}/socket`);
    socket.addEventListener('message', (message) => this.#take(String(message.data)));
    return new Promise((resolve, reject) => {
      socket.addEventListener('open', () => {
        socket.send(JSON.stringify({ key: this.#key }));
        this.#socket = socket;
        resolve(socket);
      });
      socket.addEventListener('close', () => {
        this.#lost();
        reject(new Disconnected());
      });
    });
  }

  #take(text: string): void {
    const message = JSON.parse(text) as Incoming;
    // Only a message proves that the key was accepted: the server closes the socket where it was not.
    this.#retryMs = RETRY_MS_MIN;
    this.#setConnected(true);
    if ('event' in message) {
      this.#event(message.event);
      return;
    }
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if ('ok' in message) waiting?.resolve(message.ok);
    else waiting?.reject(new Refusal(message.failed));
  }

  #lost(): void {
    this.#socket = null;
    for (const waiting of this.#waiting.values()) waiting.reject(new Disconnected());
    this.#waiting.clear();
    this.#setConnected(false);
    setTimeout(() => this.#retry(), this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, RETRY_MS_MAX);
  }

  /** Asks for something small, so that an answer says that the program is back. */
  #retry(): void {
    this.#call({ to: 'shell', request: { ask: 'preferences' } }).then(
      () => undefined,
      () => undefined,
    );
  }

  #setConnected(connected: boolean): void {
    if (this.#connected === connected) return;
    this.#connected = connected;
    this.#connection(connected);
  }
}

/** The secret stands in the fragment, which is never sent, and leaves the address bar at once. */
function takeKey(): string {
  const key = new URLSearchParams(location.hash.slice(1)).get('key');
  if (key !== null) {
    sessionStorage.setItem('key', key);
    history.replaceState(null, '', location.pathname);
    return key;
  }
  // A reload keeps the secret of its own tab.
  return sessionStorage.getItem('key') ?? '';
}

function tooLarge(file: File): Failure {
  const megabytes = Math.ceil(file.size / 1024 / 1024);
  return {
    code: 'tooLarge',
    message: `${file.name} has ${String(megabytes)} MB; at most 64 MB can be imported.`,
    backups: [],
    folder: null,
  };
}
