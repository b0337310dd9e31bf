/** The rooms and arrows of ARCHITECTURE.md, as rules. A failing rule names the arrow that should not exist. */
const inside = (room) => `^src-worker/${room}/`;
const leaves = ['graph', 'stores', 'codec', 'formats', 'sqlite'];
const services = ['workloads', 'vault', 'catalog', 'journal', 'faults'];

/** A leaf of src-worker may use itself, src-shared and packages. */
const leafRules = leaves.map((leaf) => ({
  name: `leaf-${leaf}-stands-alone`,
  severity: 'error',
  from: { path: inside(leaf) },
  to: { path: '^src-(worker|main|renderer|simulator)/', pathNot: inside(leaf) },
}));

const serviceRules = services.map((service) => ({
  name: `service-${service}-uses-leaves-only`,
  severity: 'error',
  from: { path: inside(service) },
  to: {
    path: '^src-(worker|main|renderer|simulator)/',
    pathNot: `^src-worker/(${[service, ...leaves].join('|')})/`,
  },
}));

export default {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, pathNot: ['\\.d\\.ts$', '^tests/', '\\.config\\.'] },
      to: {},
    },
    {
      name: 'shared-imports-nothing-of-ours',
      severity: 'error',
      from: { path: '^src-shared/' },
      to: { path: '^src-(main|worker|renderer|simulator)/|^tests/' },
    },
    {
      name: 'renderer-sees-shared-only',
      severity: 'error',
      from: { path: '^src-renderer/' },
      to: { path: '^src-(main|worker|simulator)/|^tests/' },
    },
    {
      name: 'renderer-without-node',
      severity: 'error',
      from: { path: '^src-renderer/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'worker-sees-shared-only',
      severity: 'error',
      from: { path: '^src-worker/' },
      to: { path: '^src-(main|renderer|simulator)/|^tests/' },
    },
    {
      name: 'main-reaches-worker-through-entries',
      severity: 'error',
      from: { path: '^src-main/' },
      to: { path: '^src-(worker/(?!entries/)|renderer|simulator)|^tests/' },
    },
    {
      name: 'simulator-imports-nothing-of-the-product',
      severity: 'error',
      from: { path: '^src-simulator/' },
      to: { path: '^src-(main|worker|renderer|shared)/|^tests/' },
    },
    {
      name: 'jobs-do-not-import-entries',
      severity: 'error',
      from: { path: inside('jobs') },
      to: { path: inside('entries') },
    },
    {
      name: 'electron-only-in-main',
      severity: 'error',
      from: { pathNot: '^src-main/|^tests/' },
      to: { path: '^(node_modules/)?electron(-updater)?(/|$)' },
    },
    {
      name: 'http-only-in-graph-and-stores',
      severity: 'error',
      from: { path: '^src-worker/', pathNot: '^src-worker/(graph|stores)/' },
      to: { path: 'node_modules/undici|^(node:)?https?$' },
    },
    ...leafRules,
    ...serviceRules,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.mjs', '.js', '.svelte'],
    },
  },
};
