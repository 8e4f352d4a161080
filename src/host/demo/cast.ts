import { type DemoKeyPair, demoKeyPair, demoPresharedKey } from './keys.ts';
import { type Draw, seededDraw } from './random.ts';
import { homeTraffic, laptopTraffic, lightTraffic, phoneBursts, phoneTraffic } from './traffic.ts';
import type { Behaviour, Tunnel } from './tunnel.ts';

/** How many seconds of history the demo has before its start. */
export const historySeconds = 900;

/** The interface of the simulated hub. */
export const hub = {
  interface: 'wg0',
  addresses: ['10.8.0.1/24', 'fd08::1/64'],
  port: 51820,
  /** Its address on the simulated internet (RFC 5737). */
  publicAddress: '198.51.100.10',
} as const;

/** What the hub's file says about a peer. */
export interface PeerSection {
  readonly name: string;
  readonly publicKey: string;
  readonly presharedKey: string | undefined;
  readonly allowedIps: readonly string[];
}

/** A peer of the simulated hub: who it is, how it behaves, and how things stood when the history begins. */
export interface DemoPeer extends PeerSection {
  readonly endpoint: (second: number) => string | undefined;
  readonly behaviour: Behaviour;
  readonly before: Readonly<Tunnel>;
}

/** Everybody in the play. */
export interface DemoCast {
  readonly hubKeys: DemoKeyPair;
  /** The peers that the hub runs with. */
  readonly peers: readonly DemoPeer[];
  /** The peer that stands in the file only, switched off. */
  readonly disabled: PeerSection;
}

/** The cast for a seed. */
export function demoCast(seed: number): DemoCast {
  return {
    hubKeys: demoKeyPair(seed, 'edge'),
    peers: runningPeers(seed),
    disabled: {
      name: 'old-phone',
      publicKey: demoKeyPair(seed, 'old-phone').publicKey,
      presharedKey: demoPresharedKey(seed, 'old-phone'),
      allowedIps: allowedIps(8),
    },
  };
}

function runningPeers(seed: number): readonly DemoPeer[] {
  const draw = seededDraw(seed);
  const peer = peerMaker(seed);
  return [
    peer('home', 3, {
      lan: '192.168.1.0/24',
      preshared: true,
      endpoint: () => '203.0.113.20:47474',
      behaviour: { kind: 'spoke', traffic: homeTraffic(draw), keepalive: 25 },
      before: { rx: 412_874_301_556, tx: 61_930_442_908, handshake: 41, lastPacket: 1 },
    }),
    peer('laptop', 4, {
      preshared: true,
      endpoint: () => '192.0.2.11:39447',
      behaviour: { kind: 'spoke', traffic: laptopTraffic(draw) },
      before: { rx: 2_114_908_212, tx: 18_330_117_460, handshake: 72, lastPacket: 1 },
    }),
    peer('anna-phone', 5, {
      endpoint: (second) => (phoneBursts(draw, second) % 2 === 1 ? '100.64.0.12:54041' : '203.0.113.77:61220'),
      behaviour: { kind: 'spoke', traffic: phoneTraffic(draw) },
      before: {
        rx: 388_120_904,
        tx: 5_208_774_120,
        handshake: 7_200 - historySeconds,
        lastPacket: 7_104 - historySeconds,
      },
    }),
    peer('anna-laptop', 6, {
      endpoint: () => '[2001:db8:4c1:7::a2]:51413',
      behaviour: { kind: 'spoke', traffic: lightTraffic(draw), keepalive: 25 },
      before: { rx: 901_442_116, tx: 11_730_090_332, handshake: 58, lastPacket: 8 },
    }),
    peer('tablet', 7, { endpoint: () => undefined, behaviour: { kind: 'absent' }, before: {} }),
    peer('printer', 9, {
      preshared: true,
      endpoint: () => '203.0.113.20:50112',
      behaviour: { kind: 'knocking', calls: callsEachFiveSeconds(draw) },
      before: { rx: 148 * 3_421, tx: 92 * 3_421 },
    }),
    peer('cabin-router', 12, {
      lan: '192.168.40.0/24',
      endpoint: () => '203.0.113.145:51820',
      behaviour: { kind: 'spoke', traffic: () => undefined, keepalive: 25, until: -100 },
      before: { rx: 77_204_388_020, tx: 9_114_200_764, handshake: 50, lastPacket: 0 },
    }),
  ];
}

interface PeerDetails {
  readonly lan?: string;
  readonly preshared?: boolean;
  readonly endpoint: DemoPeer['endpoint'];
  readonly behaviour: Behaviour;
  /** Counters, and times as seconds before the history begins. */
  readonly before: {
    readonly rx?: number;
    readonly tx?: number;
    readonly handshake?: number;
    readonly lastPacket?: number;
  };
}

function peerMaker(seed: number) {
  return (name: string, number: number, details: PeerDetails): DemoPeer => {
    const { rx = 0, tx = 0, handshake, lastPacket = 0 } = details.before;
    return {
      name,
      publicKey: demoKeyPair(seed, name).publicKey,
      presharedKey: details.preshared === true ? demoPresharedKey(seed, name) : undefined,
      allowedIps: details.lan === undefined ? allowedIps(number) : [...allowedIps(number), details.lan],
      endpoint: details.endpoint,
      behaviour: details.behaviour,
      before: {
        rx,
        tx,
        handshake: handshake === undefined ? undefined : -historySeconds - handshake,
        lastPacket: -historySeconds - lastPacket,
        owesSince: undefined,
      },
    };
  };
}

function allowedIps(number: number): readonly string[] {
  return [`10.8.0.${number}/32`, `fd08::${number.toString(16)}/128`];
}

/** WireGuard repeats an initiation after 5 s and up to a third (REKEY_TIMEOUT with its jitter), so now and then a second passes in between. */
function callsEachFiveSeconds(draw: Draw): (second: number) => boolean {
  const round = 31;
  return (second) => {
    const late = Math.floor(6 * draw(50, Math.floor(second / round)));
    const position = ((second % round) + round) % round;
    return position % 5 === 0 ? position / 5 <= late : position % 5 === 1 && (position - 1) / 5 > late;
  };
}
