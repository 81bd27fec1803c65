import type { ServerRow } from '../engine/services.ts';
import type { MonitorStates } from './monitor-states.ts';

/** Who speaks. */
export interface Gateway {
  readonly cluster: string;
  readonly node: string;
  readonly version: string;
}

/** The content of the topic `…/status`. Times are ISO 8601 UTC. */
export type StatusPayload = Gateway &
  (
    | { readonly state: 'online'; readonly since: string }
    | { readonly state: 'offline'; readonly cause: 'stopped'; readonly at: string }
    /** The will: the broker publishes it by itself, so it cannot know when. */
    | { readonly state: 'offline'; readonly cause: 'connectionLost' }
  );

/**
 * A server as its topic shows it: its row in `server.list` without what changes though nothing happened (ages, when a
 * forced stop was last rehearsed), and its external-link monitors in error. `at`, in ISO 8601 UTC, is when this was sent.
 */
export interface ServerState
  extends Pick<
      ServerRow,
      | 'name'
      | 'power'
      | 'powerAt'
      | 'bmc'
      | 'bmcReason'
      | 'reported'
      | 'maintenance'
      | 'ready'
      | 'cipherZero'
      | 'identify'
      | 'lastFence'
    >,
    MonitorStates {
  /** Why a forced stop would not work. */
  readonly notReadyReason?: NonNullable<ServerRow['readiness']['reason']>;
  readonly evidence: Pick<ServerRow['evidence'], 'verdict' | 'by'>;
}

/** The lasting part of a row, and its monitors. */
export const serverStateOf = (row: ServerRow, monitors: MonitorStates): ServerState => {
  const { guid: _guid, readiness, evidence, ...lasting } = row;
  const { verdict, by } = evidence;
  return {
    ...lasting,
    ...(readiness.reason && { notReadyReason: readiness.reason }),
    evidence: { verdict, ...(by !== undefined && { by }) },
    ...monitors,
  };
};
