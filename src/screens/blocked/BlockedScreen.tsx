import { Box } from 'ink';
import { lazy, Suspense } from 'react';
import type { Obstacle, Snapshot } from '../../observe/snapshot.ts';
import { Lines } from '../../ui/Line.tsx';
import type { Look } from '../../ui/look.ts';
import { demoLines, linkLines, noticeLines } from './notice.ts';

const LinksTable = lazy(() => import('./LinksTable.tsx'));

export interface BlockedScreenProps {
  readonly snapshot: Snapshot;
  readonly obstacle: Obstacle;
  /** Columns of the terminal. */
  readonly width: number;
  readonly look: Look;
}

/** The body in place of the peers where they cannot be shown: why, what to do, what can be seen, and the demo. */
export function BlockedScreen({ snapshot, obstacle, width, look }: BlockedScreenProps) {
  const { links } = snapshot;
  const plainLinks = <Lines lines={linkLines(links, width, look)} />;
  return (
    <>
      <Lines lines={noticeLines(snapshot, obstacle, width, look)} />
      {look.glyphs.isAscii || links.length === 0 ? (
        plainLinks
      ) : (
        <Suspense fallback={plainLinks}>
          <Box marginLeft={3} marginBottom={1} flexDirection="column">
            <LinksTable links={links} theme={look.theme} />
          </Box>
        </Suspense>
      )}
      <Lines lines={demoLines(width, look)} />
    </>
  );
}
