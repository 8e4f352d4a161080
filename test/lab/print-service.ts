/**
 * The printer's service: whoever connects over IPv6 is told its name. `lab up` runs this file on the printer; it ends
 * with the lab.
 */
import { createServer } from 'node:net';
import type { Lab } from './lab.ts';
import { until } from './run.ts';
import { printPort, underlay } from './topology.ts';

/** What the service says to each who connects. */
export const printGreeting = 'printer over IPv6\n';

/** Starts the service on the printer; resolves once it listens. */
export async function startPrintService(lab: Lab): Promise<void> {
  const inBackground = 'setsid --fork "$@" </dev/null >/dev/null 2>&1';
  await lab.must('printer', ['bash', '-c', inBackground, 'service', process.execPath, import.meta.filename]);
  await until('the print service', 10_000, async () =>
    (await lab.exec('printer', ['ss', '-Hltn6', `sport = :${printPort}`])).stdout.includes(`:${printPort}`),
  );
}

function serve(): void {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.setTimeout(5000, () => socket.destroy());
    socket.end(printGreeting);
  });
  server.maxConnections = 16;
  server.listen({ host: underlay.printer.v6, port: printPort });
}

if (import.meta.main) serve();
