import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  checkClientManners,
  checkGraphTraffic,
  isGraphContractAvailable,
} from '../support/graph-contract.ts';

const projectRoot = join(import.meta.dirname, '../..');

describe('npm run demo', () => {
  const folderPath = mkdtempSync(join(tmpdir(), 'holdfast-demo-test-'));
  const trafficFile = join(folderPath, 'traffic.ndjson');
  let exitCode: number | null = null;
  let output = '';

  beforeAll(async () => {
    const child = spawn(process.execPath, ['src-main/launch.mjs', 'demo'], {
      cwd: projectRoot,
      env: { ...process.env, HOLDFAST_TRAFFIC_FILE: trafficFile, HOLDFAST_PASSWORD_COST: 'least' },
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (piece: Buffer) => {
        output += piece.toString();
      });
    }
    exitCode = await new Promise<number | null>((resolve) => child.on('close', resolve));
  }, 180_000);

  afterAll(() => {
    rmSync(folderPath, { recursive: true, force: true });
  });

  test('ends well and says what was compared', () => {
    expect(output).toMatch(/byte for byte/i);
    expect(exitCode, output).toBe(0);
  });

  test('never has more than four requests in flight on a mailbox, and waits out every Retry-After', () => {
    const manners = checkClientManners(trafficFile);
    expect(manners.mailExchanges).toBeGreaterThan(1000);
    expect(manners.maxConcurrent).toBeLessThanOrEqual(4);
    expect(manners.earlyCalls).toEqual([]);
  });

  test.skipIf(!isGraphContractAvailable)('keeps the contract of Microsoft Graph', () => {
    expect(checkGraphTraffic(trafficFile)).toMatchObject({ isAvailable: true, errors: 0 });
  });
});
