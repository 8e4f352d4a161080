import type { Host } from '../host/host.ts';
import { printable } from '../host/printable.ts';
import type { AddOrder } from './add-command.ts';
import { parseClientList } from './add-list.ts';
import { type AddWords, addRequest, formatOf } from './add-words.ts';
import { UsageError } from './change-words.ts';

type OrderWords = AddWords & { readonly format?: string };

/** One client, as the words say. Throws a {@link UsageError}. */
export function addOrder(name: string, words: OrderWords): AddOrder {
  const request = addRequest(name, words);
  const format = formatOf(words.format, request.kind);
  return { requests: [request], where: () => '', formatOf: () => format };
}

/** A list of clients would be longer than any that a hub has. */
const longestList = 1_000_000;

/** The clients of a list, each with what the words say of all of them. Throws a {@link UsageError}. */
export async function listOrder(
  host: Host,
  path: string,
  name: string | undefined,
  words: OrderWords,
): Promise<AddOrder> {
  if (name !== undefined) throw new UsageError('--from has the names in the list');
  for (const option of ['address', 'publicKey'] as const) {
    if (words[option] !== undefined)
      throw new UsageError('--address and --public-key are for one client: write them into the list');
  }
  const read = await host.readFile(path);
  if (read.outcome !== 'read') throw new UsageError(`${printable(path)} cannot be read`);
  if (read.value.length > longestList)
    throw new UsageError(`${printable(path)} is longer than ${longestList} characters`);
  const { clients, problems } = parseClientList(read.value);
  const problemLines = problems.map(({ line, problem }) => `line ${line}: ${problem}`);
  const requests = clients.flatMap(({ line, name: own, words: said }) => {
    try {
      return [{ line, request: addRequest(own, { ...words, ...said }) }];
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      problemLines.push(`line ${line}: ${error.message}`);
      return [];
    }
  });
  if (problemLines.length > 0) throw new UsageError(`${printable(path)}, ${problemLines.join('; ')}`);
  if (requests.length === 0) throw new UsageError(`${printable(path)} has no client in it`);
  return {
    requests: requests.map(({ request }) => request),
    where: (index) => `${printable(path)} line ${requests[index]?.line ?? 0}, `,
    formatOf: ({ request }) => formatOf(words.format, request.kind),
  };
}
