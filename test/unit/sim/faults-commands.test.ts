import { describe, expect, test } from 'vitest';
import { createBench } from './bench.ts';
import {
  administrator,
  chassisStatus,
  close,
  control,
  deviceId,
  identify,
  setPrivilege,
} from './requests.ts';
import type { OpenConsole, Request } from './test-console.ts';

const codes = (console: OpenConsole, ...requests: Request[]) =>
  requests.map((request) => console.ask(request)?.completionCode ?? 'silence');

describe('busy', () => {
  test('so many commands are refused and not done; then all is well', () => {
    const bench = createBench({ faults: { busy: 2 } });
    const console = administrator(bench);
    expect(codes(console, control('reset'), chassisStatus, control('reset'), chassisStatus)).toEqual([
      0xc0, 0xc0, 0, 0,
    ]);
    expect(bench.machine.counts().reset).toBe(1);
  });

  test('reads only', () => {
    const console = administrator(createBench({ faults: { busy: { times: 2, on: 'reads' } } }));
    expect(codes(console, control('reset'), chassisStatus, identify, deviceId, chassisStatus)).toEqual([
      0, 0xc0, 0, 0xc0, 0,
    ]);
  });

  test('control only', () => {
    const console = administrator(createBench({ faults: { busy: { times: 2, on: 'control' } } }));
    expect(codes(console, chassisStatus, control('reset'), identify, control('reset'))).toEqual([
      0, 0xc0, 0xc0, 0,
    ]);
  });

  test('for ever, until it is switched off', () => {
    const bench = createBench({ faults: { busy: true } });
    const console = administrator(bench);
    expect(codes(console, ...Array(50).fill(chassisStatus))).toEqual(Array(50).fill(0xc0));
    bench.faults.set({ busy: false });
    expect(codes(console, chassisStatus)).toEqual([0]);
  });

  test('set again, it counts anew', () => {
    const bench = createBench({ faults: { busy: 1 } });
    const console = administrator(bench);
    expect(codes(console, chassisStatus, chassisStatus)).toEqual([0xc0, 0]);
    bench.faults.set({ busy: 1 });
    expect(codes(console, chassisStatus, chassisStatus)).toEqual([0xc0, 0]);
  });

  test('the session itself can be managed', () => {
    const console = administrator(createBench({ faults: { busy: true } }));
    expect(codes(console, setPrivilege(3), close(console.bmcSessionId))).toEqual([0, 0]);
  });
});

describe('unansweredControl', () => {
  test('executed: done, and never answered', () => {
    const bench = createBench({ faults: { unansweredControl: true } });
    const console = administrator(bench);
    expect(codes(console, control('reset'), chassisStatus)).toEqual(['silence', 0]);
    expect(bench.machine.counts().reset).toBe(1);
  });

  test('executed again for a request that is sent again: a console must not', () => {
    const bench = createBench({ faults: { unansweredControl: 'executed' } });
    const console = administrator(bench);
    const again = { ...control('reset'), sequence: 33 };
    expect(codes(console, again, again)).toEqual(['silence', 'silence']);
    expect(bench.machine.counts().reset).toBe(2);
  });

  test('ignored: neither done nor answered', () => {
    const bench = createBench({ faults: { unansweredControl: 'ignored' } });
    const console = administrator(bench);
    expect(codes(console, control('reset'), identify)).toEqual(['silence', 0]);
    expect(bench.machine.counts().reset).toBe(0);
  });

  test('a user who may not, cannot', () => {
    const bench = createBench({ faults: { unansweredControl: true } });
    const console = administrator(bench);
    console.ask(setPrivilege(2));
    expect(codes(console, control('reset'))).toEqual(['silence']);
    expect(bench.machine.counts().reset).toBe(0);
  });

  test('with busy: refused at first, then silence', () => {
    const bench = createBench({ faults: { busy: 1, unansweredControl: 'executed' } });
    const console = administrator(bench);
    expect(codes(console, control('nmi'), control('nmi'))).toEqual([0xc0, 'silence']);
    expect(bench.machine.counts().nmi).toBe(1);
  });
});
