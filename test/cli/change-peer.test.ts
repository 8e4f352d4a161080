/** The commands that change a peer, on the simulated hub: what they print, ask and do. */
import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { changeDocument } from '../../src/cli/change-json.ts';
import type { PeerWish } from '../../src/cli/change-peer.ts';
import { disableWords, expiryEdits, noteEdits, setEdits, tagEdits } from '../../src/cli/change-words.ts';
import { fakeHost } from '../../src/host/fake.ts';
import type { Host } from '../../src/host/host.ts';
import { generatePresharedKey } from '../../src/wg/profile/keys.ts';
import { demo, fakeTalk, fileOf, noon, onPeer } from './talk.ts';

const newKey = () => generatePresharedKey(randomBytes);

const peersOf = async (host: Host) => {
  const result = await host.run(['wg', 'show', 'wg0', 'allowed-ips']);
  return result.outcome === 'exited' ? result.stdout : '';
};
/** A clock that goes on with each second that is waited. */
const seconds = (time: { now: number }) => () => {
  time.now += 1_000;
};
const documentOf = (text: string) => JSON.parse(text) as ReturnType<typeof changeDocument>;

const rename: PeerWish = { kind: 'edit', edits: { name: 'annas-phone' } };
const remove: PeerWish = { kind: 'remove' };
const disable: PeerWish = { kind: 'disable', how: disableWords({ reason: 'lost', until: '2027-01-31' }) };

describe.each<[string, string, PeerWish, RegExp, RegExp]>([
  ['rename', 'anna-phone', rename, /^ {3}Rename anna-phone to annas-phone$/m, /annas-phone/],
  ['tag', 'anna-phone', { kind: 'edit', edits: tagEdits(['+a', '-b'], false) }, /Tag anna-phone/, /# tags = a$/m],
  ['note', 'anna-phone', { kind: 'edit', edits: noteEdits(['call', 'her'], false) }, /Note on anna-phone/, /call her/],
  ['expire', 'anna-phone', { kind: 'edit', edits: expiryEdits('2027-01-31') }, /at 2027-01-31/, /2027-01-31/],
  [
    'set',
    'anna-phone',
    { kind: 'edit', edits: setEdits({ keepalive: '25', note: 'x' }, newKey) },
    /Change anna-phone/,
    /PersistentKeepalive = 25/,
  ],
  ['disable', 'anna-phone', disable, /Disable anna-phone/, /lost/],
])('%s', (_verb, word, wish, title, written) => {
  test('with --dry-run prints the plan, and changes nothing', async () => {
    const { host } = demo();
    const [before, peers] = [await fileOf(host), await peersOf(host)];
    const { code, text, errors, asked } = await onPeer(host, word, wish, { dryRun: true });
    expect({ code, errors, asked }).toEqual({ code: 0, errors: [], asked: [] });
    expect(text).toMatch(title);
    expect(text).toContain('Who notices');
    expect([await fileOf(host), await peersOf(host)]).toEqual([before, peers]);
  });

  test('with --yes does it without a question, and says how to take it back', async () => {
    const { host } = demo();
    const { code, text, errors } = await onPeer(host, word, wish, { yes: true });
    expect({ code, errors }).toEqual({ code: 0, errors: [] });
    expect(text).toMatch(/Done, and read back\. To take it back: meshtui undo \d{8}-\d{6}-[0-9a-f]{4}$/);
    expect(await fileOf(host)).toMatch(written);
    expect((await onPeer(host, 'laptop', remove, { dryRun: true })).code).toBe(0);
  });

  test('with --json prints one document and no other word, planned or done', async () => {
    const { host } = demo();
    const planned = await onPeer(host, word, wish, { json: true, dryRun: true });
    expect({ code: planned.code, errors: planned.errors }).toEqual({ code: 0, errors: [] });
    expect(documentOf(planned.text)).toMatchObject({ version: 1, outcome: 'planned', id: null, reason: null });
    expect(documentOf(planned.text).plan?.title).toMatch(/anna-phone/);
    const unasked = await onPeer(host, word, wish, { json: true });
    expect([unasked.code, documentOf(unasked.text).outcome]).toEqual([1, 'planned']);
    const done = await onPeer(host, word, wish, { json: true, yes: true });
    expect(documentOf(done.text)).toMatchObject({ outcome: 'done', id: expect.stringMatching(/^\d{8}-/) });
    expect(done.code).toBe(0);
  });

  test('without a terminal and without --yes says that nothing was done: 1', async () => {
    const { host } = demo();
    const before = await fileOf(host);
    const { code, text, errors } = await onPeer(host, word, wish);
    expect(code).toBe(1);
    expect(text).toMatch(title);
    expect(errors).toEqual([expect.stringMatching(/^meshtui: Nothing was changed: --yes/)]);
    expect(await fileOf(host)).toBe(before);
  });

  test.each([undefined, '', 'n', 'x'])('is not done after the answer %j', async (answer) => {
    const { host } = demo();
    const before = await fileOf(host);
    const { code, errors, asked } = await onPeer(host, word, wish, {}, fakeTalk({ answers: [answer] }));
    expect({ code, errors, asked: asked.length }).toEqual({ code: 1, errors: ['Nothing was changed.'], asked: 1 });
    expect(await fileOf(host)).toBe(before);
  });
});

describe('the question', () => {
  test('is a y where nobody loses access', async () => {
    const { host } = demo();
    const { code, asked } = await onPeer(host, 'anna-phone', rename, {}, fakeTalk({ answers: ['Y'] }));
    expect({ code, asked }).toEqual({ code: 0, asked: ['Apply? [y/N]'] });
  });

  test('has the name typed where somebody is cut off', async () => {
    const { host } = demo();
    const no = await onPeer(host, 'anna-phone', remove, {}, fakeTalk({ answers: ['y'] }));
    expect([no.code, no.asked]).toEqual([1, ['Type anna-phone to apply it:']]);
    const yes = await onPeer(host, 'anna-phone', remove, {}, fakeTalk({ answers: ['anna-phone'] }));
    expect(yes.code).toBe(0);
    expect(await fileOf(host)).not.toContain('anna-phone');
  });
});

describe('the peer', () => {
  test('that a word does not name is wrong usage, with what could be meant', async () => {
    const { host } = demo();
    const before = await fileOf(host);
    const { code, text, errors } = await onPeer(host, 'laptpo', remove, { yes: true });
    expect({ code, text }).toEqual({ code: 2, text: '' });
    expect(errors).toEqual(['meshtui: "laptpo" names no peer. Did you mean:', '  laptop']);
    expect(await fileOf(host)).toBe(before);
  });

  test('of an interface that is not there is wrong usage', async () => {
    const { errors, code } = await onPeer(demo().host, 'laptop', remove, { interface: 'wg7' });
    expect(code).toBe(2);
    expect(errors).toEqual(['meshtui: There is no interface wg7 here. There are:', '  wg0']);
  });
});

describe('what is refused', () => {
  test('says who keeps the file', async () => {
    const { host } = demo();
    const path = '/etc/wireguard/wg0.conf';
    await host.writeFileAtomic(path, `# Note: Do not edit this file directly.\n${await fileOf(host)}`);
    const before = await fileOf(host);
    const { code, errors } = await onPeer(host, 'anna-phone', rename, { yes: true });
    expect(code).toBe(1);
    expect(errors[0]).toMatch(/^meshtui: wg-easy writes .*Nothing was changed\./);
    const json = await onPeer(host, 'anna-phone', rename, { yes: true, json: true });
    expect(documentOf(json.text)).toMatchObject({ outcome: 'refused', plan: null, reason: expect.any(String) });
    expect(json.code).toBe(1);
    expect(await fileOf(host)).toBe(before);
  });

  test('is not what is so already', async () => {
    const { host } = demo();
    const { code, text } = await onPeer(host, 'anna-phone', { kind: 'enable' }, { yes: true });
    expect(code).toBe(0);
    expect(text).toMatch(/anna-phone is not disabled\./);
  });

  test('without root is said, with the way', async () => {
    const { host } = demo();
    const user: Host = { ...host, facts: { ...host.facts, uid: 1000 } };
    const { code, errors } = await onPeer(user, 'anna-phone', rename, { yes: true });
    expect(code).toBe(1);
    expect(errors[0]).toContain('Run it with sudo.');
  });

  test('while somebody else changes the hub says who', async () => {
    const { host } = demo();
    const busy: Host = { ...host, lock: async () => ({ outcome: 'held', holder: 'ben, with "Remove x", (pid 7)' }) };
    const { code, errors } = await onPeer(busy, 'anna-phone', rename, { yes: true });
    expect(code).toBe(1);
    expect(errors[0]).toMatch(/ben, with "Remove x", \(pid 7\) is changing this hub right now; nothing was changed/);
  });

  test('where there is no hub is said in one sentence', async () => {
    const { code, errors } = await onPeer(
      fakeHost({ programs: ([name]) => (name === 'wg' ? '' : undefined) }),
      'x',
      remove,
    );
    expect(code).toBe(1);
    expect(errors).toEqual(['meshtui: There is no WireGuard interface on this machine.']);
  });
});

describe('a new preshared key', () => {
  const wish = (): PeerWish => ({ kind: 'edit', edits: setEdits({ presharedKey: 'new' }, newKey) });
  const keyLine = /PresharedKey = ([A-Za-z0-9+/]{43}=)/;

  test('is shown once to a person, and is the one in the file', async () => {
    const { host } = demo();
    const talk = fakeTalk({ answers: ['anna-phone'] });
    const { code, text } = await onPeer(host, 'anna-phone', wish(), {}, talk);
    expect(code).toBe(0);
    const key = keyLine.exec(text)?.[1] ?? 'none';
    expect(await fileOf(host)).toContain(`PresharedKey = ${key}`);
    expect(text.split(key)).toHaveLength(2);
  });

  test('is not printed into a pipe or a document, but for --show-key', async () => {
    const piped = await onPeer(demo().host, 'anna-phone', wish(), { yes: true });
    expect(piped.text).not.toMatch(keyLine);
    expect(piped.text).toContain('it is in /etc/wireguard/wg0.conf, and --show-key prints it');
    const json = await onPeer(demo().host, 'anna-phone', wish(), { yes: true, json: true });
    expect(documentOf(json.text).presharedKey).toBeNull();
    expect(json.text).not.toMatch(/[A-Za-z0-9+/]{43}=.*presharedKey/);
    const shown = await onPeer(demo().host, 'anna-phone', wish(), { yes: true, json: true, showKey: true });
    expect(documentOf(shown.text).presharedKey).toMatch(/^[A-Za-z0-9+/]{43}=$/);
    expect((await onPeer(demo().host, 'anna-phone', wish(), { yes: true, showKey: true })).text).toMatch(keyLine);
  });

  test('is not printed where nothing was done', async () => {
    const { text } = await onPeer(demo().host, 'anna-phone', wish(), { dryRun: true, showKey: true });
    expect(text).not.toMatch(keyLine);
  });
});

describe('a change that may cut the operator off', () => {
  const options = { yes: true } as const;

  test('waits for a new login, and is taken back without one', async () => {
    const { host, time } = demo();
    const before = await fileOf(host);
    const talk = fakeTalk({ answers: [], tick: seconds(time) });
    const { code, text, errors, drawn } = await onPeer(host, 'laptop', disable, options, talk);
    expect(code).toBe(1);
    expect(text).toContain('This is you: laptop carries your own session');
    expect(text).toMatch(/log in anew, and type: meshtui confirm \d{8}/);
    expect(drawn[0]).toBe('Waiting for a new login (n: take it back now), 2 m 0 s left: ');
    expect(drawn[30]).toMatch(/1 m 30 s left/);
    expect(errors).toEqual(['meshtui: Nobody confirmed it in time. Everything is as it was before.']);
    expect(time.now).toBeLessThan(noon + 125_000);
    expect(await fileOf(host)).toBe(before);
  });

  test('cannot be confirmed on the same screen, and can be taken back there', async () => {
    const { host, time } = demo();
    const talk = fakeTalk({ answers: [], tick: seconds(time), later: { 2: 'y', 4: 'n' } });
    const { code, errors } = await onPeer(host, 'laptop', disable, options, talk);
    expect(code).toBe(1);
    expect(errors[0]).toMatch(/Only a new login proves/);
    expect(errors[1]).toMatch(/The operator took it back\. Everything is as it was before\./);
    expect(time.now).toBe(noon + 4_000);
  });

  test('goes on waiting when whoever made it goes away: 130, and it says so', async () => {
    const { host, time } = demo();
    const talk = fakeTalk({ answers: [], tick: seconds(time), later: { 3: undefined } });
    const { code, text } = await onPeer(host, 'laptop', disable, options, talk);
    expect(code).toBe(130);
    expect(text).toMatch(/It still waits, and is taken back by itself: meshtui confirm \S+ keeps it/);
    time.now += 200_000;
    const next = await onPeer(host, 'anna-phone', rename, { dryRun: true }, fakeTalk({ answers: [] }));
    expect(next.errors[0]).toMatch(/"Disable laptop" .* was reverted: nobody confirmed it in time\./);
    expect((await onPeer(host, 'anna-phone', rename, { dryRun: true })).errors).toEqual([]);
  });

  test('with --no-wait returns at once, with all that a program needs', async () => {
    const { host } = demo();
    const { code, text } = await onPeer(host, 'laptop', disable, {
      ...options,
      wait: false,
      json: true,
      confirmWithin: 60,
    });
    expect(code).toBe(0);
    expect(documentOf(text)).toMatchObject({
      outcome: 'pending',
      id: expect.any(String),
      deadline: new Date(noon + 60_000).toISOString(),
    });
    const second = await onPeer(host, 'anna-phone', rename, { yes: true });
    expect(second.code).toBe(1);
    expect(second.errors[0]).toMatch(/waits for its confirmation\. meshtui confirm \S+ keeps it; meshtui undo/);
    expect(second.errors[1]).toMatch(/is not over/);
  });
});
