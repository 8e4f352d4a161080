/** Adding a client as an operator does it, on the demo's hub. */
import { beforeEach, describe, expect, test } from 'vitest';
import { serveFlow } from '../../../src/app/changing.ts';
import { composeScreen } from '../../../src/app/screen.ts';
import { changeDoor } from '../../../src/cli/change-door.ts';
import { flowSentences } from '../../../src/flows/flow-sentences.ts';
import { unicodeGlyphs } from '../../../src/ui/glyphs.ts';
import { widthOf } from '../../../src/ui/text.ts';
import { themeNamed } from '../../../src/ui/theme.ts';
import { demoHub } from '../../screens/hubs.ts';
import { openConsole } from '../../support/console.ts';

const look = { theme: themeNamed('mono'), glyphs: unicodeGlyphs };

async function open(columns = 120, rows = 50) {
  const { host, snapshot } = await demoHub();
  const options = { changes: changeDoor(host) };
  const console = openConsole(snapshot, { size: { columns, rows } });
  const written: string[] = [];
  const serveAll = async () => {
    for (let request = console.requests.shift(); request !== undefined; request = console.requests.shift())
      await serveFlow(console.store, options, request, (text) => written.push(text));
  };
  const flow = () => {
    const { mode } = console.state;
    if (mode.kind !== 'flow') throw new Error(`the console is in the mode ${mode.kind}`);
    return mode.flow;
  };
  const lines = () => {
    const { header, body = [], footer } = composeScreen(console.view, { look, isDemo: true, isReadOnly: false });
    return [...header, ...body, ...footer].map((line) => line.replace(/\u001b\[[\d;]*m/g, ''));
  };
  const shown = () => lines().join('\n');
  const begin = async (name: string) => {
    console.press('a');
    await serveAll();
    console.type(name);
  };
  const apply = async () => {
    console.press('enter');
    await serveAll();
    console.press('enter');
    await serveAll();
  };
  return { host, console, written, serveAll, flow, lines, shown, begin, apply };
}

let hub: Awaited<ReturnType<typeof open>>;
beforeEach(async () => {
  hub = await open();
});

describe('the questions', () => {
  test('propose the next address and what to dial, and ask of a gateway alone what is behind it', async () => {
    await hub.begin('watch');
    expect(hub.shown()).toMatch(/Address +10\.8\.0\.\d+, fd08::/);
    expect(hub.shown()).toMatch(/Dials +\S+:51820/);
    expect(hub.shown()).not.toContain('LANs behind it');
    hub.console.press('tab', 'left');
    expect(hub.shown()).toContain('[gateway]');
    expect(hub.shown()).toContain('LANs behind it');
  });

  test.each([
    ['a name that is taken', 'home', /home/],
    ['no name', '', /Name/],
  ])('say %s at its field, and make no plan', async (_what, name, said) => {
    await hub.begin(name);
    hub.console.press('enter');
    await hub.serveAll();
    expect(hub.flow().stage).toBe('questions');
    expect(hub.shown()).toMatch(said);
  });

  test('take the public key of a device, and refuse what is none', async () => {
    await hub.begin('watch');
    hub.console.press('tab', 'tab', 'tab', 'tab', 'tab');
    hub.console.paste('nonsense');
    hub.console.press('enter');
    await hub.serveAll();
    expect(hub.flow().stage).toBe('questions');
    hub.console.press('ctrl+u');
    hub.console.paste('3p7bfXt9wbTTW2HC7OQ1Nz+DQ8hbeGdNrfx+FG+IK08=');
    await hub.apply();
    expect(hub.flow().stage).toBe('delivery');
    expect(hub.shown()).toContain('Fill these fields in on watch');
    expect(hub.shown()).not.toContain('PrivateKey');
  });
});

describe('the configuration', () => {
  test('is a code on the whole screen, with the proof and the keys below', async () => {
    await hub.begin('watch');
    await hub.apply();
    const lines = hub.lines();
    expect(lines).toHaveLength(50);
    expect(lines.slice(0, 30).join('')).toMatch(/▀/);
    expect(lines.at(-2)).toContain('waiting');
    expect(lines.at(-1)).toContain('clipboard');
    expect(hub.shown()).not.toContain('meshtui');
  });

  test.each([
    [60, 15],
    [80, 24],
    [70, 40],
    [200, 60],
  ])('keeps within %i×%i, whatever is shown of it', async (columns, rows) => {
    hub = await open(columns, rows);
    await hub.begin('watch');
    await hub.apply();
    const check = () => {
      expect(hub.lines().length).toBeLessThanOrEqual(rows);
      for (const line of hub.lines()) expect(widthOf(line)).toBeLessThanOrEqual(columns);
    };
    check();
    for (const key of ['t', 'w', 'f', 'tab', 'escape', 'escape']) {
      hub.console.press(key);
      check();
    }
  });

  test('goes to a file that only its owner can read, with the line that fetches it', async () => {
    await hub.begin('watch');
    await hub.apply();
    hub.console.press('f', 'tab', 'ctrl+u');
    hub.console.type('/root/t.conf');
    hub.console.press('enter');
    await hub.serveAll();
    expect(hub.flow()).toMatchObject({ stage: 'delivery', file: undefined });
    const stat = await hub.host.stat('/root/t.conf');
    const text = await hub.host.readFile('/root/t.conf');
    if (stat.outcome !== 'read' || text.outcome !== 'read') throw new Error(hub.shown());
    expect(stat.value.mode & 0o777).toBe(0o600);
    expect(text.value).toMatch(/PrivateKey = \S{44}\n/);
    hub.console.press('t');
    hub.console.press('f', 'tab', 'ctrl+u');
    hub.console.type('/root/t.conf');
    hub.console.press('enter');
    await hub.serveAll();
    expect(hub.shown()).toContain('There is a file /root/t.conf already');
  });

  test('goes to the clipboard of the terminal when it is asked to, and not before', async () => {
    await hub.begin('watch');
    await hub.apply();
    expect(hub.written).toEqual([]);
    hub.console.press('y');
    await hub.serveAll();
    expect(hub.written.join('')).toContain(']52;c;');
  });

  test('is gone when it is left, which is asked first; no sentence ever held the key', async () => {
    await hub.begin('watch');
    await hub.apply();
    const flow = hub.flow();
    if (flow.stage !== 'delivery') throw new Error(flow.stage);
    const { symbol, client } = flow.delivery;
    const key = client.profile.privateKey?.reveal() ?? '';
    expect(key).toHaveLength(44);
    expect(JSON.stringify(flow)).not.toContain(key);
    expect(flowSentences(flow, 0).join('\n')).not.toContain(key);
    hub.console.press('escape');
    expect(hub.shown()).toContain('stored nowhere');
    hub.console.press('escape');
    expect(hub.flow().stage).toBe('delivery');
    hub.console.press('escape', 'enter');
    await hub.serveAll();
    expect(hub.console.state.mode.kind).toBe('browse');
    const size = symbol?.size ?? 0;
    const dark = Array.from({ length: size * size }, (_, at) => symbol?.isDark(at % size, Math.floor(at / size)));
    expect(size).toBeGreaterThan(20);
    expect(dark.some((module) => module === true)).toBe(false);
  });
});

describe('a configuration that was lost', () => {
  test('is replaced by a new one with a new key: name and address stay', async () => {
    hub.console.press('g');
    for (let steps = 0; hub.console.selected !== 'printer' && steps < 100; steps += 1) hub.console.press('j');
    const before = hub.console.view.peers.find(({ label }) => `${label}` === 'printer');
    hub.console.press('R');
    await hub.serveAll();
    expect(hub.flow().stage).toBe('review');
    hub.console.type('printer');
    hub.console.press('enter');
    await hub.serveAll();
    const flow = hub.flow();
    if (flow.stage !== 'delivery') throw new Error(hub.shown());
    const { profile } = flow.delivery.client;
    expect(profile.addresses.map((address) => address.split('/')[0])).toContain(`${before?.address}`);
    expect(flow.delivery.client.keys.publicKey).not.toBe(before?.publicKey);
    const conf = await hub.host.readFile('/etc/wireguard/wg0.conf');
    expect(conf.outcome === 'read' && conf.value).toContain(flow.delivery.client.keys.publicKey);
    expect(conf.outcome === 'read' && conf.value).not.toContain(before?.publicKey);
  });
});
