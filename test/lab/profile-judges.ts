/** What wg, wg-quick, NetworkManager and systemd-networkd make of what we write, each in namespaces of its own. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolvableHosts, resolvedAddress } from './conf-judge.ts';
import { LabError, run } from './run.ts';

/** A file by its name. */
export interface NamedText {
  readonly fileName: string;
  readonly text: string;
}

/** What a script left in its directory, and what it said. */
interface Trial {
  readonly stdout: string;
  /** The files of the directory `out`, by name. */
  readonly out: ReadonlyMap<string, string>;
}

/** Runs a script of bash in namespaces that end with it; `$1` is a directory with the files in `in`, and an empty `out`. */
async function tryOut(
  script: string,
  files: readonly NamedText[],
  timeoutMs: number,
  unpacked?: string,
): Promise<Trial> {
  const directory = mkdtempSync(join(tmpdir(), 'meshtui-profiles-'));
  try {
    for (const name of ['in', 'out', 'root']) mkdirSync(join(directory, name));
    for (const { fileName, text } of files) writeFileSync(join(directory, 'in', fileName), text, { mode: 0o600 });
    if (unpacked !== undefined) cpSync(unpacked, join(directory, 'root'), { recursive: true, verbatimSymlinks: true });
    writeFileSync(join(directory, 'hosts'), resolvableHosts.map((name) => `${resolvedAddress} ${name}\n`).join(''));
    writeFileSync(join(directory, 'nsswitch.conf'), 'hosts: files\n');
    const unshare = ['unshare', '--mount', '--net', '--pid', '--fork', '--kill-child', '--mount-proc'];
    const argv = [...unshare, 'bash', '-c', `${prelude}${script}\ntrue\n`, 'judge', directory];
    const { code, stdout, stderr } = await run(argv, { timeoutMs });
    if (code !== 0) throw new LabError(`a judge ended with ${code}: ${stderr.slice(-2_000)}`);
    const names = readdirSync(join(directory, 'out'));
    return { stdout, out: new Map(names.map((name) => [name, readFileSync(join(directory, 'out', name), 'utf8')])) };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Hides what programs would write to, so that nothing of the machine is touched. */
const prelude = `
set -u
mount --make-rprivate /
mkdir -p /run/wireguard
mount -t tmpfs none /run
mkdir -p /run/wireguard /run/up/etc /run/up/etc.work /run/dbus /run/NetworkManager /run/systemd/netif/links /run/systemd/network
mount -t overlay -o "lowerdir=/etc,upperdir=/run/up/etc,workdir=/run/up/etc.work" overlay /etc || exit 3
cp "$1/hosts" "$1/nsswitch.conf" /etc/
export WG_ENDPOINT_RESOLUTION_RETRIES=0 WG_QUICK_USERSPACE_IMPLEMENTATION=wireguard-go
ip link set lo up
`;

/** What wg-quick and wg said of a file. */
export interface WgVerdict {
  /** Whether `wg-quick strip` and `wg setconf` of what that printed took it. */
  readonly isTaken: boolean;
  readonly said: string;
  /** `wg show INTERFACE dump` afterwards, as fields: the interface's and its peers'. */
  readonly rows: readonly (readonly string[])[];
}

/** The verdicts of `wg-quick strip` and `wg setconf`, in order. */
export async function judgeByWg(files: readonly NamedText[], timeoutMs: number): Promise<readonly WgVerdict[]> {
  const script = `
wireguard-go judge0 >/dev/null 2>&1 || exit 4
cd "$1/in"
for file in *.conf; do
  { wg-quick strip "$PWD/$file" > "$1/stripped" && wg setconf judge0 "$1/stripped" && wg show judge0 dump > "$1/out/$file"; } 2> "$1/out/$file.said"
done
`;
  const { out } = await tryOut(script, files, timeoutMs);
  return files.map(({ fileName }) => {
    const dump = out.get(fileName);
    const rows = (dump ?? '')
      .trimEnd()
      .split('\n')
      .map((row) => row.split('\t'));
    return { isTaken: dump !== undefined && dump !== '', said: out.get(`${fileName}.said`) ?? '', rows };
  });
}

/** What a gateway looks like after `wg-quick up`: once, again after its interface was taken away, and after `down`. */
export interface GatewayStates {
  readonly up: string;
  readonly again: string;
  readonly down: string;
  /** Of the sysctls `net.ipv4.ip_forward` and `net.ipv6.conf.all.forwarding` while it was up. */
  readonly forwarding: string;
}

/** Brings a gateway up and down with an interface eth0; the rules of nft in each state. */
export async function judgeGateway(file: NamedText, timeoutMs: number): Promise<GatewayStates> {
  const name = file.fileName.replace(/\.conf$/, '');
  const script = `
ip link add eth0 type veth peer name lan0 && ip link set eth0 up || exit 4
mount --bind "$1/in" /etc/wireguard 2>/dev/null || { mkdir -p /etc/wireguard && mount --bind "$1/in" /etc/wireguard; }
state() { nft list ruleset > "$1/out/$2"; }
{ wg-quick up ${name} && state "$1" up && sysctl -n net.ipv4.ip_forward net.ipv6.conf.all.forwarding > "$1/out/forwarding"; } || exit 5
ip link delete ${name}; sleep 0.3
{ wg-quick up ${name} && state "$1" again && wg-quick down ${name} && state "$1" down; } || exit 6
`;
  const { out } = await tryOut(script, [file], timeoutMs);
  const read = (state: string) => out.get(state) ?? 'nothing';
  return { up: read('up'), again: read('again'), down: read('down'), forwarding: read('forwarding') };
}

/** A client for NetworkManager: the file of the apps, and our own of the same. */
export interface ConnectionPair {
  readonly name: string;
  readonly conf: string;
  readonly keyfile: string;
}

/** What NetworkManager itself wrote after it imported the one and copied the other; undefined where it refused. */
export interface ConnectionVerdict {
  readonly imported: string | undefined;
  readonly copied: string | undefined;
  readonly said: string;
}

/** Runs NetworkManager on a bus of its own and has nmcli import each configuration, and load and copy each keyfile. */
export async function judgeByNetworkManager(
  pairs: readonly ConnectionPair[],
  unpacked: string,
  timeoutMs: number,
): Promise<readonly ConnectionVerdict[]> {
  const script = `
if [ -d "$1/root/usr" ]; then mount -t overlay -o "lowerdir=$1/root/usr:/usr" overlay /usr || exit 4; fi
mkdir -p /etc/NetworkManager/system-connections /run/nm-state
mkdir -p /run/up/var /run/up/var.work && mount -t overlay -o "lowerdir=/var,upperdir=/run/up/var,workdir=/run/up/var.work" overlay /var || exit 4
mkdir -p /var/lib/NetworkManager
dbus-daemon --system --fork --nopidfile || exit 5
NetworkManager --no-daemon > "$1/nm.log" 2>&1 &
for try in $(seq 100); do nmcli general status >/dev/null 2>&1 && break; sleep 0.2; done
kept=/etc/NetworkManager/system-connections
cd "$1/in"
for file in *.conf; do
  name="\${file%.conf}"
  {
    nmcli connection import type wireguard file "$PWD/$file" && cp "$kept/$name.nmconnection" "$1/out/$name.imported" && nmcli connection delete id "$name"
    install -m 600 "$name.nmconnection" "$kept/$name.nmconnection" && nmcli connection load "$kept/$name.nmconnection" &&
      nmcli connection clone id "$name" copy && cp "$kept/copy.nmconnection" "$1/out/$name.copied"
    nmcli connection delete id copy; nmcli connection delete id "$name"
  } > "$1/out/$name.said" 2>&1
done
`;
  const files = pairs.flatMap(({ name, conf, keyfile }) => [
    { fileName: `${name}.conf`, text: conf },
    { fileName: `${name}.nmconnection`, text: keyfile },
  ]);
  const { out } = await tryOut(script, files, timeoutMs, unpacked);
  return pairs.map(({ name }) => ({
    imported: out.get(`${name}.imported`),
    copied: out.get(`${name}.copied`),
    said: out.get(`${name}.said`) ?? '',
  }));
}

/** What systemd-networkd says of files while it loads them, each line of its log that is about one of them. */
export async function complaintsOfNetworkd(files: readonly NamedText[], timeoutMs: number): Promise<readonly string[]> {
  const { stdout } = await tryOut(
    `${networkdSetup}${networkdRun}sleep 1; kill $networkd; cat /run/log`,
    files,
    timeoutMs,
  );
  if (!stdout.includes('Enumeration completed')) throw new LabError(`networkd did not come up: ${stdout.slice(-500)}`);
  return stdout
    .split('\n')
    .filter(
      (line) =>
        /\/etc\/systemd\/network\/|[Ff]ailed to parse|[Ii]nvalid|\[.*ignoring/.test(line) && !harmless.test(line),
    );
}

/** What networkd always says in a namespace, whatever the files. */
const harmless = /invalid family|wrong KIND/;

/** What networkd did to an interface. */
export interface AppliedNetwork {
  readonly addresses: string;
  readonly routes: string;
  readonly rules: string;
}

/**
 * Has networkd apply one `.network` to a tunnel of wireguard-go (a kernel without WireGuard makes none of a `.netdev`), and
 * reads addresses, routes and rules back once it says that the interface is configured.
 */
export async function applyByNetworkd(file: NamedText, device: string, timeoutMs: number): Promise<AppliedNetwork> {
  const script = `${networkdSetup}
mount -t sysfs -o ro sysfs /sys
wireguard-go ${device} >/dev/null 2>&1 || exit 4
${networkdRun}
for try in $(seq 100); do grep -q '^${device}: State changed: .* configured$' /run/log && break; sleep 0.1; done
ip -o addr show dev ${device} scope global > "$1/out/addresses"
{ ip -4 route show table all dev ${device}; ip -6 route show table all dev ${device}; } > "$1/out/routes"
{ ip -4 rule; ip -6 rule; } > "$1/out/rules"
kill $networkd
`;
  const { out } = await tryOut(script, [file], timeoutMs);
  return { addresses: out.get('addresses') ?? '', routes: out.get('routes') ?? '', rules: out.get('rules') ?? '' };
}

const networkdSetup = `
mount -t tmpfs none /etc/systemd/network || exit 4
cp "$1"/in/* /etc/systemd/network/
chown root:systemd-network /etc/systemd/network/*; chmod 640 /etc/systemd/network/*
chown -R systemd-network: /run/systemd/netif
`;
const networkdRun = `
SYSTEMD_LOG_LEVEL=debug SYSTEMD_LOG_TARGET=console /lib/systemd/systemd-networkd > /run/log 2>&1 & networkd=$!
`;
