import { isIP } from 'node:net';
import type { Secret } from '../../../core/secret.ts';
import type { AddressOf } from '../address-book.ts';
import type { Letter } from './letter.ts';

/** One mail server, and who writes to whom. */
export interface MailTarget {
  /** An address, or a name that the system resolves. */
  readonly host: string;
  readonly port: number;
  /** `starttls`: never without it. `tls`: from the first byte. `none`: in the clear. */
  readonly security: 'starttls' | 'tls' | 'none';
  /** The name that the server's certificate must have. */
  readonly name: string;
  /** PEM; the system's own authorities where missing. */
  readonly ca?: Buffer;
  readonly login?: { readonly user: string; readonly password: Secret };
  readonly from: string;
  readonly to: readonly string[];
}

/** Sends one mail; rejects where the server did not take it. */
export type Post = (letter: Letter) => Promise<void>;

const limitMs = 15_000;

const tlsOf = ({ name, ca }: MailTarget) => ({
  ...(isIP(name) === 0 && { servername: name }),
  ...(ca && { ca }),
  minVersion: 'TLSv1.2' as const,
});

/**
 * A way to one mail server, by SMTP (RFC 5321). Each mail has a connection of its own: they are few. The library is loaded
 * with the first such way, long before it is needed: whoever sends no mail does not pay for it.
 */
export const createPost = (target: MailTarget, addressOf: AddressOf): Post => {
  const library = import('nodemailer');
  library.catch(() => undefined);
  return async ({ subject, text }) => {
    const { createTransport } = await library;
    const { host, port, security, login, from, to } = target;
    const transport = createTransport({
      ...{ host: await addressOf(host), port },
      secure: security === 'tls',
      requireTLS: security === 'starttls',
      ignoreTLS: security === 'none',
      tls: tlsOf(target),
      ...(login && { auth: { user: login.user, pass: login.password.reveal().toString('utf8') } }),
      ...{ connectionTimeout: limitMs, greetingTimeout: limitMs, socketTimeout: limitMs },
      ...{ disableFileAccess: true, disableUrlAccess: true },
    });
    try {
      const headers = { 'Auto-Submitted': 'auto-generated' };
      await transport.sendMail({ from, to: [...to], subject, text, headers });
    } finally {
      transport.close();
    }
  };
};
