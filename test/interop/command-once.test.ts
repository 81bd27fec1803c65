import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import { deadlineIn } from '../../src/core/deadline.ts';
import type { CallLimits } from '../../src/core/ports.ts';
import { driverUnderTest, modelsUnderTest } from '../contract/drivers.ts';
import { describeWithPeers } from '../support/peers.ts';
import { admin, startSubject } from './sim-bmc-tools.ts';

const limits = (lengthMs: number): CallLimits => ({
  deadline: deadlineIn(systemClock, lengthMs),
  priority: 'forcedStop',
});

describe.each([modelsUnderTest.ipmitool, modelsUnderTest.freeipmi])('the lines of $model', (model) => {
  describeWithPeers(model.peers, 'against a BMC whose answer is lost', () => {
    it('send a reset once, and call it unanswered', async () => {
      const bmc = await startSubject({ faults: { unansweredControl: 'executed' } });
      const driver = await driverUnderTest(model);
      const { user, password } = admin;
      const port = driver.build({ host: bmc.host, port: bmc.port, user, password, cipherSuites: [3] });
      const session = await port.open(limits(5_000));
      expect(await session.control('reset', limits(4_000))).toMatchObject({ kind: 'unanswered' });
      expect(bmc.facts().filter((fact) => fact.startsWith('reset'))).toHaveLength(1);
      await port.close();
    });
  });
});
