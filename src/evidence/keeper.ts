import type { Clock } from '../core/clock.ts';
import type { Bus } from '../events/bus.ts';
import type { EventData } from '../events/catalogue.ts';
import type { View } from '../events/view.ts';
import { contradictionIn } from './contradiction.ts';
import { type KnowledgeBase, learn, nothingKnown } from './knowledge.ts';
import type { EvidenceLimits } from './limits.ts';
import { powerOnUntilMs } from './power-on.ts';
import { type Evidence, evidenceOf } from './verdict.ts';

export interface EvidenceDeps {
  readonly clock: Clock;
  readonly bus: Bus;
  readonly view: () => View;
  /** The server this gateway runs on, where it runs on one. */
  readonly self: string | undefined;
  /** Life contradicts a proof, or the operator's word; `cause` is the event that shows it. */
  readonly contradicted: (data: EventData<'fence.contradicted'>, cause: number) => void;
  /** How old facts may be now; a reload may change it. */
  readonly limits: () => EvidenceLimits;
}

/** What every path knows of every server, as the bus tells it. */
export interface EvidenceKeeper {
  of(server: string): Evidence;
  stop(): void;
}

/** Nothing is carried over from an earlier life but the operator's word, which is in the view: nobody looked meanwhile. */
export const keepEvidence = (deps: EvidenceDeps): EvidenceKeeper => {
  const { clock, bus, view, self } = deps;
  let base: KnowledgeBase = nothingKnown;
  const stop = bus.subscribe((event) => {
    base = learn(base, event, clock.nowMs());
    const contradiction = contradictionIn(view(), event);
    if (contradiction) deps.contradicted(contradiction, event.seq);
  });
  return {
    stop,
    of(server) {
      const { servers, jobs } = view();
      const limits = deps.limits();
      const own = Object.values(jobs).filter((job) => job.server === server);
      return evidenceOf({
        knowledge: base.get(server) ?? {},
        word: Object.hasOwn(servers, server) ? servers[server]?.confirmedOff : undefined,
        self: server === self,
        powerOnUntilMs: powerOnUntilMs(own, limits.powerOnMs),
        limits,
        nowMs: clock.nowMs(),
        wallMs: clock.wallMs(),
      });
    },
  };
};
