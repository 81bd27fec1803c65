import { expect, test } from 'vitest';
import { silentLogger } from '../../../src/core/log.ts';
import { createBus } from '../../../src/events/bus.ts';
import type { Event } from '../../../src/events/catalogue.ts';
import { answered } from '../../support/sample-events.ts';

const event = { ...answered('server1'), seq: 1, at: '2026-01-01T00:00:00.000Z', severity: 'info' } as Event;

test('a failing listener costs the others nothing and is logged', () => {
  const errors: unknown[] = [];
  const bus = createBus({ ...silentLogger, error: (fields) => void errors.push(fields) });
  const seen: Event[] = [];
  bus.subscribe(() => {
    throw new Error('boom');
  });
  bus.subscribe((published) => void seen.push(published));
  bus.publish(event);
  expect(seen).toEqual([event]);
  expect(errors).toEqual([{ event: 'bmc.answered', seq: 1, error: 'boom' }]);
});

test('a listener hears nothing after it left', () => {
  const bus = createBus(silentLogger);
  let heard = 0;
  const leave = bus.subscribe(() => {
    heard += 1;
  });
  bus.publish(event);
  leave();
  bus.publish(event);
  expect(heard).toBe(1);
});
