/**
 * Starts a simulated Microsoft 365 organization on loopback: the composition root of this room. Everything a client
 * needs to reach it is in the plain `info`; nothing is read from the environment and nothing is left behind on close.
 */
import { randomBytes } from 'node:crypto';
import type { Server } from 'node:https';
import { createAreas } from './areas.ts';
import { ControlEndpoint } from './control/control-endpoint.ts';
import { Statistics } from './control/statistics.ts';
import { Directory } from './directory/people.ts';
import { DriveStore } from './files/drive-store.ts';
import { DownloadEndpoint } from './files/download-endpoint.ts';
import { FaultPlan } from './faults/fault-plan.ts';
import { GraphEndpoint } from './graph/graph-endpoint.ts';
import type { Organization } from './graph/graph-call.ts';
import { GroupStore } from './groups/group-store.ts';
import { createServerCertificate } from './http/certificates.ts';
import { listen } from './http/server.ts';
import { DirectoryLimits } from './limits/directory-limits.ts';
import { MailboxLimits } from './limits/mailbox-limits.ts';
import { TeamsLimits } from './limits/teams-limits.ts';
import { UnitLimits } from './limits/unit-limits.ts';
import { MailStore } from './mail/mail-store.ts';
import { simulatorOptionsSchema, type ResolvedOptions, type SimulatorOptions } from './options.ts';
import { SitePlan } from './sites/site-plan.ts';
import { SiteStore } from './sites/site-store.ts';
import { ApplicationRegister } from './sign-in/application-register.ts';
import { AuthorizationCodes } from './sign-in/authorization-code.ts';
import { DeviceCodes } from './sign-in/device-code.ts';
import { TokenSigner } from './sign-in/jwt.ts';
import { SignInEndpoint } from './sign-in/sign-in-endpoint.ts';
import type { TokenService } from './sign-in/token-endpoint.ts';
import { TrafficRecorder } from './traffic/recorder.ts';
import { Tallies } from './writes/tallies.ts';
import { UploadEndpoint } from './writes/upload-endpoint.ts';
import { UploadSessions } from './writes/upload-sessions.ts';

/** What a client needs; plain JSON. */
export interface SimulatorInfo {
  /** https://localhost:port */
  origin: string;
  /** Root below which /v1.0 lies. */
  graphRoot: string;
  /** Host of the sign-in service; append the tenant id for MSAL's authority. */
  loginAuthority: string;
  /** Authority to trust for this run. */
  caPem: string;
  tenantId: string;
  clientId: string;
  clientSecret: string;
  /** Root of the control endpoints. */
  controlUrl: string;
  /** Value of the x-control-token header. */
  controlToken: string;
}

export interface RunningSimulator extends SimulatorInfo {
  /** Ends all connections and frees the port; resolves when the traffic file is complete. Safe to call twice. */
  close: () => Promise<void>;
  /** Resolves when the simulator was closed, by `close` or by POST /control/shutdown. */
  closed: Promise<void>;
}

/**
 * Starts a simulator.
 * @throws ZodError when the options are not valid; the error of `listen` when the port is taken.
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<RunningSimulator> {
  const resolved = simulatorOptionsSchema.parse(options);
  const closing = new Closing();
  const certificate = createServerCertificate();
  const signer = new TokenSigner();
  let origin = '';
  const organization = createOrganization(resolved, () => origin);
  const { directory, applications } = organization;
  const application = applications.first;
  const mailboxLimits = new MailboxLimits(resolved.limits);
  const teamsLimits = new TeamsLimits(resolved.teamsLimits);
  const units = new UnitLimits(resolved.unitLimits);
  const directoryLimits = new DirectoryLimits(resolved.directoryLimits);
  const statistics = new Statistics();
  const recorder = resolved.trafficFile === undefined ? null : new TrafficRecorder(resolved.trafficFile);
  const deviceCodes = new DeviceCodes(directory, resolved);
  const codes = new AuthorizationCodes(directory, resolved);
  const tokenService: TokenService = {
    options: resolved,
    applications,
    signer,
    origin: () => origin,
    grants: new Map([...deviceCodes.grants(), ...codes.grants()]),
  };
  const pages = new Map([...deviceCodes.pages(tokenService), ...codes.pages(tokenService)]);
  const controlToken = resolved.controlToken ?? randomBytes(18).toString('base64url');
  const allLimits = { mailboxLimits, teamsLimits, units, directoryLimits };
  const graph = new GraphEndpoint({ organization, signer, ...allLimits, statistics, recorder });
  const download = new DownloadEndpoint({ organization, units, statistics, recorder });
  const upload = new UploadEndpoint({ organization, mailboxLimits, statistics, recorder });
  const signIn = new SignInEndpoint(tokenService, pages);
  const control = new ControlEndpoint({
    organization,
    ...allLimits,
    statistics,
    deviceCodes,
    controlToken,
    shutdown: closing.close.bind(closing),
  });
  const roads = {
    graph: graph.handle.bind(graph),
    download: download.handle.bind(download),
    upload: upload.handle.bind(upload),
    signIn: signIn.handle.bind(signIn),
    control: control.handle.bind(control),
  };
  const { server, port } = await listen(roads, certificate, resolved.port);
  origin = `https://localhost:${port}`;
  closing.begin(server, recorder);

  return {
    origin,
    graphRoot: origin,
    loginAuthority: origin,
    caPem: certificate.caPem,
    tenantId: application.tenantId,
    clientId: application.clientId,
    clientSecret: application.secret,
    controlUrl: `${origin}/control`,
    controlToken,
    close: () => closing.close(),
    closed: closing.closed,
  };
}

/** Everything the endpoints answer from; made once, before the port is known. */
function createOrganization(options: ResolvedOptions, origin: () => string): Organization {
  const directory = new Directory(options);
  const mail = new MailStore(options, directory);
  const sites = new SitePlan(options, directory);
  const organization: Organization = {
    options,
    directory,
    applications: new ApplicationRegister(options),
    mail,
    groups: new GroupStore(options, directory),
    sites,
    siteStore: new SiteStore(sites, options),
    drives: new DriveStore(options, { directory, documents: mail.world.documents, sites }),
    faults: new FaultPlan(options.faults),
    uploads: new UploadSessions(),
    tallies: new Tallies(),
    areas: [],
    origin,
  };
  organization.areas.push(...createAreas(organization));
  return organization;
}

/** Ends a running server once, whoever asks first. */
class Closing {
  readonly #done = Promise.withResolvers<undefined>();
  #end: (() => Promise<void>) | null = null;

  get closed(): Promise<void> {
    return this.#done.promise;
  }

  /** From now on `close` ends this server and completes this recording. */
  begin(server: Server, recorder: TrafficRecorder | null): void {
    this.#end = async () => {
      const isDown = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await isDown;
      // The last responses tell of their end in events still queued; the recording wants them.
      await new Promise(setImmediate);
      await recorder?.close();
      this.#done.resolve(undefined);
    };
  }

  async close(): Promise<void> {
    const end = this.#end;
    this.#end = null;
    await end?.();
    await this.#done.promise;
  }
}
