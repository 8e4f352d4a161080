import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Plan, PlanResult } from '../../src/change/plan.ts';
import { type PlanContext, takePeer } from '../../src/change/plans/context.ts';
import { editPeerPlan } from '../../src/change/plans/edit-peer.ts';
import { disablePlan, enablePlan, removePlan } from '../../src/change/plans/peer.ts';
import { peerChangePlan } from '../../src/change/plans/peer-change.ts';
import { reverseSteps } from '../../src/change/reverse.ts';
import { known } from '../../src/host/printable.ts';
import { parseConf } from '../../src/wg/conf/conf-file.ts';
import { readWanted } from '../../src/wg/conf/wanted.ts';
import type { HubState } from '../../src/wg/hub.ts';
import { type PublicKey, shortKey } from '../../src/wg/key.ts';
import { readConfNames } from '../../src/wg/names/conf-names.ts';
import { hubOfText } from './hub-of-text.ts';
import { applySteps, machineOf, machineText } from './model.ts';
import { expiryPlan, noBytes, renamePlan, setPlan, tagPlan } from './peer-edits.ts';
import { keyOf } from './random-hub.ts';

const [anna, bert, home, carol, dora] = ['anna', 'bert', 'home', 'carol', 'dora'].map(keyOf) as [
  PublicKey,
  PublicKey,
  PublicKey,
  PublicKey,
  PublicKey,
];
const labels = new Map(
  [anna, bert, home, carol, dora].map((key, index) => [key, ['anna', 'bert', 'home', 'carol', 'dora'][index] ?? '']),
);

const text = `# the hub
[Interface]
Address = 10.8.0.1/24
ListenPort = 51820
PrivateKey = ${keyOf('private')}

### Client anna
[Peer]
PublicKey = ${anna}
PresharedKey = ${keyOf('psk')}
AllowedIPs = 10.8.0.2/32

### Client bert
[Peer]
PublicKey = ${bert}
AllowedIPs = 10.8.0.3/32
PersistentKeepalive = 25

### Client home
[Peer]
PublicKey = ${home}
AllowedIPs = 10.8.0.4/32, 192.168.1.0/24
Endpoint = 203.0.113.4:51820

#[disabled] ### Client carol
#[disabled] [Peer]
#[disabled] PublicKey = ${carol}
#[disabled] AllowedIPs = 10.8.0.5/32
`;

const hub = hubOfText(text);

function contextOf(state: HubState, more: Partial<PlanContext> = {}): PlanContext {
  const labelOf = (key: PublicKey) => known(labels.get(key) ?? shortKey(key));
  return { hub: state, ownership: { writable: true }, session: { kind: 'local' }, labelOf, ...more };
}

function planned(result: PlanResult): Plan {
  if (result.outcome !== 'plan') throw new Error(`${result.outcome}: ${result.reason}`);
  return result.plan;
}

/** The steps in short, and how the file differs. */
function shape({ steps }: Plan): string[] {
  return steps.map((step) => {
    switch (step.kind) {
      case 'peer':
        return `peer ${step.label} ${step.before?.allowedIps.toSorted().join() ?? '-'} > ${step.after?.allowedIps.toSorted().join() ?? '-'}`;
      case 'route':
        return `route ${step.after ? '+' : '-'}${step.prefix}`;
      case 'flows':
        return `flows ${step.prefixes.join()}`;
      default:
        return step.kind;
    }
  });
}

const without = (key: PublicKey, state: HubState = hub): HubState => ({
  ...state,
  running: state.running && { ...state.running, peers: state.running.peers.filter((peer) => peer.publicKey !== key) },
});
const stopped: HubState = { ...hub, running: undefined, routes: [], addresses: [] };
const written = (changed: string): HubState => ({
  ...hub,
  conf: { path: '/etc/wireguard/wg0.conf', mode: 0o600, file: parseConf(changed) },
});

describe('what is done', () => {
  test.each<[string, PlanResult, string[]]>([
    ['a name: only the file', renamePlan(contextOf(hub), anna, 'anna-phone'), ['file']],
    ['tags: only the file', tagPlan(contextOf(hub), anna, { add: ['phone'] }), ['file']],
    [
      'disable: peer, connections, file',
      disablePlan(contextOf(hub), anna, { reason: 'lost' }),
      ['peer anna 10.8.0.2/32 > -', 'flows 10.8.0.2/32', 'file'],
    ],
    [
      'remove a peer with a LAN: its route first',
      removePlan(contextOf(hub), home),
      ['route -192.168.1.0/24', 'peer home 10.8.0.4/32,192.168.1.0/24 > -', 'flows 10.8.0.4/32,192.168.1.0/24', 'file'],
    ],
    ['enable', enablePlan(contextOf(hub), carol), ['peer carol - > 10.8.0.5/32', 'file']],
    [
      'a LAN more: the route after the peer',
      setPlan(contextOf(hub), bert, { allowedIps: ['10.8.0.3/32', '192.168.9.0/24'] }),
      ['peer bert 10.8.0.3/32 > 10.8.0.3/32,192.168.9.0/24', 'route +192.168.9.0/24', 'file'],
    ],
    [
      'a LAN less: the route before the peer, the connections after it',
      setPlan(contextOf(hub), home, { allowedIps: ['10.8.0.4'] }),
      ['route -192.168.1.0/24', 'peer home 10.8.0.4/32,192.168.1.0/24 > 10.8.0.4/32', 'flows 192.168.1.0/24', 'file'],
    ],
    [
      'a keepalive',
      setPlan(contextOf(hub), anna, { persistentKeepalive: 25 }),
      ['peer anna 10.8.0.2/32 > 10.8.0.2/32', 'file'],
    ],
    [
      'a name for an endpoint: only the file',
      setPlan(contextOf(hub), anna, { endpoint: 'a.example.net:51820' }),
      ['file'],
    ],
    ['on an interface that does not run: only the file', disablePlan(contextOf(stopped), anna, {}), ['file']],
    ['what does not run: only the file', disablePlan(contextOf(without(anna)), anna, {}), ['file']],
    [
      'a setting of what does not run: only the file',
      setPlan(contextOf(without(anna)), anna, { persistentKeepalive: 25 }),
      ['file'],
    ],
    [
      'what runs but is not in the file is taken off the interface alone',
      removePlan(contextOf({ ...hub, conf: hubOfText('[Interface]\nAddress = 10.8.0.1/24\n').conf }), home),
      ['route -192.168.1.0/24', 'peer home 10.8.0.4/32,192.168.1.0/24 > -', 'flows 10.8.0.4/32,192.168.1.0/24'],
    ],
    [
      'several edits, one plan',
      editPeerPlan(
        contextOf(hub),
        bert,
        { name: 'bertha', tags: { set: ['phone'] }, settings: { persistentKeepalive: 'off' } },
        noBytes,
      ),
      ['peer bert 10.8.0.3/32 > 10.8.0.3/32', 'file'],
    ],
  ])('%s', (_what, result, steps) => {
    expect(shape(planned(result))).toEqual(steps);
  });

  test('leaves what does not run as the file says, where the edit is about something else', () => {
    const peers = (hub.running?.peers ?? []).map((peer) =>
      peer.publicKey === anna ? { ...peer, persistentKeepalive: 99 } : peer,
    );
    const drifted: HubState = { ...hub, running: hub.running && { ...hub.running, peers } };
    const [step] = planned(setPlan(contextOf(drifted), anna, { allowedIps: ['10.8.0.2/32', '10.8.0.22/32'] })).steps;
    expect(step).toMatchObject({
      kind: 'peer',
      before: { persistentKeepalive: 99 },
      after: { persistentKeepalive: 99 },
    });
    expect(shape(planned(renamePlan(contextOf(drifted), anna, 'other')))).toEqual(['file']);
  });

  test('a peer that is cut off comes back to where it was last heard from', () => {
    const [step] = planned(disablePlan(contextOf({ ...hub, routes: [] }), home, {})).steps;
    expect(step).toMatchObject({ kind: 'peer', before: { endpoint: '203.0.113.4:51820' }, after: undefined });
  });

  test('a preshared key is made of 32 random bytes, and is the same in file and command', () => {
    const bytes = Uint8Array.from({ length: 32 }, (_, index) => index);
    const plan = planned(setPlan(contextOf(hub), bert, { presharedKey: 'new' }, () => bytes));
    const [peer, file] = plan.steps;
    const key = Buffer.from(bytes).toString('base64');
    expect(peer?.kind === 'peer' && peer.after?.presharedKey?.reveal()).toBe(key);
    expect(file?.kind === 'file' && file.after?.text.reveal()).toContain(`PresharedKey = ${key}\n`);
    expect(plan.cutsOff).toBe('bert');
    expect(plan.notes.join(' ')).toContain('ends within 180 s');
  });

  test('says who notices, and whose name is typed', () => {
    const disabled = planned(disablePlan(contextOf(hub), anna, {}));
    expect([disabled.title, disabled.affected, disabled.cutsOff]).toEqual([
      'Disable anna',
      [{ label: 'anna', how: 'is cut off at once' }],
      'anna',
    ]);
    const smaller = planned(setPlan(contextOf(hub), home, { allowedIps: ['10.8.0.4/32'] }));
    expect([smaller.affected, smaller.cutsOff]).toEqual([[{ label: 'home', how: 'loses 192.168.1.0/24' }], undefined]);
    const none = planned(setPlan(contextOf(hub), home, { allowedIps: [] }));
    expect(none.cutsOff).toBe('home');
    expect(planned(renamePlan(contextOf(hub), anna, 'x')).affected).toEqual([]);
  });

  test('marks the plan that is about the operator', () => {
    const session = { kind: 'tunnel', peer: hub.running?.peers[0]?.id ?? ('' as never), address: '10.8.0.2' } as const;
    expect(planned(disablePlan(contextOf(hub, { session }), anna, {})).risk).toMatchObject({ touchesOperator: true });
    expect(planned(disablePlan(contextOf(hub, { session }), bert, {})).risk).toEqual({ level: 'safe' });
  });

  test.each<[string, PlanResult, RegExp]>([
    ['not running', disablePlan(contextOf(stopped), anna, {}), /wg0 does not run: only the file changes/],
    ['drift', disablePlan(contextOf(without(anna)), anna, {}), /anna does not run on wg0: only the file changes/],
    ['until', disablePlan(contextOf(hub), anna, { until: '2027-01-31' }), /sweep enables it again at 2027-01-31/],
    ['expiry', expiryPlan(contextOf(hub), anna, '2027-01-31'), /sweep disables anna then/],
    [
      'narrower in wider',
      setPlan(contextOf(hub), anna, { allowedIps: ['192.168.1.9/32'] }),
      /192\.168\.1\.9\/32 lies in 192\.168\.1\.0\/24 of home: the narrower one wins/,
    ],
    [
      'wider over narrower',
      setPlan(contextOf(hub), anna, { allowedIps: ['192.168.0.0/16'] }),
      /192\.168\.1\.0\/24 \(home\) in 192\.168\.0\.0\/16 stays with who has it/,
    ],
    [
      'everything',
      setPlan(contextOf(hub), anna, { allowedIps: ['10.8.0.2/32', '0.0.0.0/0'] }),
      /0\.0\.0\.0\/0 on a hub: whatever no other peer has goes to anna/,
    ],
    [
      'policy routing',
      setPlan(contextOf(hub), anna, { allowedIps: ['10.8.0.2/32', '0.0.0.0/0'] }),
      /No route for 0\.0\.0\.0\/0 now; when wg0 starts next, wg-quick sends all that this host sends into it/,
    ],
    [
      'the subnet of the hub',
      setPlan(contextOf(hub), anna, { allowedIps: ['10.8.0.0/24'] }),
      /hub's own address on wg0 lies in 10\.8\.0\.0\/24/,
    ],
    [
      'of a disabled peer',
      setPlan(contextOf(hub), anna, { allowedIps: ['10.8.0.5/32'] }),
      /carol, disabled now, could not be enabled with 10\.8\.0\.5\/32/,
    ],
    [
      'a name to look up',
      setPlan(contextOf(hub), anna, { endpoint: 'a.example.net:5' }),
      /a\.example\.net:5 is looked up when wg0 starts next/,
    ],
    [
      'an endpoint that goes',
      setPlan(contextOf(hub), home, { endpoint: 'none' }),
      /home keeps the endpoint 203\.0\.113\.4:51820 that it has now/,
    ],
    [
      'disabled',
      setPlan(contextOf(hub), carol, { persistentKeepalive: 5 }),
      /carol is disabled: this counts when it is enabled/,
    ],
  ])('notes: %s', (_what, result, note) => {
    expect(planned(result).notes.join(' ')).toMatch(note);
  });

  test('leaves connections in a prefix that others are in', () => {
    const wide = planned(setPlan(contextOf(hub), bert, { allowedIps: ['10.8.0.3/32', '192.168.0.0/16', '0.0.0.0/0'] }));
    const after = hubOfText(
      (wide.steps.at(-1) as Extract<Plan['steps'][number], { kind: 'file' }>).after?.text.reveal() ?? '',
    );
    const back = planned(setPlan(contextOf(after), bert, { allowedIps: [] }));
    expect(back.steps.filter(({ kind }) => kind === 'flows')).toEqual([{ kind: 'flows', prefixes: ['10.8.0.3/32'] }]);
    expect(back.notes.join(' ')).toContain('in 192.168.0.0/16 and 0.0.0.0/0 are not ended');
    expect(back.notes.join(' ')).toContain('What wg-quick set up for 0.0.0.0/0');
    const narrower = planned(setPlan(contextOf(after), bert, { allowedIps: ['0.0.0.0/0'] }));
    expect(narrower.steps.map(({ kind }) => kind)).toEqual(['route', 'peer', 'file']);
  });
});

describe('an edit that is not about the peer alone', () => {
  const stray = (edited: string) => {
    const peer = takePeer(contextOf(hub), anna);
    return 'outcome' in peer ? peer : peerChangePlan(contextOf(hub), peer, parseConf(edited), { title: 'x' });
  };

  test.each<[string, string, string]>([
    [
      'a line that is left to the section before',
      text.replace(`[Peer]\nPublicKey = ${home}`, `#[Peer]\n#PublicKey = ${home}`),
      'bert',
    ],
    ['another setting', text.replace('= 25', '= 26'), 'bert'],
    ['another peer that goes', text.replace(/### Client bert[^#]*/, ''), 'bert'],
    ['another that comes', text.replaceAll('#[disabled] ', ''), 'carol'],
    ['the port', text.replace('51820', '51821'), '[Interface]'],
    ['the private key', text.replace(keyOf('private'), keyOf('another')), '[Interface]'],
  ])('%s: refused', (_what, edited, who) => {
    expect(edited).not.toBe(text);
    expect(stray(edited)).toEqual({
      outcome: 'refused',
      reason: `The edit would change ${who} too, as the file is written. Nothing was changed. Change the section of anna by hand.`,
    });
  });

  test('a prefix that another has too and gets back is not refused', () => {
    const shared = hubOfText(text.replace('10.8.0.4/32', '10.8.0.2/32, 10.8.0.4/32'));
    const after = planned(removePlan(contextOf(shared), home));
    expect(shape(after)[1]).toBe('peer home 10.8.0.2/32,10.8.0.4/32,192.168.1.0/24 > -');
  });
});

describe('what is not done', () => {
  const given = (...allowedIps: string[]) => setPlan(contextOf(hub), anna, { allowedIps });
  const twice = written(`${text}\n[Peer]\nPublicKey = ${anna}\nAllowedIPs = 10.8.0.2/32\n`);
  const saved = written(text.replace('ListenPort', 'SaveConfig = true\nListenPort'));
  const broken = written(text.replace('10.8.0.3/32', '10.8.0.3/33'));
  const strange: HubState = {
    ...hub,
    running: hub.running && {
      ...hub.running,
      peers: [...hub.running.peers.slice(0, 1).map((peer) => ({ ...peer, publicKey: dora }))],
    },
  };
  const reason = known('wg0 is kept by wg-easy. Change it there.');

  test.each<[string, PlanResult, string]>([
    [
      'host bits',
      given('10.9.0.6/24'),
      '10.9.0.6/24 has host bits: WireGuard would make it 10.9.0.0/24. Nothing was changed. Write 10.9.0.6/32 for the one address, or 10.9.0.0/24 for all of it.',
    ],
    [
      'of another peer',
      given('10.8.0.3/32', '192.168.1.0/24'),
      '10.8.0.3/32 belongs to bert and 192.168.1.0/24 belongs to home: WireGuard gives a prefix to one peer only, and would take it away there. Nothing was changed. Take it from bert and home first.',
    ],
    ["the hub's own", given('10.8.0.1/32'), "10.8.0.1/32 is the hub's own address on wg0. Nothing was changed."],
    ['no prefix', given('10.8.0.300'), '"10.8.0.300" is no address or prefix. Nothing was changed.'],
    [
      'no prefix, with a control character',
      given('10.8\u001b[31m'),
      '"10.8" is no address or prefix. Nothing was changed.',
    ],
    [
      'a keepalive too long',
      setPlan(contextOf(hub), anna, { persistentKeepalive: 65_536 }),
      'A keepalive is off, or 0 to 65535 seconds, of which 0 is off. Nothing was changed.',
    ],
    [
      'half a second',
      setPlan(contextOf(hub), anna, { persistentKeepalive: 0.5 }),
      'A keepalive is off, or 0 to 65535 seconds, of which 0 is off. Nothing was changed.',
    ],
    [
      'an endpoint without a port',
      setPlan(contextOf(hub), anna, { endpoint: '192.0.2.1' }),
      '"192.0.2.1" is no address or name with a port, such as 192.0.2.1:51820. Nothing was changed.',
    ],
    [
      'not ours',
      disablePlan(contextOf(hub, { ownership: { writable: false, reason } }), anna, {}),
      'wg0 is kept by wg-easy. Change it there. Nothing was changed.',
    ],
    [
      'no file',
      disablePlan(contextOf({ ...hub, conf: undefined }), anna, {}),
      'There is no configuration file for wg0. Nothing was changed. Adopt the interface first: a file is then written from what runs.',
    ],
    [
      'SaveConfig',
      disablePlan(contextOf(saved), anna, {}),
      '/etc/wireguard/wg0.conf has SaveConfig = true: when wg0 stops, wg-quick writes the file anew and every edit is lost. Nothing was changed. Set SaveConfig to false first.',
    ],
    [
      'a broken file',
      disablePlan(contextOf(broken), anna, {}),
      'wg-quick refuses /etc/wireguard/wg0.conf, line 16: AllowedIPs has "10.8.0.3/33", which is no prefix. Nothing was changed. Mend the file first: meshtui lint /etc/wireguard/wg0.conf lists what is wrong.',
    ],
    [
      'in two sections',
      disablePlan(contextOf(twice), anna, {}),
      'anna is in 2 sections of /etc/wireguard/wg0.conf (lines 8 and 30). Nothing was changed. Leave only one of them, then try again.',
    ],
    ['nobody', disablePlan(contextOf(hub), dora, {}), 'dora is no peer of wg0, and not in /etc/wireguard/wg0.conf.'],
    [
      'runs, not in the file',
      disablePlan(contextOf(strange), dora, {}),
      'dora runs on wg0 but is not in /etc/wireguard/wg0.conf. Nothing was changed. Adopt it into the file first: meshtui drift shows how.',
    ],
    [
      'a name from a side file',
      renamePlan(contextOf(hub, { nameFile: '/etc/wireguard/peers' }), anna, 'x'),
      'The name of anna comes from /etc/wireguard/peers, and would be shown whatever the configuration file says. Nothing was changed. Rename it in /etc/wireguard/peers.',
    ],
    [
      'enable what another has by now',
      enablePlan(contextOf(hubOfText(text.replace('10.8.0.3/32', '10.8.0.5/32'))), carol),
      '10.8.0.5/32 belongs to bert: WireGuard gives a prefix to one peer only, and would take it away there. Nothing was changed. Take it from bert first.',
    ],
  ])('%s', (_what, result, sentence) => {
    expect(result).toEqual({ outcome: 'refused', reason: sentence });
  });

  test.each<[string, PlanResult]>([
    ['the same allowed IPs', given('10.8.0.2')],
    ['the same name', renamePlan(contextOf(hub), anna, 'anna')],
    ['not disabled', enablePlan(contextOf(hub), anna)],
    ['the same keepalive', setPlan(contextOf(hub), bert, { persistentKeepalive: 25 })],
    ['no tag that there was', tagPlan(contextOf(hub), anna, { remove: ['phone'] })],
  ])('nothing to do: %s', (_what, result) => {
    expect(result.outcome).toBe('unchanged');
  });
});

describe('the files of other tools', () => {
  const names = readdirSync('test/fixtures/names').filter((name) => name.endsWith('.conf'));

  test.each(names)('%s: each peer is disabled, enabled and removed, and all is as before when undone', (name) => {
    const content = readFileSync(`test/fixtures/names/${name}`, 'utf8');
    const reading = readWanted(parseConf(content));
    expect(reading.outcome).toBe('accepted');
    const own = hubOfText(content.replace(/^\s*SaveConfig.*$/gim, 'SaveConfig = false'));
    const before = machineOf(own);
    let plans = 0;
    for (const peer of readConfNames(content).peers) {
      for (const decide of [disablePlan, enablePlan, removePlan]) {
        const result = decide(contextOf(own), peer.publicKey, {});
        if (result.outcome !== 'plan') continue;
        plans += 1;
        const after = applySteps(before, result.plan.steps);
        expect(machineText(after)).not.toBe(machineText(before));
        expect(machineText(applySteps(after, reverseSteps(result.plan.steps)))).toBe(machineText(before));
      }
    }
    expect(plans).toBeGreaterThan(1);
  });
});

test('a plan for one of 10,000 peers is made in seconds on a busy machine', () => {
  const peers = Array.from(
    { length: 10_000 },
    (_, index) =>
      `[Peer]\n# friendly_name = p${index}\nPublicKey = ${keyOf(`many ${index}`)}\nAllowedIPs = 10.${100 + (index >> 8)}.${index & 255}.1/32\n`,
  );
  const large = hubOfText(
    `[Interface]\nAddress = 10.8.0.1/24\nPrivateKey = ${keyOf('private')}\n\n${peers.join('\n')}`,
  );
  const start = performance.now();
  const plan = planned(disablePlan(contextOf(large), keyOf('many 5000'), {}));
  expect(performance.now() - start).toBeLessThan(5_000);
  expect(plan.steps.map(({ kind }) => kind)).toEqual(['route', 'peer', 'flows', 'file']);
});
