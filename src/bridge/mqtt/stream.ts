import { connect, isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import type { Secret } from '../../core/secret.ts';

/** Where the broker is. */
export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
  /** Missing for a plain TCP connection. */
  readonly tls?: {
    /** PEM; the authorities that Node knows where it is missing. */
    readonly ca?: Buffer;
    readonly cert?: Buffer;
    readonly key?: Secret;
  };
}

/** A connection on its way to the broker. The certificate of the broker must be good, and name its host. */
export const openStream = ({ host, port, tls }: BrokerAddress): Duplex => {
  if (!tls) return connect({ host, port, noDelay: true });
  const { ca, cert, key } = tls;
  return connectTls({
    ...{ host, port, minVersion: 'TLSv1.2', rejectUnauthorized: true },
    // A name in SNI is never an address (RFC 6066, section 3).
    ...(isIP(host) === 0 && { servername: host }),
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key: key.reveal() }),
  });
};
