import { z } from 'zod';
import { address } from './fields.ts';

const guards = z
  .strictObject({
    requesterFencedSeconds: z
      .int()
      .min(0)
      .max(3600)
      .default(300)
      .describe(
        'Seconds for which a server that was proved off, or confirmed off by an operator, and has shown no life since, may have no other server stopped (`fence.requesterFenced`): in a fence race the loser is not to take the winner along. 0: no such guard.',
      ),
    tooMany: z
      .strictObject({
        servers: z.int().min(1).max(64).describe('How many servers may be stopped within that time.'),
        seconds: z.int().min(1).max(3600).describe('The time in question.'),
      })
      .exactOptional()
      .describe(
        'Refuses to stop more servers than that without `quorum: true` in the request (`fence.tooMany`): a part of the cluster that went blind is not to take down the rest. A server that was stopped in that time may be stopped again. Needs 4 servers. Without this section there is no such guard.',
      ),
    repeatSeconds: z
      .int()
      .min(0)
      .max(10)
      .default(1)
      .describe(
        'Seconds after a failed attempt in which an identical request gets the answer of that attempt (`joined: true`): engines repeat a failed stop many times a second. 0: each gets an attempt of its own.',
      ),
  })
  .prefault({})
  .describe('When a forced stop is not begun. Each of these can be switched off.');

const kdump = z
  .strictObject({
    listen: address
      .default('::')
      .describe('Address on which messages of crash kernels are received; `::` is IPv6 and IPv4.'),
    port: z.int().min(1).max(65535).default(7410).describe('UDP port, as fence_kdump_send has it.'),
  })
  .prefault({})
  .describe(
    'Where fence_kdump messages come in. The port is open for as long as the daemon runs and some `chain` has a `kdumpWait`: a dump may have begun before the forced stop.',
  );

/** The `fence` section. */
export const fence = z
  .strictObject({
    deadlineSeconds: z
      .int()
      .min(1)
      .max(3600)
      .default(15)
      .describe('Seconds a forced stop may take in all, if neither the request nor the server says.'),
    guards,
    kdump,
  })
  .prefault({})
  .describe('Forced stops.');
