/**
 * Counts what was spent in the last `windowMs` and never lets it pass `limit`. Time is cut into slots, and a slot
 * leaves only when all of it is older than the window, so the count is never too low. It knows nothing of waiting.
 */
const slotCount = 120;

/** A sliding budget of `limit` per `windowMs`. All times are milliseconds of one clock that may not run backwards. */
export class SlidingWindow {
  #limit: number;
  readonly #slotMs: number;
  /** One more slot than the window has, because the oldest and the newest are both partly inside it. */
  readonly #slots = new Uint32Array(slotCount + 1);
  #newestSlot = Number.NEGATIVE_INFINITY;
  #used = 0;

  constructor(limit: number, windowMs: number) {
    this.#limit = limit;
    this.#slotMs = windowMs / slotCount;
  }

  get limit(): number {
    return this.#limit;
  }

  /** Another limit from now on; what was spent stays spent. */
  set limit(limit: number) {
    this.#limit = limit;
  }

  /** What was spent in the window that ends at `nowMs`, rounded up to whole slots. */
  used(nowMs: number): number {
    this.#advance(nowMs);
    return this.#used;
  }

  /** True when `cost` fits now. A cost above the whole limit fits only into an empty window. */
  hasRoom(cost: number, nowMs: number): boolean {
    this.#advance(nowMs);
    return this.#used + cost <= this.#limit || this.#used === 0;
  }

  /** Spends `cost`; the caller has asked {@link hasRoom}. */
  spend(cost: number, nowMs: number): void {
    this.#advance(nowMs);
    const index = this.#indexOf(this.#newestSlot);
    this.#slots[index] = (this.#slots[index] ?? 0) + cost;
    this.#used += cost;
  }

  /** When the next spent slot leaves the window; `nowMs` when there is none. */
  nextRoomMs(nowMs: number): number {
    this.#advance(nowMs);
    for (let slot = this.#newestSlot - slotCount; slot <= this.#newestSlot; slot++) {
      if ((this.#slots[this.#indexOf(slot)] ?? 0) > 0) return (slot + slotCount + 1) * this.#slotMs;
    }
    return nowMs;
  }

  /** When all of `cost` will have been spent, if each part is as soon as it fits. */
  allSpentMs(cost: number, nowMs: number): number {
    this.#advance(nowMs);
    const rounds = Math.max(0, Math.ceil(cost / this.#limit) - 1);
    let left = cost - rounds * this.#limit - (this.#limit - this.#used);
    let atMs = nowMs;
    // What is spent now leaves in the order in which it came, and makes room for as much.
    for (let slot = this.#newestSlot - slotCount; left > 0 && slot <= this.#newestSlot; slot++) {
      const leaving = this.#slots[this.#indexOf(slot)] ?? 0;
      left -= leaving;
      if (leaving > 0) atMs = (slot + slotCount + 1) * this.#slotMs;
    }
    return atMs + rounds * (slotCount + 1) * this.#slotMs;
  }

  #advance(nowMs: number): void {
    const slot = Math.floor(nowMs / this.#slotMs);
    if (slot <= this.#newestSlot) return;
    if (slot - this.#newestSlot > slotCount) {
      this.#slots.fill(0);
      this.#used = 0;
    } else {
      for (let passed = this.#newestSlot + 1; passed <= slot; passed++) this.#clear(passed);
    }
    this.#newestSlot = slot;
  }

  #clear(slot: number): void {
    const index = this.#indexOf(slot);
    this.#used -= this.#slots[index] ?? 0;
    this.#slots[index] = 0;
  }

  #indexOf(slot: number): number {
    const count = slotCount + 1;
    return ((slot % count) + count) % count;
  }
}
