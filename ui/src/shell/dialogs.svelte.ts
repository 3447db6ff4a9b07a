// Which dialog is open. One at a time, besides a question.

export type DialogName =
  | 'newBoard'
  | 'search'
  | 'palette'
  | 'help'
  | 'import'
  | 'backups'
  | 'settings'
  | 'signIn'
  | 'fetch'
  | 'share'
  | 'moveToServer'
  | 'join'
  | 'tray';

/** What a dialog about sharing is opened for. */
export interface DialogAbout {
  readonly server?: string;
  readonly board?: string;
  /** A link that came from outside. */
  readonly link?: string;
}

/** A question that is asked before something that undo cannot take back, or that is large. */
export interface Question {
  readonly title: string;
  readonly text: string;
  /** The words on the button that goes ahead. */
  readonly yes: string;
  readonly danger?: boolean;
}

class Dialogs {
  open: DialogName | null = $state(null);
  about: DialogAbout = $state.raw({});
  question: Question | null = $state.raw(null);
  #answer: (yes: boolean) => void = () => undefined;

  show(name: DialogName, about: DialogAbout = {}): void {
    this.about = about;
    this.open = name;
  }

  close(): void {
    this.open = null;
  }

  /** Asks, and resolves with whether to go ahead. */
  ask(question: Question): Promise<boolean> {
    this.#answer(false);
    this.question = question;
    return new Promise((resolve) => {
      this.#answer = resolve;
    });
  }

  answer(yes: boolean): void {
    this.question = null;
    this.#answer(yes);
    this.#answer = () => undefined;
  }
}

export const dialogs = new Dialogs();
