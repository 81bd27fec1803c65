import type { MonitorClearOrder, MonitorNotice } from '../bridge/engine/services.ts';
import type { Config } from '../config/load.ts';
import { monitorRulesOf } from '../config/monitors-section.ts';
import { longestMonitorText, tidyText } from '../core/monitor-names.ts';
import type { Event } from '../events/catalogue.ts';
import { type MonitorName, monitorKey } from '../events/monitors.ts';
import type { View } from '../events/view.ts';
import { createMonitors, type Monitors } from '../monitor/keeper.ts';
import type { MonitorRequest } from '../monitor/request.ts';
import type { MonitorRow } from '../monitor/row.ts';
import { compileRules, requestsByRules } from '../monitor/rules.ts';
import { requestByTrap } from '../monitor/trap.ts';
import { unheardRequests } from '../monitor/unheard.ts';
import type { Parts } from './parts.ts';
import { inTime } from './record.ts';

/** What an event means for monitors: a trap by its own rule, any other by those of the configuration in force. */
const requestsFor = (
  config: () => Pick<Config, 'monitors'>,
  view: () => View,
): ((event: Event) => readonly MonitorRequest[]) => {
  const compile = (from: Pick<Config, 'monitors'>) => ({
    from,
    rules: compileRules(monitorRulesOf(from.monitors)),
  });
  let compiled = compile(config());
  return (event) => {
    if (compiled.from !== config()) compiled = compile(config());
    const byRules = requestsByRules(compiled.rules, event);
    if (event.type !== 'trap.received') return byRules;
    const stillOpen = (monitor: MonitorName) => view().openByMonitor.get(monitorKey(monitor)) !== undefined;
    return [...requestByTrap(event.data, event.seq, stillOpen), ...byRules];
  };
};

/** More events than the journal writes at a time, twice: what they mean may have been cut off with its record. */
const tailEvents = 4_000;

/** What monitors stand on. */
export interface MonitorParts extends Pick<Parts, 'deps' | 'journal' | 'events' | 'bus'> {
  readonly current: { readonly config: Pick<Config, 'monitors'> };
}

/** Does what the end of an earlier life left undone, as of `lastSeq`. */
const catchUp = async (
  { journal, events, deps }: MonitorParts,
  monitors: Monitors,
  requestsOf: (event: Event) => readonly MonitorRequest[],
  lastSeq: number,
): Promise<void> => {
  const inError = (request: MonitorRequest) =>
    events.view().monitors.get(monitorKey(request))?.state === 'error';
  try {
    const tail = await journal.read({ after: Math.max(0, lastSeq - tailEvents), limit: tailEvents });
    const unheard = unheardRequests(
      tail.filter(({ seq }) => seq <= lastSeq),
      requestsOf,
    );
    const changes = unheard.filter((request) => inError(request) === (request.kind === 'clear'));
    await Promise.all(changes.map(monitors.take));
  } catch (error) {
    deps.log.warn({ error: String(error) }, 'what monitors missed at the last end cannot be made up for');
  }
};

/**
 * The external-link monitors over the journal and the configuration that is in force at the time. A disk that hangs
 * keeps nobody waiting; what was asked for of one monitor keeps its order all the same.
 */
export const monitorsFor = async (parts: MonitorParts): Promise<Monitors> => {
  const { deps, events, bus, current } = parts;
  const { clock, log } = deps;
  const config = () => current.config;
  const requestsOf = requestsFor(config, events.view);
  const lastSeq = events.view().seq;
  const monitors = createMonitors({
    ...{ clock, log, view: events.view, subscribe: bus.subscribe, requestsOf },
    record: events.record,
    settings: () => {
      const { retellMinutes, expireSeconds } = config().monitors;
      return {
        retellMs: retellMinutes * 60_000,
        expireSeconds: (category) =>
          Object.hasOwn(expireSeconds, category) ? expireSeconds[category] : undefined,
      };
    },
  });
  const patient: Monitors = {
    list: monitors.list,
    counts: monitors.counts,
    take: (request) => inTime(clock, monitors.take(request)),
    stop: () => inTime(clock, monitors.stop()).catch(() => undefined),
  };
  await catchUp(parts, patient, requestsOf, lastSeq);
  return patient;
};

/** What a local agent says, as `clprexec` would. */
export const takeNotice = (
  monitors: Pick<Monitors, 'take'>,
  { message, clear, requester, ...name }: MonitorNotice,
): Promise<MonitorRow> => {
  if (clear) return clearMonitor(monitors, { ...name, requester });
  const by = tidyText(requester, longestMonitorText.by) || 'unknown';
  return monitors.take({
    ...{ kind: 'raise', ...name, origin: 'notify', by },
    message: message ?? `raised by ${by}`,
  });
};

export const clearMonitor = (
  monitors: Pick<Monitors, 'take'>,
  order: MonitorClearOrder,
): Promise<MonitorRow> => monitors.take({ kind: 'clear', ...order, why: 'cleared' });
