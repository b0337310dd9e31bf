import { describe, expect, test } from 'vitest';
import { exportSet, permissionServices, readSet, restoreSet } from '../../../src-shared/model/permission.ts';
import { appRoleIds } from '../../../src-simulator/registration/app-roles.ts';
import { registrationScript } from '../../../src-worker/graph/registration-script.ts';

const all = [...readSet, ...exportSet, ...restoreSet];

describe('the permissions that Holdfast asks for', () => {
  test('have the ids of the permissions reference, each once', () => {
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    for (const { name, id } of all) expect([name, id]).toEqual([name, appRoleIds[name]]);
  });

  test('say what they are for and what their absence costs', () => {
    for (const { purpose, cost, services } of all) {
      expect(purpose).toMatch(/^[A-Z].{8,}\.$/);
      expect(cost).toMatch(/^[A-Z].{20,}\.$/);
      expect(services.length).toBeGreaterThan(0);
    }
  });

  test('cover every service, and the read set writes nothing', () => {
    const reading = [...readSet, ...exportSet];
    const covered = new Set(reading.flatMap(({ services }) => services));
    expect(permissionServices.filter((service) => !covered.has(service))).toEqual([]);
    expect(reading.filter(({ name }) => /Write|Create|Manage|FullControl|Send/.test(name))).toEqual([]);
  });
});

describe('the registration script', () => {
  const wish = { region: { kind: 'Global' as const }, applicationName: 'Holdfast', withRestore: false };

  test('asks for the read set, and for the others only when told to', () => {
    const plain = registrationScript(wish);
    for (const { name } of readSet) expect(plain).toContain(`'${name}'`);
    for (const { name } of [...exportSet, ...restoreSet]) expect(plain).not.toContain(`'${name}'`);
    const all3 = registrationScript({ ...wish, withRestore: true, withExport: true });
    for (const { name } of all) expect(all3).toContain(`'${name}'`);
  });

  test.each([
    ['Global', 'Global'],
    ['USGovGccHigh', 'USGov'],
    ['USGovDoD', 'USGovDoD'],
    ['China', 'China'],
  ] as const)('for %s connects to %s', (kind, environment) => {
    const script = registrationScript({ ...wish, region: { kind } });
    expect(script).toContain(`$environment = '${environment}'\n$region = '${kind}'`);
  });

  test.each([
    ["it's", "'it''s'"],
    ['it\u2019s $(rm) `n', "'it\u2019\u2019s $(rm) `n'"],
    ['two\nlines $&', "'two lines $&'"],
  ])('keeps the name %j a plain text', (applicationName, literal) => {
    expect(registrationScript({ ...wish, applicationName })).toContain(`$name = ${literal}\n`);
  });

  test('leaves no place of its template unfilled', () => {
    expect(registrationScript(wish)).not.toContain('@@');
  });

  test('cannot be made for a region of one’s own', () => {
    const region = {
      kind: 'Custom' as const,
      graphRoot: 'https://localhost',
      loginAuthority: 'https://localhost',
    };
    expect(() => registrationScript({ ...wish, region })).toThrow(
      expect.objectContaining({ code: 'input-invalid' }) as Error,
    );
  });
});
