import { known } from '../../host/printable.ts';
import { formatAddress } from '../../network/address.ts';
import type { InterfaceAddress } from '../../network/addresses.ts';
import { type PrefixReading, parsePrefix } from '../../network/prefix.ts';
import type { FileInterface } from '../../wg/conf-interface.ts';
import type { Finding } from '../finding.ts';
import { listed } from './lines.ts';
import type { Hub, Survey } from './survey.ts';

/** Where the addresses of the interface are not those of its file. */
export function judgeAddresses({ facts }: Survey, hub: Hub): Finding[] {
  const { file, addresses } = hub;
  if (file === undefined || file.addresses.length === 0 || facts.incomplete.has('addresses')) return [];
  const wanted = file.addresses.flatMap((text) => parsePrefix(text) ?? []);
  const missing = wanted.filter((one) => !addresses.some((each) => textOf(each) === readingText(one)));
  // The kernel gives itself link-local ones.
  const extra = addresses.filter(
    (each) => each.scope !== 'link' && !wanted.some((one) => textOf(each) === readingText(one)),
  );
  return [
    ...missing.map((one) => addressMissing(hub, file, one, extra)),
    ...extra.map((each) => addressNotInFile(hub, file, each)),
  ];
}

function textOf({ address, onLink }: InterfaceAddress): string {
  return `${formatAddress(address)}/${onLink.length}`;
}

/** As the kernel will have it: without a length it is one address. */
function readingText({ address, prefix }: PrefixReading): string {
  return `${formatAddress(address)}/${prefix.length}`;
}

function addressMissing(
  hub: Hub,
  file: FileInterface,
  one: PrefixReading,
  extra: readonly InterfaceAddress[],
): Finding {
  const text = readingText(one);
  const otherLength = extra.find((each) => formatAddress(each.address) === formatAddress(one.address));
  const instead = otherLength === undefined ? 'it has not' : `it has it as ${textOf(otherLength)}`;
  return {
    id: 'address-missing',
    severity: otherLength === undefined ? 'bad' : 'warn',
    title: known(`${hub.name} lacks the address ${text}`),
    cause: known(
      `${file.path} gives ${hub.name} the address ${text}, but ${instead}: peers cannot reach the host there, and the route that comes with the address is missing.`,
    ),
    evidence: [
      { command: known(`cat ${file.path}`), line: known(`Address = ${file.addresses.join(', ')}`) },
      {
        command: known(`ip addr show ${hub.name}`),
        line: known(hub.addresses.length === 0 ? '(no address)' : listed(hub.addresses.map(textOf), 5)),
      },
    ],
    fix: { sentence: known('Add the address.'), command: known(`ip addr add ${text} dev ${hub.name}`) },
    about: { interfaceName: hub.name },
  };
}

function addressNotInFile(hub: Hub, file: FileInterface, each: InterfaceAddress): Finding {
  const text = textOf(each);
  return {
    id: 'address-not-in-file',
    severity: 'info',
    title: known(`the address ${text} is not in the configuration file`),
    cause: known(
      `${hub.name} has ${text}, but ${file.path} does not give it: it is gone when the interface is set up again.`,
    ),
    evidence: [
      { command: known(`ip addr show ${hub.name}`), line: known(text) },
      { command: known(`cat ${file.path}`), line: known(`Address = ${file.addresses.join(', ')}`) },
    ],
    fix: {
      sentence: known(`Write it into ${file.path}, or delete it.`),
      command: known(`ip addr del ${text} dev ${hub.name}`),
    },
    about: { interfaceName: hub.name },
  };
}
