/** What the simulator counts about itself: requests, bytes, processor time, idle share. */
import { performance, type EventLoopUtilization } from 'node:perf_hooks';

export class Statistics {
  readonly #byOperation = new Map<string, number>();
  bytesSent = 0;
  #cpu = process.cpuUsage();
  #loop: EventLoopUtilization = performance.eventLoopUtilization();
  #startMs = performance.now();

  count(operation: string): void {
    this.#byOperation.set(operation, (this.#byOperation.get(operation) ?? 0) + 1);
  }

  snapshot() {
    const cpu = process.cpuUsage(this.#cpu);
    return {
      requests: Object.fromEntries(this.#byOperation),
      bytesSent: this.bytesSent,
      cpuUserMicros: cpu.user,
      cpuSystemMicros: cpu.system,
      uptimeMs: performance.now() - this.#startMs,
      idleShare: 1 - performance.eventLoopUtilization(this.#loop).utilization,
      rssBytes: process.memoryUsage.rss(),
    };
  }

  reset(): void {
    this.#byOperation.clear();
    this.bytesSent = 0;
    this.#cpu = process.cpuUsage();
    this.#loop = performance.eventLoopUtilization();
    this.#startMs = performance.now();
  }
}
