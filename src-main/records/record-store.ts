/**
 * The records of this machine in one SQLite file. Rows are validated on the way out, because a file can be older,
 * newer or edited by hand. Knows nothing of secrets and nothing of what the records are used for.
 */
import { randomBytes } from 'node:crypto';
import { chmodSync } from 'node:fs';
import Database from 'better-sqlite3';
import { z } from 'zod';
import { AppError } from '../../src-shared/errors/app-error.ts';
import { protectedItemSchema, type ProtectedItem } from '../../src-shared/model/protected-item.ts';
import { newRecordId } from './record-id.ts';
import {
  jobRecordSchema,
  organizationRecordSchema,
  vaultRecordSchema,
  type JobRecord,
  type OrganizationRecord,
  type VaultRecord,
} from './records.ts';

const schemaVersion = 6;
const schema = `
  CREATE TABLE machine (agent TEXT NOT NULL) STRICT;
  CREATE TABLE organizations (
    id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE COLLATE NOCASE, region TEXT NOT NULL, tenantId TEXT NOT NULL,
    clientId TEXT NOT NULL, credentialKind TEXT NOT NULL
  ) STRICT;
  CREATE TABLE vaults (
    id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE COLLATE NOCASE, path TEXT NOT NULL
  ) STRICT;
  CREATE TABLE protectedItems (
    id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    organizationId TEXT NOT NULL REFERENCES organizations (id), vaultId TEXT NOT NULL REFERENCES vaults (id),
    mailboxes TEXT NOT NULL, sites TEXT NOT NULL, services TEXT NOT NULL,
    mail TEXT NOT NULL DEFAULT '{}', onFailure TEXT NOT NULL, files TEXT NOT NULL DEFAULT '{}'
  ) STRICT;
  CREATE TABLE jobs (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, vaultId TEXT NOT NULL, protectedItemId TEXT, startedAt TEXT NOT NULL,
    endedAt TEXT, outcome TEXT, errorCode TEXT, report TEXT
  ) STRICT;
  CREATE INDEX jobsByStart ON jobs (startedAt);
`;

/** What makes each version of the form from the one before. */
const migrations: readonly string[] = [
  // Version 1 knew mail only.
  `ALTER TABLE protectedItems ADD COLUMN services TEXT NOT NULL DEFAULT '["mail"]'`,
  // Version 2 knew no sites, so what it saved is still all that is saved.
  `ALTER TABLE protectedItems ADD COLUMN sites TEXT NOT NULL DEFAULT '{"mode":"selected"}'`,
  // Version 3 had no choice of mail folders.
  `ALTER TABLE protectedItems ADD COLUMN mail TEXT NOT NULL DEFAULT '{}'`,
  // Version 4 went on after every failure.
  `ALTER TABLE protectedItems ADD COLUMN onFailure TEXT NOT NULL DEFAULT 'continue'`,
  // Version 5 saved the present version of a file only.
  `ALTER TABLE protectedItems ADD COLUMN files TEXT NOT NULL DEFAULT '{}'`,
];

/** How a job ended. */
export type JobEnd = Pick<JobRecord, 'endedAt' | 'outcome' | 'errorCode' | 'report'>;
/** What is known of a job when it starts. */
export type JobStart = Pick<JobRecord, 'kind' | 'vaultId' | 'protectedItemId' | 'startedAt'>;

export class RecordStore {
  readonly #database: Database.Database;

  /** Opens the file at `path`, made if it is missing; its folder must be there. */
  constructor(path: string) {
    this.#database = new Database(path);
    try {
      this.#prepare(path);
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  /** Names this machine in the vaults that it writes to: made once, by chance. */
  get agent(): string {
    return z.object({ agent: z.string() }).parse(this.#row('SELECT agent FROM machine')).agent;
  }

  organizations(): OrganizationRecord[] {
    return this.#rows('SELECT * FROM organizations ORDER BY name').map((row) =>
      validated('organization', organizationRecordSchema, { ...row, region: parsed(row['region']) }),
    );
  }

  /** Adds an organization, or gives a known one its new values. */
  putOrganization(record: OrganizationRecord): void {
    const row = { ...record, region: JSON.stringify(record.region) };
    const changed = this.#database
      .prepare(
        'UPDATE organizations SET name = @name, region = @region, tenantId = @tenantId, clientId = @clientId, credentialKind = @credentialKind WHERE id = @id',
      )
      .run(row).changes;
    if (changed === 0) this.#insert('organizations', row);
  }

  vaults(): VaultRecord[] {
    return this.#rows('SELECT * FROM vaults ORDER BY name').map((row) =>
      validated('vault', vaultRecordSchema, row),
    );
  }

  /** Adds a vault, or gives a known one its new name and place. */
  putVault(record: VaultRecord): void {
    const changed = this.#database
      .prepare('UPDATE vaults SET name = @name, path = @path WHERE id = @id')
      .run(record).changes;
    if (changed === 0) this.#insert('vaults', record);
  }

  protectedItems(): ProtectedItem[] {
    return this.#rows('SELECT * FROM protectedItems ORDER BY name').map((row) =>
      validated('protected item', protectedItemSchema, {
        ...row,
        mailboxes: parsed(row['mailboxes']),
        sites: parsed(row['sites']),
        services: parsed(row['services']),
        mail: parsed(row['mail']),
        files: parsed(row['files']),
      }),
    );
  }

  addProtectedItem(record: ProtectedItem): void {
    const { mailboxes, sites, services, mail, files } = record;
    const texts = {
      mailboxes: JSON.stringify(mailboxes),
      sites: JSON.stringify(sites),
      services: JSON.stringify(services),
      mail: JSON.stringify(mail),
      files: JSON.stringify(files),
    };
    this.#insert('protectedItems', { ...record, ...texts });
  }

  /** The newest jobs first. */
  jobs(limit: number): JobRecord[] {
    return this.#rows('SELECT * FROM jobs ORDER BY startedAt DESC LIMIT ?', limit).map((row) =>
      validated('job', jobRecordSchema, { ...row, report: parsed(row['report']) }),
    );
  }

  /** Records that a job began; answers its id. */
  startJob(start: JobStart): string {
    const id = newRecordId();
    this.#insert('jobs', { ...start, id, endedAt: null, outcome: null, errorCode: null, report: null });
    return id;
  }

  endJob(id: string, { report, ...end }: JobEnd): void {
    this.#database
      .prepare(
        'UPDATE jobs SET endedAt = @endedAt, outcome = @outcome, errorCode = @errorCode, report = @report WHERE id = @id',
      )
      .run({ ...end, id, report: report === null ? null : JSON.stringify(report) });
  }

  close(): void {
    this.#database.close();
  }

  #prepare(path: string): void {
    chmodSync(path, 0o600);
    this.#database.pragma('journal_mode = WAL');
    this.#database.pragma('foreign_keys = ON');
    this.#database.pragma('busy_timeout = 5000');
    this.#database.transaction(() => this.#migrate(path)).immediate();
  }

  #migrate(path: string): void {
    const version = z.number().parse(this.#database.pragma('user_version', { simple: true }));
    if (version > schemaVersion) {
      throw new AppError(
        'input-invalid',
        `The records in ${path} were written by a newer Holdfast (version ${version} of their form). They were not changed; update Holdfast, or name another folder in HOLDFAST_HOME.`,
        { details: { version, known: schemaVersion } },
      );
    }
    if (version === schemaVersion) return;
    if (version === 0) {
      this.#database.exec(schema);
      this.#insert('machine', { agent: randomBytes(8).toString('hex') });
    } else {
      for (const migration of migrations.slice(version - 1)) this.#database.exec(migration);
    }
    this.#database.pragma(`user_version = ${schemaVersion}`);
  }

  #insert(table: string, row: Readonly<Record<string, unknown>>): void {
    const columns = Object.keys(row);
    this.#database
      .prepare(
        `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map((name) => `@${name}`).join(', ')})`,
      )
      .run(row);
  }

  #row(sql: string): unknown {
    return this.#database.prepare(sql).get();
  }

  #rows(sql: string, ...values: readonly unknown[]): Record<string, unknown>[] {
    return z.array(z.record(z.string(), z.unknown())).parse(this.#database.prepare(sql).all(...values));
  }
}

function parsed(value: unknown): unknown {
  return typeof value === 'string' ? JSON.parse(value) : null;
}

function validated<T>(what: string, rowSchema: z.ZodType<T>, row: unknown): T {
  const result = rowSchema.safeParse(row);
  if (result.success) return result.data;
  throw new AppError(
    'input-invalid',
    `A record of this machine (${what}) is not as Holdfast writes it: ${z.prettifyError(result.error)}. The vaults are not touched by this; remove state.db from the data folder and add them again.`,
    { cause: result.error },
  );
}
