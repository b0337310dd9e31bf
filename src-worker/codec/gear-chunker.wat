;; The inner loop of the chunker: a gear rolling hash over 64-bit words.
;;
;;   hash = (hash << 1) + table[byte]        (mod 2^64)
;;
;; so the top bits depend on the last 64 bytes. Memory: the table, 256 words of 8 bytes, at 0; the window to scan from
;; 2048 on. Where to look and with which threshold is the caller's business (chunker.ts).
(module
  (memory (export "memory") 1)
  (global $hash (mut i64) (i64.const 0))

  (func (export "reset")
    (global.set $hash (i64.const 0)))

  ;; Rolls over [$at, $end) without looking for a cut.
  (func (export "roll") (param $at i32) (param $end i32)
    (local $hash i64)
    (local.set $hash (global.get $hash))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $hash
          (i64.add
            (i64.shl (local.get $hash) (i64.const 1))
            (i64.load (i32.shl (i32.load8_u (local.get $at)) (i32.const 3)))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $next)))
    (global.set $hash (local.get $hash)))

  ;; Rolls over [$at, $end) up to and including the first byte after which hash < 2^(64 - $bits), 0 < $bits < 64.
  ;; Returns the address behind that byte, or 0 where there is none.
  (func (export "find") (param $at i32) (param $end i32) (param $bits i32) (result i32)
    (local $hash i64)
    (local $threshold i64)
    (local $word i64)
    (local $between i64)
    (local $unrolled i32)
    (local.set $hash (global.get $hash))
    (local.set $threshold
      (i64.shl (i64.const 1) (i64.sub (i64.const 64) (i64.extend_i32_u (local.get $bits)))))

    ;; Four bytes a turn while four are left. A pair of bytes is taken at once:
    ;;   hash'' = (hash << 2) + ((table[first] << 1) + table[second])
    ;; keeps the chain of dependent operations half as long, and the hash between the two is computed beside it.
    ;; Each exit says which byte was the last. After a cut the hash is of no use: the caller resets it.
    (local.set $unrolled
      (i32.add (local.get $at)
        (i32.and (i32.sub (local.get $end) (local.get $at)) (i32.const -4))))
    (block $fourth (block $third (block $second (block $first
      (block $tail
        (loop $next
          (br_if $tail (i32.ge_u (local.get $at) (local.get $unrolled)))
          (local.set $word (i64.load (i32.shl (i32.load8_u (local.get $at)) (i32.const 3))))
          (local.set $between
            (i64.add (i64.shl (local.get $hash) (i64.const 1)) (local.get $word)))
          (local.set $hash
            (i64.add
              (i64.shl (local.get $hash) (i64.const 2))
              (i64.add (i64.shl (local.get $word) (i64.const 1)) (i64.load (i32.shl (i32.load8_u offset=1 (local.get $at)) (i32.const 3))))))
          (br_if $first (i64.lt_u (local.get $between) (local.get $threshold)))
          (br_if $second (i64.lt_u (local.get $hash) (local.get $threshold)))
          (local.set $word (i64.load (i32.shl (i32.load8_u offset=2 (local.get $at)) (i32.const 3))))
          (local.set $between
            (i64.add (i64.shl (local.get $hash) (i64.const 1)) (local.get $word)))
          (local.set $hash
            (i64.add
              (i64.shl (local.get $hash) (i64.const 2))
              (i64.add (i64.shl (local.get $word) (i64.const 1)) (i64.load (i32.shl (i32.load8_u offset=3 (local.get $at)) (i32.const 3))))))
          (br_if $third (i64.lt_u (local.get $between) (local.get $threshold)))
          (br_if $fourth (i64.lt_u (local.get $hash) (local.get $threshold)))
          (local.set $at (i32.add (local.get $at) (i32.const 4)))
          (br $next)))
      ;; At most three bytes are left.
      (loop $rest
        (if (i32.ge_u (local.get $at) (local.get $end))
          (then
            (global.set $hash (local.get $hash))
            (return (i32.const 0))))
        (local.set $hash
          (i64.add (i64.shl (local.get $hash) (i64.const 1)) (i64.load (i32.shl (i32.load8_u (local.get $at)) (i32.const 3)))))
        (br_if $first (i64.lt_u (local.get $hash) (local.get $threshold)))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $rest))
      unreachable)
      (return (i32.add (local.get $at) (i32.const 1))))
      (return (i32.add (local.get $at) (i32.const 2))))
      (return (i32.add (local.get $at) (i32.const 3))))
    (i32.add (local.get $at) (i32.const 4))))
