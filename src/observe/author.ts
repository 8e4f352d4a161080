import { readAuthor } from '../change/machine.ts';
import type { Author } from '../change/record.ts';
import type { Host } from '../host/host.ts';
import { findOperator, type Operator } from './operator.ts';

/** Who is at work here, and where they come from. */
export async function findAuthor(host: Host): Promise<Author> {
  return readAuthor(host, placeOf(await findOperator(host)));
}

function placeOf(operator: Operator): string {
  switch (operator.kind) {
    case 'ssh':
      return operator.address;
    case 'local':
      return operator.tty;
    case 'unknown':
      return 'unknown';
  }
}
