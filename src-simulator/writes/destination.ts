/** The body of move and copy: the one folder, however the name of the parameter is written. */
import { z } from 'zod';

export const destinationSchema = z
  .union([z.object({ destinationId: z.string().min(1) }), z.object({ DestinationId: z.string().min(1) })])
  .transform((body) => ('destinationId' in body ? body.destinationId : body.DestinationId));
