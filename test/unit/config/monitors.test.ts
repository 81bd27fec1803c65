import { expect, it } from 'vitest';
import { monitorRulesOf } from '../../../src/config/monitors-section.ts';
import { createWorkspace, goodConfig } from './workspace.ts';

const rule = (text: string): string => `${goodConfig}monitors:\n  rules:\n    mine: ${text}\n`;
const raise = 'raise: [{ event: bmc.refused }]';

it.each([
  [
    `{ ${raise}, category: BMC, keyword: login }`,
    'noroshi.yaml:16: monitors.rules.mine: nothing ends it; give it clear or expireSeconds',
  ],
  [
    '{ raise: [{ event: bmc.refsued }], category: BMC, keyword: login, expireSeconds: 5 }',
    'noroshi.yaml:16: monitors.rules.mine.raise[0].event: matches no event that a rule may name',
  ],
  [
    '{ raise: [{ event: monitor.* }], category: BMC, keyword: login, expireSeconds: 5 }',
    'noroshi.yaml:16: monitors.rules.mine.raise[0].event: matches no event that a rule may name',
  ],
  [
    `{ ${raise}, clear: [{ event: bmc.answered, where: { reason.code: x } }], category: BMC, keyword: login }`,
    'noroshi.yaml:16: monitors.rules.mine.clear[0].where.reason.code: no event bmc.answered has data of this name',
  ],
  [
    `{ ${raise}, category: "B\\nC", keyword: login, expireSeconds: 5 }`,
    'noroshi.yaml:16: monitors.rules.mine.category: must be printable ASCII, at most 63 characters, not "B\\nC"',
  ],
  [
    `{ ${raise}, category: BMC, keyword: "{a b}", expireSeconds: 5 }`,
    'noroshi.yaml:16: monitors.rules.mine.keyword: must be text of at most 127 characters, with places such as {reason.message}, not "{a b}"',
  ],
])('%s is refused where it is wrong', async (text, problem) => {
  expect(await createWorkspace().problems(rule(text))).toEqual([problem]);
});

it('names the built-in rule that was probably meant', async () => {
  const text = `${goodConfig}monitors: { without: [bmcUnreachable, bmcRefuse] }\n`;
  expect(await createWorkspace().problems(text)).toEqual([
    'noroshi.yaml:14: monitors.without[1]: unknown built-in rule; did you mean "bmcRefused"?',
  ]);
});

it('has the built-in rules that are wanted, then those of the file; one of the same name takes the place', async () => {
  const text = `${goodConfig}monitors:
  without: [bmcRefused]
  expireSeconds: { NIC: 60, Power Supply: 90 }
  rules:
    stopFailed: { ${raise}, category: BMC, keyword: login, expireSeconds: 5 }
    mine: { raise: [{ event: fence.finished, where: { reason.code: [a, 1, true] } }], clear: [{ event: gateway.* }], category: X, keyword: x }
`;
  const loaded = await createWorkspace().load(text);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.failure));
  const rules = monitorRulesOf(loaded.value.config.monitors);
  expect(rules.map(({ name, category }) => `${name} ${category}`)).toEqual([
    ...['bmcUnreachable BMC', 'bmcIdentity BMC', 'stopNotReady forcedStop'],
    ...['stopFailed BMC', 'mine X'],
  ]);
  expect(loaded.value.config.monitors).toMatchObject({ retellMinutes: 60, expireSeconds: { NIC: 60 } });
});
