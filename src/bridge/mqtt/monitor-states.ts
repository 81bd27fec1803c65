import { type ErrorMonitor, type MonitorMap, monitorKey } from '../../events/monitors.ts';

/** An external-link monitor in error, as a state topic shows it. Times are ISO 8601 UTC. */
export type MonitorState = Pick<ErrorMonitor, 'category' | 'keyword' | 'state' | 'since' | 'message'> & {
  /** In the topic of the gateway only: a server that the configuration does not have. */
  readonly server?: string;
  readonly class?: NonNullable<ErrorMonitor['class']>;
  /** A maintenance keeps it quiet. */
  readonly silenced?: true;
};

/** The monitors of a state topic: the newest errors, and how many there are in all. */
export interface MonitorStates {
  readonly monitorsInError: number;
  readonly monitors: readonly MonitorState[];
}

/** In one topic; with their longest texts they are less than 32 KiB of UTF-8. */
export const mostMonitorsShown = 32;

const stateOf = ({ category, keyword, since, message, untold, class: kind }: ErrorMonitor): MonitorState => ({
  ...{ category, keyword, state: 'error', since, message },
  ...(kind && { class: kind }),
  ...(untold && { silenced: untold }),
});

/** By name where they are equally old, so that the same state is the same message. */
const newestFirst = (one: ErrorMonitor, other: ErrorMonitor): number =>
  other.since.localeCompare(one.since) || monitorKey(one).localeCompare(monitorKey(other));

const statesOf = (
  errors: readonly ErrorMonitor[],
  show: (error: ErrorMonitor) => MonitorState,
): MonitorStates => ({
  monitorsInError: errors.length,
  monitors: [...errors].sort(newestFirst).slice(0, mostMonitorsShown).map(show),
});

type ByServer = ReadonlyMap<string | undefined, readonly ErrorMonitor[]>;

const errorsByServer = (monitors: MonitorMap): ByServer => {
  const groups = new Map<string | undefined, ErrorMonitor[]>();
  for (const monitor of monitors.values()) {
    if (monitor.state !== 'error') continue;
    const group = groups.get(monitor.server) ?? [];
    group.push(monitor);
    groups.set(monitor.server, group);
  }
  return groups;
};

/** Monitors as state topics show them. */
export interface MonitorShow {
  ofServer(server: string): MonitorStates;
  /** Those that are about no server, or about one that is none of `servers`. */
  ofGateway(servers: readonly string[]): MonitorStates;
}

/** Every state of every server asks, so monitors are looked through once for each change of theirs. */
export const showMonitors = (monitors: () => MonitorMap): MonitorShow => {
  let known: { readonly of: MonitorMap; readonly groups: ByServer } | undefined;
  const groups = (): ByServer => {
    const of = monitors();
    if (known?.of !== of) known = { of, groups: errorsByServer(of) };
    return known.groups;
  };
  return {
    ofServer: (server) => statesOf(groups().get(server) ?? [], stateOf),
    ofGateway(servers) {
      const configured = new Set<string | undefined>(servers);
      const apart = [...groups()].flatMap(([server, errors]) => (configured.has(server) ? [] : errors));
      return statesOf(apart, (error) => ({
        ...stateOf(error),
        ...(error.server !== undefined && { server: error.server }),
      }));
    },
  };
};
