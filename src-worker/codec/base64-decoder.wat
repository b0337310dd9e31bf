;; The inner loops of taking base64 out of mail: lines are joined, groups of four characters become three bytes, and
;; whatever encoding would not give back is noticed on the way. Memory: four tables of 256 words for the four places
;; of a group, at 0 (filled by base64-decoder.ts: the character's bits where they belong, or a negative number for what
;; is no character of base64); the text from 4096 on, over which the result is written.
(module
  (memory (export "memory") 1)

  ;; Joins the lines of the text [$text, $end) in place: each of $length characters followed by the $breakBytes (1 or 2)
  ;; bytes of $break, the last line shorter and without. Returns the end of what is left, or 0 where a line does not end
  ;; as the others do. $length must not be 0.
  (func (export "join") (param $text i32) (param $end i32) (param $length i32) (param $break i32) (param $breakBytes i32) (result i32)
    (local $from i32)
    (local $to i32)
    (local $found i32)
    (local.set $from (local.get $text))
    (local.set $to (local.get $text))
    (block $last
      (loop $next
        (br_if $last (i32.gt_u
          (i32.add (i32.add (local.get $from) (local.get $length)) (local.get $breakBytes)) (local.get $end)))
        (memory.copy (local.get $to) (local.get $from) (local.get $length))
        (local.set $to (i32.add (local.get $to) (local.get $length)))
        (local.set $from (i32.add (local.get $from) (local.get $length)))
        (local.set $found
          (if (result i32) (i32.eq (local.get $breakBytes) (i32.const 2))
            (then (i32.load16_u (local.get $from)))
            (else (i32.load8_u (local.get $from)))))
        (if (i32.ne (local.get $found) (local.get $break)) (then (return (i32.const 0))))
        (local.set $from (i32.add (local.get $from) (local.get $breakBytes)))
        (br $next)))
    (memory.copy (local.get $to) (local.get $from) (i32.sub (local.get $end) (local.get $from)))
    (i32.add (local.get $to) (i32.sub (local.get $end) (local.get $from))))

  ;; Decodes the characters [$text, $end), whole groups without padding, to $text on. Returns the end of the bytes, or 0
  ;; where a character is none of base64. Reads a group before it writes the three bytes (and one of no meaning) of it.
  (func (export "decode") (param $text i32) (param $end i32) (result i32)
    (local $to i32)
    (local $group i32)
    (local $all i32)
    (local.set $to (local.get $text))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $text) (local.get $end)))
        (local.set $group
          (i32.or
            (i32.or
              (i32.load (i32.shl (i32.load8_u (local.get $text)) (i32.const 2)))
              (i32.load offset=1024 (i32.shl (i32.load8_u offset=1 (local.get $text)) (i32.const 2))))
            (i32.or
              (i32.load offset=2048 (i32.shl (i32.load8_u offset=2 (local.get $text)) (i32.const 2)))
              (i32.load offset=3072 (i32.shl (i32.load8_u offset=3 (local.get $text)) (i32.const 2))))))
        (local.set $all (i32.or (local.get $all) (local.get $group)))
        (i32.store (local.get $to) (local.get $group))
        (local.set $text (i32.add (local.get $text) (i32.const 4)))
        (local.set $to (i32.add (local.get $to) (i32.const 3)))
        (br $next)))
    (if (i32.lt_s (local.get $all) (i32.const 0)) (then (return (i32.const 0))))
    (local.get $to)))
