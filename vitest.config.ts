import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Begun last, one of the longest would run alone in the end. */
const longest =
  /\/tests\/faults\/|\/main-job\.|\/demo\.|\/bad-input\.|\/registration\.|\/teams\.|\/stopping\./;
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification): boolean => longest.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

/** Faults at every call, and a browser that looks at every hostile mail: half as long as all others together. */
const longTests = ['tests/faults/**/*.test.ts', 'tests/e2e/preview-hostile.test.ts'];

/**
 * Three projects: `unit` is the quick half that `npm run check` runs, `system` starts processes and the simulator; both are
 * `npm test`. `long` is `npm run test:long`. CI runs all.
 */
export default defineConfig({
  test: {
    reporters: process.env['CI']
      ? ['default', ['json', { outputFile: process.env['TEST_REPORT'] ?? 'dist/test-report.json' }]]
      : ['default'],
    // What our threads and processes compile is compiled once.
    env: { NODE_COMPILE_CACHE: 'node_modules/.cache/holdfast' },
    // Tests wait more than they compute; a fourth file at a time would make tests of time fail.
    maxWorkers: 3,
    // To load all modules for each file anew costs a tenth of the time; no module here keeps what a test could meet.
    isolate: false,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['tests/{unit,property,contract}/**/*.test.ts'],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'system',
          include: ['tests/{integration,e2e}/**/*.test.ts'],
          exclude: longTests,
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'long',
          include: longTests,
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
