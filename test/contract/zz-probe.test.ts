import { test } from 'vitest';
import { startIpmiSim } from '/work/main/test/interop/rig/ipmi-sim.ts';
import { bmcDrivers } from '/work/main/src/bmc/drivers/index.ts';
import { systemClock } from '/work/main/src/core/clock.ts';
import { deadlineIn } from '/work/main/src/core/deadline.ts';
import { Secret } from '/work/main/src/core/secret.ts';
const limits = (ms = 3000) => ({ deadline: deadlineIn(systemClock, ms), priority: 'operator' as const });
test('probe', async () => {
  const sim = await startIpmiSim();
  const build = (pw: string, user = 'oper') => bmcDrivers.native!.build({ model: 'ipmi', driver: 'native', options: bmcDrivers.native!.spec.options.parse({ host: sim.host, port: sim.port, user, cipherSuites: [3] }), secrets: { password: new Secret(pw) } } as never, systemClock);
  const port = build('operpw');
  const open = [];
  try { for (let i = 0; i < 100; i++) open.push(await port.open(limits())); } catch (e) { console.log(open.length, String(e), (e as any).code); }
  await port.close();
  const s = await port.open(limits()); await s.close();
  const wrong = build('nope');
  const t = performance.now();
  const codes: Record<string, number> = {};
  for (let i = 0; i < 100; i++) { try { await wrong.open(limits()); } catch (e) { const c = (e as any).code; codes[c] = (codes[c] ?? 0) + 1; } }
  console.log(codes, performance.now() - t);
  try { const s2 = await port.open(limits()); console.log('fine', await s2.readPower(limits())); await s2.close(); } catch (e) { console.log('leaked', String(e)); }
});
