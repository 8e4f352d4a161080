/** Every kind of change, as an operator decides it, and what the hub has to be like before. */
import type { AddRequest } from '../../../src/flows/add/request.ts';
import type { AddDecision, Decision } from '../../../src/flows/decision.ts';
import type { InterfaceName, PublicKey } from '../../../src/wg/key.ts';
import type { PeerId } from '../../../src/wg/peer.ts';
import type { Lab } from '../lab.ts';
import type { PeerHost } from '../topology.ts';
import { conf } from './hub-state.ts';
import type { Told } from './told.ts';

/** A kind of change. */
export interface Kind {
  readonly name: string;
  /** Whether it waits for a confirmation. */
  readonly risky: boolean;
  /** Makes the hub one on which the decision means something. */
  readonly setUp?: (lab: Lab, told: Told) => Promise<void>;
  /** Whether the file is written in the order in which wg(8) tells the peers, which is another each time. */
  readonly anyOrder?: boolean;
  readonly decide: (lab: Lab, told: Told) => Promise<Decision | AddDecision>;
}

const interfaceName = 'wg0' as InterfaceName;

function peer(lab: Lab, host: PeerHost): PeerId {
  return `wg0/${lab.publicKeys[host]}` as PeerId;
}

async function change(told: Told, decision: Decision): Promise<string> {
  await told.say({ say: 'plan', decision, risky: false });
  const result = (await told.say({ say: 'apply', confirmWithinMs: 60_000 })) as { outcome: string; id?: string };
  if (result.outcome !== 'done' || result.id === undefined) throw new Error(JSON.stringify(result));
  return result.id;
}

function newLan(lab: Lab): Decision {
  const allowedIps = ['10.8.0.5/32', 'fd08::5/128', '10.99.0.0/24', 'fd08:99::/64'];
  return { kind: 'edit', peer: peer(lab, 'phone'), edits: { settings: { allowedIps } } };
}

/** A client whose key is its own, so that it is the same each time. */
function client(name: string, address: string, replaces?: PublicKey): AddDecision {
  const publicKey = Buffer.alloc(32, 5).toString('base64');
  const request: AddRequest = {
    ...{ name, address, publicKey, tags: [], kind: 'laptop', reach: 'hub', endpoint: '203.0.113.1:51820' },
    ...{ presharedKey: true, ...(replaces && { replaces }) },
  };
  return { kind: 'add', interfaceName, request };
}

const drifting = async (told: Told) => (await told.say({ say: 'drift' })) as string[];

/** What is done to the hub by hand so that it is no longer what its file says. */
const driftScript = (lab: Lab) => `
wg set wg0 peer ${lab.publicKeys.phone} allowed-ips 10.8.0.5/32
wg set wg0 peer ${lab.publicKeys.roamer} persistent-keepalive 15
wg set wg0 peer ${lab.publicKeys.laptop} preshared-key /dev/null
ip route del 192.168.61.0/24 dev wg0
`;

const undone = new WeakMap<Lab, string>();

export const kinds: readonly Kind[] = [
  {
    name: 'rename',
    risky: false,
    decide: async (lab) => ({ kind: 'edit', peer: peer(lab, 'phone'), edits: { name: 'telephone' } }),
  },
  { name: 'a new LAN', risky: false, decide: async (lab) => newLan(lab) },
  {
    name: 'keepalive and preshared key',
    risky: false,
    decide: async (lab) => ({
      kind: 'edit',
      peer: peer(lab, 'laptop'),
      edits: { settings: { persistentKeepalive: 21, presharedKey: 'new' } },
    }),
  },
  {
    name: 'disable',
    risky: false,
    decide: async (lab) => ({ kind: 'disable', peer: peer(lab, 'home'), how: { reason: 'lost' } }),
  },
  {
    name: 'enable',
    risky: false,
    setUp: async (lab, told) => {
      await change(told, { kind: 'disable', peer: peer(lab, 'home'), how: {} });
    },
    decide: async (lab) => ({ kind: 'enable', peer: peer(lab, 'home') }),
  },
  { name: 'remove', risky: false, decide: async (lab) => ({ kind: 'remove', peer: peer(lab, 'laptop') }) },
  {
    name: 'push drift',
    risky: false,
    setUp: async (lab) => {
      await lab.must('edge', ['sh', '-ec', driftScript(lab)]);
    },
    decide: async (_lab, told) => ({ kind: 'drift', how: 'push', interfaceName, items: await drifting(told) }),
  },
  {
    name: 'adopt drift',
    risky: false,
    setUp: async (lab) => {
      await lab.must('edge', ['wg', 'set', 'wg0', 'peer', lab.publicKeys.roamer, 'persistent-keepalive', '15']);
    },
    decide: async (_lab, told) => ({ kind: 'drift', how: 'adopt', interfaceName, items: await drifting(told) }),
  },
  {
    name: 'adopt an interface',
    risky: false,
    anyOrder: true,
    setUp: async (lab) => {
      await lab.must('edge', ['rm', conf]);
    },
    decide: async () => ({ kind: 'adopt', interfaceName }),
  },
  {
    name: 'undo',
    risky: false,
    setUp: async (lab, told) => {
      undone.set(lab, await change(told, newLan(lab)));
    },
    decide: async (lab) => ({ kind: 'undo', change: undone.get(lab) ?? '' }),
  },
  { name: 'a new LAN, to be confirmed', risky: true, decide: async (lab) => newLan(lab) },
  { name: 'add', risky: false, decide: async () => client('tablet', '10.8.0.77,fd08::77') },
  {
    name: 'another key',
    risky: false,
    decide: async (lab) => client('phone', '10.8.0.5,fd08::5', lab.publicKeys.phone as PublicKey),
  },
  {
    name: 'ignore drift',
    risky: false,
    setUp: async (lab) => {
      await lab.must('edge', ['wg', 'set', 'wg0', 'peer', lab.publicKeys.roamer, 'persistent-keepalive', '15']);
    },
    decide: async (_lab, told) => ({ kind: 'drift', how: 'ignore', interfaceName, items: await drifting(told) }),
  },
];
