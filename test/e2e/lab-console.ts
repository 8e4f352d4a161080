import type { Lab } from '../lab/lab.ts';
import { overlay } from '../lab/topology.ts';
import { launch, type Terminal } from '../support/terminal.ts';

/** The built console on the hub of a lab, once it shows the peers. */
export async function openConsole(lab: Lab, columns = 120, rows = 40): Promise<Terminal> {
  const terminal = launch(lab.meshtuiArgv('edge'), { columns, rows });
  await terminal.waitFor(overlay.home.v4, 10_000);
  return terminal;
}
