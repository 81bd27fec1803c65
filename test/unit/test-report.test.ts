import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

interface TestReport {
  countTests(
    report: unknown,
    status: number | null,
    signal: string | null,
  ): { counts: Counts; remarks: string[] };
  summaryLine(counts: Counts): string;
}

const script = pathToFileURL(join(import.meta.dirname, '..', '..', 'scripts', 'test-report.mjs')).href;
const { countTests, summaryLine } = (await import(script)) as TestReport;

const file = (status: string, ...tests: string[]) => ({
  name: 'a.test.ts',
  status,
  assertionResults: tests.map((one) => ({ status: one })),
});

const countsOf = (files: unknown[], status: number): Counts =>
  countTests({ testResults: files }, status, null).counts;

test('tests are counted by what became of them', () => {
  const files = [file('passed', 'passed', 'skipped', 'todo', 'pending'), file('failed', 'failed', 'passed')];
  expect(countsOf(files, 1)).toEqual({ passed: 2, failed: 1, skipped: 3 });
});

test('a file that broke outside of its tests is one failure', () => {
  expect(countsOf([file('failed'), file('passed', 'passed')], 1)).toEqual({
    passed: 1,
    failed: 1,
    skipped: 0,
  });
  expect(countsOf([file('failed', 'passed')], 1)).toEqual({ passed: 1, failed: 1, skipped: 0 });
});

test.each([
  ['no report', undefined, 0],
  ['no files', { testResults: [] }, 0],
  ['nothing but skipped tests', { testResults: [file('passed', 'skipped')] }, 0],
  ['errors outside of any test', { testResults: [file('passed', 'passed')] }, 1],
])('%s is one failure, and the reader is told', (_name, report, status) => {
  const { counts, remarks } = countTests(report, status, null);
  expect(counts.failed).toBe(1);
  expect(remarks).toHaveLength(1);
});

test('a suite that was skipped for a reason is told once', () => {
  const suite = 'the rig (skipped: socat is not installed)';
  const skipped = { status: 'skipped', ancestorTitles: [suite] };
  const files = [{ ...file('passed', 'passed'), assertionResults: [{ status: 'passed' }, skipped, skipped] }];
  const { counts, remarks } = countTests({ testResults: files }, 0, null);
  expect(counts).toEqual({ passed: 1, failed: 0, skipped: 2 });
  expect(remarks).toEqual([suite]);
});

test('the last line has the form that programs read', () => {
  expect(summaryLine({ passed: 12, failed: 0, skipped: 3 })).toBe('12 passed, 0 failed, 3 skipped');
});
