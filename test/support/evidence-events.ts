import { type Event, type FenceReport, type NewEvent, severityOf } from '../../src/events/catalogue.ts';
import { applyEvent, emptyView, type View } from '../../src/events/view.ts';
import { type KnowledgeBase, learn, nothingKnown } from '../../src/evidence/knowledge.ts';
import { defaultEvidenceLimits } from '../../src/evidence/limits.ts';
import { powerOnUntilMs } from '../../src/evidence/power-on.ts';
import { type Evidence, evidenceOf } from '../../src/evidence/verdict.ts';

/** Events about one server, and the evidence they come to. */

export const server = 'server2';
const startMs = Date.UTC(2026, 0, 1);
export const isoAt = (ms: number): string => new Date(startMs + ms).toISOString();

export const readPower = (power: 'on' | 'off'): NewEvent => ({
  type: 'server.powerChanged',
  source: 'bmc',
  data: { server, power, by: 'bmc' },
});

export const rechecked = (bmc: 'ok' | 'unreachable' | 'refused', power?: 'on' | 'off'): NewEvent => ({
  type: 'bmc.rechecked',
  source: 'bmc',
  data: { server, bmc, ...(power && { power }) },
});

export const answered: NewEvent = { type: 'bmc.answered', source: 'bmc', data: { server } };

export const silent: NewEvent = {
  type: 'bmc.unreachable',
  source: 'bmc',
  data: { server, reason: { code: 'bmc.timeout', message: 'no answer' } },
};

export const refused: NewEvent = {
  type: 'bmc.refused',
  source: 'bmc',
  data: { server, reason: { code: 'bmc.sessionFull', message: 'no slot' } },
};

export const stranger: NewEvent = {
  type: 'bmc.identityMismatched',
  source: 'bmc',
  data: { server, pinned: 'aa', found: 'bb' },
};

export const reported = (state: 'up' | 'stopped' | 'down' | 'unknown'): NewEvent => ({
  type: 'cluster.reported',
  source: 'engine',
  data: { node: server, state, requester: 'pacemaker' },
});

export const word = (despiteLife = false): NewEvent => ({
  type: 'server.confirmedOff',
  source: 'app',
  data: { server, requester: 'alice', reason: 'I pulled the plug', despiteLife },
});

export const asked = (job: string, action: 'off' | 'on' | 'cycle'): NewEvent => ({
  type: 'fence.requested',
  source: 'fence',
  data: { job, server, action, requester: 'test', deadlineMs: 15_000 },
});

export const finished = (job: string, readMs: number, changes: Partial<FenceReport> = {}): NewEvent => ({
  type: 'fence.finished',
  source: 'fence',
  data: {
    ...{ job, server, action: 'off', outcome: 'confirmed', fenced: true, journalled: true, steps: [] },
    proof: { by: 'bmc', power: 'off', at: isoAt(readMs) },
    ...changes,
  },
});

export const restarted: NewEvent = {
  type: 'gateway.started',
  source: 'app',
  data: { node: 'server1', version: '0' },
};

/** An event and when it came, in milliseconds from the start. */
export type Timed = readonly [atMs: number, event: NewEvent];

/** All of these events at one moment. */
export const atOnce = (events: readonly NewEvent[], atMs = 0): Timed[] =>
  events.map((event) => [atMs, event]);

const fold = (history: readonly Timed[]): { view: View; base: KnowledgeBase } => {
  let view: View = emptyView;
  let base: KnowledgeBase = nothingKnown;
  for (const [atMs, event] of history) {
    const recorded = {
      ...{ ...event, seq: view.seq + 1, at: isoAt(atMs), severity: severityOf(event) },
    } as Event;
    view = applyEvent(view, recorded);
    base = learn(base, recorded, atMs);
  }
  return { view, base };
};

/** What a history comes to at `nowMs`; `wallStepMs` is how far the wall clock was set since. */
export const evidenceAt = (
  nowMs: number,
  history: readonly Timed[],
  { wallStepMs = 0, self = false } = {},
): Evidence => {
  const { view, base } = fold(history);
  return evidenceOf({
    knowledge: base.get(server) ?? {},
    word: view.servers[server]?.confirmedOff,
    self,
    powerOnUntilMs: powerOnUntilMs(Object.values(view.jobs), defaultEvidenceLimits.powerOnMs),
    limits: defaultEvidenceLimits,
    nowMs,
    wallMs: startMs + nowMs + wallStepMs,
  });
};
