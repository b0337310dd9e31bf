/** What src-main/launch.mjs sets for the Node that it starts, for benchmarks that start the engine without it. */
import { join } from 'node:path';

export const launcherSettings = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '1048576',
  NODE_COMPILE_CACHE: join('node_modules', '.cache', 'holdfast'),
};
