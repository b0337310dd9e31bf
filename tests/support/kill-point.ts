/**
 * Moments at which a backup can be killed, and how a process kills itself at one: before the wire, or between the
 * product and Node's fs. SIGKILL to oneself cannot be caught and nothing runs after it, so it is what a parent does with
 * better aim. The product knows nothing of it.
 */
import { HttpNetwork, type HttpRequest } from '../../src-worker/graph/http.ts';
import { interceptVaultWrites, type VaultFileKind } from './vault-writes.ts';

export const phases = ['enumerating', 'fetching', 'packing', 'segmenting', 'committing'] as const;
export type Phase = (typeof phases)[number];

/**
 * The `count`th request or file of a phase (from 1), and how far it has got: a request is about to be sent or has been
 * answered; a file is about to be written, half written aside, whole aside, or under its name with the folder unsynced.
 */
export interface KillPoint {
  readonly phase: Phase;
  readonly count: number;
  readonly moment: 'before' | 'half' | 'aside' | 'after';
}

const requestPatterns = { enumerating: /\/messages\/delta/, fetching: /\/\$value$/ } as const;
const fileKinds = { packing: 'pack', segmenting: 'segment', committing: 'commit' } as const;

/** From now on, this process ends at `point`. */
export function dieAt({ phase, count, moment }: KillPoint): void {
  switch (phase) {
    case 'enumerating':
    case 'fetching':
      dieAtRequest(requestPatterns[phase], count, moment);
      break;
    case 'packing':
    case 'segmenting':
    case 'committing':
      dieAtFile(fileKinds[phase], count, moment);
      break;
  }
}

function die(): never {
  process.kill(process.pid, 'SIGKILL');
  for (;;);
}

function dieAtRequest(pattern: RegExp, count: number, moment: KillPoint['moment']): void {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own `this` below
  const { send } = HttpNetwork.prototype;
  let seen = 0;
  HttpNetwork.prototype.send = async function (this: HttpNetwork, request: HttpRequest) {
    const isIt = pattern.test(request.path) && ++seen === count;
    if (isIt && moment === 'before') die();
    const outcome = await send.call(this, request);
    if (isIt) die();
    return outcome;
  };
}

function dieAtFile(wanted: VaultFileKind, count: number, moment: KillPoint['moment']): void {
  const seen = { writing: 0, linking: 0, linked: 0 };
  const isIt = (kind: VaultFileKind, at: keyof typeof seen): boolean =>
    kind === wanted && ++seen[at] === count;
  interceptVaultWrites({
    async writing(kind, bytes, write) {
      const isDue = isIt(kind, 'writing');
      if (isDue && moment === 'before') die();
      if (isDue && moment === 'half') {
        await write(bytes.subarray(0, bytes.length >> 1));
        die();
      }
      await write(bytes);
    },
    linking(kind) {
      if (isIt(kind, 'linking') && moment === 'aside') die();
    },
    linked(kind) {
      if (isIt(kind, 'linked') && moment === 'after') die();
    },
  });
}
