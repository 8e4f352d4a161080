import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printable } from '../../../src/host/printable.ts';
import {
  readDsnetPeers,
  readPeersToml,
  readWgCmdClient,
  readWgEasyClients,
} from '../../../src/wg/names/sidecar-documents.ts';
import { readPeersFile, readPivpnClients } from '../../../src/wg/names/sidecars.ts';
import { fixture, keyOf } from './support.ts';

const readers = {
  peers: readPeersFile,
  'clients.txt': readPivpnClients,
  'peers.toml': readPeersToml,
  'wg0.json': readWgEasyClients,
  'dsnetconfig.json': readDsnetPeers,
};
const readClient = (text: string) => readWgCmdClient(text, '0002-anna.toml');

describe('side files', () => {
  it.each(Object.entries(readers))('%s', (file, read) => {
    const bert = file === 'peers' ? 'bert: the second' : 'bert';
    expect([...read(fixture(file))]).toEqual([
      [keyOf('anna'), 'anna'],
      [keyOf('bert'), bert],
    ]);
  });

  it('takes the name of a client of wg-cmd from the name of the file', () => {
    expect([...readClient(fixture('0002-anna.toml'))]).toEqual([[keyOf('anna'), 'anna']]);
    expect(readWgCmdClient(fixture('0002-anna.toml'), 'notes.toml').size).toBe(0);
  });

  it('gives no names for garbage, and never throws', () => {
    const garbage = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc.constantFrom('{"clients":7}', '[[peer]]', '{"Peers":{}}'),
    );
    fc.assert(
      fc.property(garbage, (text) => {
        for (const read of [...Object.values(readers), readClient]) expect(read(text).size).toBe(0);
      }),
      { numRuns: 200 },
    );
  });

  it('takes the terminal out of a name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const json = JSON.stringify({ clients: { a: { name: `\u001b[2J${name}\u202e`, publicKey: keyOf('anna') } } });
        for (const shown of readWgEasyClients(json).values()) expect(printable(shown)).toBe(shown);
      }),
    );
  });
});
