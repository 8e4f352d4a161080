/** A client that was added: its configuration is shown once, carried away, and proven to work. */
import type { Printable } from '../../host/printable.ts';
import { type Answers, beginForm, type Choice, type Field, type FormState, pressForm } from '../../ui/form/form.ts';
import { isKey, type KeyEvent } from '../../ui/key-event.ts';
import type { QrSymbol } from '../../ui/qr/symbol.ts';
import { hasPrivateKey } from '../../wg/profile/check-profile.ts';
import { type ProfileFormat, profileFormats } from '../../wg/profile/formats.ts';
import type { PreparedClient } from './prepare.ts';
import type { Proof } from './proof.ts';

/** What is delivered. The private key is in it, in memory alone. */
export interface Delivery {
  readonly client: PreparedClient;
  /** Of the compact text; undefined where there is none: without a private key, of a gateway, or where no code holds it. */
  readonly symbol: QrSymbol | undefined;
  /** Where a file is proposed to be written: a directory of the operator's own. */
  readonly directory: string;
  readonly proof: Proof;
}

/** A configuration on the screen. */
export interface Delivering {
  readonly stage: 'delivery';
  readonly title: Printable;
  readonly delivery: Delivery;
  readonly view: 'code' | 'text' | 'ways';
  /** The first line of the text that is shown. */
  readonly top: number;
  /** Where the file goes, while it is asked. */
  readonly file: FormState | undefined;
  /** What came of the last wish. */
  readonly says: readonly Printable[];
  /** Esc was pressed once. */
  readonly isLeaving: boolean;
}

/** How the configuration leaves the screen. */
export type Wish =
  | { readonly kind: 'file'; readonly path: string; readonly as: FileKind; readonly replaces: boolean }
  | { readonly kind: 'copy' };

/** What a file may be. */
export type FileKind = ProfileFormat | 'png' | 'svg';

/** The first look at a configuration: the code where there is one, and the text where there is none. */
export function beginDelivery(title: Printable, delivery: Delivery): Delivering {
  const view = delivery.symbol === undefined ? 'text' : 'code';
  return { stage: 'delivery', title, delivery, view, top: 0, file: undefined, says: [], isLeaving: false };
}

/** What a key did; an undefined flow ends it, and the secret with it. */
interface PressedDelivery {
  readonly flow: Delivering | undefined;
  readonly wish?: Wish;
}

/** The delivery after a key, and what it asks for. */
export function pressDelivery(flow: Delivering, event: KeyEvent): PressedDelivery {
  if (flow.file !== undefined) return pressFile(flow, flow.file, event);
  if (flow.isLeaving) {
    if (isKey(event, 'enter')) return { flow: undefined };
    return { flow: { ...flow, isLeaving: false } };
  }
  if (isKey(event, 'escape', 'q')) return { flow: { ...flow, isLeaving: true } };
  if (isKey(event, 'v') && flow.delivery.symbol !== undefined) return { flow: shown(flow, 'code') };
  if (isKey(event, 't')) return { flow: shown(flow, 'text') };
  if (isKey(event, 'w')) return { flow: shown(flow, 'ways') };
  if (isKey(event, 'f')) return { flow: { ...flow, file: beginForm(fileFields(flow), fileAnswers(flow)), says: [] } };
  if (isKey(event, 'y')) return { flow: { ...flow, says: [] }, wish: { kind: 'copy' } };
  const by = isKey(event, 'down', 'j') ? 1 : isKey(event, 'up', 'k') ? -1 : 0;
  return { flow: by === 0 ? flow : { ...flow, top: Math.max(0, flow.top + by) } };
}

function shown(flow: Delivering, view: Delivering['view']): Delivering {
  return { ...flow, view, top: 0, says: [] };
}

function pressFile(flow: Delivering, form: FormState, event: KeyEvent): PressedDelivery {
  if (isKey(event, 'escape')) return { flow: { ...flow, file: undefined } };
  if (!isKey(event, 'enter')) {
    const next = pressForm(form, event);
    return { flow: { ...flow, file: renamed(flow, form, next) } };
  }
  const { path = '', as = 'wg-quick', replaces = 'no' } = form.answers;
  if (path.trim() === '') return { flow };
  const wish: Wish = { kind: 'file', path: path.trim(), as: as as FileKind, replaces: replaces === 'yes' };
  return { flow: { ...flow, file: undefined }, wish };
}

/** The proposed path follows the format as long as nobody typed another one. */
function renamed(flow: Delivering, before: FormState, after: FormState): FormState {
  const { as } = after.answers;
  if (as === before.answers['as'] || before.answers['path'] !== pathFor(flow, before.answers['as'])) return after;
  return { ...after, answers: { ...after.answers, path: pathFor(flow, as) } };
}

const endings: Readonly<Record<FileKind, string>> = {
  'wg-quick': 'conf',
  networkmanager: 'nmconnection',
  networkd: 'netdev',
  openwrt: 'uci',
  mikrotik: 'rsc',
  card: 'txt',
  png: 'png',
  svg: 'svg',
};

function pathFor({ delivery }: Delivering, as: string | undefined): string {
  const ending = endings[(as ?? 'wg-quick') as FileKind] ?? 'conf';
  return `${delivery.directory.replace(/\/$/, '')}/${delivery.client.profile.name}.${ending}`;
}

function fileAnswers(flow: Delivering): Answers {
  const as = hasPrivateKey(flow.delivery.client.profile) ? 'wg-quick' : 'card';
  return { path: pathFor(flow, as), as };
}

function fileFields({ delivery }: Delivering): readonly Field[] {
  const isKeyed = hasPrivateKey(delivery.client.profile);
  const formats = Object.keys(profileFormats) as ProfileFormat[];
  const kinds: readonly FileKind[] = isKeyed
    ? [
        ...formats.filter((format) => format !== 'card'),
        ...(delivery.symbol === undefined ? [] : (['png', 'svg'] as const)),
      ]
    : ['card'];
  const label = (kind: FileKind) => (kind === 'wg-quick' ? 'conf' : kind);
  return [
    {
      id: 'as',
      label: 'As',
      choices: kinds.map((kind): Choice => ({ value: kind, label: label(kind) })),
      help: 'conf is for the apps and wg-quick; the others are for those who bring tunnels up otherwise, or a picture to scan.',
    },
    { id: 'path', label: 'File', help: 'Only its owner can read it (0600). Fetch it, and take it away from here.' },
    {
      id: 'replaces',
      label: 'If it exists',
      choices: [
        { value: 'no', label: 'keep it' },
        { value: 'yes', label: 'replace it' },
      ],
      help: 'Whether a file of that name may be replaced.',
    },
  ];
}

/** The keys that mean something now. */
export function deliveryKeys(flow: Delivering): readonly (readonly [key: string, title: string])[] {
  if (flow.file !== undefined) {
    return [
      ['Enter', 'write'],
      ['Tab', 'next'],
      ['Esc', 'back'],
    ];
  }
  if (flow.isLeaving) {
    return [
      ['Enter', 'leave: the key is gone'],
      ['Esc', 'stay'],
    ];
  }
  return [
    ...(flow.delivery.symbol === undefined || flow.view === 'code' ? [] : ([['v', 'QR code']] as const)),
    ...(flow.view === 'text' ? [] : ([['t', 'text']] as const)),
    ['f', 'file'],
    ['y', 'clipboard'],
    ...(flow.view === 'ways' ? [] : ([['w', 'what to do']] as const)),
    ['Esc', 'done'],
  ];
}
