import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/log.ts';
import { openEngineState } from './engine-state.ts';
import type { EngineStamp } from './engine-window.ts';
import { createOwnEngine, type OwnEngine } from './own-engine.ts';

/** The one SNMP engine of this gateway, with what it knows of others. */
export interface GatewayEngine {
  /** The authoritative engine of informs that come in and of traps that go out. */
  readonly own: OwnEngine;
  /** What other engines had sent last when the gateway started. */
  readonly others: readonly EngineStamp[];
  /** Replaces that on disk; calls during a write share the next one. Rejects with the system's error. */
  save(others: () => readonly EngineStamp[]): Promise<void>;
}

export interface GatewayEngineDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly stateDirectory: string;
}

/** Counts this start, on disk before anybody is told of it; to be called once in each. Never rejects. */
export const openGatewayEngine = async ({
  clock,
  log,
  stateDirectory,
}: GatewayEngineDeps): Promise<GatewayEngine> => {
  const { state, save } = await openEngineState(stateDirectory, log);
  return {
    own: createOwnEngine(clock, state.engineId, state.boots),
    others: state.engines,
    save: (others) => save(() => ({ ...state, engines: others() })),
  };
};
