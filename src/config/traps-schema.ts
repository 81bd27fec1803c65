import { isIP } from 'node:net';
import { z } from 'zod';
import { name } from './fields.ts';
import { trapJudgeKeys } from './trap-judge-schema.ts';

const address = z
  .string()
  .refine((text) => isIP(text) !== 0, 'must be an IPv4 or IPv6 address')
  .meta({ expects: 'an IPv4 or IPv6 address' });

/** A server, a UPS or whatever else the operator calls by this name. */
const deviceName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/)
  .meta({ expects: 'the name of a server or of another device' })
  .describe('What the sender at this address is, under its name; NAME stands for the address.');

const file = z
  .string()
  .regex(/^[^\0]{1,4095}$/)
  .meta({ expects: 'a path' });

const variable = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/)
  .meta({ expects: 'the name of an environment variable' });

const engineId = z
  .string()
  .regex(/^(0x)?([0-9A-Fa-f]{2}){5,32}$/)
  .transform((digits) => digits.replace(/^0x/, '').toLowerCase())
  .meta({ expects: '5 to 32 bytes as hex digits in quotes' });

const listen = z.strictObject({
  address: address
    .default('0.0.0.0')
    .describe('Address to listen at; `::` takes IPv4 too, unless another entry does on the same port.'),
  port: z.int().min(0).max(65_535).default(162).describe('UDP port; 0 takes any that is free, for tests.'),
});

const user = z.strictObject({
  name: z
    .string()
    .regex(/^[\x21-\x7e]{1,32}$/)
    .meta({ expects: 'a user name of 1 to 32 visible ASCII characters' })
    .describe('User name of SNMPv3.'),
  authProtocol: z
    .enum(['sha1', 'sha224', 'sha256', 'sha384', 'sha512'])
    .default('sha256')
    .describe('Authentication protocol. Messages without authentication are refused.'),
  authFile: file.exactOptional().describe('File with the authentication passphrase, 8 bytes at least.'),
  authEnv: variable.exactOptional().describe('Environment variable with it, in place of the file.'),
  privProtocol: z
    .enum(['aes128', 'aes256', 'aes256c'])
    .default('aes128')
    .describe('Encryption, where there is a passphrase for it. `aes256c` is the one of Cisco.'),
  privFile: file
    .exactOptional()
    .describe('File with the privacy passphrase. With it nothing in the clear is taken from this user.'),
  privEnv: variable.exactOptional().describe('Environment variable with it, in place of the file.'),
  engineIds: z
    .array(engineId)
    .max(256)
    .default([])
    .describe('Engines this user may send traps from. Empty: any engine that knows the passphrase.'),
});

/** The `traps` section; who reads its secrets is {@link resolveTraps}. */
export const trapsSchema = z
  .strictObject({
    listen: z
      .array(listen)
      .min(1)
      .max(16)
      .default([{ address: '0.0.0.0', port: 162 }])
      .describe('Where to listen.'),
    receiveBufferKiB: z
      .int()
      .min(64)
      .max(65_536)
      .default(4096)
      .describe(
        'Receive buffer of each socket, which holds what comes while the daemon is busy. The kernel grants no more than net.core.rmem_max; `noroshi health` shows what it granted.',
      ),
    sources: z
      .record(address, deviceName)
      .refine((entries) => Object.keys(entries).length <= 4096, 'may have 4096 entries at most')
      .meta({ expects: 'a section with one entry for each address that sends traps' })
      .describe(
        'Who may send: address of the BMC, UPS or agent, and the server or device it speaks for. Everything else is refused and counted.',
      ),
    relays: z
      .array(address)
      .max(64)
      .default([])
      .describe(
        'Addresses of trap forwarders, such as an snmptrapd with `forward`. Of what they send, the origin is the agent address of v1 or snmpTrapAddress.0, it must be in `sources`, and it is believed: whoever can send as the relay can send as any of them.',
      ),
    communitiesFile: file
      .exactOptional()
      .describe('File with the communities that are taken with v1 and v2c, one in each line.'),
    communitiesEnv: variable
      .exactOptional()
      .describe('Environment variable with them, in place of the file.'),
    users: z.array(user).max(64).default([]).describe('Users of SNMPv3.'),
    acknowledgePet: z
      .strictObject({
        owners: z
          .array(name)
          .min(1)
          .max(64)
          .describe(
            'Machines (`self.node` of their gateways) that acknowledge. The first one that is not the server of the BMC itself does; the others leave it alone. Must be the same list on every gateway.',
          ),
      })
      .exactOptional()
      .describe(
        'Acknowledges Platform Event Traps at the BMC of the server that `sources` names (PET Acknowledge, no login), for BMCs that send a trap again until that is done. Without it nothing is acknowledged.',
      ),
    ...trapJudgeKeys,
  })
  .exactOptional()
  .describe('Receives SNMP traps and informs. Without this section nothing is listened for.');

export type TrapsSection = NonNullable<z.output<typeof trapsSchema>>;
