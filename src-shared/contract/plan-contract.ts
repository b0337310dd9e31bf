/** Restores to Microsoft 365: planned first, then applied, and undone if that was not what was wanted. */
import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import {
  applyReportSchema,
  planStepSchema,
  restorePlanSchema,
  restoreRequestSchema,
  undoReportSchema,
} from '../model/cloud-restore.ts';
import { graphConnectionSchema } from '../model/connection.ts';
import { jobProgressSchema } from '../model/job.ts';
import { snapshotInputSchema, vaultHandleSchema } from './scope.ts';

const planInputSchema = z.object({
  vault: vaultHandleSchema,
  /** Its id. */
  plan: z.string().regex(/^[0-9a-f]{16}$/),
});
const runInputSchema = planInputSchema.extend({ connection: graphConnectionSchema });

export const planContract = {
  /** Looks at what stands in the target and writes down what a restore would do. Changes nothing in Microsoft 365. */
  make: oc
    .input(snapshotInputSchema.extend({ connection: graphConnectionSchema, request: restoreRequestSchema }))
    .output(
      eventIterator(
        jobProgressSchema,
        restorePlanSchema.extend({
          /** Permissions to write that the application lacks and applying will need. */
          missingPermissions: z.array(z.string()),
        }),
      ),
    ),
  /** Plans for snapshots of a vault that were made on this machine, newest first. */
  list: oc.input(z.object({ vault: vaultHandleSchema })).output(
    z.object({
      plans: z.array(restorePlanSchema),
      /** Ids of those that another process works on. */
      busy: z.array(z.string()),
    }),
  ),
  /** What a plan does, item by item. */
  steps: oc
    .input(
      planInputSchema.extend({
        after: z.number().int().nonnegative().default(0),
        limit: z.number().int().min(1).max(1000).default(100),
      }),
    )
    .output(z.object({ steps: z.array(planStepSchema), next: z.number().nullable() })),
  /** Does what was planned, or the rest of it. */
  apply: oc.input(runInputSchema).output(eventIterator(jobProgressSchema, applyReportSchema)),
  /** Takes back what was applied. */
  undo: oc
    .input(runInputSchema.extend({ includesChanged: z.boolean().default(false) }))
    .output(eventIterator(jobProgressSchema, undoReportSchema)),
};
