import type { Host } from '../host/host.ts';
import { parseTableNumbers, type TableNumbers } from '../network/tables.ts';

const directories = ['/etc/iproute2', '/usr/share/iproute2', '/usr/lib/iproute2'] as const;

/** The names that routing tables have; iproute2 6.5 and later keep theirs below /usr. Those of /etc win. */
export async function readTableNumbers(host: Host): Promise<TableNumbers> {
  const texts = await Promise.all(directories.toReversed().map((directory) => tableFiles(host, directory)));
  return parseTableNumbers(texts.flat());
}

async function tableFiles(host: Host, directory: string): Promise<string[]> {
  const parts = await host.listDirectory(`${directory}/rt_tables.d`);
  const names = parts.outcome === 'read' ? parts.value.filter((name) => name.endsWith('.conf')) : [];
  const paths = [`${directory}/rt_tables`, ...names.map((name) => `${directory}/rt_tables.d/${name}`)];
  const read = await Promise.all(paths.map((path) => host.readFile(path)));
  return read.flatMap((one) => (one.outcome === 'read' ? [one.value] : []));
}
