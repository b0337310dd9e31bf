/**
 * Two judgements of recorded Graph traffic: does every exchange obey Microsoft's specification, and did the client
 * mind its manners (four at a time on one mailbox, silence while Retry-After lasts)?
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Folder with validate-traffic.mjs and openapi.json, or undefined where there is none. */
const contractDir = process.env['HOLDFAST_GRAPH_CONTRACT'] || undefined;
const projectRoot = join(import.meta.dirname, '../..');

/** True when `checkGraphTraffic` can judge; tests use it with `test.skipIf(!isGraphContractAvailable)`. */
export const isGraphContractAvailable = contractDir !== undefined;

export type ContractVerdict = { isAvailable: false } | { isAvailable: true; errors: number; report: string };

/** Checks an NDJSON recording against the specification. Throws when the checker itself cannot run. */
export function checkGraphTraffic(trafficFile: string): ContractVerdict {
  if (contractDir === undefined) return { isAvailable: false };
  const script = join(contractDir, 'validate-traffic.mjs');
  const run = spawnSync(process.execPath, [script, trafficFile], {
    cwd: projectRoot,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (run.status !== 0 && run.status !== 1)
    throw new Error(`validate-traffic.mjs could not run: ${run.stderr}`);
  const errors = /(\d+) errors, \d+ warnings/.exec(run.stdout)?.[1];
  return { isAvailable: true, errors: errors === undefined ? -1 : Number(errors), report: run.stdout };
}

/**
 * The same without batches that were refused as a whole: those have no answers inside, which the checker takes for
 * missing ones.
 */
export const checkFaultyTraffic = (trafficFile: string): ContractVerdict =>
  checkWithout(trafficFile, ({ url, status }) => url.endsWith('/$batch') && status !== 200);

/** The same without requests that were refused for their shape: those that a test made wrong on purpose. */
export const checkAcceptedTraffic = (trafficFile: string): ContractVerdict =>
  checkWithout(trafficFile, ({ status }) => status === 400 || status === 413);

function checkWithout(
  trafficFile: string,
  isLeftOut: (exchange: { url: string; status: number }) => boolean,
): ContractVerdict {
  const lines = readFileSync(trafficFile, 'utf8').trimEnd().split('\n');
  const checkedFile = `${trafficFile}.checked`;
  const kept = lines.filter((line) => !isLeftOut(JSON.parse(line) as { url: string; status: number }));
  writeFileSync(checkedFile, `${kept.join('\n')}\n`);
  try {
    return checkGraphTraffic(checkedFile);
  } finally {
    rmSync(checkedFile);
  }
}

export interface MannersVerdict {
  /** Exchanges with a mailbox. */
  mailExchanges: number;
  /** Most requests in flight on one mailbox. */
  maxConcurrent: number;
  /** Calls that came although a Retry-After should have kept them away, as the simulator saw it. */
  earlyCalls: readonly { url: string; atMs: number }[];
}

/** Requests that lack what Microsoft asks a backup to say of itself (graph facts, section 2). */
export interface HeaderVerdict {
  /** To SharePoint and OneDrive: the decorated User-Agent, without which traffic is served later. */
  sharePoint: { readonly seen: number; readonly undecorated: readonly string[] };
  /** To the directory: the low priority of somebody who can wait. */
  directory: { readonly seen: number; readonly impatient: readonly string[] };
}

interface RecordedExchange {
  url: string;
  requestHeaders: Readonly<Record<string, string>>;
  status: number;
  responseHeaders: Readonly<Record<string, string>>;
  startMs: number;
  endMs: number;
  mailbox: string | null;
  isEarly: boolean;
}

/** The recorder learns of an answer's end a little after the client does. */
const endSlackMs = 5;
/** Even an answer given at once was in flight for a moment. */
const momentMs = 0.01;

function mostAtOnce(exchanges: readonly RecordedExchange[]): number {
  const moments = exchanges.flatMap(({ startMs, endMs }) => [
    { at: startMs, step: 1 },
    { at: Math.max(startMs + momentMs, endMs - endSlackMs), step: -1 },
  ]);
  moments.sort((a, b) => a.at - b.at || a.step - b.step);
  let now = 0;
  let most = exchanges.length > 0 ? 1 : 0;
  for (const { step } of moments) {
    now += step;
    most = Math.max(most, now);
  }
  return most;
}

const decorated = /^(?:NON)?ISV\|[^|]+\|[^|/]+\/\d[\w.-]*$/;
const toSharePoint = /^\/(?:v1\.0\/(?:drives|sites|users\/[^/]+\/drives?)(?:\/|$)|(?!v1\.0\/))/;
const toDirectory = /^\/v1\.0\/(?:users|groups|organization|applications|servicePrincipals)(?:\/[^/]+)?$/;

/** Proves from a recording that requests say who sends them and how urgent they are. */
export function checkClientHeaders(trafficFile: string): HeaderVerdict {
  const lines = readFileSync(trafficFile, 'utf8').split('\n');
  const all = lines.filter((line) => line !== '').map((line) => JSON.parse(line) as RecordedExchange);
  const to = (paths: RegExp) => all.filter(({ url }) => paths.test(new URL(url).pathname));
  const [sharePoint, directory] = [to(toSharePoint), to(toDirectory)];
  const lacking = (some: readonly RecordedExchange[], name: string, wanted: RegExp) =>
    some.filter(({ requestHeaders }) => !wanted.test(requestHeaders[name] ?? '')).map(({ url }) => url);
  return {
    sharePoint: { seen: sharePoint.length, undecorated: lacking(sharePoint, 'user-agent', decorated) },
    directory: {
      seen: directory.length,
      impatient: lacking(directory, 'x-ms-throttle-priority', /^low$/),
    },
  };
}

/** Proves from a recording how the client behaved. */
export function checkClientManners(trafficFile: string): MannersVerdict {
  const lines = readFileSync(trafficFile, 'utf8').split('\n');
  const all = lines.filter((line) => line !== '').map((line) => JSON.parse(line) as RecordedExchange);
  const withMailboxes = all.filter(({ mailbox }) => mailbox !== null);
  const byMailbox = Map.groupBy(withMailboxes, ({ mailbox }) => mailbox);
  return {
    mailExchanges: withMailboxes.length,
    maxConcurrent: [...byMailbox.values()].reduce((most, list) => Math.max(most, mostAtOnce(list)), 0),
    earlyCalls: all.filter(({ isEarly }) => isEarly).map(({ url, startMs }) => ({ url, atMs: startMs })),
  };
}
