// A small client of the WebDriver protocol: what these tests need of it, and no more.

const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';

export const KEYS = {
  Backspace: '\uE003',
  Tab: '\uE004',
  Enter: '\uE007',
  Shift: '\uE008',
  Control: '\uE009',
  Escape: '\uE00C',
  Space: ' ',
  PageUp: '\uE00E',
  PageDown: '\uE00F',
  End: '\uE010',
  Home: '\uE011',
  Left: '\uE012',
  Up: '\uE013',
  Right: '\uE014',
  Down: '\uE015',
};

export class Session {
  #base;

  constructor(base) {
    this.#base = base;
  }

  /** Opens the program at `binary` and drives its web view. */
  static async open(driver, binary, args) {
    const browser = { 'webkitgtk:browserOptions': { binary, args } };
    const body = { capabilities: { alwaysMatch: browser } };
    const { sessionId } = await ask(`${driver}/session`, 'POST', body, 40_000);
    return new Session(`${driver}/session/${sessionId}`);
  }

  /** Runs in the page; what is returned there comes back. Elements go both ways. */
  run(script, ...args) {
    const source = typeof script === 'function' ? `return (${script}).apply(null, arguments)` : script;
    return this.#post('execute/sync', { script: source, args });
  }

  /** The same for a function that returns a promise. */
  async runAsync(script, ...args) {
    const source = `const done = arguments[arguments.length - 1];
      Promise.resolve().then(() => (${script}).apply(null, arguments)).then(
        (value) => done({ value }), (error) => done({ error: String(error) }));`;
    const { value, error } = await this.#post('execute/async', { script: source, args });
    if (error !== undefined) throw new Error(error);
    return value;
  }

  async find(css) {
    return this.#post('element', { using: 'css selector', value: css });
  }

  click(element) {
    return this.#post(`element/${element[ELEMENT]}/click`, {});
  }

  async type(text) {
    const strokes = [...text].flatMap((value) => [
      { type: 'keyDown', value },
      { type: 'keyUp', value },
    ]);
    await this.#act([{ type: 'key', id: 'keys', actions: strokes }]);
  }

  /** Presses the last key while the others are held: `press('Shift', 'Right')`. */
  async press(...names) {
    const values = names.map((name) => KEYS[name] ?? name);
    const downs = values.map((value) => ({ type: 'keyDown', value }));
    const ups = values.toReversed().map((value) => ({ type: 'keyUp', value }));
    await this.#act([{ type: 'key', id: 'keys', actions: [...downs, ...ups] }]);
  }

  /** From one point of the window to another, as slowly as a hand. */
  async drag(from, to) {
    const moves = Array.from({ length: 8 }, (_, step) => {
      const part = (step + 1) / 8;
      return {
        type: 'pointerMove',
        duration: 40,
        x: Math.round(from.x + (to.x - from.x) * part),
        y: Math.round(from.y + (to.y - from.y) * part),
      };
    });
    await this.#act([
      {
        type: 'pointer',
        id: 'hand',
        parameters: { pointerType: 'mouse' },
        actions: [
          { type: 'pointerMove', duration: 0, x: Math.round(from.x), y: Math.round(from.y) },
          { type: 'pointerDown', button: 0 },
          { type: 'pause', duration: 120 },
          ...moves,
          { type: 'pause', duration: 250 },
          { type: 'pointerUp', button: 0 },
        ],
      },
    ]);
  }

  async screenshot() {
    return Buffer.from(await ask(`${this.#base}/screenshot`, 'GET'), 'base64');
  }

  #act(actions) {
    return this.#post('actions', { actions });
  }

  #post(path, body) {
    return ask(`${this.#base}/${path}`, 'POST', body);
  }
}

/** The driver never answers where the program did not let itself be driven: hence the time limit. */
async function ask(address, method, body, limit_ms = 30_000) {
  const answer = await fetch(address, {
    method,
    body: body === undefined ? null : JSON.stringify(body),
    signal: AbortSignal.timeout(limit_ms),
  });
  const { value } = await answer.json();
  if (!answer.ok) throw new Error(`${method} ${address}: ${value?.error}: ${value?.message}`);
  return value;
}
