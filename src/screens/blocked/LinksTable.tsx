import { Table } from 'ink-table';
import type { LinkView } from '../../observe/snapshot.ts';
import { formatBytes } from '../../ui/format.ts';

/** The WireGuard interfaces that anyone may see, in a frame. Small and still: ink-table is too slow for anything live. */
export default function LinksTable({ links }: { readonly links: readonly LinkView[] }) {
  const data = links.map((link) => ({
    INTERFACE: link.name,
    KIND: link.kind,
    RECEIVED: bytes(link.rxBytes),
    SENT: bytes(link.txBytes),
  }));
  return <Table data={data} />;
}

function bytes(count: number | undefined): string {
  return count === undefined ? 'unknown' : formatBytes(count);
}
