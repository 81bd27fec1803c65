import fc from 'fast-check';
import { expect, test } from 'vitest';
import { eventTypes, type NewEvent } from '../../../src/events/catalogue.ts';
import { hasField, typesForRules } from '../../../src/events/fields.ts';
import { errorCount, monitorKey, normalMonitorsKept } from '../../../src/events/monitors.ts';
import { applyEvent, emptyView, type View, viewSchema } from '../../../src/events/view.ts';
import { anyHistory } from '../../support/event-arbitraries.ts';

const name = { category: 'NIC', keyword: 'eth0', server: 'server2' };
const said = { ...name, message: 'no link', origin: 'notify', by: 'agent', count: 1 } as const;
const second = (seq: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, seq)).toISOString();

/** The n-th event comes in the n-th second. */
const fold = (events: readonly NewEvent[], from: View = emptyView): View =>
  events.reduce(
    (view, event) =>
      applyEvent(view, {
        ...event,
        seq: view.seq + 1,
        at: second(view.seq + 1),
        severity: 'notice',
      } as never),
    from,
  );

const raised = (data: object = {}): NewEvent => ({
  type: 'monitor.raised',
  source: 'm',
  data: { ...said, ...data },
});
const cleared = (data: object = {}): NewEvent => ({
  type: 'monitor.cleared',
  source: 'm',
  data: { ...name, why: 'cleared', ...data },
});
const monitor = (view: View) => view.monitors.get(monitorKey(name));

test('an error keeps its beginning, and has what was said last', () => {
  const view = fold([
    raised(),
    raised({ count: 7, message: 'still none', again: 'repeated', lastAt: second(1) }),
  ]);
  expect(monitor(view)).toEqual({
    ...{ ...said, state: 'error', since: second(1), count: 7, message: 'still none' },
    ...{ raisedAt: second(1), toldAt: second(2) },
  });
});

test('what is silenced is not told; what was told before stays told', () => {
  expect(monitor(fold([raised({ silenced: true })]))).toMatchObject({ untold: true });
  expect(monitor(fold([raised({ silenced: true })]))).not.toHaveProperty('toldAt');
  expect(monitor(fold([raised(), raised({ silenced: true, again: 'worse' })]))).toMatchObject({
    ...{ untold: true, toldAt: second(1) },
  });
  expect(
    monitor(fold([raised({ silenced: true }), raised({ again: 'maintenanceEnded' })])),
  ).not.toHaveProperty('untold');
});

test('a clear makes it normal; one of another server, or of what is normal, changes nothing', () => {
  const view = fold([raised(), cleared()]);
  expect(monitor(view)).toEqual({
    ...{ ...name, state: 'normal', since: second(2), message: 'no link', origin: 'notify', by: 'agent' },
  });
  const unlike = fold([cleared({ server: 'server1' }), cleared()], view);
  expect(unlike.monitors).toBe(view.monitors);
});

test('of those that are normal again the newest are kept; errors are never forgotten', () => {
  const numbers = Array.from({ length: normalMonitorsKept + 10 }, (_, index) => index);
  const many = numbers.flatMap((n) => [raised({ keyword: `k${n}` }), cleared({ keyword: `k${n}` })]);
  const view = fold([raised(), ...many]);
  const left = [...view.monitors.values()].map(({ keyword }) => keyword).sort();
  expect(left).toEqual(['eth0', ...numbers.slice(10).map((n) => `k${n}`)].sort());
  expect(errorCount(view)).toBe(1);
  expect(errorCount(fold([raised({ keyword: 'k20' })], view))).toBe(2);
});

test('a snapshot of an older version has no monitors', () => {
  const { monitors: _monitors, normalMonitors: _normal, ...older } = emptyView;
  expect(viewSchema.parse(JSON.parse(JSON.stringify(older)))).toEqual(emptyView);
});

test('a snapshot keeps the monitors, and which of them became normal first', () => {
  const both = ['z', 'a'].flatMap((keyword) => [raised({ keyword }), cleared({ keyword })]);
  const view = fold([raised(), ...both]);
  const restored = viewSchema.parse(JSON.parse(JSON.stringify(view)));
  expect(restored.normalMonitors).toEqual(view.normalMonitors);
  expect(restored.normalMonitors.map((key) => restored.monitors.get(key)?.keyword)).toEqual(['z', 'a']);
  expect(monitor(restored)).toEqual(monitor(view));
});

test('monitors touch nothing else of the view', () => {
  fc.assert(
    fc.property(anyHistory, (history) => {
      const view = history.reduce<View>(applyEvent, emptyView);
      const { monitors: _monitors, normalMonitors: _normal, ...rest } = view;
      const without = history
        .filter(({ type }) => !type.startsWith('monitor.'))
        .reduce<View>(applyEvent, emptyView);
      const { monitors: _none, normalMonitors: _nor, ...expected } = without;
      expect({ ...rest, seq: 0 }).toEqual({ ...expected, seq: 0 });
    }),
  );
});

test('what a rule may name of events', () => {
  expect(typesForRules('monitor.*')).toEqual([]);
  expect(typesForRules('*')).toHaveLength(eventTypes.length - 2);
  expect(hasField('bmc.refused', 'reason.code')).toBe(true);
  expect(hasField('fence.finished', 'proof.power')).toBe(true);
  expect(hasField('bmc.refused', 'reason')).toBe(false);
  expect(hasField('bmc.refused', 'reason.constructor')).toBe(false);
  expect(hasField('bmc.refused', 'toString')).toBe(false);
  expect(hasField('config.reloaded', 'servers')).toBe(false);
});
