import type { Colour } from '../generated/Colour';

/** One row of a PickList. */
export interface PickOption {
  readonly value: string;
  readonly label: string;
  readonly colour?: Colour | null;
  /** A name: drawn with an avatar. */
  readonly person?: string;
  /** Small words at the right. */
  readonly note?: string;
  readonly checked?: boolean;
}
