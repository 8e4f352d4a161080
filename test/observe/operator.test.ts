import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { demoHost } from '../../src/host/demo/demo-host.ts';
import { fakeHost } from '../../src/host/fake.ts';
import type { Argv, HostFacts } from '../../src/host/host.ts';
import { known } from '../../src/host/printable.ts';
import { findOperator, locateOperator, type Operator } from '../../src/observe/operator.ts';
import { parseStat } from '../../src/observe/process-tree.ts';
import { parseSockets } from '../../src/observe/sockets.ts';
import { type InterfaceName, parsePublicKey } from '../../src/wg/key.ts';
import { peerId } from '../../src/wg/peer.ts';

interface FakeProcess {
  readonly parent: number;
  readonly name: string;
  /** The kernel's number of the terminal. */
  readonly terminal?: number;
  readonly uid?: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** Targets of /proc/<pid>/fd. */
  readonly open?: readonly string[];
}
type Processes = Readonly<Record<number, FakeProcess>>;

const pts = (number: number) => (136 << 8) | number;

/** A machine with these processes, on which process 100 asks. */
function machine(
  processes: Processes,
  programs: (command: string) => string | undefined = () => undefined,
  facts: Partial<HostFacts> = {},
) {
  const files = new Map<string, string>();
  for (const [pid, { parent, name, terminal = 0, uid = 0, environment = {}, open = [] }] of Object.entries(processes)) {
    files.set(`/proc/${pid}/stat`, `${pid} (${name}) S ${parent} ${pid} ${pid} ${terminal} ${pid} 4194304 311 0 0 0\n`);
    files.set(
      `/proc/${pid}/status`,
      `Name:\tx\nUid:\t${uid}\t${uid}\t${uid}\t${uid}\nGid:\t${uid}\t${uid}\t${uid}\t${uid}\n`,
    );
    files.set(
      `/proc/${pid}/environ`,
      Object.entries(environment)
        .map(([key, value]) => `${key}=${value}\0`)
        .join(''),
    );
    open.forEach((target, index) => {
      files.set(`/proc/${pid}/fd/${index} ->`, target);
    });
  }
  const answer = (argv: Argv) => programs(argv.join(' '));
  return fakeHost({ files, programs: answer }, { pid: 100, ...facts });
}

/** The output of ss as iproute2 6.1 prints it. */
function sockets(...lines: string[]) {
  return (command: string) =>
    command === 'ss -Htnp state established' ? lines.map((line) => `0      0      ${line}\n`).join('') : undefined;
}

const told = (address: string, port: number) => ({ SSH_CONNECTION: `${address} ${port} 10.8.0.1 22` });

/** init, the listener, the monitor, the session's sshd (pid 12), its shell (pid 20) on pts/0. */
const sshSession: Processes = {
  1: { parent: 0, name: 'systemd' },
  10: { parent: 1, name: 'sshd' },
  11: { parent: 10, name: 'sshd' },
  12: { parent: 11, name: 'sshd', uid: 1000 },
  20: { parent: 12, name: 'bash', terminal: pts(0), uid: 1000, environment: told('10.8.0.4', 50722) },
};
const sessionSocket = '10.8.0.1:22   10.8.0.4:50722 users:(("sshd",pid=12,fd=4),("sshd",pid=11,fd=4))';
const fromLaptop = { kind: 'ssh', address: '10.8.0.4', port: 50722, localAddress: '10.8.0.1' };

describe('an SSH session', () => {
  const plain: Processes = {
    ...sshSession,
    100: { parent: 20, name: 'meshtui', environment: told('10.8.0.4', 50722) },
  };

  it('is known by the socket of its sshd', async () => {
    const found = await findOperator(machine(plain, sockets(sessionSocket)));
    expect(found).toEqual({ ...fromLaptop, evidence: 'the socket of sshd (pid 12)' });
  });

  it('is known under sudo, which drops SSH_CONNECTION and makes a terminal of its own', async () => {
    const host = machine(
      {
        ...sshSession,
        20: { parent: 12, name: 'bash' },
        30: { parent: 20, name: 'sudo', terminal: pts(0) },
        31: { parent: 30, name: 'sudo', terminal: pts(1) },
        100: { parent: 31, name: 'meshtui', terminal: pts(1) },
      },
      sockets(sessionSocket),
    );
    expect(await findOperator(host)).toMatchObject(fromLaptop);
  });

  it('is known after su, without root and without ss, by what its own sshd told it', async () => {
    const host = machine(
      {
        ...sshSession,
        30: { parent: 20, name: 'su' },
        31: { parent: 30, name: 'bash' },
        100: { parent: 31, name: 'meshtui' },
      },
      undefined,
      { uid: 1001 },
    );
    expect(await findOperator(host)).toEqual({
      ...fromLaptop,
      evidence: 'SSH_CONNECTION of bash (pid 20), started by sshd',
    });
  });

  it('is not mistaken for the ports that it forwards', async () => {
    const forwards = [
      '10.8.0.1:43274 192.168.1.9:443 users:(("sshd",pid=12,fd=3))',
      '127.0.0.1:7788 127.0.0.1:48770 users:(("sshd",pid=12,fd=11))',
    ];
    const silent: Processes = { ...plain, 20: { parent: 12, name: 'bash' }, 100: { parent: 20, name: 'meshtui' } };
    expect(await findOperator(machine(silent, sockets(...forwards, sessionSocket)))).toMatchObject(fromLaptop);
    const asRoot: Processes = { ...silent, 12: { parent: 10, name: 'sshd' } };
    const alone = '10.8.0.1:22 10.8.0.4:50722 users:(("sshd",pid=12,fd=2))';
    expect(await findOperator(machine(asRoot, sockets(...forwards, alone)))).toMatchObject(fromLaptop);
    const late = '10.8.0.1:22 10.8.0.4:50722 users:(("sshd",pid=12,fd=30))';
    const knows: Processes = { ...asRoot, 20: { parent: 12, name: 'bash', environment: told('10.8.0.4', 50722) } };
    expect(await findOperator(machine(knows, sockets(...forwards, late)))).toMatchObject(fromLaptop);
  });

  it('is known behind sshd-session and over IPv6', async () => {
    const host = machine(
      { ...plain, 11: { parent: 10, name: 'sshd-session' }, 12: { parent: 11, name: 'sshd-session' } },
      sockets('[fd08::1]:22 [fd08::4]:50722 users:(("sshd-session",pid=12,fd=7),("sshd-session",pid=11,fd=7))'),
    );
    expect(await findOperator(host)).toMatchObject({ address: 'fd08::4', port: 50722, localAddress: 'fd08::1' });
    const mapped = sockets('[::ffff:10.8.0.1]:22 [::ffff:10.8.0.4]:50722 users:(("sshd",pid=12,fd=4))');
    expect(await findOperator(machine(plain, mapped))).toMatchObject({ address: '::ffff:10.8.0.4' });
    const scoped = sockets('[fe80::1]%eth0:22 [fe80::4]%eth0:50722 users:(("sshd",pid=12,fd=4))');
    expect(await findOperator(machine(plain, scoped))).toMatchObject({ address: 'fe80::4%eth0', port: 50722 });
  });

  it('is unknown where nothing tells, rather than guessed from other sockets', async () => {
    const others = sockets('10.8.0.1:22 10.8.0.9:1 users:(("sshd",pid=77,fd=4))', '10.8.0.1:22 10.8.0.9:2', 'nonsense');
    const silent: Processes = {
      ...plain,
      20: { parent: 12, name: 'bash', terminal: 0x401 },
      100: { parent: 20, name: 'x' },
    };
    expect(await findOperator(machine(silent, others))).toEqual({
      kind: 'unknown',
      why: 'neither ss nor SSH_CONNECTION tells who is connected to sshd (pid 12)',
    });
    const noSocket: Processes = {
      ...silent,
      20: { parent: 12, name: 'bash', environment: { SSH_CONNECTION: 'UNKNOWN 65535 UNKNOWN 65535' } },
    };
    expect(await findOperator(machine(noSocket))).toMatchObject({ kind: 'unknown' });
  });

  it('is not believed where its sshd is not an ancestor', async () => {
    const orphan: Processes = {
      1: { parent: 0, name: 'systemd' },
      20: { parent: 1, name: 'bash', terminal: pts(3), environment: told('10.8.0.9', 1) },
      100: { parent: 20, name: 'meshtui', environment: told('10.8.0.9', 1) },
    };
    const host = machine(orphan, sockets('10.8.0.1:22 10.8.0.9:1 users:(("sshd",pid=12,fd=4))'), {
      environment: told('10.8.0.9', 1),
    });
    expect(await findOperator(host)).toMatchObject({ kind: 'unknown', why: expect.stringContaining('no SSH server') });
  });
});

describe('hostile names', () => {
  it('do not break the chain', async () => {
    const host = machine(
      {
        ...sshSession,
        40: { parent: 20, name: ') S 1 1 1 0 (x', environment: { SSH_CONNECTION: '6.6.6.6 6 6.6.6.6 6' } },
        41: { parent: 40, name: 'a b) R 7 (c\n' },
        100: { parent: 41, name: 'meshtui' },
      },
      sockets(sessionSocket),
    );
    expect(await findOperator(host)).toMatchObject(fromLaptop);
  });

  it('do not make a socket look like that of sshd', async () => {
    const silent: Processes = { ...sshSession, 20: { parent: 12, name: 'bash' }, 100: { parent: 20, name: 'meshtui' } };
    const forged = ['",pid=12,fd=3', '",pid=12,fd=3)', '"),("",pid=12,f', '(",pid=12,fd=3)'];
    const lines = forged.map((name, index) => `10.8.0.1:22 6.6.6.6:${index + 1} users:(("${name}",pid=666,fd=3))`);
    expect(forged.every((name) => name.length <= 15)).toBe(true);
    expect(await findOperator(machine(silent, sockets(...lines)))).toMatchObject({ kind: 'unknown' });
  });

  it('are shown without what a terminal obeys', async () => {
    const host = machine({
      ...sshSession,
      20: { parent: 12, name: '\u001b[31mbash', environment: told('10.8.0.4', 50722) },
      100: { parent: 20, name: 'meshtui' },
    });
    expect(await findOperator(host)).toMatchObject({ evidence: 'SSH_CONNECTION of bash (pid 20), started by sshd' });
    const self = machine({
      ...sshSession,
      100: { parent: 12, name: 'MainThread', environment: told('10.8.0.4', 50722) },
    });
    expect(await findOperator(self)).toMatchObject({ evidence: 'SSH_CONNECTION of this process, started by sshd' });
  });
});

describe('inside tmux', () => {
  const stale = { TMUX: '/tmp/tmux-1000/a,b,50,0', TMUX_PANE: '%3', ...told('10.8.0.99', 9) };
  /** The server was started by a session from 10.8.0.99 that is gone; the session of pid 12 is attached now. */
  const attached: Processes = {
    ...sshSession,
    21: { parent: 20, name: 'tmux: client', terminal: pts(0), uid: 1000 },
    50: { parent: 1, name: 'tmux: server', uid: 1000, environment: told('10.8.0.99', 9) },
    51: { parent: 50, name: 'bash', uid: 1000, environment: stale },
    52: { parent: 51, name: 'sudo' },
    100: { parent: 52, name: 'meshtui' },
  };
  const drop = 'setpriv --reuid=1000 --regid=1000 --clear-groups --';
  const tmux = 'tmux -S /tmp/tmux-1000/a,b';
  const answers =
    (clients: string, panes: string, before = `${drop} `) =>
    (command: string) => {
      if (command === `${before}${tmux} list-clients -F #{client_pid} #{client_activity} #{session_id}`) return clients;
      if (command === `${before}${tmux} list-panes -a -F #{session_id} #{pane_id}`) return panes;
      return sockets(sessionSocket)(command);
    };

  it('is the attached client, not the session that started the server', async () => {
    const host = machine(attached, answers('21 1795394892 $0\n', '$0 %3\n'));
    expect(await findOperator(host)).toEqual({ ...fromLaptop, evidence: 'the socket of sshd (pid 12)' });
    expect(host.world.ran.filter(([program]) => program === 'tmux')).toEqual([]);
  });

  it('is the client last active in a session that shows the pane', async () => {
    const two: Processes = {
      ...attached,
      13: { parent: 10, name: 'sshd' },
      14: { parent: 13, name: 'bash', environment: told('10.8.0.5', 7) },
      15: { parent: 14, name: 'tmux: client' },
    };
    const clients = (first: number, second: number, third: number) =>
      `21 ${first} $0\n15 ${second} $4\n16 ${third} $1\n`;
    const panes = '$0 %3\n$1 %1\n$4 %3\n';
    const find = (text: string) => findOperator(machine(two, answers(text, panes)));
    expect(await find(clients(200, 100, 900))).toMatchObject({ address: '10.8.0.4' });
    expect(await find(clients(100, 200, 900))).toMatchObject({ address: '10.8.0.5', port: 7 });
  });

  it('asks with its own rights where the server is its own, and not at all where it would need others', async () => {
    const own = machine(attached, answers('21 1 $0\n', '$0 %3\n', ''), { uid: 1000 });
    expect(await findOperator(own)).toMatchObject(fromLaptop);
    const other = machine(attached, answers('21 1 $0\n', '$0 %3\n', ''), { uid: 1001 });
    expect(await findOperator(other)).toMatchObject({ kind: 'unknown', why: expect.stringContaining('someone else') });
  });

  it('is unknown with the reason when detached, mute, or when TMUX names another server', async () => {
    const why = async (processes: Processes, programs: (command: string) => string | undefined) => {
      const found = await findOperator(machine(processes, programs));
      return found.kind === 'unknown' ? found.why : found.kind;
    };
    expect(await why(attached, answers('', '$0 %3\n'))).toMatch(/no terminal is attached/);
    expect(await why(attached, sockets(sessionSocket))).toMatch(/does not answer/);
    const other = { ...attached, 51: { parent: 50, name: 'bash', environment: { ...stale, TMUX: '/tmp/x,49,0' } } };
    expect(await why(other, answers('21 1 $0\n', '$0 %3\n'))).toMatch(/does not say where/);
  });

  it('ends where clients and servers point at each other', async () => {
    const host = machine(attached, answers('51 1 $0\n', '$0 %3\n'));
    expect(await findOperator(host)).toEqual({
      kind: 'unknown',
      why: 'the ancestors of this process form a loop in /proc',
    });
  });
});

describe('inside screen', () => {
  const attached: Processes = {
    ...sshSession,
    21: { parent: 20, name: 'screen', terminal: pts(0), uid: 1000 },
    60: { parent: 1, name: 'screen', open: ['/dev/null', '/dev/pts/0', 'socket:[18021]', '/dev/ptmx', '/dev/ptmx'] },
    61: { parent: 60, name: 'bash', terminal: pts(5), environment: told('10.8.0.99', 9) },
    100: { parent: 61, name: 'meshtui', terminal: pts(5) },
  };

  it('is the client on the terminal that the server holds open', async () => {
    expect(await findOperator(machine(attached, sockets(sessionSocket)))).toMatchObject(fromLaptop);
  });

  it('is unknown with the reason when detached, shared, or not to be seen', async () => {
    const withOpen = (open?: readonly string[]): Processes => ({
      ...attached,
      60: { parent: 1, name: 'screen', ...(open === undefined ? {} : { open }) },
    });
    const why = async (processes: Processes) =>
      (await findOperator(machine(processes, sockets(sessionSocket)))) as { why?: string };
    expect((await why(withOpen(['/dev/ptmx']))).why).toMatch(/no terminal is attached/);
    expect((await why(withOpen(['/dev/pts/0', '/dev/pts/2']))).why).toMatch(/several/);
    expect((await why(withOpen(['/dev/pts/8']))).why).toMatch(/pts\/8/);
    expect((await why(withOpen())).why).toMatch(/cannot be read/);
  });
});

describe('without SSH', () => {
  it('is local on a console, also under sudo', async () => {
    const console: Processes = {
      1: { parent: 0, name: 'systemd' },
      70: { parent: 1, name: 'login', terminal: 0x401 },
      71: { parent: 70, name: 'bash', terminal: 0x401 },
      72: { parent: 71, name: 'sudo', terminal: 0x401 },
      100: { parent: 72, name: 'meshtui', terminal: pts(0) },
    };
    expect(await findOperator(machine(console))).toEqual({ kind: 'local', tty: 'tty1' });
    const serial: Processes = { 100: { parent: 0, name: 'meshtui', terminal: (4 << 8) | 64 } };
    expect(await findOperator(machine(serial))).toEqual({ kind: 'local', tty: 'ttyS0' });
    const pretended: Processes = { ...console, 72: { parent: 71, name: 'sshd' } };
    expect(await findOperator(machine(pretended))).toMatchObject({ kind: 'unknown' });
  });

  it('is unknown inside mosh, in a container, and where /proc is not there', async () => {
    const mosh: Processes = {
      1: { parent: 0, name: 'systemd' },
      80: { parent: 1, name: 'mosh-server', environment: told('10.8.0.4', 1) },
      81: { parent: 80, name: 'bash', environment: told('10.8.0.4', 1) },
      100: { parent: 81, name: 'meshtui' },
    };
    expect(await findOperator(machine(mosh))).toMatchObject({ kind: 'unknown', why: expect.stringContaining('mosh') });
    const container: Processes = { 100: { parent: 0, name: 'meshtui', terminal: pts(0) } };
    expect(await findOperator(machine(container))).toMatchObject({ kind: 'unknown' });
    expect(await findOperator(machine({}))).toEqual({
      kind: 'unknown',
      why: 'the ancestors of this process cannot be read from /proc',
    });
    const garbled = machine({});
    garbled.world.files.set('/proc/100/stat', '100 (x');
    expect(await findOperator(garbled)).toMatchObject({ kind: 'unknown' });
  });

  it('gives up on loops and on endless chains', async () => {
    const loop: Processes = { 99: { parent: 100, name: 'a' }, 100: { parent: 99, name: 'b' } };
    expect(await findOperator(machine(loop))).toMatchObject({ why: expect.stringContaining('loop') });
    const endless = Object.fromEntries(
      Array.from({ length: 300 }, (_, index) => [100 + index, { parent: 101 + index, name: 'x' }]),
    );
    expect(await findOperator(machine(endless))).toMatchObject({ why: expect.stringContaining('too many') });
  });
});

describe('locateOperator', () => {
  const key = (letter: string) => parsePublicKey(`${letter.repeat(42)}A=`) ?? expect.fail('no key');
  const wg0 = 'wg0' as InterfaceName;
  const wg1 = 'wg1' as InterfaceName;
  const [laptop, fullTunnel] = [peerId(wg0, key('B')), peerId(wg1, key('C'))];
  const interfaces = [
    { name: wg0, peers: [{ id: laptop, allowedIps: ['10.8.0.4/32', 'fd08::4/128'] }] },
    { name: wg1, peers: [{ id: fullTunnel, allowedIps: ['0.0.0.0/0', '::/0'] }] },
  ];
  const ssh = (address: string): Operator => ({
    kind: 'ssh',
    address,
    port: 1,
    localAddress: '10.8.0.1',
    evidence: known(''),
  });
  const routes = (devices: Readonly<Record<string, string>>) =>
    machine({}, (command) => {
      const question = command.replace(/^ip -j route get /, '');
      const dev = devices[question];
      return dev === undefined ? undefined : JSON.stringify([{ dst: question, dev, flags: [], uid: 0, cache: [] }]);
    });

  it('finds the peer that carries the address, also mapped into IPv6', async () => {
    const host = routes({ '10.8.0.4 from 10.8.0.1': 'wg0' });
    const expected = { kind: 'tunnel', peer: laptop, address: '10.8.0.4' };
    expect(await locateOperator(host, ssh('10.8.0.4'), interfaces)).toEqual(expected);
    expect(await locateOperator(host, ssh('::ffff:10.8.0.4'), interfaces)).toEqual(expected);
  });

  it('believes the kernel about the way: a full tunnel does not catch the internet, but may carry it', async () => {
    const outside = routes({ '198.51.100.7 from 10.8.0.1': 'eth0' });
    expect(await locateOperator(outside, ssh('198.51.100.7'), interfaces)).toEqual({
      kind: 'outside',
      address: '198.51.100.7',
    });
    const inside = routes({ '198.51.100.7': 'wg1' });
    expect(await locateOperator(inside, ssh('198.51.100.7'), interfaces)).toMatchObject({ peer: fullTunnel });
  });

  it('does without ip, and then ignores prefixes that hold everything', async () => {
    expect(await locateOperator(routes({}), ssh('fd08::4'), interfaces)).toMatchObject({ peer: laptop });
    expect(await locateOperator(routes({}), ssh('198.51.100.7'), interfaces)).toMatchObject({ kind: 'outside' });
    const babble = machine({}, (command) => (command.startsWith('ip ') ? '{"no": [' : undefined));
    expect(await locateOperator(babble, ssh('10.8.0.4'), interfaces)).toMatchObject({ peer: laptop });
  });

  it('passes on what is local or unknown', async () => {
    expect(await locateOperator(routes({}), { kind: 'local', tty: known('tty1') }, interfaces)).toEqual({
      kind: 'local',
    });
    const unknown = { kind: 'unknown', why: known('x') } as const;
    expect(await locateOperator(routes({}), unknown, interfaces)).toEqual(unknown);
  });
});

describe('the simulated hub', () => {
  it('has its operator behind the laptop', async () => {
    const host = demoHost({ clock: () => Date.UTC(2026, 10, 23) });
    const operator = await findOperator(host);
    expect(operator).toMatchObject({ kind: 'ssh', address: '10.8.0.4' });
    const wg0 = 'wg0' as InterfaceName;
    const rows = host
      .dumpAt(host.now())
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => line.split('\t'));
    const peers = rows.map(([, key = '', , , allowedIps = '']) => ({
      id: peerId(wg0, parsePublicKey(key) ?? expect.fail('no key')),
      allowedIps: allowedIps.split(','),
    }));
    const located = await locateOperator(host, operator, [{ name: wg0, peers }]);
    expect(located).toEqual({ kind: 'tunnel', peer: peers[1]?.id, address: '10.8.0.4' });
    expect(peers[1]?.allowedIps).toContain('10.8.0.4/32');
  });
});

describe('the readers of what the machine prints', () => {
  it('never throw, and read back any name', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        parseStat(text);
        parseSockets(text);
        parseSockets(`0 0 1.2.3.4:5 6.7.8.9:10 users:(${text})`);
        expect(parseStat(`7 (${text}) S 6 7 7 34816 7 4194304\n`)).toEqual({
          pid: 7,
          parent: 6,
          name: text,
          terminal: 34816,
        });
      }),
    );
  });

  it('read what Linux and iproute2 printed', () => {
    const stat = '6966 (tmux: server) S 1 6966 6966 0 -1 4194368 410 80 0 0 1 0 0 0 20 0 1 0 174978 2560000 129\n';
    expect(parseStat(stat)).toEqual({ pid: 6966, parent: 1, name: 'tmux: server', terminal: 0 });
    const [held, ...others] = parseSockets(
      '0      0       10.8.0.1:2222   10.8.0.4:46113 users:(("sshd",pid=6928,fd=4),("sshd",pid=6926,fd=4))\n' +
        '0      0       10.8.0.1:2223   10.8.0.4:46114                                                      \n',
    );
    expect(others).toEqual([]);
    expect(held).toEqual({
      local: { address: '10.8.0.1', port: 2222 },
      remote: { address: '10.8.0.4', port: 46113 },
      holders: [
        { pid: 6928, descriptor: 4 },
        { pid: 6926, descriptor: 4 },
      ],
    });
  });
});
