// The one voice for screen readers: whatever is announced is read out by the region in App.svelte.

class Voice {
  text = $state('');
  #odd = false;

  say(text: string): void {
    // The same words twice are read twice only where the text differs.
    this.#odd = !this.#odd;
    this.text = this.#odd ? text : `${text}\u00a0`;
  }
}

export const voice = new Voice();

/** Reads `text` out to a screen reader; nothing is shown. */
export function announce(text: string): void {
  voice.say(text);
}
