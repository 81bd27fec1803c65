import { defaultTiming } from '../../src/bmc/client/exchange.ts';
import { logIn } from '../../src/bmc/client/login.ts';
import { getDeviceId } from '../../src/bmc/ipmi/commands/get-device-id.ts';
import { systemClock } from '../../src/core/clock.ts';
import { deadlineIn } from '../../src/core/deadline.ts';
import { createLane } from '../../src/core/lane.ts';
import { Secret } from '../../src/core/secret.ts';
import { password, type Target, user } from './rig.ts';

/** Round trips of a warm stop: off, read. */
const roundTrips = 2;

const limits = () => ({ deadline: deadlineIn(systemClock, 10_000), priority: 'operator' }) as const;

/** The time that bare round trips take, as many as a warm stop needs, to all BMCs at once. */
export const measureFloor = async (targets: readonly Target[], rounds: number): Promise<number[]> => {
  const sessions = await Promise.all(
    targets.map(({ host, port }) =>
      logIn(
        {
          ...{ host, port, address: `${host}:${port}`, suites: [3], clock: systemClock, lane: createLane() },
          login: {
            userName: Buffer.from(user),
            password: new Secret(password),
            kg: undefined,
            privilege: 'operator',
          },
          ...{ timing: defaultTiming, learned: { met: true, suite: 3 }, connect: undefined },
        },
        limits(),
      ),
    ),
  );
  const times: number[] = [];
  for (let count = 0; count < rounds; count += 1) {
    const startedMs = performance.now();
    await Promise.all(
      sessions.map(async ({ session }) => {
        for (let trip = 0; trip < roundTrips; trip += 1)
          await session.request(getDeviceId, undefined, limits());
      }),
    );
    times.push(performance.now() - startedMs);
  }
  await Promise.all(sessions.map(({ session }) => session.close()));
  return times;
};
