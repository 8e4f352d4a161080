/** The questions about a new client, as a form. */
import { known } from '../../host/printable.ts';
import { formatAddress } from '../../network/address.ts';
import { nextFree } from '../../network/pool.ts';
import type { Answers, Choice, Field } from '../../ui/form/form.ts';
import type { Hints, Problems } from '../../ui/form/form-lines.ts';
import type { ClientKind } from '../../wg/profile/profile.ts';
import type { Reach } from '../../wg/profile/reach.ts';
import type { Questions } from '../flow.ts';
import { listOf } from '../list-of.ts';
import { type AddCheck, checkAdd } from './check.ts';
import type { AddFacts } from './facts.ts';
import type { AddField, AddRequest } from './request.ts';

const kinds: readonly Choice[] = [
  { value: 'phone', label: 'phone' },
  { value: 'laptop', label: 'laptop' },
  { value: 'server', label: 'server' },
  { value: 'gateway', label: 'gateway' },
] satisfies readonly { value: ClientKind; label: string }[];

const reaches: readonly Choice[] = [
  { value: 'mesh', label: 'mesh' },
  { value: 'hub', label: 'hub only' },
  { value: 'lan', label: 'mesh and LANs' },
  { value: 'all', label: 'everything' },
] satisfies readonly { value: Reach; label: string }[];

const variants: readonly Choice[] = [
  { value: 'nat', label: 'NAT' },
  { value: 'static-route', label: 'static route' },
];

const isGateway = ({ kind }: Answers) => kind === 'gateway';

const gatewayFields: readonly Field[] = [
  {
    id: 'gatewayLans',
    label: 'LANs behind it',
    placeholder: '192.168.1.0/24',
    when: isGateway,
    help: 'Prefixes that are reached through it, with commas between. The hub routes them into the tunnel.',
  },
  {
    id: 'lanInterface',
    label: 'LAN interface',
    placeholder: 'eth0',
    when: isGateway,
    help: "The gateway's own interface to that LAN.",
  },
  {
    id: 'variant',
    label: 'Way back',
    choices: variants,
    when: isGateway,
    help: 'NAT: the LAN sees the gateway, and nothing else has to change. Static route: it sees the client, and its router must know the way.',
  },
];

function fieldsOf(facts: AddFacts): readonly Field[] {
  const { v4, v6 } = nextFree(facts.pool, facts.at);
  const free = [v4, v6].flatMap((next) => (next?.outcome === 'free' ? [formatAddress(next.address)] : []));
  const { endpoint, dns } = facts;
  const dialled = endpoint === undefined ? 'needed' : `${endpoint.host}:${endpoint.port}`;
  return [
    { id: 'name', label: 'Name', help: 'What the device is called: the tunnel in its app gets this name too.' },
    {
      id: 'kind',
      label: 'Kind',
      choices: kinds,
      help: 'A server and a gateway send keepalives, so that others can reach them. A gateway brings the LANs behind it.',
    },
    {
      id: 'reach',
      label: 'Reach',
      choices: reaches,
      help: 'What the device sends into the tunnel: this hub, the mesh, LANs behind gateways too, or everything it sends.',
    },
    { id: 'tags', label: 'Tags', placeholder: 'none', help: 'Words to find and group peers by, with commas between.' },
    { id: 'address', label: 'Address', placeholder: free.join(', '), help: 'Empty: the next that is free.' },
    ...gatewayFields,
    {
      id: 'publicKey',
      label: 'Public key',
      placeholder: 'a pair is made here',
      help: "Paste the device's own public key, and its private key never leaves it. Empty: a pair is made, shown once and never stored.",
    },
    {
      id: 'endpoint',
      label: 'Dials',
      placeholder: dialled,
      help: 'HOST or HOST:PORT under which the device finds this hub.',
    },
    {
      id: 'dns',
      label: 'DNS',
      placeholder: dns.join(', ') || 'none',
      help: 'Servers and search domains for the device; none for none.',
    },
  ];
}

/** The questions about a new client of an interface. */
export function addQuestions(facts: AddFacts): Questions {
  let last: { readonly answers: Answers; readonly check: AddCheck } | undefined;
  const checked = (answers: Answers): AddCheck => {
    if (last?.answers !== answers) last = { answers, check: checkAdd(facts, requestOf(answers)) };
    return last.check;
  };
  return {
    title: known(`Add a client to ${facts.interfaceName}`),
    fields: fieldsOf(facts),
    given: {},
    check: (answers): Problems => checked(answers).problems,
    hints: (answers): Hints => ({ ...warnings(facts, answers), ...checked(answers).hints }),
    decide: (answers) => ({ kind: 'add', interfaceName: facts.interfaceName, request: requestOf(answers) }),
  };
}

/** What is to be said of the endpoint that is proposed, while nothing else is typed. */
function warnings({ endpoint }: AddFacts, answers: Answers): Hints {
  const isProposed = (answers['endpoint'] ?? '').trim() === '';
  return isProposed && endpoint?.warning !== undefined ? { endpoint: [endpoint.warning] } : {};
}

/** The answers as a request; what is empty is settled by the facts. */
function requestOf(answers: Answers): AddRequest {
  const text = (id: AddField | 'variant') => (answers[id] ?? '').trim();
  const dns = text('dns');
  return {
    name: text('name'),
    tags: listOf(text('tags')),
    kind: kinds.some(({ value }) => value === text('kind')) ? (text('kind') as ClientKind) : 'phone',
    reach: reaches.some(({ value }) => value === text('reach')) ? (text('reach') as Reach) : 'mesh',
    presharedKey: true,
    ...(text('address') !== '' && { address: text('address') }),
    ...(text('publicKey') !== '' && { publicKey: text('publicKey') }),
    ...(text('endpoint') !== '' && { endpoint: text('endpoint') }),
    ...(dns !== '' && { dns: dns === 'none' ? [] : listOf(dns) }),
    ...(isGateway(answers) && {
      gateway: {
        lans: listOf(text('gatewayLans')),
        lanInterface: text('lanInterface') === '' ? 'eth0' : text('lanInterface'),
        variant: text('variant') === 'static-route' ? 'static-route' : 'nat',
      },
    }),
  };
}
