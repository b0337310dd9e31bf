/**
 * Secrets of the shell, sealed with a passphrase for where no keyring of the operating system is at hand. The shell
 * keeps the sealed text; it never sees a key.
 */
import { oc } from '@orpc/contract';
import { z } from 'zod';

const passphrase = z.string().min(1).max(1024);
/** Names to values. A value may be a private key, so it may be long. */
const secrets = z.record(z.string().min(1).max(200), z.string().max(65_536));

export const secretsContract = {
  seal: oc.input(z.object({ passphrase, secrets })).output(z.object({ sealed: z.string() })),
  /** Fails with `secret-store-locked` for another passphrase, and for a text that was altered. */
  open: oc.input(z.object({ passphrase, sealed: z.string().max(16_777_216) })).output(z.object({ secrets })),
};
