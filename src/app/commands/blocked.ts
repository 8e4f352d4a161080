import { beginPlanning } from '../../flows/flow.ts';
import { known } from '../../host/printable.ts';
import type { Obstacle } from '../../observe/snapshot.ts';
import type { Command } from './command.ts';
import { openFlow } from './outcomes.ts';

/** Why no hub can be set up while this is in the way. */
const setupObstacles: Readonly<Record<Obstacle['kind'], string | undefined>> = {
  'no-interface': undefined,
  'no-program': 'wg is not installed',
  'no-privilege': 'it needs root',
  failed: 'the hub could not be read',
};

/** Commands for where there is no hub to show. */
export const blockedCommands: readonly Command[] = [
  {
    id: 'set-up',
    keys: ['n'],
    title: 'Set up a hub',
    description: 'Make a hub of this host: addresses, port, keys, file, forwarding. A plan, which can be taken back.',
    context: 'blocked',
    dangerous: true,
    bar: 0,
    disabledReason: ({ snapshot: { source } }) =>
      source.status === 'blocked' ? setupObstacles[source.obstacle.kind] : undefined,
    run: () => openFlow(beginPlanning(known('Set up a hub')), { kind: 'setup' }),
  },
  {
    id: 'demo',
    keys: ['d'],
    title: 'Demo',
    description: 'Open a simulated hub: no root, no WireGuard, nothing is touched.',
    context: 'blocked',
    dangerous: false,
    bar: 1,
    run: () => ({ effects: ['demo'] }),
  },
];
