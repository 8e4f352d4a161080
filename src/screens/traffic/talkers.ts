import type { TalkerView } from '../../observe/traffic/view.ts';
import type { RateUnit } from '../../ui/chart/scale.ts';
import { formatRate } from '../../ui/format.ts';
import type { Glyphs } from '../../ui/glyphs.ts';
import { type Cell, type Column, mandatory } from '../../ui/table/columns.ts';

/** What the cells of all rows share. */
export interface TalkerContext {
  readonly glyphs: Glyphs;
  readonly unit: RateUnit;
}

export type TalkerColumn = Column<TalkerView, TalkerContext>;

/** Columns of a bar that stands for everything. */
const barWidth = 20;

const columns: readonly TalkerColumn[] = [
  {
    id: 'name',
    header: 'TOP TALKERS',
    align: 'left',
    min: 14,
    ideal: 20,
    max: 36,
    priority: mandatory,
    cell: ({ label, you }) => ({ text: label, ...(you ? { tail: ' (you)' } : {}) }),
  },
  {
    id: 'rx',
    header: '↓ MEAN',
    align: 'right',
    min: 9,
    ideal: 9,
    priority: mandatory,
    cell: ({ rxBitsPerSecond }, context) => rateCell(rxBitsPerSecond, context),
  },
  {
    id: 'tx',
    header: '↑ MEAN',
    align: 'right',
    min: 9,
    ideal: 9,
    priority: mandatory,
    cell: ({ txBitsPerSecond }, context) => rateCell(txBitsPerSecond, context),
  },
  {
    id: 'share',
    header: 'SHARE',
    align: 'right',
    min: 5,
    ideal: 5,
    priority: mandatory,
    cell: ({ share }) => ({ text: share < 0.01 ? '<1 %' : `${Math.round(share * 100)} %` }),
  },
  {
    id: 'bar',
    header: '',
    align: 'left',
    min: barWidth,
    ideal: barWidth,
    priority: 10,
    cell: ({ share }, { glyphs }) => ({
      text: (glyphs.spark.at(-1) ?? '').repeat(Math.round(share * barWidth)),
      token: 'muted',
    }),
  },
];

function rateCell(bitsPerSecond: number, { glyphs, unit }: TalkerContext): Cell {
  const text = formatRate(bitsPerSecond, glyphs.dash, unit);
  return text === glyphs.dash ? { text, token: 'muted' } : { text };
}

/** The columns for this terminal. */
export function talkerColumns(glyphs: Glyphs): readonly TalkerColumn[] {
  if (!glyphs.isAscii) return columns;
  return columns.map((column) => ({
    ...column,
    header: column.header.replace('↓', glyphs.down).replace('↑', glyphs.up),
  }));
}
