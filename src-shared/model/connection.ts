/**
 * How Holdfast reaches one organization: which Microsoft cloud, which tenant, and as which application. These values
 * hold a secret or a private key, so they live in the secrets store and never in settings, logs or contract answers.
 */
import { z } from 'zod';

/** An https origin: scheme, host and port, and nothing behind them. Normalised to have no trailing slash. */
const httpsOriginSchema = z.string().transform((text, context) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isBare = url?.pathname === '/' && url.search === '' && url.hash === '';
  if (url?.protocol === 'https:' && isBare && url.username === '' && url.password === '') return url.origin;
  context.addIssue({
    code: 'custom',
    message: 'must be an https address without path, query or credentials',
  });
  return z.NEVER;
});

/**
 * One of Microsoft's clouds, or `Custom`: an organization that answers elsewhere, such as the sample organization.
 * `caPem` then names the only certificate authorities that are trusted; without it, those of the platform are.
 */
export const regionSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('Global') }),
  z.object({ kind: z.literal('USGovGccHigh') }),
  z.object({ kind: z.literal('USGovDoD') }),
  z.object({ kind: z.literal('China') }),
  z.object({
    kind: z.literal('Custom'),
    graphRoot: httpsOriginSchema,
    loginAuthority: httpsOriginSchema,
    caPem: z.string().optional(),
  }),
]);
export type Region = z.infer<typeof regionSchema>;

/** What proves that we are the application: a secret, or a certificate whose public half is registered. */
const credentialSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('secret'), secret: z.string().min(1) }),
  z.object({
    kind: z.literal('certificate'),
    certificatePem: z.string().includes('-----BEGIN CERTIFICATE-----'),
    privateKeyPem: z.string().includes('PRIVATE KEY-----'),
  }),
]);
export type Credential = z.infer<typeof credentialSchema>;

/** Everything that is needed to read one organization. `tenantId` may be a GUID or one of its domain names. */
export const graphConnectionSchema = z.object({
  region: regionSchema,
  tenantId: z
    .string()
    .trim()
    .regex(/^[A-Za-z0-9][A-Za-z0-9.-]{0,252}$/),
  clientId: z.string().trim().pipe(z.guid()),
  credential: credentialSchema,
});
export type GraphConnection = z.infer<typeof graphConnectionSchema>;
