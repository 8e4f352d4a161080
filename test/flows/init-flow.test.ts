/** A new hub in the console: the key where there is no WireGuard interface, the questions, and the plan. */
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { serveFlow } from '../../src/app/changing.ts';
import { initPlan, proposeHub } from '../../src/change/plans/init.ts';
import { changeDoor } from '../../src/cli/change-door.ts';
import { flowLines } from '../../src/flows/flow-lines.ts';
import { initQuestions } from '../../src/flows/init/questions.ts';
import { fakeHost } from '../../src/host/fake.ts';
import { known } from '../../src/host/printable.ts';
import type { Obstacle } from '../../src/observe/snapshot.ts';
import { asciiGlyphs } from '../../src/ui/glyphs.ts';
import { themeNamed } from '../../src/ui/theme.ts';
import { generateKeyPair } from '../../src/wg/profile/keys.ts';
import { freshHost } from '../change/init-facts.ts';
import { openConsole } from '../support/console.ts';
import { snapshotOf } from '../support/snapshots.ts';

const look = { theme: themeNamed('mono'), glyphs: asciiGlyphs };
const facts = freshHost();

function blocked(obstacle: Obstacle = { kind: 'no-interface', wanted: undefined }) {
  const console = openConsole(snapshotOf({ source: { status: 'blocked', obstacle } }));
  const shown = () => {
    const { mode } = console.state;
    if (mode.kind !== 'flow') return '';
    return flowLines(mode.flow, { width: 80, height: 40 }, 0, look)
      .join('\n')
      .replace(/\u001b\[[\d;]*m/g, '');
  };
  /** Asks the questions of a host that was read. */
  const ask = async () => {
    console.press('n');
    expect(console.requests.shift()).toEqual({ kind: 'setup' });
    const setup = { outcome: 'questions', questions: initQuestions(facts, proposeHub(facts, randomBytes)) } as const;
    const changes = { ...changeDoor(fakeHost()), setup: async () => setup };
    await serveFlow(console.store, { changes }, { kind: 'setup' });
  };
  return { console, shown, ask };
}

test('asks with proposals, says what is wrong with an answer, and plans what was answered', async () => {
  const { console, shown, ask } = blocked();
  await ask();
  expect(shown()).toMatch(
    /Set up a hub[\s\S]*Interface +wg0[\s\S]*10\.\d+\.\d+\.0\/24, fd[\s\S]*51820[\s\S]*198\.51\.100\.10/,
  );
  console.press('tab', 'tab', '9', 'tab');
  expect(shown()).toContain('"518209" is no port: a number from 1 to 65535.');
  console.press('ctrl+u');
  for (const letter of 'vpn.example.net') console.press(letter);
  console.press('enter');
  expect(console.requests).toEqual([]);
  console.press('backspace', 'backspace', 'enter');
  expect(console.requests).toMatchObject([
    {
      kind: 'prepare',
      decision: { kind: 'init', wish: { interfaceName: 'wg0', port: '5182', endpoint: 'vpn.example.net' } },
    },
  ]);
});

test('shows its plan', async () => {
  const { console, shown, ask } = blocked();
  await ask();
  console.press('enter');
  console.requests.shift();
  const result = initPlan(facts, {}, generateKeyPair(randomBytes), randomBytes);
  console.store.dispatch([{ type: 'flow-answer', answer: { kind: 'prepared', result } }]);
  expect(shown()).toMatch(/wg0 is brought up and comes up at boot\.\n.*systemctl enable --now wg-quick@wg0/);
});

test('is refused on a host where it cannot be, with what to do', async () => {
  const { console, shown } = blocked();
  console.press('n');
  console.requests.shift();
  const changes = changeDoor(fakeHost({}, { uid: 1000 }));
  await serveFlow(console.store, { changes }, { kind: 'setup' });
  expect(shown()).toMatch(/needs root\. Run: sudo meshtui/);
});

test.each<[Obstacle, string]>([
  [{ kind: 'no-privilege', reason: known('no'), command: known('sudo meshtui') }, 'without root'],
  [{ kind: 'no-program', install: known('apt') }, 'without wg'],
])('%o: nothing begins %s', (obstacle) => {
  const { console } = blocked(obstacle);
  console.press('n');
  expect(console.requests).toEqual([]);
  expect(console.state.mode.kind).not.toBe('flow');
});
