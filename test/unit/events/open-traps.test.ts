import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Event } from '../../../src/events/catalogue.ts';
import { monitorKey } from '../../../src/events/monitors.ts';
import { applyEvent, emptyView, type View, viewSchema } from '../../../src/events/view.ts';

/** Two senders of one server, whose conditions may be one monitor; names that need tidying, and none. */
const trap = fc.record({
  source: fc.constantFrom('192.0.2.1', '192.0.2.2'),
  key: fc.constantFrom('a', 'b', 'constructor'),
  action: fc.constantFrom('raise', 'clear', 'none', 'forgotten'),
  category: fc.constantFrom('Fan', ' Fan ', undefined),
  keyword: fc.constantFrom('1', '2'),
  server: fc.constantFrom('server1', undefined),
});

type Trap = typeof trap extends fc.Arbitrary<infer Value> ? Value : never;

const eventOf = ({ source, key, action, category, server, keyword }: Trap, seq: number): Event => {
  const named = { ...(category && { category, keyword }), ...(server && { server }) };
  const common = { seq, at: new Date(seq).toISOString(), source: 'snmp-trap', severity: 'warning' };
  if (action === 'forgotten')
    return { ...common, type: 'trap.keyForgotten', data: { source, key, name: 'x', since: 'then' } } as Event;
  const data = { source, key, action, ...named, name: 'x', text: 'x', count: 1, firstAt: 'then', fields: {} };
  return { ...common, type: 'trap.received', data } as unknown as Event;
};

const counts = ({ openTraps }: View) => {
  const found: Record<string, number> = {};
  for (const own of openTraps.values()) {
    for (const { category, keyword, server } of Object.values(own)) {
      if (category === undefined || keyword === undefined) continue;
      const key = monitorKey({ category: category.trim(), keyword, server });
      found[key] = (found[key] ?? 0) + 1;
    }
  }
  return found;
};

test('every monitor has as many open conditions as there are, after any story and after a restart', () => {
  fc.assert(
    fc.property(fc.array(trap, { maxLength: 40 }), (story) => {
      const view = story.map((one, index) => eventOf(one, index + 1)).reduce<View>(applyEvent, emptyView);
      expect(view.openByMonitor.toJSON()).toEqual(counts(view));
      expect(viewSchema.parse(JSON.parse(JSON.stringify(view))).openByMonitor.toJSON()).toEqual(counts(view));
    }),
  );
});
