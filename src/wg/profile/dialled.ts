import { parseAddress } from '../../network/address.ts';
import { readEndpoint } from '../conf/check-value.ts';

/** What clients dial. */
export interface Dialled {
  /** An address without brackets, or a name. */
  readonly host: string;
  readonly port: number;
}

/**
 * A host and a port, or a host alone where the port is known; undefined for what is neither. Whether it is one that can be
 * dialled, `problemOfHub` says.
 */
export function readDialled(text: string, port: number | undefined): Dialled | undefined {
  const plain = text.trim().replace(/^\[([^\]]*)\]$/, '$1');
  const whole = parseAddress(plain) === undefined ? readEndpoint(plain) : undefined;
  if (whole !== undefined) return { host: whole.host, port: whole.port };
  return plain === '' || port === undefined ? undefined : { host: plain, port };
}
