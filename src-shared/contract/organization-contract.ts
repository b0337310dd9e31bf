/** Organizations: does the connection work, and what does it allow. */
import { oc } from '@orpc/contract';
import { z } from 'zod';
import { graphConnectionSchema } from '../model/connection.ts';
import { connectionReportSchema } from '../model/connection-report.ts';

export const organizationContract = {
  test: oc.input(z.object({ connection: graphConnectionSchema })).output(connectionReportSchema),
};
