import { expect, test } from 'vitest';
import { renderExamination } from '../../../src/cli/commands/doctor.ts';
import { failed, good, warning } from '../../../src/core/finding.ts';

test('the report: a verdict for each server, a line for each finding, remedies below', () => {
  const servers = [
    {
      server: 'server1',
      works: true,
      ready: 'yes' as const,
      readiness: { provedAt: '2026-01-01T00:00:00.000Z', because: 'its BMC let us in' },
      findings: [
        good('login', 'user fence logged in'),
        warning('clock', 'the clock is 5 min behind ours', 'Use NTP.'),
      ],
    },
    {
      server: 'server2',
      works: false,
      ready: 'no' as const,
      readiness: { because: 'there is no BMC' },
      findings: [
        failed('bmc', 'bad', { code: 'fence.noBmc', message: 'the configuration gives server2 no BMC' }),
      ],
    },
  ];
  expect(renderExamination({ works: false, servers })).toEqual([
    'server1: a forced stop would work now; 1 warning',
    '  in the background: yes, last proved at 2026-01-01T00:00:00.000Z, because its BMC let us in',
    '  good     login  user fence logged in',
    '  WARNING  clock  the clock is 5 min behind ours',
    '                    Use NTP.',
    'server2: a forced stop would NOT work now',
    '  in the background: no, because there is no BMC',
    '  BAD  bmc  the configuration gives server2 no BMC (fence.noBmc)',
    '              Add a bmc section to the server, or ask for another server.',
  ]);
});
