import { z } from 'zod';
import { cipherSuites } from '../ipmi/cipher-suites.ts';
import { type Privilege, privilegeLevels } from '../ipmi/privilege.ts';

const known = [...cipherSuites.keys()];
const privileges = Object.keys(privilegeLevels).filter((name) => name !== 'callback') as [
  Privilege,
  ...Privilege[],
];
const longestUserName = 16;

/** What the configuration says to the native IPMI driver; docs/config.md is written from it. */
export const nativeOptions = z
  .strictObject({
    host: z
      .string()
      .min(1)
      .max(253)
      .describe('Address of the BMC. An IP address needs no name service on the night of the failure.'),
    port: z.number().int().min(1).max(65535).default(623).describe('UDP port of IPMI over LAN.'),
    user: z
      .string()
      .refine((name) => Buffer.byteLength(name) <= longestUserName, 'must be at most 16 bytes')
      .meta({ expects: 'text of at most 16 bytes' })
      .describe('BMC user name, at most 16 bytes; empty for the anonymous user.'),
    privilege: z
      .enum(privileges)
      .default('operator')
      .describe('Privilege level of the session; operator is the least that may switch the power.'),
    cipherSuites: z
      .array(
        z
          .number()
          .int()
          .refine((id) => known.includes(id), `must be one of ${known.join(', ')}`),
      )
      .min(1)
      .default([17, 3])
      .describe('Cipher suites to try, the best first; the one that worked is remembered.'),
    allowCipherSuite0: z
      .boolean()
      .default(false)
      .describe('Permits suite 0 in cipherSuites: no authentication, so anyone can switch this server off.'),
    warmSession: z
      .boolean()
      .default(false)
      .describe(
        'Keeps one session open, so that a forced stop need not log in first. Only where the BMC shows two free slots.',
      ),
  })
  .refine((options) => options.allowCipherSuite0 || !options.cipherSuites.includes(0), {
    path: ['cipherSuites'],
    message: 'suite 0 has no authentication; to use it all the same, say allowCipherSuite0: true',
  });

export type NativeOptions = z.infer<typeof nativeOptions>;
