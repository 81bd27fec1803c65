import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readBounded } from '../config/files.ts';
import { messageOf } from '../core/errors.ts';
import type { Logger } from '../core/log.ts';
import { lastBoots } from './engine-window.ts';

/** The engine under which versions that kept a second one sent their v3 traps. */
export interface FormerEngine {
  readonly engineId: Buffer;
  readonly boots: number;
}

const mostBytes = 4096;

const stateSchema = z.strictObject({
  version: z.literal(1),
  engineId: z.string().regex(/^([0-9a-f]{2}){5,32}$/),
  boots: z.int().min(1).max(lastBoots),
});

const pathIn = (stateDirectory: string): string => join(stateDirectory, 'noc-engine.json');

const stateIn = (bytes: Buffer): FormerEngine | undefined => {
  try {
    const { engineId, boots } = stateSchema.parse(JSON.parse(bytes.toString('utf8')));
    return { engineId: Buffer.from(engineId, 'hex'), boots };
  } catch {
    return undefined;
  }
};

/** The engine in `noc-engine.json`; undefined where there is none, or where it cannot be read, which is logged. */
export const readFormerEngine = async (
  stateDirectory: string,
  log: Logger,
): Promise<FormerEngine | undefined> => {
  const path = pathIn(stateDirectory);
  const content = await readBounded(path, mostBytes);
  const former = content.ok ? stateIn(content.value.bytes) : undefined;
  if (!former && (content.ok || content.failure !== 'does not exist'))
    log.error(
      { path },
      'the SNMPv3 engine id is lost, and another one is used: tell the receivers of v3 traps',
    );
  return former;
};

/** Once another file holds it. One that cannot be removed is taken over again at the next start, which changes nothing. */
export const removeFormerEngine = async (stateDirectory: string, log: Logger): Promise<void> => {
  const path = pathIn(stateDirectory);
  await rm(path, { force: true }).catch((error: unknown) =>
    log.warn({ path, error: messageOf(error) }, 'a file of an earlier version cannot be removed'),
  );
};
