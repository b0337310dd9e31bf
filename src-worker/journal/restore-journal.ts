/**
 * The journal of one restore to Microsoft 365: the plan, step by step, and what became of each. It is the only thing that
 * knows what a restore made, so that a restore can go on after any crash without making anything twice, and be undone. It
 * lies encrypted beside the catalog, outlives a loss of power, and is no cache.
 */
import { existsSync } from 'node:fs';
import { z } from 'zod';
import { AppError } from '../../src-shared/errors/app-error.ts';
import {
  restoreRequestSchema,
  restoreStates,
  type PlanStep,
  type RestoreState,
  type StepAction,
} from '../../src-shared/model/cloud-restore.ts';
import { openEncrypted, StatementCache, type EncryptedDatabase } from '../sqlite/encrypted-database.ts';

const schemaVersion = 1;
const schema = `
CREATE TABLE header (json TEXT NOT NULL, state TEXT NOT NULL) STRICT;
CREATE TABLE place (
  place_no INTEGER PRIMARY KEY, account TEXT NOT NULL, workload TEXT NOT NULL,
  target_account TEXT NOT NULL, parent_no INTEGER, name TEXT NOT NULL, path TEXT NOT NULL,
  container TEXT, state TEXT NOT NULL
) STRICT;
CREATE TABLE step (
  step_no INTEGER PRIMARY KEY, place_no INTEGER NOT NULL, item TEXT NOT NULL, title TEXT NOT NULL,
  size_bytes INTEGER NOT NULL, action TEXT NOT NULL, reason TEXT NOT NULL, standing TEXT, aside TEXT,
  made_id TEXT, made_version TEXT, state TEXT NOT NULL
) STRICT;
CREATE INDEX step_by_state ON step (place_no, state);
CREATE TABLE standing (
  place_no INTEGER NOT NULL, key TEXT NOT NULL, id TEXT NOT NULL, version TEXT NOT NULL
) STRICT;
CREATE INDEX standing_by_key ON standing (place_no, key);
CREATE INDEX standing_by_id ON standing (id);
`;

const headerSchema = z.object({
  id: z.string(),
  createdAt: z.string(),
  vaultId: z.string(),
  protectedItemId: z.string(),
  snapshot: z.number().int().positive(),
  request: restoreRequestSchema,
  requests: z.number(),
  bytes: z.number(),
  durationMs: z.number(),
  warnings: z.array(z.string()),
});
export type JournalHeader = z.infer<typeof headerSchema>;

/**
 * A container of the target. `standing`: was there before. `missing`: will be made; `making`: a call for it is or was
 * under way; `made`; `removed` again.
 */
export type PlaceState = 'standing' | 'missing' | 'making' | 'made' | 'removed';
export interface Place {
  readonly placeNo: number;
  /** Account of the snapshot, and its service. */
  readonly account: string;
  readonly workload: string;
  readonly targetAccount: string;
  readonly parentNo: number | null;
  readonly name: string;
  /** For people. */
  readonly path: string;
  /** Its id, once it is known. */
  readonly container: string | null;
  readonly state: PlaceState;
}

/** What became of a step. `kept`: somebody changed what was made, so undoing left it. */
export type StepState = PlanStep['state'];
export interface Step {
  readonly stepNo: number;
  readonly placeNo: number;
  readonly item: string;
  readonly title: string;
  readonly sizeBytes: number;
  readonly action: StepAction;
  readonly reason: string;
  /** The item that is replaced, and its id since it was set aside. */
  readonly standing: string | null;
  readonly aside: string | null;
  readonly madeId: string | null;
  readonly madeVersion: string | null;
  readonly state: StepState;
}

/** An item that stands in a place. */
interface StandingRow {
  readonly id: string;
  readonly version: string;
}

type NewPlace = Omit<Place, 'placeNo'>;
type NewStep = Pick<Step, 'placeNo' | 'item' | 'title' | 'sizeBytes' | 'action' | 'reason' | 'standing'>;

const stepColumns = `step_no AS stepNo, place_no AS placeNo, item, title, size_bytes AS sizeBytes, action, reason, standing,
  aside, made_id AS madeId, made_version AS madeVersion, state`;
const pageRows = 1000;

export class RestoreJournal {
  readonly #database: EncryptedDatabase;
  readonly #statements: StatementCache;

  private constructor(database: EncryptedDatabase) {
    this.#database = database;
    this.#statements = new StatementCache(database);
  }

  /** A new journal; throws an SqliteError where the file is there. */
  static create(path: string, key: Uint8Array): RestoreJournal {
    const database = openJournal(path, key);
    database.transaction(() => {
      database.exec(schema);
      database.pragma(`user_version = ${schemaVersion}`);
    })();
    return new RestoreJournal(database);
  }

  /** Throws `restore-unknown` for none, for one of another vault or version, and `restore-busy` while another process has it. */
  static open(path: string, key: Uint8Array): RestoreJournal {
    if (!existsSync(path)) throw unknownRestore();
    const database = openJournal(path, key);
    if (database.pragma('user_version', { simple: true }) === schemaVersion)
      return new RestoreJournal(database);
    database.close();
    throw unknownRestore();
  }

  close(): void {
    this.#database.close();
  }

  /** Does all of `action` or, where it throws, nothing. */
  atOnce<T>(action: () => T): T {
    return this.#database.transaction(action)();
  }

  get header(): JournalHeader {
    const row = this.#all<{ json: string }>('SELECT json FROM header')[0];
    return headerSchema.parse(JSON.parse(row?.json ?? 'null'));
  }

  /** Written once the plan is whole: a journal without one is the rest of a plan that was stopped. */
  writeHeader(header: JournalHeader): void {
    this.#run('DELETE FROM standing');
    this.#run('INSERT INTO header (json, state) VALUES (?, ?)', JSON.stringify(header), 'planned');
  }

  get isWhole(): boolean {
    return this.#all('SELECT 1 FROM header').length > 0;
  }

  get state(): RestoreState {
    const row = this.#all<{ state: string }>('SELECT state FROM header')[0];
    return z.enum(restoreStates).parse(row?.state);
  }

  set state(state: RestoreState) {
    this.#run('UPDATE header SET state = ?', state);
  }

  addPlace(place: NewPlace): number {
    const { account, workload, targetAccount, parentNo, name, path, container, state } = place;
    const { lastInsertRowid } = this.#run(
      `INSERT INTO place (account, workload, target_account, parent_no, name, path, container, state)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[account, workload, targetAccount, parentNo, name, path, container, state],
    );
    return Number(lastInsertRowid);
  }

  addStep({ placeNo, item, title, sizeBytes, action, reason, standing }: NewStep): void {
    this.#run(
      `INSERT INTO step (place_no, item, title, size_bytes, action, reason, standing, state)
       VALUES (?, ?, ?, ?, ?, ?, ?, 'planned')`,
      ...[placeNo, item, title, sizeBytes, action, reason, standing],
    );
  }

  /** Notes what stands in a place while a restore is planned: there may be more than fits into memory. */
  addStanding(placeNo: number, { key, id, version }: StandingRow & { readonly key: string }): void {
    this.#run(
      'INSERT INTO standing (place_no, key, id, version) VALUES (?, ?, ?, ?)',
      ...[placeNo, key, id, version],
    );
  }

  /** One item of a place with this key, each only once: of two that are alike, one stands for each of two. */
  takeStanding(placeNo: number, key: string): StandingRow | undefined {
    return this.#all<StandingRow>(
      `DELETE FROM standing WHERE rowid = (SELECT rowid FROM standing WHERE place_no = ? AND key = ? LIMIT 1)
       RETURNING id, version`,
      placeNo,
      key,
    )[0];
  }

  /** Whether an item with this id was noted in any place, and not taken. */
  stands(id: string): boolean {
    return this.#all('SELECT 1 FROM standing WHERE id = ? LIMIT 1', id).length > 0;
  }

  /** Parents before children. */
  places(): Place[] {
    return this.#all(
      `SELECT place_no AS placeNo, account, workload, target_account AS targetAccount,
              parent_no AS parentNo, name, path, container, state FROM place ORDER BY place_no`,
    );
  }

  markPlace(placeNo: number, state: PlaceState, container: string | null): void {
    this.#run('UPDATE place SET state = ?, container = ? WHERE place_no = ?', state, container, placeNo);
  }

  /** Steps of a place in one of these states, in their order; what they become meanwhile does not matter. */
  *steps(placeNo: number, states: readonly StepState[]): Iterable<Step> {
    const marks = states.map(() => '?').join(', ');
    for (let after = 0; ;) {
      const page = this.#all<Step>(
        `SELECT ${stepColumns} FROM step WHERE place_no = ? AND state IN (${marks}) AND step_no > ?
         ORDER BY step_no LIMIT ${pageRows}`,
        ...[placeNo, ...states, after],
      );
      yield* page;
      if (page.length < pageRows) return;
      after = page.at(-1)?.stepNo ?? after;
    }
  }

  /** A page of all steps, behind `after`. */
  stepPage(after: number, limit: number): PlanStep[] {
    return this.#all(
      `SELECT step_no AS number, account, workload AS service, path AS folder, title, size_bytes AS sizeBytes, action,
              reason, step.state AS state
       FROM step JOIN place USING (place_no) WHERE step_no > ? ORDER BY step_no LIMIT ?`,
      after,
      limit,
    );
  }

  markStep(stepNo: number, state: StepState): void {
    this.#run('UPDATE step SET state = ? WHERE step_no = ?', state, stepNo);
  }

  markMade(stepNo: number, made: { readonly id: string; readonly version: string }): void {
    this.#run(
      'UPDATE step SET made_id = ?, made_version = ? WHERE step_no = ?',
      made.id,
      made.version,
      stepNo,
    );
  }

  markAside(stepNo: number, aside: string | null): void {
    this.#run('UPDATE step SET aside = ? WHERE step_no = ?', aside, stepNo);
  }

  /** How many steps do what, and why. */
  counts(): { action: StepAction; reason: string; count: number }[] {
    return this.#all(
      'SELECT action, reason, count(*) AS count FROM step GROUP BY action, reason ORDER BY 1, 2',
    );
  }

  /** How many steps that do something are in a state. */
  countSteps(...states: readonly StepState[]): number {
    const [row] = this.#all<{ count: number }>(
      `SELECT count(*) AS count FROM step WHERE action IN ('create', 'replace') AND state IN (${states.map(() => '?').join(', ')})`,
      ...states,
    );
    return row?.count ?? 0;
  }

  #run(sql: string, ...values: readonly unknown[]) {
    return this.#statements.get(sql).run(...values);
  }

  /** Rows of a query of ours: their shape is that of the columns it names. */
  #all<T extends object>(sql: string, ...values: readonly unknown[]): T[] {
    const rows: unknown[] = this.#statements.get(sql).all(...values);
    return rows as T[];
  }
}

function openJournal(path: string, key: Uint8Array): EncryptedDatabase {
  try {
    return openEncrypted(path, key, { busyTimeoutMs: 1000, isDurable: true, isExclusive: true });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code.startsWith('SQLITE_BUSY'))
      throw new AppError(
        'restore-busy',
        'This restore is being worked on by another process. Nothing was done; wait for it to end.',
        { retryable: true },
      );
    if (code === 'SQLITE_NOTADB') throw unknownRestore();
    throw error;
  }
}

const unknownRestore = (): AppError =>
  new AppError(
    'restore-unknown',
    'There is no such restore on this machine for this vault. Nothing was done; list them with "holdfast plans".',
  );
