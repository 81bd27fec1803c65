import { errorCatalogue } from '../../src/core/errors.ts';
import { type Event, type NewEvent, severityOf } from '../../src/events/catalogue.ts';
import { applyEvent, emptyView, type View } from '../../src/events/view.ts';
import { type KnowledgeBase, learn, nothingKnown } from '../../src/evidence/knowledge.ts';
import { defaultEvidenceLimits } from '../../src/evidence/limits.ts';
import { powerOnUntilMs } from '../../src/evidence/power-on.ts';
import { type Evidence, evidenceOf } from '../../src/evidence/verdict.ts';

/** The states that each path can be in when somebody asks; an old word counts as none, which a test holds. */
export const pathStates = {
  power: ['on', 'off', 'off, power-on pending', 'not read'],
  bmc: ['answers', 'silent', 'refuses', 'not asked'],
  engine: ['up', 'up, earlier', 'stopped', 'down', 'nothing'],
  operator: ['nothing', 'off'],
} as const;

type States = { readonly [Path in keyof typeof pathStates]: (typeof pathStates)[Path][number] };

export interface EvidenceRow {
  readonly states: States;
  readonly evidence: Evidence;
}

const server = 'server2';
const startMs = Date.UTC(2026, 0, 1);
/** How long ago every word of the table came. */
const ageMs = 10_000;
const reason = { code: 'bmc.timeout', message: errorCatalogue['bmc.timeout'].meaning } as const;

const powerOn: NewEvent = {
  type: 'fence.requested',
  source: 'fence',
  data: { job: 'a', server, action: 'on', requester: 'alice', deadlineMs: 15_000 },
};

const read = (power: 'on' | 'off'): NewEvent => ({
  type: 'server.powerChanged',
  source: 'bmc',
  data: { server, power, by: 'bmc' },
});

const word: NewEvent = {
  type: 'server.confirmedOff',
  source: 'app',
  data: { server, requester: 'alice', reason: 'its mains plug is out', despiteLife: true },
};

const report = (state: 'up' | 'stopped' | 'down'): NewEvent => ({
  type: 'cluster.reported',
  source: 'engine',
  data: { node: server, state, requester: 'pacemaker' },
});

const powerEvents: Readonly<Record<States['power'], readonly NewEvent[]>> = {
  on: [read('on')],
  off: [read('off')],
  'off, power-on pending': [powerOn, read('off')],
  'not read': [],
};
const bmcEvents: Readonly<Record<States['bmc'], readonly NewEvent[]>> = {
  answers: [{ type: 'bmc.answered', source: 'bmc', data: { server } }],
  silent: [{ type: 'bmc.unreachable', source: 'bmc', data: { server, reason } }],
  refuses: [
    { type: 'bmc.refused', source: 'bmc', data: { server, reason: { ...reason, code: 'bmc.sessionFull' } } },
  ],
  'not asked': [],
};
const engineEvents: Readonly<Record<States['engine'], readonly NewEvent[]>> = {
  up: [report('up')],
  'up, earlier': [],
  stopped: [report('stopped')],
  down: [report('down')],
  nothing: [],
};

const combinations = (): States[] =>
  pathStates.power.flatMap((power) =>
    pathStates.operator.flatMap((operator) =>
      pathStates.bmc.flatMap((bmc) => pathStates.engine.map((engine) => ({ power, bmc, engine, operator }))),
    ),
  );

/**
 * Whether a combination can arise: who reads the power was answered. That *up* was said earlier than the rest
 * makes a difference only where *off* was read.
 */
const canArise = ({ power, bmc, engine }: States): boolean =>
  (power === 'not read' || bmc !== 'not asked') && (engine !== 'up, earlier' || power.startsWith('off'));

/** The events of a combination in the order in which they came; the operator's word is the last. */
export const eventsOf = ({ power, bmc, engine, operator }: States): readonly NewEvent[] => [
  ...(engine === 'up, earlier' ? [report('up')] : []),
  ...powerEvents[power],
  ...bmcEvents[bmc],
  ...engineEvents[engine],
  ...(operator === 'off' ? [word] : []),
];

/** The evidence that a history comes to `laterMs` after its last event; they come `apartMs` from one another. */
export const evidenceAfter = (
  events: readonly NewEvent[],
  laterMs: number,
  { self = false, apartMs = 0 } = {},
): Evidence => {
  const lastMs = Math.max(0, events.length - 1) * apartMs;
  let view: View = emptyView;
  let base: KnowledgeBase = nothingKnown;
  for (const [index, event] of events.entries()) {
    const at = new Date(startMs + index * apartMs).toISOString();
    const recorded = { ...event, seq: index + 1, at, severity: severityOf(event) } as Event;
    view = applyEvent(view, recorded);
    base = learn(base, recorded, index * apartMs);
  }
  return evidenceOf({
    knowledge: base.get(server) ?? {},
    word: view.servers[server]?.confirmedOff,
    self,
    powerOnUntilMs: powerOnUntilMs(Object.values(view.jobs), defaultEvidenceLimits.powerOnMs),
    limits: defaultEvidenceLimits,
    nowMs: lastMs + laterMs,
    wallMs: startMs + lastMs + laterMs,
  });
};

/** Every combination of path states that can arise, folded from events as the gateway does it. */
export const evidenceRows = (): EvidenceRow[] =>
  combinations()
    .filter(canArise)
    .map((states) => {
      const apartMs = states.engine === 'up, earlier' ? 1 : 0;
      return { states, evidence: evidenceAfter(eventsOf(states), ageMs, { apartMs }) };
    });

/** Combinations after which life came once more: the word was given, and did not last. */
export const lifeAfterWord = (): EvidenceRow[] =>
  evidenceRows()
    .filter(({ states }) => states.operator === 'off' && (states.power === 'on' || states.engine === 'up'))
    .map(({ states }) => {
      const later = [
        ...(states.power === 'on' ? [read('on')] : []),
        ...(states.engine === 'up' ? [report('up')] : []),
      ];
      return { states, evidence: evidenceAfter([...eventsOf(states), ...later], ageMs) };
    });
