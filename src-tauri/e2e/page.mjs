// What a person finds on the page: things by their role and their name, as a screen reader has them.

import { until } from './machine.mjs';

export class Page {
  #session;

  constructor(session) {
    this.#session = session;
  }

  /** Every thing of a role whose name is `name`, or begins with it. */
  all(role, name, { starts = false } = {}) {
    return this.#session.run(inPage, role, name, starts);
  }

  /** Waits for it. */
  find(role, name, options) {
    return until(`there is a ${role} “${name}”`, async () => (await this.all(role, name, options))[0]);
  }

  async click(role, name, options) {
    const element = await this.find(role, name, options);
    await this.#rest(element);
    await this.#session.click(element);
  }

  /** Waits until it stands where it stood two frames ago: rows that come into a column move its foot. */
  #rest(element) {
    return until('what is to be clicked stands still', () => this.#session.runAsync(standsStill, element));
  }

  /** The titles of the cards that a column draws, from the top. */
  titles(column) {
    return this.#session.run((name) => {
      const place = [...document.querySelectorAll('section[aria-label]')].find((one) =>
        one.getAttribute('aria-label').startsWith(`${name}, `),
      );
      return [...(place?.querySelectorAll('[role=option] .title') ?? [])].map((one) => one.textContent);
    }, column);
  }

  /** The middle of a thing, in the window's own pixels. */
  centre(element) {
    return this.#session.run((one) => {
      const box = one.getBoundingClientRect();
      return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    }, element);
  }

  /** What has the keyboard. */
  focused() {
    return this.#session.run(() => ({
      name: document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent,
      card: document.activeElement?.getAttribute('data-card-id') ?? null,
    }));
  }

  focus(element) {
    return this.#session.run((one) => one.focus(), element);
  }

  /** Waits until a screen reader is told all of these words at once. */
  hears(...words) {
    return until(`a screen reader hears “${words.join(' … ')}”`, async () => {
      const said = await this.#session.run(
        () => document.querySelector('[role=status][aria-live=assertive]')?.textContent ?? '',
      );
      return words.every((word) => said.includes(word));
    });
  }

  /** All that stands on the page, as text. */
  text() {
    return this.#session.run(() => document.body.innerText);
  }

  /** Waits until the page says so. */
  says(words) {
    return until(`the page says “${words}”`, async () => (await this.text()).includes(words));
  }
}

// Runs in the page. A thing that went meanwhile is left to the click, which says so.
async function standsStill(element) {
  const top = () => element.getBoundingClientRect().top;
  const stood = top();
  for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
  return !element.isConnected || top() === stood;
}

// Runs in the page.
function inPage(role, name, starts) {
  const tags = {
    button: 'button, [role=button]',
    option: '[role=option]',
    menuitem: '[role=menuitem]',
    textbox: 'textarea, input:not([type]), input[type=text], input[type=password], [role=textbox]',
    heading: 'h1, h2, h3',
    dialog: '[role=dialog], [role=alertdialog]',
    region: 'section[aria-label], [role=region]',
    alert: '[role=alert]',
  };
  const nameOf = (element) => {
    const label = element.getAttribute('aria-label');
    if (label !== null) return label;
    const by = element.getAttribute('aria-labelledby');
    if (by !== null) return document.getElementById(by)?.textContent ?? '';
    return element.labels?.[0]?.innerText ?? element.innerText;
  };
  const plain = (text) => text.replace(/\s+/g, ' ').trim();
  return [...document.querySelectorAll(tags[role])].filter((element) => {
    if (element.getClientRects().length === 0) return false;
    const found = plain(nameOf(element));
    return starts ? found.startsWith(name) : found === name;
  });
}
