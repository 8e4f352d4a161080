/** One screen: its tab, and the key that opens it. */
export interface ScreenEntry {
  readonly id: ScreenId;
  readonly key: string;
  readonly title: string;
  readonly description: string;
  /** Whether it has rows to choose from. */
  readonly hasList: boolean;
}

export type ScreenId = 'peers' | 'routes' | 'traffic' | 'changes' | 'map';

/** Every screen, in the order of the tabs. The keys between are kept for screens to come. */
export const screens: readonly ScreenEntry[] = [
  { id: 'peers', key: '1', title: 'Peers', description: 'Who is there and what each is doing.', hasList: true },
  {
    id: 'routes',
    key: '2',
    title: 'Routes',
    description: 'Where packets go, and what is wrong with it.',
    hasList: true,
  },
  { id: 'traffic', key: '3', title: 'Traffic', description: 'How much went through, now and before.', hasList: false },
  {
    id: 'changes',
    key: '6',
    title: 'Changes',
    description: 'What was done, by whom, and what takes it back.',
    hasList: true,
  },
  { id: 'map', key: '7', title: 'Map', description: 'The mesh as a picture.', hasList: false },
];
