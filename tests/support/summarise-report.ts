/**
 * Reads vitest's JSON report and prints its numbers on one line. Fails for a failed test, for a report without tests,
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

const [reportPath = '', allowedPath = ''] = process.argv.slice(2);
const report = reportSchema.parse(JSON.parse(readFileSync(reportPath, 'utf8')));
const allowed = new Set(z.array(z.string()).parse(JSON.parse(readFileSync(allowedPath, 'utf8'))));
const skipped = report.testResults
  .flatMap(({ assertionResults }) => assertionResults)
  .filter(({ status }) => status !== 'passed' && status !== 'failed')
  .map(({ fullName }) => fullName);
const unexpected = skipped.filter((name) => !allowed.has(name));
for (const name of unexpected) process.stdout.write(`skipped, and not in ${allowedPath}: ${name}\n`);
// A suite that could not even be loaded has failed without a failed test.
const failed = Math.max(report.numFailedTests, Math.min(report.numFailedTestSuites, 1)) + unexpected.length;
process.stdout.write(
  `${report.numPassedTests} passed, ${failed} failed, ${skipped.length - unexpected.length} skipped\n`,
);
process.exitCode = failed > 0 || report.numPassedTests === 0 ? 1 : 0;
