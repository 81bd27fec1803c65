import { longestMonitorText, tidyText } from '../core/monitor-names.ts';
import type { TrapClass } from '../core/severity.ts';
import type { MonitorName } from '../events/monitors.ts';
import { monitorOfTrap } from '../events/open-traps.ts';
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

/**
 * What a trap means for external-link monitors. Several conditions of a device can be one monitor (two thresholds of
 * one sensor): `stillOpen` tells whether another one holds, and then the end of this one clears nothing.
 */
export const requestByTrap = (
  trap: TrapWord,
  cause: number,
  stillOpen: (monitor: MonitorName) => boolean,
): readonly MonitorRequest[] => {
  const { source, action, class: kind, text } = trap;
  const monitor = monitorOfTrap(trap);
  if (!monitor || trap.summary) return [];
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
