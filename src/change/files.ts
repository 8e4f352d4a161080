import type { Host } from '../host/host.ts';
import { type Printable, printable } from '../host/printable.ts';
import { decodeConf } from '../wg/conf/decode.ts';
import type { RecordedFileStep } from './record.ts';
import { sha256 } from './sum.ts';

type FileSum = RecordedFileStep['before'];

/** Something stands in the way of a file step. The message is one sentence. */
class Obstacle extends Error {}

/** Why the files are not as this side of the steps has them, a sentence each; empty where they are. */
export async function fileDifferences(
  host: Host,
  steps: readonly RecordedFileStep[],
  side: 'before' | 'after',
): Promise<Printable[]> {
  const found = await Promise.all(steps.map((step) => fileDifference(host, step.path, step[side])));
  return found.flatMap((sentence) => (sentence === undefined ? [] : [printable(sentence)]));
}

async function fileDifference(host: Host, path: string, wanted: FileSum): Promise<string | undefined> {
  const [bytes, stat, real] = await Promise.all([host.readBytes(path), host.stat(path), host.realPath(path)]);
  if (bytes.outcome === 'absent') return wanted && `${path} is gone.`;
  if (bytes.outcome !== 'read' || stat.outcome !== 'read') return `${path} cannot be read.`;
  if (wanted === undefined) return `${path} is there.`;
  if (real.outcome !== 'read' || real.value !== path) return `${path} is now a symbolic link.`;
  if (sha256(decodeConf(bytes.value)) !== wanted.sha256) return `${path} was changed by somebody else.`;
  if (stat.value.mode !== wanted.mode) {
    return `${path} has the mode ${octal(stat.value.mode)}, not ${octal(wanted.mode)}.`;
  }
  return undefined;
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}

/**
 * Puts the staged files in their places, each in one step, and reads them back. What is put there already stays, so
 * that an interrupted run can be finished. Gives the reason where a file is not what it was, or cannot be replaced.
 */
export async function putFiles(host: Host, steps: readonly RecordedFileStep[]): Promise<Printable | undefined> {
  try {
    for (const step of steps) {
      if ((await fileDifference(host, step.path, step.after)) === undefined && !(await isStaged(host, step))) continue;
      await putFile(host, step);
    }
  } catch (error) {
    return printable(error instanceof Error ? error.message : 'A file could not be put in its place.');
  }
  const [difference] = await fileDifferences(host, steps, 'after');
  return difference;
}

async function isStaged(host: Host, { staged }: RecordedFileStep): Promise<boolean> {
  return staged !== undefined && (await host.stat(staged)).outcome === 'read';
}

async function putFile(host: Host, step: RecordedFileStep): Promise<void> {
  const { path, kept, staged } = step;
  const difference = await fileDifference(host, path, step.before);
  if (difference !== undefined) throw new Obstacle(difference);
  if (kept !== undefined) await demandSame(host, path, kept);
  if (staged === undefined) await host.removeFile(path);
  else if (kept !== undefined) await host.moveFile(staged, path);
  else {
    // Other than a rename, a link never takes the place of a file that somebody has made meanwhile.
    await host.linkFile(staged, path);
    await host.removeFile(staged);
  }
  // Between the look and the rename somebody may have written into the old file: then that is what comes back.
  if (kept !== undefined && (await fileDifference(host, kept, step.before)) !== undefined) {
    throw new Obstacle(`${path} was changed by somebody else in the same moment.`);
  }
}

/** The file must still be the one that is kept under its second name, not another of the same text. */
async function demandSame(host: Host, path: string, kept: string): Promise<void> {
  const [now, old] = await Promise.all([host.stat(path), host.stat(kept)]);
  if (now.outcome !== 'read' || old.outcome !== 'read' || now.value.inode !== old.value.inode) {
    throw new Obstacle(`${path} was replaced by somebody else.`);
  }
}
