// Counts what vitest's JSON report says, and never lets a run look better than it was.

/** Files that broke outside of their tests (loading, beforeAll, afterAll): failed, with no failed test. */
const brokenFiles = (report) =>
  report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  );

const countReported = (report) => {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const file of report.testResults) {
    for (const { status } of file.assertionResults) {
      if (status === 'passed' || status === 'failed') counts[status] += 1;
      else counts.skipped += 1;
    }
  }
  return counts;
};

/** The suites that were skipped for a reason, as their names tell it (see test/support/peers.ts). */
const skipRemarks = (report) => {
  const tests = report.testResults.flatMap((file) => file.assertionResults);
  const suites = tests
    .flatMap((test) => test.ancestorTitles ?? [])
    .filter((name) => name.includes('(skipped: '));
  return [...new Set(suites)];
};

/**
 * The counts of one run, and what a reader must know beside them. Counted as one failure each: a test file
 * that broke outside of its tests, a run without a report, a run with no tests, errors outside of any test.
 */
export const countTests = (report, status, signal) => {
  const ending = signal ? `on ${signal}` : `with code ${status}`;
  if (!report) {
    const remark = `vitest ended ${ending} without a report, so nothing is known of the tests; see above.`;
    return { counts: { passed: 0, failed: 1, skipped: 0 }, remarks: [remark] };
  }
  const counts = countReported(report);
  const remarks = brokenFiles(report).map(
    (file) => `${file.name} broke outside of its tests (see above); counted as one failure.`,
  );
  counts.failed += remarks.length;
  remarks.push(...skipRemarks(report));
  if (counts.passed + counts.failed === 0) {
    counts.failed = 1;
    remarks.push('no test ran at all; counted as one failure.');
  }
  if (status !== 0 && counts.failed === 0) {
    counts.failed = 1;
    remarks.push(`vitest ended ${ending} though no test failed (see above); counted as one failure.`);
  }
  return { counts, remarks };
};

export const summaryLine = ({ passed, failed, skipped }) =>
  `${passed} passed, ${failed} failed, ${skipped} skipped`;
