/** The command is run by real shells, with an `ssh` that runs what it is given as sshd would: by a shell of the other side. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Approach, fetchLines, type SshTarget, suggestSshTarget } from '../../../src/flows/deliver/fetch-line.ts';
import { known } from '../../../src/host/printable.ts';

const target: SshTarget = { user: 'root', host: '203.0.113.9', port: undefined };
const content = '[Interface]\nPrivateKey=topsecret\n';

test('an ordinary file: four short lines of one command', () => {
  expect(fetchLines({ target, path: '/root/phone.conf', bytes: 272 })).toEqual([
    "sh -c 'umask 077; set -C; : >phone.conf && {",
    'ssh root@203.0.113.9 cat /root/phone.conf >>phone.conf &&',
    'test $(wc -c <phone.conf) -eq 272 &&',
    "ssh root@203.0.113.9 rm /root/phone.conf || { rm phone.conf; false; }; }'",
  ]);
});

describe.each(['sh', 'bash'])('run by %s', (shell) => {
  let directory = '';
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'meshtui-fetch-'));
    for (const name of ['edge', 'here', 'bin']) mkdirSync(join(directory, name));
    writeFileSync(
      join(directory, 'bin/ssh'),
      '#!/bin/sh\necho "$*" >>"$LOG"\nshift\n[ "$1" = 2222 ] && shift 2\n$BREAK exec sh -c "$*"\n',
    );
    chmodSync(join(directory, 'bin/ssh'), 0o755);
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const log = () => readFileSync(join(directory, 'log'), 'utf8');
  function fetch(name: string, { bytes = content.length, failing = '' } = {}) {
    const lines = fetchLines({ target, path: join(directory, 'edge', name), bytes });
    const environment = { PATH: `${join(directory, 'bin')}:${process.env['PATH']}`, LOG: join(directory, 'log') };
    const result = spawnSync(shell, ['-c', `umask 000\n${lines.join('\n')}`], {
      cwd: join(directory, 'here'),
      env: { ...environment, BREAK: failing },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const there = join(directory, 'edge', name);
    const here = join(directory, 'here', name);
    return {
      result,
      isThere: existsSync(there),
      here: existsSync(here) ? readFileSync(here, 'utf8') : undefined,
      path: here,
    };
  }
  const put = (name: string) => writeFileSync(join(directory, 'edge', name), content);

  test.each([
    'phone.conf',
    '-rf',
    '+x',
    'a b',
    "anna's phone.conf",
    '$(touch x)',
    '`id`',
    'a;b&c|d',
    '"q"',
    'ä*?[]{}~!#',
    '\\n',
  ])('the file %j arrives with mode 0600, and is gone there', (name) => {
    put(name);
    const { result, isThere, here, path } = fetch(name);
    expect([result.status, result.stderr, isThere, here]).toEqual([0, '', false, content]);
    expect(statSync(path).mode & 0o7777).toBe(0o600);
  });

  test('a file that is here already stays as it is, and nothing is asked of the other side', () => {
    put('phone.conf');
    writeFileSync(join(directory, 'here/phone.conf'), 'mine');
    const { result, isThere, here } = fetch('phone.conf');
    expect(result.status).not.toBe(0);
    expect(result.stderr).toMatch(/exist/);
    expect([isThere, here]).toEqual([true, 'mine']);
    expect(existsSync(join(directory, 'log'))).toBe(false);
  });

  test('where not all bytes arrive, it stays there, and nothing is here', () => {
    put('phone.conf');
    const { result, isThere, here } = fetch('phone.conf', { bytes: content.length + 1 });
    expect([result.status, isThere, here]).toEqual([1, true, undefined]);
    expect(log()).not.toContain(' rm ');
  });

  test('where ssh fails, it stays there, nothing is here, and it can be tried again', () => {
    put('phone.conf');
    const { result, isThere, here } = fetch('phone.conf', { failing: 'false' });
    expect([result.status, isThere, here]).toEqual([1, true, undefined]);
    expect(fetch('phone.conf')).toMatchObject({ isThere: false, here: content });
  });
});

test('a port goes before the name', () => {
  const lines = fetchLines({ target: { user: undefined, host: 'edge', port: 2222 }, path: '/root/x', bytes: 1 });
  expect(lines[1]).toBe('ssh -p 2222 edge cat /root/x >>x &&');
});

describe('suggestSshTarget', () => {
  const ssh = (address: string, localAddress: string) =>
    ({ kind: 'ssh', address, port: 50_000, localAddress, evidence: known('') }) as const;
  const approach: Approach = {
    operator: ssh('192.0.2.4', '203.0.113.9'),
    account: { user: known('anna'), uid: 1000, gid: 1000, home: '/home/anna' },
    environment: {},
    endpointHost: 'vpn.example.org',
    hostname: known('edge'),
  };
  const suggested = (change: Partial<Approach>) => {
    const { user, host, port } = suggestSshTarget({ ...approach, ...change });
    return `${user}@${host}${port === undefined ? '' : `:${port}`}`;
  };

  test.each([
    ['the address that they reached', {}, 'anna@203.0.113.9'],
    ['in the tunnel too', { operator: ssh('10.8.0.4', '10.8.0.1') }, 'anna@10.8.0.1'],
    ['mapped addresses as IPv4', { operator: ssh('::ffff:192.0.2.4', '::ffff:203.0.113.9') }, 'anna@203.0.113.9'],
    ['behind NAT the endpoint', { operator: ssh('192.0.2.4', '10.0.0.5') }, 'anna@vpn.example.org'],
    ['without SSH the endpoint', { operator: { kind: 'local', tty: known('tty1') } }, 'anna@vpn.example.org'],
    [
      'or the name of the machine',
      { operator: { kind: 'unknown', why: known('') }, endpointHost: undefined },
      'anna@edge',
    ],
    [
      'and the port where it is told',
      { environment: { SSH_CONNECTION: '192.0.2.4 50000 203.0.113.9 2222' } },
      'anna@203.0.113.9:2222',
    ],
    [
      'but not that of another session',
      { environment: { SSH_CONNECTION: '192.0.2.4 50000 10.0.0.1 2222' } },
      'anna@203.0.113.9',
    ],
  ] as const)('%s', (_what, change, expected) => {
    expect(suggested(change)).toBe(expected);
  });
});
