/** A hub from nothing as a plan: what is proposed, what is refused, and what nobody can make it write. */
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describePlan } from '../../src/change/describe.ts';
import type { FileStep, Plan } from '../../src/change/plan.ts';
import { type InitWish, initPlan, proposeHub } from '../../src/change/plans/init.ts';
import { checkEndpoint, checkPool } from '../../src/change/plans/init-check.ts';
import type { InitFacts } from '../../src/change/plans/init-facts.ts';
import { reverseSteps } from '../../src/change/reverse.ts';
import { known } from '../../src/host/printable.ts';
import { parseAddress } from '../../src/network/address.ts';
import { overlaps, parsePrefix } from '../../src/network/prefix.ts';
import { parseConf } from '../../src/wg/conf/conf-file.ts';
import { readWanted } from '../../src/wg/conf/wanted.ts';
import { generateKeyPair } from '../../src/wg/profile/keys.ts';
import { Secret } from '../../src/wg/secret.ts';
import { freshHost, taken } from './init-facts.ts';

const keys = generateKeyPair(randomBytes);
const plan = (facts: InitFacts, wish: InitWish = {}) => initPlan(facts, wish, keys, randomBytes);

function planned(facts: InitFacts, wish: InitWish = {}): Plan {
  const result = plan(facts, wish);
  if (result.outcome !== 'plan') throw new Error(result.reason);
  return result.plan;
}

function refusal(facts: InitFacts, wish: InitWish = {}): string {
  const result = plan(facts, wish);
  return result.outcome === 'refused' ? result.reason : '';
}

const files = ({ steps }: Plan) => steps.filter((step): step is FileStep => step.kind === 'file');
const textOf = (whole: Plan, path: string) =>
  files(whole)
    .find((file) => file.path === path)
    ?.after?.text.reveal() ?? '';
const wish: InitWish = { pools: ['10.66.7.0/24', 'fd66:7::/64'], endpoint: 'vpn.example.net' };

describe('a hub from nothing', () => {
  test('is files that only root may read, forwarding, and the interface up now and at boot', () => {
    const whole = planned(freshHost(), wish);
    expect(textOf(whole, '/etc/wireguard/wg0.conf')).toBe(
      [
        '[Interface]',
        '# endpoint = vpn.example.net:51820',
        'Address = 10.66.7.1/24, fd66:7::1/64',
        'ListenPort = 51820',
        `PrivateKey = ${keys.privateKey.reveal()}`,
        '',
      ].join('\n'),
    );
    expect(textOf(whole, '/etc/sysctl.d/70-meshtui-forwarding.conf')).toMatch(
      /^#.*\nnet\.ipv4\.ip_forward = 1\nnet\.ipv6\.conf\.all\.forwarding = 1\n$/,
    );
    expect(files(whole).map(({ after }) => after?.mode)).toEqual([0o644, 0o600]);
    const text = describePlan(whole);
    expect(text.steps.flatMap(({ commands }) => commands)).toEqual([
      'sysctl -w net.ipv4.ip_forward=1',
      'sysctl -w net.ipv6.conf.all.forwarding=1',
      'systemctl enable --now wg-quick@wg0',
    ]);
    expect(JSON.stringify(text)).not.toContain(keys.privateKey.reveal());
    expect(reverseSteps(whole.steps).map(({ kind }) => kind)).toEqual(['tunnel', 'sysctl', 'sysctl', 'file', 'file']);
    expect(whole.risk).toEqual({ level: 'safe' });
    expect(text.notes.join(' ')).toContain(`public key ${keys.publicKey}, and dial vpn.example.net:51820`);
  });

  test('without systemd is brought up by wg-quick, and what is missing then is said', () => {
    const whole = planned(freshHost({ hasUnit: false }), wish);
    expect(describePlan(whole).steps.at(-1)?.commands).toEqual(['wg-quick up wg0']);
    expect(whole.notes.join(' ')).toMatch(/At boot something of your own has to run wg-quick up wg0/);
  });

  test('forwards only what it has addresses of, and only what does not forward yet', () => {
    const v4 = planned(freshHost(), { ...wish, pools: ['10.66.7.0/24'] });
    expect(textOf(v4, '/etc/sysctl.d/70-meshtui-forwarding.conf')).not.toContain('ipv6');
    const forwarding = freshHost().forwarding.map((fact) => ({
      ...fact,
      value: '1',
      atBoot: { path: known('/etc/sysctl.d/10-router.conf'), value: '1' },
    }));
    expect(planned(freshHost({ forwarding }), wish).steps.map(({ kind }) => kind)).toEqual(['file', 'tunnel']);
    // Docker turns it on when it starts, and nothing does at boot.
    const running = forwarding.map((fact) => ({ ...fact, atBoot: undefined }));
    expect(planned(freshHost({ forwarding: running }), wish).steps.map(({ kind }) => kind)).toEqual([
      'file',
      'file',
      'tunnel',
    ]);
  });

  test('keeps what turning forwarding off again would move', () => {
    const moves = [{ key: 'net/ipv4/conf/all/accept_redirects', value: '0' }];
    const forwarding = [{ key: 'net.ipv4.ip_forward' as const, value: '0', atBoot: undefined, moves }];
    const whole = planned(freshHost({ forwarding }), { ...wish, pools: ['10.66.7.0/24'] });
    const back = reverseSteps(whole.steps).flatMap((step) =>
      step.kind === 'sysctl' ? [`${step.key}=${step.after}`] : [],
    );
    expect(back).toEqual(['net.ipv4.ip_forward=0', 'net/ipv4/conf/all/accept_redirects=0']);
  });

  test('does not end the default route that a router announces', () => {
    const announced = [{ dev: known('ens3.10'), acceptRa: '1' }];
    const whole = planned(freshHost({ announced }), wish);
    const settings = whole.steps.flatMap((step) => (step.kind === 'sysctl' ? [`${step.key}=${step.after}`] : []));
    expect(settings).toEqual([
      'net/ipv6/conf/ens3.10/accept_ra=2',
      'net.ipv4.ip_forward=1',
      'net.ipv6.conf.all.forwarding=1',
    ]);
    expect(textOf(whole, '/etc/sysctl.d/70-meshtui-forwarding.conf')).toContain(
      'net/ipv6/conf/ens3.10/accept_ra = 2\n',
    );
    expect(whole.notes.join(' ')).toMatch(/accept_ra of ens3\.10 becomes 2/);
    const v4 = planned(freshHost({ announced }), { ...wish, pools: ['10.66.7.0/24'] });
    expect(v4.notes.join(' ')).not.toContain('accept_ra');
  });

  test('says which file turns forwarding off again at boot', () => {
    const atBoot = { path: known('/etc/sysctl.d/99-hardened.conf'), value: '0' };
    const forwarding = freshHost().forwarding.map((fact) => ({ ...fact, atBoot }));
    expect(planned(freshHost({ forwarding }), wish).notes.join(' ')).toMatch(
      /99-hardened\.conf sets net\.ipv4\.ip_forward to 0/,
    );
  });

  test('says that a private address is likely behind NAT, unless another endpoint is given', () => {
    const facts = freshHost({ publicAddress: { address: known('192.168.1.5'), isPrivate: true } });
    expect(planned(facts, { pools: ['10.66.7.0/24'] }).notes.join(' ')).toMatch(
      /192\.168\.1\.5 is a private address.*NAT/,
    );
    expect(planned(facts, wish).notes.join(' ')).not.toContain('NAT');
  });

  test('leaves the settings of an earlier hub as they are where they say the same', () => {
    const first = planned(freshHost(), wish);
    const settingsFile = { text: new Secret(textOf(first, '/etc/sysctl.d/70-meshtui-forwarding.conf')), mode: 0o644 };
    expect(files(planned(freshHost({ settingsFile }), wish)).map(({ path }) => path)).toEqual([
      '/etc/wireguard/wg0.conf',
    ]);
  });
});

describe('no hub is set up', () => {
  const wg0 = { interfaces: ['lo', 'eth0', 'wg0'], tunnels: ['wg0'] };
  const file = { interfaceName: 'wg0', path: '/etc/wireguard/wg0.conf' };

  test.each<[string, Partial<InitFacts>, InitWish, RegExp]>([
    ['without root', { isRoot: false }, {}, /needs root\. Run: sudo meshtui init$/],
    ['without programs', { missing: ['wg', 'wg-quick'] }, {}, /wg and wg-quick are missing\. Install first: sudo apt/],
    ['without WireGuard', { way: { kind: 'none', reason: known('Nothing makes one.') } }, {}, /Nothing makes one\./],
    ['where routes cannot be read', { problems: [known('ip failed.')] }, {}, /ip failed\. Without it a collision/],
    ['where there is one', wg0, {}, /interface already: wg0.*meshtui init --interface wg1$/],
    ['by its name', wg0, { interfaceName: 'wg0' }, /wg0 is there already.*wg1\. Nothing was changed\.$/],
    [
      'over a file',
      { configurations: [file] },
      { interfaceName: 'wg0' },
      /wg0\.conf is there already.*wg-quick up wg0/,
    ],
    ['beside a file by mistake', { configurations: [file] }, {}, /wg0\.conf is there already.*--interface wg1$/],
    [
      'over an interface of another kind',
      {},
      { interfaceName: 'eth0' },
      /There is an interface eth0 already\. .*wg0\./,
    ],
    [
      'on a port in use',
      { ports: new Map([[53, known('dnsmasq has it')]]) },
      { port: '53' },
      /53 is in use: dnsmasq has it/,
    ],
    ['in a prefix in use', {}, { pools: ['198.51.0.0/16'] }, /in use: eth0 has 198\.51\.100\.0\/24/],
    [
      'around the operator',
      { operator: parseAddress('10.9.8.7') },
      { pools: ['10.9.8.0/24'] },
      /holds 10\.9\.8\.7, from which you come/,
    ],
    ['with IPv6 where there is none', { hasIpv6: false }, { pools: ['fd00::/64'] }, /no IPv6/],
    ['with prefixes that share addresses', {}, { pools: ['10.9.0.0/16', '10.9.8.0/24'] }, /share addresses/],
    ['without any prefix', {}, { pools: [] }, /needs a prefix/],
    ['without an address to dial', { publicAddress: undefined }, {}, /--endpoint HOST/],
    [
      'in a prefix that leads elsewhere',
      { taken: [taken('10.9.8.0/25', 'route', '10.9.8.0/25 is routed to eth1')] },
      { pools: ['10.9.8.0/24'] },
      /routed to eth1/,
    ],
  ])('%s', (_where, facts, asked, reason) => {
    const said = refusal(freshHost(facts), asked);
    expect(said).toMatch(reason);
    expect(said).toContain('Nothing was changed.');
  });

  test('but a part of a wider route may be taken, and is said', () => {
    const facts = freshHost({ taken: [taken('10.0.0.0/8', 'route', '10.0.0.0/8 is routed to eth1')] });
    expect(planned(facts, { pools: ['10.9.8.0/24'] }).notes.join(' ')).toContain('takes a part of a route: 10.0.0.0/8');
  });
});

describe('what is proposed', () => {
  test('is free: the name, the port, and prefixes without the host, the operator or a usual LAN', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(255), fc.nat(255), fc.integer({ min: 12, max: 32 })), { maxLength: 30 }),
        fc.nat(4),
        fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255)),
        (used, count, [b, c, d]) => {
          const operator = parseAddress(`10.${b}.${c}.${d}`);
          const names = Array.from({ length: count }, (_, number) => `wg${number}`);
          const facts = freshHost({
            taken: used.map(([x, y, length]) => taken(`10.${x}.${y}.0/${length}`)),
            interfaces: ['lo', 'eth0', ...names],
            ports: new Map(names.map((_, number) => [51_820 + number, known('somebody')])),
            operator,
          });
          const proposal = proposeHub(facts, randomBytes);
          expect(proposal).toMatchObject({ interfaceName: `wg${count}`, port: 51_820 + count });
          const prefixes = proposal.pools.flatMap((text) => parsePrefix(text)?.prefix ?? []);
          for (const { prefix } of facts.taken) expect(prefixes.some((own) => overlaps(own, prefix))).toBe(false);
          expect(refusal(facts, { interfaceName: proposal.interfaceName, pools: proposal.pools })).toBe('');
        },
      ),
      { numRuns: 200 },
    );
  });
});

/** Texts that try to be more than they are. */
const hostile = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '-',
    '--help',
    '..',
    '/',
    '../../etc/passwd',
    'wg0\n',
    'a b',
    '%i',
    '$(id)',
    '`id`',
    ';reboot',
    'wg0.service',
    'all',
    '\u001b[31m',
    '\u202e',
    '名前',
    'x'.repeat(10_240),
    '10.0.0.0/24\nPostUp = id',
    '[Peer]',
    '# x',
    'a=b',
    'vpn.example.net\nPostUp = id',
    '0.0.0.0/0',
    '::/0',
    '10.0.0.1',
    '127.0.0.0/8',
    '224.0.0.0/4',
    '10.0.0.255/24',
    'fe80::/64',
    '1',
    '0',
    '65536',
    '-1',
    '1e3',
    '0x50',
    '080',
    '51820 ',
    '1.2.3',
    '*',
    'a..b',
    '[::1]:5',
    '[1.2.3.4]:5',
    'host:0',
    'host:70000',
    '::1',
    'fe80::1%eth0',
    ':51820',
    'http://x/',
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ maxLength: 20 }).map((text) => `10.66.7.0/24${text}`),
  fc.string({ maxLength: 20 }).map((text) => `wg0${text}`),
  fc.string({ maxLength: 20 }).map((text) => `vpn.example.net${text}`),
  fc.string({ maxLength: 6 }).map((text) => `518${text}`),
);

describe('hostile answers', () => {
  test.each(['interfaceName', 'pools', 'port', 'endpoint'] as const)(
    '%s: refused, or written as nothing but what it is',
    (field) => {
      fc.assert(
        fc.property(hostile, (text) => {
          const result = plan(freshHost(), { ...wish, [field]: field === 'pools' ? [text] : text });
          if (result.outcome === 'refused') {
            expect(result.reason.length).toBeLessThan(300);
            expect(result.reason).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
            return;
          }
          const { path, after } = files(result.plan).at(-1) ?? {};
          expect(path).toMatch(/^\/etc\/wireguard\/\w[\w.-]{0,14}\.conf$/);
          const conf = after?.text.reveal() ?? '';
          expect(conf.split('\n')).toHaveLength(6);
          expect(conf).toMatch(
            /^\[Interface\]\n# endpoint = \S+\nAddress = [0-9a-f.:/, ]+\nListenPort = \d+\nPrivateKey = \S{44}\n$/,
          );
          const reading = readWanted(parseConf(conf));
          expect(reading).toMatchObject({ outcome: 'accepted', wanted: { publicKey: keys.publicKey } });
        }),
        { numRuns: 1_000 },
      );
    },
  );

  test.each([
    ['vpn.example.net', 'vpn.example.net', undefined],
    ['vpn.example.net:443', 'vpn.example.net', 443],
    ['198.51.100.7', '198.51.100.7', undefined],
    ['198.51.100.7:1', '198.51.100.7', 1],
    ['2001:DB8::7', '2001:db8::7', undefined],
    ['[2001:db8::7]', '2001:db8::7', undefined],
    ['[2001:db8::7]:65535', '2001:db8::7', 65_535],
  ])('%s is an endpoint', (text, host, port) => {
    expect(checkEndpoint(text)).toEqual({ outcome: 'ok', value: { host, port } });
  });

  test.each([
    ['10.9.8.0/24', '10.9.8.1/24'],
    ['10.9.8.77/24', '10.9.8.77/24'],
    ['10.9.8.0/30', '10.9.8.1/30'],
    ['fd00:1::/64', 'fd00:1::1/64'],
    ['fd00:1::5/112', 'fd00:1::5/112'],
  ])('of %s the hub has %s', (text, hub) => {
    expect(checkPool(text, freshHost())).toMatchObject({ outcome: 'ok', value: { hub } });
  });
});
