// The columns that a new board may begin with.

export type PresetName = 'flow' | 'stages' | 'week' | 'none';

export interface Preset {
  readonly value: PresetName;
  readonly label: string;
  readonly columns: readonly string[];
}

export const PRESETS: readonly Preset[] = [
  { value: 'flow', label: 'To do, doing, done', columns: ['To do', 'Doing', 'Done'] },
  {
    value: 'stages',
    label: 'With ideas and review',
    columns: ['Ideas', 'Next', 'Doing', 'Review', 'Done'],
  },
  {
    value: 'week',
    label: 'A week',
    columns: ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Weekend'],
  },
  { value: 'none', label: 'None', columns: [] },
];
