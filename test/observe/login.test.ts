/** When whoever runs meshtui logged in, on machines of fake processes. */
import { describe, expect, test } from 'vitest';
import { demoHost } from '../../src/host/demo/demo-host.ts';
import { fakeHost } from '../../src/host/fake.ts';
import { readLogin } from '../../src/observe/login.ts';

interface FakeProcess {
  readonly parent: number;
  readonly name: string;
  /** Clock ticks since boot. */
  readonly start: number;
  readonly terminal?: number;
  readonly environment?: Readonly<Record<string, string>>;
}
type Processes = Readonly<Record<number, FakeProcess>>;

const pts = (136 << 8) | 3;
const tty1 = (4 << 8) | 1;
const local = '10.8.0.1';
const laptop = '10.8.0.4';

/** A machine with these processes, on which process 100 asks. `holders`: the processes that hold the connection. */
function machine(processes: Processes, { holders = [11, 12], from = laptop, ss = true, more = {} } = {}) {
  const files = new Map<string, string>();
  for (const [pid, { parent, name, start, terminal = 0, environment = {} }] of Object.entries(processes)) {
    const head = `${pid} (${name}) S ${parent} ${pid} ${pid} ${terminal} ${pid} 4194304 311 0 0 0`;
    files.set(`/proc/${pid}/stat`, `${head} 0 0 0 0 20 0 1 0 ${start} 0\n`);
    files.set(`/proc/${pid}/status`, 'Name:\tx\nUid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\n');
    const variables = Object.entries(environment).map(([key, value]) => `${key}=${value}\0`);
    files.set(`/proc/${pid}/environ`, variables.join(''));
  }
  const users = holders.map((pid) => `("sshd",pid=${pid},fd=4)`).join(',');
  const answers: Readonly<Record<string, string>> = {
    ...(ss && { 'ss -Htnp state established': `0 0 ${local}:22 ${from}:50722 users:(${users})\n` }),
    ...Object.fromEntries(
      ['127.0.0.1', local, '198.51.100.10'].map((address) => [
        `ip -j route get ${address}`,
        '[{"type":"local","dev":"lo"}]',
      ]),
    ),
    [`ip -j route get ${laptop}`]: '[{"dst":"10.8.0.4","dev":"wg0"}]',
    ...more,
  };
  return fakeHost({ files, programs: (argv) => answers[argv.join(' ')] }, { pid: 100 });
}

const told = { SSH_CONNECTION: `${laptop} 50722 ${local} 22` };

/** The listener since boot, a monitor that accepted the connection, the session's sshd, a shell, sudo, meshtui. */
const ssh: Processes = {
  1: { parent: 0, name: 'systemd', start: 1 },
  10: { parent: 1, name: 'sshd', start: 100 },
  11: { parent: 10, name: 'sshd', start: 5_000 },
  12: { parent: 11, name: 'sshd', start: 5_200 },
  20: { parent: 12, name: 'bash', start: 9_000, terminal: pts, environment: told },
  30: { parent: 20, name: 'sudo', start: 9_100, terminal: pts },
  100: { parent: 30, name: 'meshtui', start: 9_100, terminal: pts },
};

describe('a login over SSH', () => {
  test('is as old as its connection, whatever shells were opened over it since, and behind sudo too', async () => {
    expect(await readLogin(machine(ssh))).toEqual({ kind: 'ssh', startedMs: 50_000 });
  });

  test('of root has one process for the connection', async () => {
    const root: Processes = { ...ssh, 12: { parent: 10, name: 'sshd', start: 5_200 } };
    expect(await readLogin(machine(root, { holders: [12] }))).toEqual({ kind: 'ssh', startedMs: 52_000 });
  });

  test('is known of sshd-session and of dropbear', async () => {
    for (const name of ['sshd-session', 'dropbear']) {
      const other = { ...ssh, 11: { parent: 10, name, start: 5_000 }, 12: { parent: 11, name, start: 5_200 } };
      expect(await readLogin(machine(other))).toEqual({ kind: 'ssh', startedMs: 50_000 });
    }
  });

  test('is as old as the process of the session where sockets cannot be seen', async () => {
    expect(await readLogin(machine(ssh, { ss: false }))).toEqual({ kind: 'ssh', startedMs: 52_000 });
  });

  test.each(['127.0.0.1', local, '198.51.100.10', `::ffff:${local}`])(
    'from this host itself, %s, proves nothing',
    async (from) => {
      const shown = from.includes(':') ? `[${from}]` : from;
      expect(await readLogin(machine(ssh, { from: shown }))).toEqual({
        kind: 'unknown',
        why: 'this SSH connection was opened on this host itself',
      });
    },
  );

  test('of which nothing tells where it is from proves nothing', async () => {
    const silent = { ...ssh, 20: { parent: 12, name: 'bash', start: 9_000 } };
    expect(await readLogin(machine(silent, { ss: false }))).toMatchObject({ kind: 'unknown' });
  });

  test('whose process is gone meanwhile is not dated', async () => {
    const host = machine(ssh, { holders: [11, 12] });
    const stat = host.world.files.get('/proc/11/stat') ?? '';
    host.world.files.set('/proc/11/stat', stat.replace(' S ', ' Z '));
    expect(await readLogin(host)).toEqual({ kind: 'ssh', startedMs: undefined });
  });
});

describe('in tmux', () => {
  const client = { parent: 40, name: 'tmux: client', start: 8_000, terminal: pts };
  const inside: Processes = {
    1: { parent: 0, name: 'systemd', start: 1 },
    10: { parent: 1, name: 'sshd', start: 100 },
    12: { parent: 10, name: 'sshd', start: 7_900 },
    40: { parent: 12, name: 'bash', start: 7_950, environment: told },
    50: client,
    60: { parent: 1, name: 'tmux: server', start: 2_000 },
    70: { parent: 60, name: 'bash', start: 2_010, environment: { TMUX: '/tmp/tmux-0/default,60,0', TMUX_PANE: '%0' } },
    100: { parent: 70, name: 'meshtui', start: 9_000 },
  };
  const tmux = 'tmux -S /tmp/tmux-0/default';
  const more = {
    [`${tmux} list-panes -a -F #{session_id} #{pane_id}`]: '$0 %0\n',
    [`${tmux} list-clients -F #{client_pid} #{client_activity} #{session_id}`]: '50 1 $0\n',
  };

  test('the login of whoever is attached counts, not that of whoever started it', async () => {
    expect(await readLogin(machine(inside, { holders: [12], more }))).toEqual({ kind: 'ssh', startedMs: 79_000 });
  });

  test('with nobody attached nothing is known', async () => {
    const nobody = { ...more, [Object.keys(more)[1] ?? '']: '' };
    expect(await readLogin(machine(inside, { holders: [12], more: nobody }))).toMatchObject({ kind: 'unknown' });
  });
});

describe('at a console', () => {
  /** login(1) gives its terminal away to what it starts (util-linux, fork_session). */
  const console: Processes = {
    1: { parent: 0, name: 'systemd', start: 1 },
    10: { parent: 1, name: 'login', start: 300 },
    20: { parent: 10, name: 'bash', start: 6_000, terminal: tty1 },
    30: { parent: 20, name: 'su', start: 7_000, terminal: tty1 },
    100: { parent: 30, name: 'meshtui', start: 9_000, terminal: tty1 },
  };

  test('the login is as old as the first process that login started, not as what runs below it', async () => {
    expect(await readLogin(machine(console))).toEqual({ kind: 'console', startedMs: 60_000 });
  });

  test('a login that becomes the shell itself is as old as its getty', async () => {
    const busybox: Processes = {
      1: { parent: 0, name: 'init', start: 1 },
      10: { parent: 1, name: 'sh', start: 300, terminal: tty1 },
      100: { parent: 10, name: 'meshtui', start: 9_000, terminal: tty1 },
    };
    expect(await readLogin(machine(busybox))).toEqual({ kind: 'console', startedMs: 3_000 });
  });
});

test('a timer is nobody', async () => {
  const timer: Processes = {
    1: { parent: 0, name: 'systemd', start: 1 },
    100: { parent: 1, name: 'meshtui', start: 9_000 },
  };
  expect(await readLogin(machine(timer))).toMatchObject({ kind: 'unknown' });
});

test('the demo has a login', async () => {
  expect(await readLogin(demoHost())).toMatchObject({ kind: 'ssh', startedMs: expect.any(Number) });
});
