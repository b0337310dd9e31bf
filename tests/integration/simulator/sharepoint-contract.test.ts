import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkGraphTraffic, isGraphContractAvailable } from '../../support/graph-contract.ts';
import type { DriveItem } from './drive-tree.ts';
import { startSession, type Session } from './session.ts';

let dir: string;
beforeAll(() => (dir = mkdtempSync(join(tmpdir(), 'sharepoint-'))));
afterAll(() => rmSync(dir, { recursive: true }));

/** Reads everything of a drive in every shape the simulator knows. */
async function readDrive(session: Session, account: string): Promise<void> {
  const { id } = (await session.get(`${account}/drive`)).json<{ id: string }>();
  const drive = `/drives/${id}`;
  for (const path of [`${account}/drives`, drive, `${drive}/root`, `${drive}/root/children?$top=3`])
    expect((await session.get(path)).status, path).toBe(200);
  const round = await session.deltaRound(`${drive}/root/delta?$top=30`, {
    prefer: 'deltashowsharingchanges, hierarchicalsharing',
  });
  for (const item of round.items as unknown as DriveItem[]) {
    const path = `${drive}/items/${item.id}`;
    await session.get(`${path}?$expand=permissions`);
    await session.get(`${path}/permissions`);
    await session.get(
      `${path}/${item.file ? 'versions' : 'children?$select=id,name,file,content.downloadUrl'}`,
    );
    const redirect = await session.get(`${path}/content`);
    if (redirect.status === 302) await session.send(String(redirect.headers['location']));
  }
  await session.control('changes', {
    areas: { 'drive.created': 9, 'drive.edited': 9, 'drive.deleted': 9, 'drive.foldersDeleted': 3 },
  });
  await session.deltaRound(round.deltaLink, {});
  await session.control('expire-delta', {});
  expect((await session.get(round.deltaLink)).status).toBe(410);
}

async function verdictOf(read: (session: Session) => Promise<void>) {
  const trafficFile = join(dir, 'traffic.ndjson');
  rmSync(trafficFile, { force: true });
  const session = await startSession({
    messagesPerUser: 0,
    trafficFile,
    drives: { unreadableShare: 0.1 },
    unitLimits: { isEnforced: false },
  });
  await read(session);
  await session.close();
  const verdict = checkGraphTraffic(trafficFile);
  if (verdict.isAvailable && verdict.errors > 0) process.stderr.write(verdict.report);
  return verdict;
}

test.skipIf(!isGraphContractAvailable)('every exchange with a OneDrive obeys the specification', async () => {
  const verdict = await verdictOf(async (session) => {
    await readDrive(session, `/users/${(await session.users())[0] ?? ''}`);
  });
  expect(verdict).toMatchObject({ isAvailable: true, errors: 0 });
});
