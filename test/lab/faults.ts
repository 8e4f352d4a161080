/** What goes wrong in a real network, made to happen and made good again. */
import type { Lab } from './lab.ts';
import { LabError, readingStdin } from './run.ts';
import { type HostName, type PeerHost, peers, type WireGuardHost } from './topology.ts';
import { ping } from './traffic.ts';
import { newPresharedKey, peerSection } from './wireguard.ts';

/** Each fault takes effect at once and can be made twice without harm. */
export interface Faults {
  /** Packets of this host's uplink vanish, silently, in both directions. For home, use `nat`. */
  cut(host: Uplink): Promise<void>;
  /** Ends {@link Faults.cut}. */
  mend(host: Uplink): Promise<void>;
  /** Takes a peer from the hub's running interface; its file still has it. */
  removePeer(host: PeerHost): Promise<void>;
  /** Puts a peer (back) on the hub's running interface as its file says, its preshared key included. */
  restorePeer(host: PeerHost): Promise<void>;
  /** The hub expects another preshared key from this peer: handshakes arrive and never complete. */
  wrongPresharedKey(host: PeerHost): Promise<void>;
  /** `wg-quick down wg0`. */
  removeInterface(host: WireGuardHost): Promise<void>;
  /** `wg-quick up wg0`. */
  restoreInterface(host: WireGuardHost): Promise<void>;
  /**
   * Takes a peer's own interface down and up, so that it dials the hub at once. By itself it would notice a lost
   * session only after 15 s of unanswered data, or at the next rekeying (120 s).
   */
  redial(host: PeerHost): Promise<void>;
}

export type Uplink = Extract<HostName, 'edge' | 'nat' | 'laptop' | 'phone' | 'roamer' | 'outsider'>;

/** The faults that can be made in a lab. */
export function faultsOf(lab: Lab): Faults {
  const key = (host: PeerHost) => lab.publicKeys[host];
  const hasInterface = async (host: HostName) => (await lab.exec(host, ['wg', 'show', 'wg0', 'public-key'])).code === 0;
  const removePeer = async (host: PeerHost) => {
    await lab.must('edge', ['wg', 'set', 'wg0', 'peer', key(host), 'remove']);
  };
  const mend = async (host: Uplink) => {
    await lab.exec('net', ['nft', 'delete', 'table', 'inet', `cut-${host}`]);
  };
  const removeInterface = async (host: WireGuardHost) => {
    if (await hasInterface(host)) await lab.must(host, ['wg-quick', 'down', 'wg0']);
  };
  const restoreInterface = async (host: WireGuardHost) => {
    if (!(await hasInterface(host))) await lab.must(host, ['wg-quick', 'up', 'wg0']);
  };
  return {
    removePeer,
    mend,
    removeInterface,
    restoreInterface,
    async redial(host) {
      await removeInterface(host);
      await restoreInterface(host);
      if (peers[host].keepalive === undefined) await ping(lab, host, 'edge', 1);
    },
    async cut(host) {
      await mend(host);
      const port = `to-${host}`;
      const rules = `chain forward { type filter hook forward priority -200; iifname "${port}" drop; oifname "${port}" drop; };`;
      await lab.must('net', ['nft', '-f', '-'], { input: `table inet cut-${host} { ${rules} }\n` });
    },
    async restorePeer(host) {
      const file = (await lab.must('edge', ['cat', '/etc/wireguard/wg0.conf'])).stdout;
      const section = peerSection(file, key(host));
      if (section === undefined) throw new LabError(`the hub's wg0.conf has no section for ${host}`);
      await removePeer(host);
      await lab.must('edge', readingStdin(['wg', 'addconf', 'wg0', '/dev/stdin']), { input: section });
    },
    async wrongPresharedKey(host) {
      const argv = ['wg', 'set', 'wg0', 'peer', key(host), 'preshared-key', '/dev/stdin'];
      await lab.must('edge', readingStdin(argv), { input: `${newPresharedKey()}\n` });
    },
  };
}
