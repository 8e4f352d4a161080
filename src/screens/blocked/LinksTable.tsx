import { Text } from 'ink';
import { Table } from 'ink-table';
import type { PropsWithChildren } from 'react';
import type { LinkView } from '../../observe/snapshot.ts';
import { formatBytes } from '../../ui/format.ts';
import { paint, type Theme, type Token } from '../../ui/theme.ts';

export interface LinksTableProps {
  readonly links: readonly LinkView[];
  readonly theme: Theme;
}

/** The WireGuard interfaces that anyone may see, in a frame. Small and still: ink-table is too slow for anything live. */
export default function LinksTable({ links, theme }: LinksTableProps) {
  const data = links.map((link) => ({
    INTERFACE: link.name,
    KIND: link.kind,
    RECEIVED: bytes(link.rxBytes),
    SENT: bytes(link.txBytes),
  }));
  return (
    <Table
      // The table takes its parts when it is made and keeps them.
      key={theme.name}
      data={data}
      columns={[
        { key: 'INTERFACE' },
        { key: 'KIND' },
        { key: 'RECEIVED', align: 'right' },
        { key: 'SENT', align: 'right' },
      ]}
      header={painted(theme, 'heading')}
      skeleton={painted(theme, 'heading')}
      cell={painted(theme, 'text')}
    />
  );
}

function painted(theme: Theme, token: Token) {
  return ({ children }: PropsWithChildren) => <Text>{paint(theme, token, String(children))}</Text>;
}

function bytes(count: number | undefined): string {
  return count === undefined ? 'unknown' : formatBytes(count);
}
