// Going on with a board of one's own: what others will see, and what stays.

import type { BoardStatus } from '../generated/BoardStatus';
import type { Question } from '../shell/dialogs.svelte';
import { counted } from './counts';

/** A copy beside the shared board, leaving it, keeping one that was lost, or ending it for everybody. */
export type Leaving = 'copy' | 'leave' | 'keep' | 'stop';

export function leavingQuestion(leaving: Leaving, status: BoardStatus, host: string): Question {
  const { title } = status;
  switch (leaving) {
    case 'copy':
      return {
        title: `Make a copy of “${title}”?`,
        text: 'The copy is a board of this computer alone, with all that shows now: cards, comments, archive and history. The shared board stays beside it. Others see no difference.',
        yes: 'Make a copy',
      };
    case 'leave':
      return {
        title: `Leave “${title}”?`,
        text: `You go on with a copy of your own, with all that shows now. The shared board goes on without you: changes of yours that wait are in your copy, and not in theirs. You can open it again from ${host}.${leftBehind(status)}`,
        yes: 'Leave with a copy',
      };
    case 'keep':
      return {
        title: `Keep “${title}” as your own board?`,
        text: `It becomes a board of this computer alone, with all that is here, and you can work on it again. Others do not see it.${leftBehind(status)}`,
        yes: 'Keep it',
      };
    case 'stop':
      return {
        title: `Stop sharing “${title}”?`,
        text: `It ends at ${host} for everybody on it. They are told, and keep what they have on their computers. You go on with a copy of your own, with all that shows now. This cannot be undone.${leftBehind(status)}`,
        yes: 'Stop sharing',
        danger: true,
      };
  }
}

export function leavingDone(leaving: Leaving, title: string): string {
  switch (leaving) {
    case 'copy':
      return `This is your own copy of “${title}”.`;
    case 'leave':
    case 'keep':
      return `“${title}” is a board of your own now.`;
    case 'stop':
      return `“${title}” is shared no longer, and is a board of your own.`;
  }
}

/** What lies in the tray shows on no board: whoever wants it copies it before. */
export function leftBehind({ refused }: BoardStatus): string {
  if (refused === 0) return '';
  return ` ${counted(refused, 'change')} that ${refused === 1 ? 'was' : 'were'} not accepted will be out of reach: copy what you need of it first.`;
}
