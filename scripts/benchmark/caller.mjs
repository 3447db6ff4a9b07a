// One `holdfast call` process: requests go in as lines, answers come back with the time they took.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export class Caller {
  #child;
  #waiting = [];

  constructor(program, folder) {
    this.#child = spawn(program, ['--data-dir', folder, 'call'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.#waiting.shift()(line));
  }

  /** `{ ms, bytes, ok }`: from the request being written to the answer being there, unparsed. */
  async ask(request) {
    const began = performance.now();
    const answered = new Promise((resolve) => this.#waiting.push(resolve));
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    const line = await answered;
    const ms = performance.now() - began;
    const answer = JSON.parse(line);
    if (answer.failed) throw new Error(`${request.ask}: ${answer.failed.message}`);
    return { ms, bytes: line.length, ok: answer.ok };
  }

  async end() {
    this.#child.stdin.end();
    await once(this.#child, 'exit');
  }
}
