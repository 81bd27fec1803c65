import { longestMonitorText, tidyName, tidyText } from '../core/monitor-names.ts';
import type { TrapClass } from '../core/severity.ts';
import type { MonitorName } from '../events/monitors.ts';
import type { OpenTrapMap } from '../events/open-traps.ts';
import type { MonitorRequest } from './request.ts';

/** What a trap that a rule knows says, as far as it is about a monitor. */
export interface TrapWord {
  /** The numeric address of its sender. */
  readonly source: string;
  readonly server?: string | undefined;
  readonly action: 'raise' | 'clear' | 'none';
  /** Missing where the rule names no monitor. */
  readonly category?: string | undefined;
  readonly keyword?: string | undefined;
  readonly class?: TrapClass | undefined;
  readonly text: string;
  /** A count of repeats at the end of a window: no news. */
  readonly summary?: boolean | undefined;
}

const monitorOf = ({ category = '', keyword = '', server }: Partial<MonitorName>): MonitorName => ({
  category: tidyName(category, longestMonitorText.category),
  keyword: tidyName(keyword, longestMonitorText.keyword),
  ...(server !== undefined && { server }),
});

/** Whether some condition that a trap began is this monitor's, and still holds. */
export const holdsByTrap = (open: OpenTrapMap, wanted: MonitorName): boolean => {
  for (const ofSender of open.values()) {
    for (const { category, keyword, server } of Object.values(ofSender)) {
      if (server !== wanted.server || category === undefined || keyword === undefined) continue;
      const one = monitorOf({ category, keyword });
      if (one.category === wanted.category && one.keyword === wanted.keyword) return true;
    }
  }
  return false;
};

/**
 * What a trap means for external-link monitors. Several conditions of a device can be one monitor (two thresholds of
 * one sensor): `stillOpen` tells whether another one holds, and then the end of this one clears nothing.
 */
export const requestByTrap = (
  trap: TrapWord,
  cause: number,
  stillOpen: (monitor: MonitorName) => boolean,
): readonly MonitorRequest[] => {
  const { source, server, action, class: kind, text } = trap;
  if (trap.category === undefined || trap.keyword === undefined || trap.summary) return [];
  const { category, keyword } = trap;
  const monitor = monitorOf({ category, keyword, ...(server !== undefined && { server }) });
  switch (action) {
    case 'raise': {
      const by = tidyText(source, longestMonitorText.by);
      const message = tidyText(text, longestMonitorText.message);
      return [
        { kind: 'raise', ...monitor, message, origin: 'trap', by, ...(kind && { class: kind }), cause },
      ];
    }
    case 'clear':
      return stillOpen(monitor) ? [] : [{ kind: 'clear', ...monitor, why: 'trap', cause }];
    case 'none':
      return [];
    default: {
      const unspoken: never = action;
      return unspoken;
    }
  }
};
