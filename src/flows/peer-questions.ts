/** The questions about a peer that is there: what to change, why to disable it. */
import type { PeerEdits } from '../change/plans/edit-peer.ts';
import type { SetDecision } from '../change/plans/set.ts';
import { timeOf } from '../change/plans/sweep.ts';
import { known } from '../host/printable.ts';
import { parsePrefix } from '../network/prefix.ts';
import type { PeerView } from '../observe/snapshot.ts';
import type { Answers, Field } from '../ui/form/form.ts';
import type { Problems } from '../ui/form/form-lines.ts';
import { widthOf } from '../ui/text.ts';
import { readEndpoint } from '../wg/conf/check-value.ts';
import type { Questions } from './flow.ts';
import { listOf } from './list-of.ts';

const longestName = 60;

const presharedChoices = [
  { value: 'keep', label: 'keep' },
  { value: 'new', label: 'new' },
  { value: 'none', label: 'none' },
] as const;

const editFields: readonly Field[] = [
  {
    id: 'name',
    label: 'Name',
    help: 'What the peer is called. It is written into its section, in the way this file writes names.',
  },
  { id: 'tags', label: 'Tags', placeholder: 'none', help: 'Words to find and group peers by, with commas between.' },
  { id: 'note', label: 'Note', placeholder: 'none', help: 'A line for whoever looks next.' },
  {
    id: 'allowedIps',
    label: 'Allowed IPs',
    placeholder: 'none',
    help: 'What the hub sends to this peer and takes from it, with commas between. Routes follow.',
  },
  {
    id: 'keepalive',
    label: 'Keepalive',
    placeholder: 'off',
    help: 'Seconds between packets that the hub sends to keep a way open; off is usual on a hub.',
  },
  {
    id: 'endpoint',
    label: 'Endpoint',
    placeholder: 'as it is',
    help: 'ADDRESS:PORT to write into the file; none takes it out, and the hub learns where the peer is. Empty: as it is.',
  },
  {
    id: 'psk',
    label: 'Preshared key',
    choices: presharedChoices,
    help: 'A new one must reach the device too, or it cannot connect again.',
  },
  {
    id: 'expires',
    label: 'Expires',
    placeholder: 'never',
    help: 'A day such as 2027-01-31: meshtui sweep disables the peer then.',
  },
];

/** What can be changed about a peer, with what it is now. */
export function editQuestions(peer: PeerView): Questions {
  const given: Answers = {
    name: peer.isNamed ? peer.label : '',
    tags: peer.tags.join(', '),
    note: peer.note ?? '',
    allowedIps: (peer.fileAllowedIps ?? peer.allowedIps).join(', '),
    keepalive: peer.persistentKeepalive === undefined ? '' : String(peer.persistentKeepalive),
    endpoint: '',
    psk: 'keep',
    expires: peer.expires ?? '',
  };
  return {
    title: known(`Edit ${peer.label}`),
    fields: editFields,
    given,
    check: (answers) => checkEdit(answers, given),
    decide: (answers) => {
      const edits = editsOf(answers, given);
      return Object.keys(edits).length === 0 ? undefined : { kind: 'edit', peer: peer.id, edits };
    },
  };
}

/** Answers that differ from what is there, and only they, become edits: what nobody touched is not judged either. */
function editsOf(answers: Answers, given: Answers): PeerEdits {
  const changed = (id: string) => (answers[id] ?? '').trim() !== (given[id] ?? '').trim();
  const text = (id: string) => (answers[id] ?? '').trim();
  const settings: SetDecision = {
    ...(changed('allowedIps') && { allowedIps: listOf(text('allowedIps')) }),
    ...(changed('keepalive') && { persistentKeepalive: keepaliveOf(text('keepalive')) ?? 'off' }),
    ...(changed('endpoint') && { endpoint: text('endpoint') }),
    ...(text('psk') === 'new' && { presharedKey: 'new' as const }),
    ...(text('psk') === 'none' && { presharedKey: 'none' as const }),
  };
  return {
    ...(changed('name') && { name: text('name') }),
    ...(changed('tags') && { tags: { set: listOf(text('tags')) } }),
    ...(changed('note') && { note: { text: text('note') === '' ? undefined : text('note') } }),
    ...(changed('expires') && { expires: { at: text('expires') === '' ? undefined : text('expires') } }),
    ...(Object.keys(settings).length > 0 && { settings }),
  };
}

function checkEdit(answers: Answers, given: Answers): Problems {
  const problems: Record<string, string> = {};
  const text = (id: string) => (answers[id] ?? '').trim();
  if (text('name') === '' && given['name'] !== '') problems['name'] = 'A name cannot be empty.';
  if (widthOf(text('name')) > longestName) problems['name'] = `A name has at most ${longestName} columns.`;
  const wrong = listOf(text('allowedIps')).find((item) => parsePrefix(item) === undefined);
  if (wrong !== undefined) problems['allowedIps'] = `"${wrong}" is no prefix such as 10.8.0.4/32 or fd08::4/128.`;
  if (keepaliveOf(text('keepalive')) === undefined)
    problems['keepalive'] = 'A keepalive is off, or 1 to 65535 seconds.';
  if (text('endpoint') !== '' && text('endpoint') !== 'none' && readEndpoint(text('endpoint')) === undefined)
    problems['endpoint'] = 'An endpoint is ADDRESS:PORT, [IPv6]:PORT or NAME:PORT.';
  const day = dayProblem(text('expires'));
  if (day !== undefined) problems['expires'] = day;
  return problems;
}

const disableFields: readonly Field[] = [
  {
    id: 'reason',
    label: 'Reason',
    placeholder: 'none',
    help: 'Why, for whoever looks next: it is written beside the peer.',
  },
  {
    id: 'until',
    label: 'Until',
    placeholder: 'it is enabled again',
    help: 'A day such as 2027-01-31: meshtui sweep enables the peer then.',
  },
];

/** Why a peer is disabled, and how long. */
export function disableQuestions(peer: PeerView): Questions {
  return {
    title: known(`Disable ${peer.label}`),
    fields: disableFields,
    given: {},
    check: (answers) => {
      const day = dayProblem((answers['until'] ?? '').trim());
      return day === undefined ? {} : { until: day };
    },
    decide: (answers) => {
      const reason = (answers['reason'] ?? '').trim();
      const until = (answers['until'] ?? '').trim();
      return {
        kind: 'disable',
        peer: peer.id,
        how: { ...(reason !== '' && { reason }), ...(until !== '' && { until }) },
      };
    },
  };
}

/** Seconds or off; undefined where it is neither. */
function keepaliveOf(text: string): number | 'off' | undefined {
  if (text === '' || text === 'off') return 'off';
  const seconds = /^\d{1,5}$/.test(text) ? Number(text) : undefined;
  if (seconds === undefined || seconds > 65_535) return undefined;
  return seconds === 0 ? 'off' : seconds;
}

function dayProblem(text: string): string | undefined {
  if (text === '' || timeOf(text) !== undefined) return undefined;
  return 'A day is written like 2027-01-31, with a time if need be: 2027-01-31T18:00.';
}
