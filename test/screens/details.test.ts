import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { known } from '../../src/host/printable.ts';
import { Tracker } from '../../src/observe/tracker.ts';
import { detailLines } from '../../src/screens/peers/details.ts';
import { unicodeGlyphs } from '../../src/ui/glyphs.ts';
import { themeNamed } from '../../src/ui/theme.ts';
import type { PeerName } from '../../src/wg/names/name-index.ts';
import { dumpInterface, namesOf, peerName, snapshotOf, tick } from '../support/snapshots.ts';

const look = { theme: themeNamed('dark'), glyphs: unicodeGlyphs };

/** The details of a peer that is only in the file. */
function drawn(fields: Partial<PeerName>): string {
  const names = namesOf({ 2: peerName('old-phone', { disabled: {}, ...fields }) });
  const interfaces = new Tracker().update([dumpInterface([])], tick(0, { names }));
  const lines = detailLines(interfaces[0]?.peers[0], snapshotOf({ interfaces }), 80, look);
  return stripVTControlCharacters(lines.join('\n'));
}

describe('the details of a disabled peer', () => {
  test.each<[disabled: NonNullable<PeerName['disabled']>, state: RegExp]>([
    [{}, /state +disabled$/m],
    [{ reason: known('lost') }, /state +disabled: lost$/m],
    [{ until: '2027-01-31' }, /state +disabled, until 2027-01-31$/m],
    [{ reason: known('lost'), until: '2027-01-31T12:00Z' }, /state +disabled: lost, until 2027-01-31 12:00Z$/m],
  ])('say why and until when: %j', (disabled, state) => {
    expect(drawn({ disabled })).toMatch(state);
  });

  test('say when its access ends, where that is known', () => {
    expect(drawn({ expires: '2027-01-31' })).toMatch(/expires +2027-01-31$/m);
    expect(drawn({})).not.toContain('expires');
  });
});
