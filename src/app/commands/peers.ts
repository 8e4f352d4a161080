import { reissueRequest } from '../../flows/add/reissue.ts';
import { beginPlanning, beginQuestions } from '../../flows/flow.ts';
import { disableQuestions, editQuestions } from '../../flows/peer-questions.ts';
import { known } from '../../host/printable.ts';
import type { PeerView } from '../../observe/snapshot.ts';
import type { ConsoleView } from '../state.ts';
import type { Command } from './command.ts';
import { needsRow } from './moving.ts';
import { act, decide, openFlow } from './outcomes.ts';

const selectedPeer = ({ state, peers }: ConsoleView): PeerView | undefined =>
  peers.find(({ id }) => id === state.selection);

/** Commands that change the selected peer, or add one. */
export const peerCommands: readonly Command[] = [
  {
    id: 'add',
    keys: ['a'],
    title: 'Add',
    description:
      'Add a client: a name, an address, a configuration to scan or to carry away, and the proof that it works.',
    context: 'peers',
    dangerous: true,
    bar: 1,
    disabledReason: ({ snapshot }) => (snapshot.interfaces.length === 0 ? 'there is no interface' : undefined),
    run: (view) => {
      const interfaceName =
        view.state.interfaceName ?? selectedPeer(view)?.interfaceName ?? view.snapshot.interfaces[0]?.name;
      if (interfaceName === undefined) return {};
      return openFlow(beginPlanning(known(`Add a client to ${interfaceName}`)), { kind: 'add', interfaceName });
    },
  },
  {
    id: 'edit',
    keys: ['e'],
    title: 'Edit',
    description: 'Name, tags, note, allowed IPs, keepalive, endpoint, preshared key and end of the selected peer.',
    context: 'peers',
    dangerous: true,
    bar: 2,
    disabledReason: needsRow,
    run: (view) => {
      const peer = selectedPeer(view);
      return peer === undefined ? {} : openFlow(beginQuestions(editQuestions(peer)));
    },
  },
  {
    id: 'reissue',
    keys: ['R'],
    title: 'Reissue',
    description:
      'A new key and configuration for the selected peer, whose old one is out of date (!) or lost: name and address stay.',
    context: 'peers',
    dangerous: true,
    disabledReason: needsRow,
    run: (view) => {
      const peer = selectedPeer(view);
      if (peer === undefined) return {};
      const { interfaceName } = peer;
      return decide(known(`Reissue ${peer.label}`), { kind: 'add', interfaceName, request: reissueRequest(peer) });
    },
  },
  {
    id: 'disable',
    keys: ['x'],
    title: 'Disable',
    description: 'Cut the selected peer off and keep its settings in the file; a disabled one comes back as it was.',
    context: 'peers',
    dangerous: true,
    bar: 3,
    disabledReason: needsRow,
    run: (view) => {
      const peer = selectedPeer(view);
      if (peer === undefined) return {};
      if (peer.activity.state !== 'disabled') return openFlow(beginQuestions(disableQuestions(peer)));
      return decide(known(`Enable ${peer.label}`), { kind: 'enable', peer: peer.id });
    },
  },
  {
    id: 'remove',
    keys: ['X', 'delete'],
    title: 'Remove',
    description: 'Take the selected peer out of the file and off the interface.',
    context: 'peers',
    dangerous: true,
    disabledReason: needsRow,
    run: (view) => {
      const peer = selectedPeer(view);
      return peer === undefined ? {} : decide(known(`Remove ${peer.label}`), { kind: 'remove', peer: peer.id });
    },
  },
];

/** Commands that choose which peers are listed, and in which order. */
export const peerListCommands: readonly Command[] = [
  {
    id: 'filter',
    keys: ['/'],
    title: 'Filter',
    description: 'Peers with these words in name, address, key, endpoint, tag or state; !word: without.',
    context: 'peers',
    dangerous: false,
    bar: 5,
    run: ({ state }) => act({ type: 'mode', mode: { kind: 'filter', before: state.filter } }),
  },
  {
    id: 'sort',
    keys: ['s'],
    title: 'Sort',
    description: 'Sort by the next of address, name, state, rate and handshake.',
    context: 'peers',
    dangerous: false,
    bar: 6,
    run: () => ({ ...act({ type: 'next-sort' }), effects: ['save-preferences'] }),
  },
  {
    id: 'reverse',
    keys: ['S'],
    title: 'Reverse',
    description: 'Turn the order round.',
    context: 'peers',
    dangerous: false,
    run: () => ({ ...act({ type: 'reverse-sort' }), effects: ['save-preferences'] }),
  },
  {
    id: 'interface',
    keys: ['i'],
    title: 'Interface',
    description: 'Show the peers of the next interface, then of all again.',
    context: 'peers',
    dangerous: false,
    bar: 7,
    disabledReason: ({ snapshot }) => (snapshot.interfaces.length < 2 ? 'there is one interface' : undefined),
    run: () => act({ type: 'next-interface' }),
  },
];
