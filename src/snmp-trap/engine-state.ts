import { join } from 'node:path';
import { z } from 'zod';
import { readBounded } from '../config/files.ts';
import { messageOf } from '../core/errors.ts';
import type { Logger } from '../core/log.ts';
import { replaceFile } from '../io/state-file.ts';
import { type EngineStamp, lastBoots, mostEngines } from './engine-window.ts';
import { type FormerEngine, readFormerEngine, removeFormerEngine } from './former-engine.ts';
import { newEngineId } from './own-engine.ts';

const engineId = z.string().regex(/^([0-9a-f]{2}){5,32}$/);
const counter = z.int().min(0).max(lastBoots);

const stateSchema = z.strictObject({
  version: z.literal(1),
  engineId,
  boots: counter,
  engines: z.array(z.strictObject({ engineId, boots: counter, time: counter })).max(mostEngines),
});

/** What SNMPv3 must know over a restart: who we are, how often we started, and what other engines sent last. */
export interface EngineState {
  readonly engineId: Buffer;
  readonly boots: number;
  readonly engines: readonly EngineStamp[];
}

const mostBytes = 1024 * 1024;

const pathIn = (stateDirectory: string): string => join(stateDirectory, 'snmp-engine.json');

const textOf = ({ engineId: id, boots, engines }: EngineState): string =>
  `${JSON.stringify({ version: 1, engineId: id.toString('hex'), boots, engines })}\n`;

const parse = (bytes: Buffer): EngineState | undefined => {
  try {
    const parsed = stateSchema.parse(JSON.parse(bytes.toString('utf8')));
    return { engineId: Buffer.from(parsed.engineId, 'hex'), boots: parsed.boots, engines: parsed.engines };
  } catch {
    return undefined;
  }
};

const restored = async (path: string, log: Logger): Promise<EngineState> => {
  const fresh: EngineState = { engineId: newEngineId(), boots: 0, engines: [] };
  const content = await readBounded(path, mostBytes);
  if (!content.ok) {
    if (content.failure !== 'does not exist')
      log.error({ path, why: content.failure }, 'what SNMPv3 engines sent last is not known');
    return fresh;
  }
  const state = parse(content.value.bytes);
  if (!state)
    log.error(
      { path },
      'the state of SNMPv3 is damaged and begins anew: old v3 traps may be repeated, and receivers of ours need the new engine id',
    );
  return state ?? fresh;
};

/**
 * One engine for what is received and what is sent (RFC 3411 section 3.1.1). Of two ids the one of our traps stays, since
 * receivers have it in their configuration, while senders of informs ask for ours; its boots go on after those of both.
 */
const joined = (kept: EngineState, { engineId: id, boots }: FormerEngine, log: Logger): EngineState => {
  const isNews = !kept.engineId.equals(id);
  if (isNews)
    log.info(
      { engineId: id.toString('hex') },
      'the SNMPv3 engine id of sent traps is that of received informs too',
    );
  return { ...kept, engineId: id, boots: Math.max(kept.boots, boots) };
};

/** RFC 3414 section 2.2.2: the last count stays, and nobody believes it, until the engine gets another id. */
const counted = (before: EngineState, path: string, log: Logger): EngineState => {
  const boots = Math.min(before.boots + 1, lastBoots);
  if (boots === lastBoots)
    log.error(
      { path },
      'the SNMPv3 boots are used up: remove this file and tell the receivers of v3 traps the new engine id',
    );
  return { ...before, boots };
};

/** Writes the state; calls during a write share the next one. */
export type SaveState = (state: () => EngineState) => Promise<void>;

const createSave = (path: string): SaveState => {
  let writing: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const write = async (state: () => EngineState): Promise<void> => {
    await writing?.catch(() => undefined);
    next = undefined;
    writing = replaceFile(path, textOf(state()));
    await writing;
  };
  return (state) => {
    next ??= write(state);
    return next;
  };
};

/**
 * Reads the state and counts this start in it, on disk before anybody is told of it: boots never go back. A disk that
 * does not take it is logged, and costs SNMPv3 its memory, not the traps.
 */
export const openEngineState = async (
  stateDirectory: string,
  log: Logger,
): Promise<{ readonly state: EngineState; readonly save: SaveState }> => {
  const path = pathIn(stateDirectory);
  const kept = await restored(path, log);
  const former = await readFormerEngine(stateDirectory, log);
  const state = counted(former ? joined(kept, former, log) : kept, path, log);
  const save = createSave(path);
  try {
    await save(() => state);
    if (former) await removeFormerEngine(stateDirectory, log);
  } catch (error) {
    log.error({ path, error: messageOf(error) }, 'the state of SNMPv3 cannot be saved');
  }
  return { state, save };
};
