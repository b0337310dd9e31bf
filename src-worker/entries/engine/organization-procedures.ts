/** Serves the organization noun of the contract: test, registration, and settings files. */
import { testConnection } from '../../graph/connection-test.ts';
import { openGraph } from '../../graph/graph-client.ts';
import { registerApplication, wantedPermissions } from '../../graph/register-application.ts';
import { registrationScript } from '../../graph/registration-script.ts';
import { listChoices } from '../../jobs/selection/list-choices.ts';
import type { EngineContext } from './engine-context.ts';
import { streamSteps } from './event-stream.ts';
import type { Implementer } from './implementer.ts';
import { exportSettings, importSettings } from './settings-file.ts';

export function organizationProcedures(os: Implementer, engine: EngineContext) {
  return os.organization.router({
    test: os.organization.test.handler(({ input, signal }) =>
      testConnection(input, engine.graphServices, signal),
    ),
    accounts: os.organization.accounts.handler(async ({ input: { connection, ...request }, signal }) => {
      const graph = openGraph(connection, engine.graphServices);
      try {
        return await listChoices({ graph, signal: signal ?? new AbortController().signal }, request);
      } finally {
        await graph.close();
      }
    }),
    permissions: os.organization.permissions.handler(({ input }) => ({
      permissions: wantedPermissions(input).map(({ name, id, set, services, purpose, cost }) => ({
        ...{ name, id, set, purpose, cost },
        services: [...services],
      })),
    })),
    register: os.organization.register.handler(async function* ({ input, signal }) {
      return yield* streamSteps(signal, (jobSignal, onProgress) =>
        registerApplication(input, { ...engine.graphServices, signal: jobSignal, onProgress }),
      );
    }),
    script: os.organization.script.handler(({ input }) => ({ script: registrationScript(input) })),
    importSettings: os.organization.importSettings.handler(async ({ input }) => ({
      connection: await importSettings(input.text, input.passphrase),
    })),
    exportSettings: os.organization.exportSettings.handler(async ({ input }) => ({
      text: await exportSettings(input.connection, input.passphrase, engine.passwordCost),
    })),
  });
}
