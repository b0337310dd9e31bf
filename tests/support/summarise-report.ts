/**
 * Reads vitest's JSON reports and prints their numbers on one line. Fails for a failed test, for a report without tests,
 * and for a skipped test that is not in the committed list.
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

const reportSchema = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numFailedTestSuites: z.number(),
  testResults: z.array(
    z.object({ assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })) }),
  ),
});

const [allowedPath = '', ...reportPaths] = process.argv.slice(2);
const reports = reportPaths.map((path) => reportSchema.parse(JSON.parse(readFileSync(path, 'utf8'))));
const allowed = new Set(z.array(z.string()).parse(JSON.parse(readFileSync(allowedPath, 'utf8'))));
const skipped = reports
  .flatMap(({ testResults }) => testResults)
  .flatMap(({ assertionResults }) => assertionResults)
  .filter(({ status }) => status !== 'passed' && status !== 'failed')
  .map(({ fullName }) => fullName);
const unexpected = skipped.filter((name) => !allowed.has(name));
for (const name of unexpected) process.stdout.write(`skipped, and not in ${allowedPath}: ${name}\n`);
const sum = (numberOf: (report: (typeof reports)[number]) => number): number =>
  reports.reduce((total, report) => total + numberOf(report), 0);
const passed = sum(({ numPassedTests }) => numPassedTests);
// A suite that could not even be loaded has failed without a failed test.
const failed =
  sum((each) => Math.max(each.numFailedTests, Math.min(each.numFailedTestSuites, 1))) + unexpected.length;
process.stdout.write(`${passed} passed, ${failed} failed, ${skipped.length - unexpected.length} skipped\n`);
const isEmpty = reports.length === 0 || reports.some(({ numPassedTests }) => numPassedTests === 0);
process.exitCode = failed > 0 || isEmpty ? 1 : 0;
