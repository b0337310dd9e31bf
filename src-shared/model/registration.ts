/** Registering an application in an organization: what is asked for, how it goes, and what comes of it. */
import { z } from 'zod';
import { graphConnectionSchema, regionSchema } from './connection.ts';

/** What the administrator has to do to sign in. */
const signInPromptSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('device-code'),
    verificationUri: z.string(),
    userCode: z.string(),
    expiresAt: z.iso.datetime(),
  }),
  z.object({ kind: z.literal('browser'), authorizeUrl: z.string() }),
]);
export type SignInPrompt = z.infer<typeof signInPromptSchema>;

/** What to register. */
export const registrationRequestSchema = z.object({
  region: regionSchema,
  /** How the administrator signs in. */
  method: z.enum(['browser', 'device-code']),
  /** The public client to sign in with; Microsoft's Azure CLI unless given. */
  bootstrapClientId: z.guid().optional(),
  /** As the organization sees the application. */
  applicationName: z.string().trim().min(1).max(120),
  credentialKind: z.enum(['certificate', 'secret']),
  /** Also asks for what a restore to Microsoft 365 writes with. */
  withRestore: z.boolean(),
  /** Also asks for what the services `archive` and `mailbox-export` read with. */
  withExport: z.boolean().optional(),
});
export type RegistrationRequest = z.infer<typeof registrationRequestSchema>;

/** One step of a registration, told when it begins. */
export const registrationProgressSchema = z.discriminatedUnion('step', [
  z.object({ step: z.literal('sign-in'), prompt: signInPromptSchema }),
  z.object({ step: z.literal('create-credential') }),
  z.object({ step: z.literal('create-application'), tenantId: z.string(), userName: z.string() }),
  z.object({ step: z.literal('create-service-principal'), clientId: z.string() }),
  z.object({ step: z.literal('assign-roles'), done: z.number().int(), total: z.number().int() }),
  z.object({ step: z.literal('wait-for-roles'), seen: z.number().int(), total: z.number().int() }),
  z.object({ step: z.literal('clean-up') }),
]);
export type RegistrationProgress = z.infer<typeof registrationProgressSchema>;

/** A registered application. `connection` holds its secret or private key. */
export const registrationSchema = z.object({
  connection: graphConnectionSchema,
  applicationName: z.string(),
  /** When the secret or certificate ends. */
  expiresAt: z.iso.datetime(),
  granted: z.array(z.string()),
  /** Wanted permissions that this cloud does not have. */
  unavailable: z.array(z.string()),
  /** Granted, and not yet in the tokens of the application when patience ended. */
  pending: z.array(z.string()),
});
export type Registration = z.infer<typeof registrationSchema>;
