// A file on its way in: chosen or dropped, read, shown, imported. Nothing is changed before the
// person has seen what would come and what would not.

import { bridge, Disconnected, Refusal } from '../bridge/bridge';
import type { ChosenFile } from '../generated/ChosenFile';
import type { ImportPreview } from '../generated/ImportPreview';
import { announce } from '../state/announce.svelte';
import { toastUndo } from '../state/toasts';
import { workspace } from '../state/workspace.svelte';
import { failureWords } from '../words/failures';
import { dialogs } from './dialogs.svelte';

export type Stage =
  | { readonly at: 'start' }
  | { readonly at: 'reading'; readonly name: string }
  | { readonly at: 'preview'; readonly file: ChosenFile; readonly preview: ImportPreview }
  | { readonly at: 'importing'; readonly preview: ImportPreview }
  | { readonly at: 'failed'; readonly name: string; readonly words: string };

class Importing {
  stage: Stage = $state.raw({ at: 'start' });
  /** A file is held over the window. */
  over = $state(false);

  constructor() {
    bridge.onEvent((event) => {
      if (event.what === 'fileOver') this.over = event.over;
      if (event.what === 'fileDropped') {
        this.over = false;
        void this.take(event.file);
      }
    });
  }

  /** Opens the file dialog, then shows what the file would bring. */
  async choose(): Promise<void> {
    await this.#orFail('the file', async () => {
      const { file } = await bridge.shell({ ask: 'chooseFile' });
      if (file) await this.take(file);
    });
  }

  /** A file that was dropped on a page in a browser. */
  async takeDropped(file: File): Promise<void> {
    this.over = false;
    this.#show({ at: 'reading', name: file.name });
    await this.#orFail(file.name, async () => {
      const reply = await bridge.upload(file);
      if (reply.file) await this.take(reply.file);
    });
  }

  async take(file: ChosenFile): Promise<void> {
    await this.cancel();
    this.#show({ at: 'reading', name: file.name });
    await this.#orFail(file.name, async () => {
      const { preview } = await bridge.call({ ask: 'previewImport', file: file.file });
      this.#show({ at: 'preview', file, preview });
    });
  }

  async run(): Promise<void> {
    if (this.stage.at !== 'preview') return;
    const { file, preview } = this.stage;
    this.#show({ at: 'importing', preview });
    await this.#orFail(file.name, async () => {
      const { imported } = await bridge.call({ ask: 'import', file: file.file });
      this.stage = { at: 'start' };
      dialogs.close();
      await workspace.openCreated(imported);
      toastUndo(`Imported “${preview.title}”`);
      announce(`Imported ${preview.title}`);
    });
  }

  /** Lets the file go; nothing was changed. */
  async cancel(): Promise<void> {
    const stage = this.stage;
    this.stage = { at: 'start' };
    if (stage.at === 'preview') {
      await this.#orFail(stage.file.name, () => bridge.call({ ask: 'letGo', file: stage.file.file }));
    }
  }

  #show(stage: Stage): void {
    this.stage = stage;
    dialogs.show('import');
  }

  async #orFail(name: string, ask: () => Promise<unknown>): Promise<void> {
    try {
      await ask();
    } catch (error) {
      if (error instanceof Disconnected) {
        this.stage = { at: 'start' };
        dialogs.close();
      } else if (error instanceof Refusal) {
        this.#show({ at: 'failed', name, words: failureWords(error.failure) });
      } else throw error;
    }
  }
}

export const importing = new Importing();
