/** Clients that are not quite the real one: for what Microsoft 365 may do and the simulator does not. */
import type { GraphClient } from '../../../src-worker/graph/graph-client.ts';

/** A client of which some methods are others. */
export function withMethods(graph: GraphClient, methods: Partial<GraphClient>): GraphClient {
  return new Proxy(graph, {
    get: (target, name) => {
      const own: unknown = Reflect.get(methods, name) ?? Reflect.get(target, name);
      return typeof own === 'function' ? (own.bind(target) as unknown) : own;
    },
  });
}

/** A client that lets something happen before each list whose path ends so is asked for. */
export function beforeLists(graph: GraphClient, end: string, action: () => Promise<unknown>): GraphClient {
  return withMethods(graph, {
    pages: async function* (path, options) {
      if (path.endsWith(end)) await action();
      yield* graph.pages(path, options);
    },
  });
}
