import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { readBounded } from '../../../config/files.ts';
import type { Clock } from '../../../core/clock.ts';
import { messageOf } from '../../../core/errors.ts';
import type { Logger } from '../../../core/log.ts';
import { replaceFile } from '../../../io/state-file.ts';
import type { SenderEngine } from './target.ts';

/** RFC 3414 section 2.2.2: an engine that reaches this sends nothing that counts. */
const lastBoots = 2 ** 31 - 1;
const mostBytes = 4096;
/** RFC 3411 section 5, format 5 (octets), under the enterprise number that RFC 5612 keeps for examples. */
const idPrefix = Buffer.from('80007ed905', 'hex');
const randomIdBytes = 12;

const stateSchema = z.strictObject({
  version: z.literal(1),
  engineId: z.string().regex(/^([0-9a-f]{2}){5,32}$/),
  boots: z.int().min(1).max(lastBoots),
});

const stateIn = (bytes: Buffer): { engineId: string; boots: number } | undefined => {
  try {
    return stateSchema.parse(JSON.parse(bytes.toString('utf8')));
  } catch {
    return undefined;
  }
};

export interface OwnEngineDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly stateDirectory: string;
}

/**
 * This gateway as the authoritative engine of its v3 traps. The start is counted on disk before anything is sent, so that
 * boots never go back: receivers drop what comes from an earlier boot. Where the count is lost, another engine begins.
 */
export const openSenderEngine = async ({
  clock,
  log,
  stateDirectory,
}: OwnEngineDeps): Promise<SenderEngine> => {
  const path = join(stateDirectory, 'noc-engine.json');
  const content = await readBounded(path, mostBytes);
  const before = content.ok ? stateIn(content.value.bytes) : undefined;
  if (!before && (content.ok || content.failure !== 'does not exist'))
    log.error({ path }, 'the SNMPv3 engine id is lost, and a new one begins: tell the receivers of v3 traps');
  const fresh = { engineId: Buffer.concat([idPrefix, randomBytes(randomIdBytes)]).toString('hex'), boots: 0 };
  const { engineId, boots } = before && before.boots < lastBoots - 1 ? before : fresh;
  const state = { version: 1, engineId, boots: boots + 1 };
  await replaceFile(path, `${JSON.stringify(state)}\n`).catch((error: unknown) =>
    log.error({ path, error: messageOf(error) }, 'the SNMPv3 boots of the gateway cannot be saved'),
  );
  const startedMs = clock.nowMs();
  return {
    id: Buffer.from(engineId, 'hex'),
    boots: state.boots,
    time: () => Math.floor((clock.nowMs() - startedMs) / 1000),
  };
};
