/** The flows as an operator goes through them: keys in, and a simulated hub that changes. */
import { beforeEach, describe, expect, test } from 'vitest';
import { serveFlow, watchChanges } from '../../src/app/changing.ts';
import { changeDoor } from '../../src/cli/change-door.ts';
import { flowLines } from '../../src/flows/flow-lines.ts';
import { flowSentences } from '../../src/flows/flow-sentences.ts';
import { known } from '../../src/host/printable.ts';
import { asciiGlyphs } from '../../src/ui/glyphs.ts';
import { widthOf } from '../../src/ui/text.ts';
import { themeNamed } from '../../src/ui/theme.ts';
import { demoHub } from '../screens/hubs.ts';
import { openConsole } from '../support/console.ts';

const look = { theme: themeNamed('mono'), glyphs: asciiGlyphs };
const confPath = '/etc/wireguard/wg0.conf';

async function open() {
  const { host, snapshot } = await demoHub();
  const options = { changes: changeDoor(host) };
  const console = openConsole(snapshot);
  const serveAll = async () => {
    for (let request = console.requests.shift(); request !== undefined; request = console.requests.shift())
      await serveFlow(console.store, options, request);
  };
  const flow = () => {
    const { mode } = console.state;
    if (mode.kind !== 'flow') throw new Error(`the console is in the mode ${mode.kind}`);
    return mode.flow;
  };
  const shown = (width = 80, height = 40) =>
    flowLines(flow(), { width, height }, host.now(), look)
      .join('\n')
      .replace(/\u001b\[[\d;]*m/g, '');
  const select = (label: string) => {
    console.press('g');
    for (let steps = 0; console.selected !== label && steps < 100; steps += 1) console.press('j');
    expect(console.selected).toBe(label);
  };
  const conf = async () => {
    const text = await host.readFile(confPath);
    return text.outcome === 'read' ? text.value : '';
  };
  const peers = async () => {
    const dump = await host.run(['wg', 'show', 'all', 'dump']);
    const rows = dump.outcome === 'exited' ? dump.stdout.split('\n').map((row) => row.split('\t')) : [];
    const settings = rows.flatMap((row) => (row.length === 9 ? [[row[1], row[2], row[4], row[8]].join(' ')] : []));
    if (settings.length === 0) throw new Error('the demo shows no peers');
    return settings.sort().join('\n');
  };
  return { console, host, options, serveAll, flow, shown, select, conf, peers };
}

let hub: Awaited<ReturnType<typeof open>>;
beforeEach(async () => {
  hub = await open();
});

describe('editing a peer', () => {
  test('asks, shows the plan, applies it, and offers the way back', async () => {
    const before = await hub.conf();
    hub.select('printer');
    hub.console.press('e');
    expect(hub.flow().stage).toBe('questions');
    hub.console.press('tab');
    hub.console.type('office');
    hub.console.press('enter');
    await hub.serveAll();
    expect(hub.shown()).toContain('tags');
    expect(hub.shown()).toContain('Nothing has happened yet');
    expect(await hub.conf()).toBe(before);
    hub.console.press('enter');
    await hub.serveAll();
    expect(hub.shown()).toContain('it is as the plan said');
    expect(await hub.conf()).toContain('office');
    hub.console.press('enter');
    expect(hub.console.state.mode.kind).toBe('browse');
  });

  test('a wrong answer is said at its field, and no plan is made', async () => {
    hub.select('printer');
    hub.console.press('e', 'tab', 'tab', 'tab');
    hub.console.type(', nonsense');
    hub.console.press('enter');
    await hub.serveAll();
    expect(hub.flow().stage).toBe('questions');
    expect(hub.shown()).toContain('"nonsense" is no prefix');
  });

  test('an answer that the hub refuses comes back to the questions, with what was typed', async () => {
    hub.select('printer');
    hub.console.press('e', 'ctrl+u');
    hub.console.type('home');
    hub.console.press('enter');
    await hub.serveAll();
    const flow = hub.flow();
    expect(flow.stage).toBe('questions');
    if (flow.stage === 'questions') expect(flow.form.answers['name']).toBe('home');
    expect(hub.shown()).toMatch(/home.*(already|another|other)/s);
  });

  test('Esc goes back from the plan to the answers, then out', async () => {
    hub.select('printer');
    hub.console.press('e', 'tab');
    hub.console.type('office');
    hub.console.press('enter');
    await hub.serveAll();
    hub.console.press('escape');
    const flow = hub.flow();
    expect(flow.stage === 'questions' && flow.form.answers['tags']).toBe('office');
    hub.console.press('escape');
    expect(hub.console.state.mode.kind).toBe('browse');
  });

  test('nothing different, no plan', () => {
    hub.select('printer');
    hub.console.press('e', 'enter');
    expect(hub.console.state.mode.kind).toBe('browse');
    expect(hub.console.requests).toEqual([]);
  });
});

describe('disabling a peer', () => {
  test('wants the name typed before Enter does anything', async () => {
    const before = await hub.peers();
    hub.select('printer');
    hub.console.press('x');
    hub.console.type('broken');
    hub.console.press('enter');
    await hub.serveAll();
    hub.console.press('enter');
    expect(hub.console.requests).toEqual([]);
    expect(hub.shown()).toContain('Type printer to be able to apply it');
    hub.console.type('printer');
    expect(hub.shown()).toContain('Enter cuts printer off.');
    hub.console.press('enter');
    await hub.serveAll();
    expect(hub.shown()).toContain('it is as the plan said');
    expect(await hub.peers()).not.toBe(before);
    expect(await hub.conf()).toContain('disabled = broken');
  });

  test('undo brings back the file byte for byte, and the peer', async () => {
    const before = await hub.conf();
    const peers = await hub.peers();
    hub.select('printer');
    hub.console.press('X');
    await hub.serveAll();
    hub.console.type('printer');
    hub.console.press('enter');
    await hub.serveAll();
    expect(await hub.conf()).not.toContain('printer');
    hub.console.press('enter', '6');
    await watchChanges(hub.console.store, hub.options).readNow();
    hub.console.press('u');
    await hub.serveAll();
    expect(hub.shown()).toContain('Undo: Remove printer');
    hub.console.press('enter');
    await hub.serveAll();
    expect(await hub.conf()).toBe(before);
    expect(await hub.peers()).toBe(peers);
  });

  test('of the operator itself waits for a new login, and q says so first', async () => {
    const you = hub.console.view.peers.find((peer) => peer.you === true);
    if (you === undefined) throw new Error('the demo has no operator');
    hub.select(you.label);
    hub.console.press('x', 'enter');
    await hub.serveAll();
    expect(hub.shown()).toContain('This is you');
    hub.console.type(you.label);
    hub.console.press('enter');
    await hub.serveAll();
    expect(hub.flow().stage).toBe('pending');
    hub.console.press('c');
    expect(hub.console.requests).toEqual([]);
    hub.console.press('escape');
    const journal = watchChanges(hub.console.store, hub.options);
    await journal.readNow();
    hub.console.press('q');
    expect(hub.console.effects).not.toContain('quit');
    expect(hub.shown()).toContain('is taken back in');
    hub.console.press('escape', 'c', 'r');
    await hub.serveAll();
    expect(hub.shown()).toContain('taken back');
    await journal.readNow();
    journal.stop();
    hub.console.press('enter', 'q');
    expect(hub.console.effects).toContain('quit');
  });
});

describe('the drift', () => {
  const openDrift = async () => {
    hub.console.press('D');
    await hub.serveAll();
    expect(hub.flow().stage).toBe('drift');
  };

  test('is listed, pushed, and gone', async () => {
    await openDrift();
    expect(hub.shown()).toContain('192.168.40.0/24');
    hub.console.press('p');
    await hub.serveAll();
    expect(hub.flow().stage).toBe('review');
    expect(hub.shown()).toContain('ip -4 route add 192.168.40.0/24');
    hub.console.press('enter');
    await hub.serveAll();
    expect(hub.shown()).toContain('it is as the plan said');
    hub.console.press('enter');
    await openDrift();
    expect(hub.shown()).toContain('Nothing has drifted');
  });

  test('Esc goes from the plan to the list, and from there out', async () => {
    await openDrift();
    hub.console.press('i');
    await hub.serveAll();
    hub.console.press('escape');
    expect(hub.flow().stage).toBe('drift');
    hub.console.press('escape');
    expect(hub.console.state.mode.kind).toBe('browse');
  });

  test('can be looked at under --read-only, and not be changed', async () => {
    const { snapshot } = hub.console.view;
    const console = openConsole(snapshot, { isReadOnly: true });
    console.press('D');
    expect(console.requests.shift()).toEqual({ kind: 'drift' });
    console.store.dispatch([
      { type: 'flow-answer', answer: { kind: 'drift', drifts: await hub.options.changes.drift(snapshot) } },
    ]);
    console.press('p');
    expect(console.requests).toEqual([]);
    expect(console.state.mode).toMatchObject({ kind: 'flow', flow: { stage: 'drift' } });
  });
});

describe('what is shown of a flow', () => {
  test.each([
    [60, 11],
    [80, 20],
    [200, 56],
  ])('keeps within %i columns and %i lines, and says the same to a screen reader', async (width, height) => {
    hub.select('printer');
    hub.console.press('x', 'enter');
    const check = () => {
      const lines = hub.shown(width, height).split('\n');
      expect(lines.length).toBeLessThanOrEqual(height);
      for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(width);
      for (const sentence of flowSentences(hub.flow(), hub.host.now())) expect(sentence).not.toBe('');
    };
    check();
    await hub.serveAll();
    check();
    hub.console.press('pagedown');
    check();
    hub.console.type('printer');
    hub.console.press('enter');
    check();
    await hub.serveAll();
    check();
  });

  test('no key is ever shown', async () => {
    const secret = /(?:PrivateKey|PresharedKey) = (?!\(hidden\))/;
    hub.select('home');
    hub.console.press('X');
    await hub.serveAll();
    expect(hub.shown(200, 400)).toContain('(hidden)');
    expect(hub.shown(200, 400)).not.toMatch(secret);
    expect(flowSentences(hub.flow(), 0).join('\n')).not.toMatch(secret);
    expect(JSON.stringify(hub.flow())).not.toMatch(/PrivateKey = [A-Za-z0-9+/]{43}=/);
  });
});

describe('a change that was cut short', () => {
  test('is brought to an end from the list of changes', async () => {
    hub.select('printer');
    hub.console.press('e', 'tab');
    hub.console.type('office');
    hub.console.press('enter');
    await hub.serveAll();
    hub.console.press('enter');
    await hub.serveAll();
    hub.console.press('enter', '6');
    const { records } = await hub.options.changes.read();
    const [record] = records;
    if (record === undefined) throw new Error('there is no change');
    const change = { ...record, state: { kind: 'interrupted' as const } };
    const notice = { change, sentence: known('It was interrupted.'), choices: ['finish', 'undo', 'leave'] as const };
    hub.console.store.dispatch([{ type: 'changes', changes: { records: [change], notices: [notice] } }]);
    hub.console.press('u');
    expect(hub.shown()).toContain('It was interrupted.');
    hub.console.press('x');
    expect(hub.console.requests).toEqual([]);
    hub.console.press('f');
    expect(hub.console.requests).toEqual([{ kind: 'settle', id: change.id, ending: 'finish' }]);
    await hub.serveAll();
    expect(hub.flow().stage).toBe('over');
  });
});
